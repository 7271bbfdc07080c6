package reports

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx/diagnose"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/inquiry"
)

var _ = commands.Add(program.statusCommand)

func (p program) statusCommand() *cobra.Command {
	f := statusFlags{keep: &narrowing{}}
	cmd := &cobra.Command{
		Use:   "status [CLUSTER[/SERVICE]]",
		Short: "Show how clusters, a cluster's services or a service's tasks stand",
		Long: `Show how clusters stand, the services of a cluster, or a service and its tasks.

--filter chooses among what is listed: clusters, services, or the tasks of the service that
was named. What is said of that service itself, and its targets without a task, stay.`,
		Example: `  gantry status prod
  gantry status --faults
  gantry status --faults @prod-eu @prod-us
  gantry status prod --filter tag:team=core
  gantry status --check prod/api`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 && strings.HasPrefix(args[0], "@") && !f.everywhere() {
				return command.Usagef("contexts are for the services that want attention: gantry status --faults %s", printing.Shown(strings.Join(args, " ")))
			}
			if len(args) > 1 && !f.everywhere() {
				return command.Usagef("expected: gantry status [CLUSTER[/SERVICE]]")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.validate(); err != nil {
				return err
			}
			if len(args) > 0 {
				if err := command.NoARN(args[0]); err != nil {
					return err
				}
			}
			if f.check {
				return p.check(cmd.Context(), args, f)
			}
			p.Among = args
			return p.With(cmd.Context(), func(a *app.App) error {
				if f.everywhere() {
					return p.listAll(cmd.Context(), a, args, f)
				}
				return p.status(cmd.Context(), a, args, f.keep, f.output)
			})
		},
	}
	fs := cmd.Flags()
	fs.BoolVar(&f.faults, "faults", false, "the unhealthy services of all clusters, of this context or of those named as @CONTEXT ... or @all")
	fs.BoolVar(&f.all, "all", false, "the services of all clusters, of this context or of those named as @CONTEXT ... or @all")
	fs.BoolVar(&f.check, "check", false, "be a probe: one line, and 0 ok, 1 degraded, 2 failed, 3 unknown")
	command.DurationVar(cmd, &f.timeout, "timeout", probeTime, "with --check: when what was not read by then is unknown")
	command.OutputFlag(cmd, &f.output, "table", "json")
	return f.keep.flag(cmd)
}

// statusFlags say what status shows.
type statusFlags struct {
	faults, all, check bool
	keep               *narrowing
	timeout            time.Duration
	output             string
}

// everywhere reports whether services of all clusters are shown.
func (f statusFlags) everywhere() bool { return f.faults || f.all }

func (f statusFlags) validate() error {
	if f.faults && f.all || f.everywhere() && f.check {
		return command.Usagef("--faults, --all and --check exclude each other")
	}
	if f.timeout <= 0 {
		return command.Usagef("--timeout %s: expected a positive duration such as 20s", f.timeout)
	}
	return nil
}

// status prints the account's clusters, a cluster's services or a service.
func (p program) status(ctx context.Context, a *app.App, args []string, keep *narrowing, output string) error {
	switch {
	case len(args) == 0:
		return p.clusters(ctx, a, keep, output)
	case !strings.Contains(args[0], "/"):
		return p.services(ctx, a, args[0], keep, output)
	}
	return p.service(ctx, a, args[0], keep, output)
}

var _ = schema.Add("status", "gantry status", clustersStatus{}).
	Add("status-cluster", "gantry status CLUSTER", servicesStatus{}).
	Add("status-service", "gantry status CLUSTER/SERVICE", tasksStatus{}).
	Add("status-check", "gantry status --check", probeStatus{}).
	Add("status-faults", "gantry status --faults", faultsStatus{}).
	Add("status-all", "gantry status --all", allStatus{})

// completeness says in JSON whether everything was read, and what was not, and when that
// was for a recording.
type completeness struct {
	Partial bool     `json:"partial"`
	Errors  []string `json:"errors"`
	// Recorded is when it was read, if that is not now.
	Recorded *time.Time `json:"recorded,omitempty"`
}

