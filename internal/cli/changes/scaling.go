package changes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/fault"
)

var _ = commands.Add(program.scalingCommand)

func (p program) scalingCommand() *cobra.Command {
	var f changeFlags
	var least, most int
	var suspend, resume bool
	cmd := &cobra.Command{
		Use:   "scaling CLUSTER/SERVICE",
		Short: "Show or change what Application Auto Scaling does with a service",
		Long: `Show the bounds between which Application Auto Scaling moves a service's count, its
policies, and whether it is suspended; with flags, change the bounds, or suspend or
resume all three kinds of scaling.`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := deploy.SetScaling{}
			if suspend && resume {
				return command.Usagef("--suspend and --resume exclude each other")
			}
			if suspend || resume {
				in.Suspend = &suspend
			}
			if cmd.Flags().Changed("min") {
				in.Min = &least
			}
			if cmd.Flags().Changed("max") {
				in.Max = &most
			}
			if in == (deploy.SetScaling{}) {
				return p.showScaling(cmd.Context(), args[0], f.output)
			}
			return p.changeService(cmd.Context(), args[0], in, f)
		},
	}
	f.add(cmd, false)
	fs := cmd.Flags()
	fs.IntVar(&least, "min", 0, "the fewest tasks")
	fs.IntVar(&most, "max", 0, "the most tasks")
	fs.BoolVar(&suspend, "suspend", false, "leave the count alone: scaling in, out and by schedule")
	fs.BoolVar(&resume, "resume", false, "scale again")
	return cmd
}

var _ = schema.Add("scaling", "gantry scaling", scaling{})

// scaling is what scaling -o json prints. Of a service that is not scaled only
// the first members are there.
type scaling struct {
	Context  string          `json:"context"`
	Cluster  string          `json:"cluster"`
	Service  string          `json:"service"`
	Desired  int             `json:"desired"`
	Scaled   bool            `json:"scaled"`
	Bounds   *bounds         `json:"bounds,omitempty"`
	Policies []scalingPolicy `json:"policies,omitempty"`
	// Schedules and Activities are what is to be done to the bounds and what was done to the
	// count, newest first; null where they were not read.
	Schedules  []scheduledScaling `json:"schedules" schema:"null"`
	Activities []scalingActivity  `json:"activities" schema:"null"`
}

type scheduledScaling struct {
	Name string `json:"name"`
	When string `json:"when"`
	Zone string `json:"zone,omitempty"`
	Min  *int   `json:"min,omitempty"`
	Max  *int   `json:"max,omitempty"`
}

type scalingActivity struct {
	Status      string    `json:"status"`
	Started     time.Time `json:"started"`
	Description string    `json:"description"`
	Cause       string    `json:"cause"`
}

// activitiesShown is how many activities are told.
const activitiesShown = 10

// around reads what is scheduled and what was done. What is denied is told, and takes
// nothing from the rest.
func (s *scaling) around(ctx context.Context, p program, account awsx.Reader, service awsx.Ref) {
	schedules, err := account.ScheduledScaling(ctx, service)
	activities, failed := account.ScalingActivities(ctx, service, activitiesShown)
	p.Partial(slices.DeleteFunc([]error{err, failed}, func(err error) bool { return err == nil }))
	if err == nil {
		s.Schedules = []scheduledScaling{}
	}
	for _, a := range schedules {
		s.Schedules = append(s.Schedules, scheduledScaling{a.Name, a.When, a.Zone, a.Min, a.Max})
	}
	if failed == nil {
		s.Activities = []scalingActivity{}
	}
	for _, a := range activities {
		s.Activities = append(s.Activities, scalingActivity{a.Status, a.StartedAt.UTC(), clean.Redact(a.Description), clean.Redact(a.Cause)})
	}
}

type bounds struct {
	Min       int       `json:"min"`
	Max       int       `json:"max"`
	Suspended suspended `json:"suspended"`
}

type suspended struct {
	In       bool `json:"in"`
	Out      bool `json:"out"`
	Schedule bool `json:"schedule"`
}

