package tasks

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/past"
	"gantry/ui/theme"
	"gantry/views/livetable"
	"gantry/views/wording"
)

// serviceFacts is what was read of one service and its tasks.
type serviceFacts struct {
	diagnose.Evidence
	// remembered are those that stopped and of which ECS tells no more.
	remembered []past.Stopped
}

// taskRow is one task of a service, or a registered target that belongs to none.
type taskRow struct {
	task    awsx.Task
	stray   *alb.Unmatched // the target, for a row that is no task
	stopped bool
	ended   reason.Stopped // why, of a stopped task
	status  theme.Status
	ports   []alb.Port
	targets []alb.Target
	host    *awsx.Instance
	def     *awsx.TaskDefinition
	fresh   bool // of the revision that is being rolled out
	image   string
	facts   *serviceFacts
	// protected is until when neither scaling nor a deployment ends the task; zero for one
	// that is not protected, or of which that was not read.
	protected time.Time
	// remembered is when ECS told of the task last, of one of which it tells no more.
	remembered time.Time
	unseen     string // why it ended, where nobody saw that
}

// taskRows puts a service's facts into rows: running tasks, stopped ones, and
// the targets that match none.
func taskRows(f *serviceFacts) []*taskRow {
	joined := f.Join()
	rows := make([]*taskRow, 0, len(f.Running)+len(f.Stopped)+len(f.remembered)+len(joined.Unmatched))
	for i, t := range f.Running {
		r := f.task(t)
		r.ports, r.targets = joined.Tasks[i].Ports, joined.Tasks[i].Targets
		r.status = runningStatus(t, r.targets)
		rows = append(rows, r)
	}
	for _, t := range f.Stopped {
		rows = append(rows, f.stopped(t))
	}
	for _, s := range f.remembered {
		r := f.stopped(s.Task)
		r.remembered, r.unseen, r.ports = s.Seen, s.Unseen(), nil // its ports were given back
		rows = append(rows, r)
	}
	for i := range joined.Unmatched {
		u := &joined.Unmatched[i]
		r := &taskRow{stray: u, facts: f, status: theme.StatusUnknown, image: "-"}
		if u.Kind == alb.Draining {
			r.status = theme.StatusStopped
		}
		rows = append(rows, r)
	}
	return rows
}

// stopped is the row of a task that stopped.
func (f *serviceFacts) stopped(t awsx.Task) *taskRow {
	r := f.task(t)
	r.stopped, r.ended, r.status = true, reason.StoppedTask(t, r.def), theme.StatusStopped
	r.ports = alb.Ports(t, r.def, r.hostAddress())
	if r.ended.Failure {
		r.status = theme.StatusFailed
	}
	return r
}

func (f *serviceFacts) task(t awsx.Task) *taskRow {
	r := &taskRow{task: t, facts: f, image: livetable.Unread}
	if f.Instance != nil && t.ContainerInstance != "" {
		if host, ok := f.Instance(t.ContainerInstance); ok {
			r.host = &host
		}
	}
	r.def = f.TaskDefinition(t.TaskDefinition)
	if c, ok := f.mainOf(t, r.def); ok {
		r.image = wording.ShortImage(c.Image, c.ImageDigest)
	}
	r.fresh = f.rollingOut(t)
	return r
}

// mainOf is the container of a task whose image an operator means.
func (f *serviceFacts) mainOf(t awsx.Task, td *awsx.TaskDefinition) (awsx.Container, bool) {
	name := ""
	if td != nil {
		name = f.Service.MainContainer(td).Name
	} else if len(f.Service.LoadBalancers) > 0 {
		name = f.Service.LoadBalancers[0].Container
	}
	for _, c := range t.Containers {
		if c.Name == name {
			return c, true
		}
	}
	if len(t.Containers) == 1 {
		return t.Containers[0], true
	}
	return awsx.Container{}, false
}

// rollingOut tells whether a task belongs to a deployment that replaces another.
func (f *serviceFacts) rollingOut(t awsx.Task) bool {
	primary, ok := f.Service.Primary()
	if !ok || len(f.Service.Deployments) < 2 {
		return false
	}
	if t.StartedBy != "" && primary.ID != "" {
		return t.StartedBy == primary.ID
	}
	return t.TaskDefinition == primary.TaskDefinition
}

// runningStatus is how a task stands that should run. What decides and was not
// read makes it unknown.
func runningStatus(t awsx.Task, targets []alb.Target) theme.Status {
	worst := theme.StatusOK
	raise := func(s theme.Status) {
		if s.Severity() > worst.Severity() {
			worst = s
		}
	}
	switch t.LastStatus {
	case "RUNNING":
	case "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED":
		raise(theme.StatusStopped)
	default:
		return theme.StatusPending
	}
	if t.Health == "UNHEALTHY" {
		raise(theme.StatusDegraded)
	}
	for _, target := range targets {
		raise(targetStatus(target))
	}
	return worst
}

// targetStatus is how a task stands with one of its targets.
func targetStatus(t alb.Target) theme.Status {
	switch t.Standing {
	case alb.NotRegistered:
		return theme.StatusDegraded
	case alb.Registered:
		return HealthStatus(t.Health.State)
	}
	return theme.StatusUnknown
}

// HealthStatus is how a target of a state of the load balancer stands.
func HealthStatus(state string) theme.Status {
	switch state {
	case "healthy":
		return theme.StatusOK
	case "initial":
		return theme.StatusPending
	case "draining":
		return theme.StatusStopped
	case "unhealthy", "unused":
		return theme.StatusDegraded
	}
	return theme.StatusUnknown
}

// key identifies a row: the task, or the target's place.
func (r *taskRow) key() string {
	if r.stray != nil {
		return "target " + r.stray.Group + " " + address(r.stray.Target.ID, r.stray.Target.Port)
	}
	return r.task.Ref.ARN
}

// address is where something listens, as host and port.
func address(host string, port int) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]:" + strconv.Itoa(port)
	}
	return host + ":" + strconv.Itoa(port)
}

// addresses are where the task listens, the load-balanced ports first; a port that is not
// bound yet has none.
func (r *taskRow) addresses() []string {
	if r.stray != nil {
		return []string{address(r.stray.Target.ID, r.stray.Target.Port)}
	}
	var out []string
	for _, p := range r.byBalance() {
		if p.Host != "" && p.HostPort != 0 {
			out = append(out, address(p.Host, p.HostPort))
		}
	}
	return out
}

// byBalance are the task's ports, the load-balanced ones first.
func (r *taskRow) byBalance() []alb.Port {
	list := slices.Clone(r.ports)
	slices.SortStableFunc(list, func(a, b alb.Port) int { return cmp.Compare(r.balanced(a), r.balanced(b)) })
	return list
}

func (r *taskRow) name() string {
	if r.stray != nil {
		return "(target)"
	}
	return wording.ShortID(r.task.ID)
}

func (r *taskRow) hostAddress() string {
	if r.host != nil {
		return r.host.Address()
	}
	return ""
}

// began is when the task started, or was created while it has not.
func (r *taskRow) began() time.Time {
	if r.task.StartedAt.IsZero() {
		return r.task.CreatedAt
	}
	return r.task.StartedAt
}