func completenessOf(a *app.App, errs []error) completeness {
	c := completeness{Partial: len(errs) > 0, Errors: []string{}, Recorded: printing.Moment(a.Taken())}
	for _, err := range errs {
		c.Errors = append(c.Errors, printing.Shown(err.Error()))
	}
	return c
}

// ofService says in JSON which service is told of.
type ofService struct {
	Context string `json:"context"`
	Cluster string `json:"cluster"`
	Service string `json:"service"`
}

func serviceHead(a *app.App, target command.Found) ofService {
	return ofService{a.Context.String(), target.Ref.ClusterName(), target.Ref.Name()}
}

type clusterStatus struct {
	Name      string `json:"name"`
	ARN       string `json:"arn"`
	Status    string `json:"status"`
	Services  int    `json:"services"`
	Running   int    `json:"running"`
	Pending   int    `json:"pending"`
	Instances int    `json:"instances"`
	// Read says whether its services were: a large cluster has to be named, or --all given.
	Read bool `json:"read"`
	// Worst is the service that stands worst, nil where there is none or the cluster is
	// too large to be read unasked.
	Worst *worstStatus `json:"worst"`
	// Tags are null where they were not read.
	Tags map[string]string `json:"tags"`
}

// worstStatus is the service of a cluster that stands worst.
type worstStatus struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Why    string `json:"why,omitempty"`
}

// worstWords are the worst service of a cluster in a cell.
func worstWords(w inquiry.Worst, s *worstStatus) string {
	switch {
	case !w.Read:
		return "?"
	case s == nil:
		return "-"
	case s.Status == diagnose.OK.String():
		return s.Status
	case s.Why == "":
		return s.Status + " " + s.Name
	}
	return s.Status + " " + s.Name + ": " + s.Why
}

// clustersStatus is what status -o json prints of an account.
type clustersStatus struct {
	Context  string          `json:"context"`
	Clusters []clusterStatus `json:"clusters"`
	// Services are those of the clusters that were read, which have a worst one.
	Services []placedService `json:"services"`
	completeness
}

func (p program) clusters(ctx context.Context, a *app.App, keep *narrowing, output string) error {
	clusters, partial, err := a.Clusters(ctx)
	if err != nil {
		return err
	}
	list := make([]clusterStatus, len(clusters))
	rows := make([][]string, len(clusters))
	worst := a.WorstOf(ctx, clusters)
	for i, c := range clusters {
		w := worst[c.Ref.ARN]
		partial = append(partial, w.Partial...)
		list[i] = clusterStatus{c.Name, c.Ref.ARN, c.Status, c.Services, c.Running, c.Pending, c.Instances, w.Read, nil, tagsShown(c.Tags)}
		if s := w.Standing; s.Service().Name != "" {
			list[i].Worst = &worstStatus{s.Service().Name, s.Finding.Status.String(), s.Finding.Why}
		}
		rows[i] = []string{c.Name, c.Status, strconv.Itoa(c.Services), strconv.Itoa(c.Running), strconv.Itoa(c.Pending), strconv.Itoa(c.Instances), printing.Shown(worstWords(w, list[i].Worst))}
	}
	list, rows, untold := narrow(keep, p.Err, list, rows, func(i int) thing { return thing{clusters[i].Name, clusters[i].Tags} })
	partial = append(partial, untold...)
	if output == "json" {
		var all []located
		for _, c := range list {
			for _, s := range worst[c.ARN].Standings {
				all = append(all, located{s, a.Context})
			}
		}
		services, lacking := placed(ctx, a, all)
		partial = append(partial, lacking...)
		p.Partial(partial)
		return printing.JSON(p.Out, clustersStatus{a.Context.String(), list, services, completenessOf(a, partial)})
	}
	p.Partial(partial)
	return printing.Table(p.Out, []string{"CLUSTER", "STATUS", "SERVICES", "RUNNING", "PENDING", "INSTANCES", "WORST"}, rows)
}