type scalingPolicy struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"`
	Metric string   `json:"metric,omitempty"`
	Target float64  `json:"target,omitempty"`
	Alarms []string `json:"alarms"`
}

func (p program) showScaling(ctx context.Context, target, output string) error {
	return p.WithService(ctx, target, func(a *app.App, svc command.Found) error {
		account, err := a.Store.Account(ctx, svc.Ref.Context)
		if err != nil {
			return err
		}
		s := scaling{Context: svc.Ref.Context.String(), Cluster: svc.Ref.ClusterName(), Service: svc.Ref.Name(), Desired: svc.Service.Desired}
		t, err := account.ScalableTarget(ctx, svc.Ref)
		switch {
		case err == nil:
			s.scaled(t)
			s.around(ctx, p, account, svc.Ref)
		case fault.ClassOf(err) != fault.NotFound:
			return err
		}
		if output == "json" {
			return printing.JSON(p.Out, s)
		}
		return s.write(p)
	})
}

func (s *scaling) scaled(t awsx.ScalableTarget) {
	s.Scaled = true
	s.Bounds = &bounds{t.Min, t.Max, suspended{t.SuspendedIn, t.SuspendedOut, t.SuspendedScheduled}}
	for _, policy := range t.Policies {
		s.Policies = append(s.Policies, scalingPolicy{policy.Name, policy.Type, policy.Metric, policy.Target, append([]string{}, policy.Alarms...)})
	}
}

func (s *scaling) write(p program) error {
	if !s.Scaled {
		_, err := fmt.Fprintln(p.Out, printing.Shown(fmt.Sprintf("%s/%s is not scaled by Application Auto Scaling", s.Cluster, s.Service)))
		return err
	}
	state := "active"
	var off []string
	for _, kind := range []struct {
		name string
		off  bool
	}{{"in", s.Bounds.Suspended.In}, {"out", s.Bounds.Suspended.Out}, {"schedule", s.Bounds.Suspended.Schedule}} {
		if kind.off {
			off = append(off, kind.name)
		}
	}
	if len(off) > 0 {
		state = "suspended (" + strings.Join(off, ", ") + ")"
	}
	if err := printing.Table(p.Out, []string{"SERVICE", "DESIRED", "MIN", "MAX", "SCALING"},
		[][]string{{s.Service, strconv.Itoa(s.Desired), strconv.Itoa(s.Bounds.Min), strconv.Itoa(s.Bounds.Max), state}}); err != nil || len(s.Policies) == 0 {
		return err
	}
	rows := make([][]string, len(s.Policies))
	for i, policy := range s.Policies {
		follows := "-"
		if policy.Metric != "" {
			follows = fmt.Sprintf("%s at %g", policy.Metric, policy.Target)
		}
		rows[i] = []string{policy.Name, policy.Type, follows, cmp.Or(strings.Join(policy.Alarms, " "), "-")}
	}
	fmt.Fprintln(p.Out)
	if err := printing.Table(p.Out, []string{"POLICY", "TYPE", "KEEPS", "ALARMS"}, rows); err != nil {
		return err
	}
	return s.writeAround(p)
}

// writeAround prints what is scheduled and what was done, where there is any.
func (s *scaling) writeAround(p program) error {
	bound := func(n *int) string {
		if n == nil {
			return "-"
		}
		return strconv.Itoa(*n)
	}
	var rows [][]string
	for _, a := range s.Schedules {
		rows = append(rows, []string{a.Name, strings.TrimSpace(a.When + " " + a.Zone), bound(a.Min), bound(a.Max)})
	}
	if len(rows) > 0 {
		fmt.Fprintln(p.Out)
		if err := printing.Table(p.Out, []string{"SCHEDULED", "WHEN", "MIN", "MAX"}, rows); err != nil {
			return err
		}
	}
	rows = nil
	for _, a := range s.Activities {
		rows = append(rows, []string{a.Started.Format(time.RFC3339), a.Status, printing.Shown(a.Description), printing.Shown(a.Cause)})
	}
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	return printing.Table(p.Out, []string{"ACTIVITY", "STATUS", "WHAT", "CAUSE"}, rows)
}
