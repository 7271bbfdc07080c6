package reports

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/inquiry"
	"gantry/ui/text"
)

var _ = commands.Add(program.statusCommand)

func (p program) statusCommand() *cobra.Command {
	f := statusFlags{keep: &narrowing{}}
	cmd := &cobra.Command{
		Use:   "status [CLUSTER[/SERVICE]]",
		Short: "Show how clusters, a cluster's services or a service's tasks stand",
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

// serviceStatus is a service as -o json prints it. Numbers that were not read
// are null.
type serviceStatus struct {
	Name           string     `json:"name"`
	ARN            string     `json:"arn"`
	Status         string     `json:"status"`
	Since          *time.Time `json:"since,omitempty"`
	Why            string     `json:"why,omitempty"`
	Next           string     `json:"next,omitempty"`
	ReasonText     string     `json:"reasonText,omitempty"` // all of what Why was read from
	Desired        int        `json:"desired"`
	Running        int        `json:"running"`
	Pending        int        `json:"pending"`
	TaskDefinition string     `json:"taskDefinition"`
	Rollout        *rollout   `json:"rollout,omitempty"`
	Targets        *targets   `json:"targets"`
	Died           *int       `json:"diedInLastHour"`
	Changed        *time.Time `json:"changed,omitempty"`
	// Tags are null where they were not read.
	Tags map[string]string `json:"tags"`
	// Images are what its containers run; null where that was not asked.
	Images []imageStatus `json:"images" schema:"null"`
}

type rollout struct {
	Running int    `json:"running"`
	Desired int    `json:"desired"`
	Failed  int    `json:"failed"`
	Breaker string `json:"breaker,omitempty"`
}

type targets struct {
	Healthy      int `json:"healthy"`
	Total        int `json:"total"`
	UnreadGroups int `json:"unreadGroups"`
}

func statusOf(standing diagnose.Standing) serviceStatus {
	s, f := standing.Service(), standing.Finding
	out := serviceStatus{
		Name: s.Name, ARN: s.Ref.ARN, Status: f.Status.String(), Why: clean.Redact(f.Why), Next: f.Next, ReasonText: clean.Redact(f.Reason.Text),
		Desired: s.Desired, Running: s.Running, Pending: s.Pending, TaskDefinition: awsx.ARNName(s.TaskDefinition),
		Since: printing.Moment(f.Since), Changed: printing.Moment(f.Changed), Tags: tagsShown(s.Tags),
	}
	if f.Rollout.Active {
		out.Rollout = &rollout{f.Rollout.Running, f.Rollout.Desired, f.Rollout.Failed, f.Breaker}
	}
	if f.Targets.Groups > 0 {
		out.Targets = &targets{f.Targets.Healthy, f.Targets.Total, f.Targets.Unread}
	}
	if !f.Died.Unread {
		out.Died = &f.Died.Count
	}
	return out
}

// servicesStatus is what status -o json prints of a cluster.
type servicesStatus struct {
	Context  string          `json:"context"`
	Cluster  string          `json:"cluster"`
	Services []serviceStatus `json:"services"`
	completeness
}

func (p program) services(ctx context.Context, a *app.App, name string, keep *narrowing, output string) error {
	cluster, err := a.FindCluster(ctx, name)
	if err != nil {
		return err
	}
	survey, err := a.Survey(ctx, cluster.Ref)
	if err != nil {
		return err
	}
	all := survey.WorstFirst()
	rows := make([][]string, len(all))
	for i, s := range all {
		rows[i] = serviceCells(s, a.Now())
	}
	standings, rows, untold := narrow(keep, p.Err, all, rows, func(i int) thing { return serviceThing(all[i]) })
	partial := append(survey.Partial, untold...)
	if output == "json" {
		list, lacking := statuses(ctx, a, standings)
		partial = append(partial, lacking...)
		p.Partial(partial)
		return printing.JSON(p.Out, servicesStatus{a.Context.String(), cluster.Name, list, completenessOf(a, partial)})
	}
	p.Partial(partial)
	return printing.Table(p.Out, serviceHeader(), rows)
}

// serviceHeader heads the services table.
func serviceHeader() []string {
	return []string{"SERVICE", "STATUS", "RUN/DES", "NEW", "TGT", "DIED", "CHG", "REVISION", "WHY"}
}

// serviceCells are the cells of the services table. What was not read is "?".
func serviceCells(standing diagnose.Standing, now time.Time) []string {
	s, f, changed := statusOf(standing), standing.Finding, "-"
	if s.Changed != nil {
		changed = text.Age(now.Sub(*s.Changed))
	}
	return []string{s.Name, s.Status, fmt.Sprintf("%d/%d", s.Running, s.Desired), f.Rollout.String(), f.Targets.String(), f.Died.String(), changed, s.TaskDefinition, s.Why}
}

type taskStatus struct {
	ID             string         `json:"id"`
	Status         string         `json:"status"`
	Health         string         `json:"health"`
	TaskDefinition string         `json:"taskDefinition"`
	Zone           string         `json:"availabilityZone"`
	Ports          []string       `json:"ports"`
	Targets        []targetStatus `json:"targets"`
	Started        *time.Time     `json:"started,omitempty"`
	Stopped        *time.Time     `json:"stopped,omitempty"`
	// Reason is in short why the task stopped, ReasonText all that ECS wrote.
	Reason     string `json:"reason,omitempty"`
	ReasonText string `json:"reasonText,omitempty"`
	// Remembered is when ECS told of the task last, where only gantry knows it any more.
	Remembered *time.Time `json:"remembered,omitempty"`
	// Tags are null where they were not read.
	Tags map[string]string `json:"tags"`
	tags awsx.Tags
}

type targetStatus struct {
	Group  string `json:"group"`
	Target string `json:"target,omitempty"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
}

// tasksStatus is what status -o json prints of a service.
type tasksStatus struct {
	Context      string         `json:"context"`
	Cluster      string         `json:"cluster"`
	Service      serviceStatus  `json:"service"`
	Tasks        []taskStatus   `json:"tasks"`
	OtherTargets []targetStatus `json:"otherTargets"`
	completeness
}

func (p program) service(ctx context.Context, a *app.App, target string, keep *narrowing, output string) error {
	cluster, name, err := command.ParseService(target)
	if err != nil {
		return err
	}
	svc, err := a.FindService(ctx, cluster, name)
	if err != nil {
		return err
	}
	found, err := a.Inspect(ctx, svc.Ref)
	if err != nil {
		return err
	}
	joined, seen := found.Joined(), found.Evidence
	tasks := []taskStatus{}
	for i, t := range seen.Running {
		tasks = append(tasks, taskOf(t, joined.Tasks[i]))
	}
	for _, t := range seen.Stopped {
		tasks = append(tasks, stoppedTask(t, seen))
	}
	tasks, rows, untold := narrow(keep, p.Err, tasks, taskCells(tasks), func(i int) thing { return thing{tasks[i].ID, tasks[i].tags} })
	partial := append(found.Partial, untold...)
	others := leftovers(joined)
	if output == "json" {
		service, lacking := statuses(ctx, a, []diagnose.Standing{found.Standing})
		partial = append(partial, lacking...)
		p.Partial(partial)
		return printing.JSON(p.Out, tasksStatus{a.Context.String(), cluster, service[0], tasks, others, completenessOf(a, partial)})
	}
	p.Partial(partial)
	if err := printing.Table(p.Out, serviceHeader(), [][]string{serviceCells(found.Standing, a.Now())}); err != nil {
		return err
	}
	fmt.Fprintln(p.Out)
	for _, o := range others {
		whose := "(no task)"
		if o.State == alb.Undetermined.String() {
			whose = "(not located)"
		}
		rows = append(rows, []string{whose, "", "", "", "", o.Target, o.State, o.Reason})
	}
	return printing.Table(p.Out, []string{"TASK", "STATUS", "HEALTH", "REVISION", "ZONE", "PORTS", "TARGETS", "REASON"}, rows)
}

// taskCells are the cells of the tasks of a service.
func taskCells(tasks []taskStatus) (rows [][]string) {
	for _, t := range tasks {
		rows = append(rows, []string{t.ID, t.Status, t.Health, t.TaskDefinition, t.Zone, cmp.Or(strings.Join(t.Ports, " "), "-"), cmp.Or(targetWords(t.Targets), "-"), t.Reason})
	}
	return rows
}

func taskOf(t awsx.Task, j alb.TaskTargets) taskStatus {
	s := taskStatus{
		ID: t.ID, Status: t.LastStatus, Health: t.Health, TaskDefinition: awsx.ARNName(t.TaskDefinition),
		Zone: t.AvailabilityZone, Ports: []string{}, Targets: []targetStatus{}, Started: printing.Moment(t.StartedAt),
		Tags: tagsShown(t.Tags), tags: t.Tags,
	}
	for _, port := range j.Ports {
		s.Ports = append(s.Ports, fmt.Sprintf("%s:%s>%s:%s", port.Container, port.Inside(), cmp.Or(port.Host, "-"), cmp.Or(port.Outside(), "0")))
	}
	for _, target := range j.Targets {
		ts := targetStatus{Group: awsx.GroupName(target.Group), State: target.Health.State, Reason: target.Health.Reason}
		if target.Address.ID != "" {
			ts.Target = fmt.Sprintf("%s:%d", target.Address.ID, target.Address.Port)
		}
		switch target.Standing {
		case alb.Unread:
			ts.State = "?"
		case alb.Unresolved:
			ts.State = "unresolved"
		case alb.NotRegistered:
			ts.State = "not registered"
		case alb.Registered:
		}
		s.Targets = append(s.Targets, ts)
	}
	return s
}

func targetWords(list []targetStatus) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = t.State
		if t.Reason != "" {
			words[i] += " " + t.Reason
		}
	}
	return strings.Join(words, ", ")
}

// leftovers are registered targets that belong to no task: draining, or
// registered by somebody else.
func leftovers(j alb.Joined) []targetStatus {
	out := []targetStatus{}
	for _, u := range j.Unmatched {
		out = append(out, targetStatus{
			Group: awsx.GroupName(u.Group), Target: fmt.Sprintf("%s:%d", u.Target.ID, u.Target.Port),
			State: u.Kind.String(), Reason: strings.Trim(u.Target.State+" "+u.Target.Reason, " "),
		})
	}
	return out
}
