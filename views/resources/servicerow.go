package resources

import (
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/store"
	"gantry/internal/errand"
	"gantry/internal/fault"
	"gantry/ui/theme"
	"gantry/views/livetable"
	"gantry/views/wording"
)

// clusterFacts is what was read of a cluster, in which rows of services are
// found. What was not read says so: nothing is taken for zero.
type clusterFacts struct {
	// Cluster lacks its tasks and groups, which are own and groups: a cluster has
	// thousands, and these are the ones that snapshots hold.
	diagnose.Cluster
	own          map[string]*ownTasks         // by the service's name
	groups       map[string]*store.GroupState // by ARN
	services     []*awsx.Service
	servicesRead bool
	// tasksFailed says that tasks were asked for in vain.
	tasksFailed bool
	// instancesNow returns the instances of now; nil for those of the facts.
	instancesNow func() []awsx.Instance

	shared *common // what the rows of this moment share, nil until one is made
}

// ownTasks are the tasks of one service. They are those of snapshots: neither they nor the
// lists ever change.
type ownTasks struct{ running, stopped []*awsx.Task }

func (o *ownTasks) lists() [2][]*awsx.Task {
	if o == nil {
		return [2][]*awsx.Task{}
	}
	return [2][]*awsx.Task{o.running, o.stopped}
}

// common is what rows that were made at one moment share.
type common struct {
	diagnose.Cluster
	instances func() []awsx.Instance
}

func (f *clusterFacts) common() *common {
	if f.shared == nil {
		f.shared = &common{f.Cluster, f.instancesNow}
		if held := f.Instances; f.instancesNow == nil {
			f.shared.instances = func() []awsx.Instance { return held }
		}
		// A row keeps what rings for itself, and must not keep the lists of its day alive.
		f.shared.Ringing, f.shared.Instances = nil, nil
	}
	return f.shared
}

// serviceRow is one service with the verdict on it. What the verdict was found in is not
// kept with it, since thousands of rows would hold as many copies of their services, tasks
// and groups: it is put together again, out of snapshots, for the row that is looked at.
type serviceRow struct {
	item   *awsx.Service
	own    *ownTasks           // nil for none
	groups []*store.GroupState // that are known, in the order of the service
	in     *common
	// surveyed is what stood around the service when it was read apart from any snapshot.
	surveyed *diagnose.Around

	Finding  diagnose.Finding
	Troubles []diagnose.Trouble
	Ringing  []diagnose.Ringing
	// joined says that tasks and targets were related.
	joined bool

	status   theme.Status
	image    string // tag@digest, "?" until its definition was read
	revision string
	// needs are the task definitions that the verdict hangs on, lacks all those that
	// the row was made without.
	needs, lacks []string
	// refused says that what is unread was asked for in vain.
	refused bool
}

// serviceRows puts a cluster's facts into rows, in the order of the services.
func serviceRows(f *clusterFacts) []*serviceRow {
	rows := make([]*serviceRow, len(f.services))
	for i, s := range f.services {
		rows[i] = f.row(s)
	}
	return rows
}

func (f *clusterFacts) row(s *awsx.Service) *serviceRow {
	// What lacks is found first: a definition that is read meanwhile is taken for one
	// that the row was made without, never for one that it was made with.
	r := &serviceRow{item: s, own: f.own[s.Name], in: f.common(), lacks: f.lacks(s), image: livetable.Unread}
	for _, arn := range s.TargetGroups() {
		if g := f.groups[arn]; g != nil {
			r.groups = append(r.groups, g)
		}
	}
	if f.Ringing != nil {
		r.Ringing = f.Ringing(*s)
	}
	stands := r.around().Stand()
	r.Finding, r.Troubles, r.joined = stands.Finding, stands.Troubles, stands.Evidence.Foreign != nil
	if len(r.lacks) > 0 {
		r.needs = stands.Evidence.Needs()
	}
	r.status = livetable.VerdictStatus(r.Finding.Status)
	r.refused = f.tasksFailed || slices.ContainsFunc(r.groups, func(g *store.GroupState) bool { return g.Err != nil })
	_, r.revision = awsx.SplitRevision(s.TaskDefinition)
	if td := r.definition(s.TaskDefinition); td != nil {
		c := s.MainContainer(td)
		r.image = wording.ShortImage(c.Image, r.runningDigest(c.Name))
	}
	return r
}

// surveyedRow is the row of a service that was read and judged elsewhere.
func surveyedRow(s diagnose.Standing) *serviceRow {
	a := &diagnose.Around{Standing: s}
	e := &a.Evidence
	r := &serviceRow{
		item: &e.Service, own: &ownTasks{}, surveyed: a, Finding: s.Finding, Troubles: s.Troubles,
		in:     &common{Cluster: diagnose.Cluster{Definition: e.Definition, RunningRead: e.RunningRead, StoppedRead: e.StoppedRead}},
		status: livetable.VerdictStatus(s.Finding.Status),
	}
	for i := range e.Running {
		r.own.running = append(r.own.running, &e.Running[i])
	}
	for i := range e.Stopped {
		r.own.stopped = append(r.own.stopped, &e.Stopped[i])
	}
	return r
}

// around puts together what stands around the service, with the definitions and instances of
// now and the rest as it was when the row was made. It may be asked for from any goroutine.
func (r *serviceRow) around() diagnose.Around {
	if r.surveyed != nil {
		return *r.surveyed
	}
	tasks := r.own.lists()
	var groups []awsx.Group
	var gone []string
	for _, g := range r.groups {
		groups = append(groups, g.Group)
		if fault.ClassOf(g.Err) == fault.NotFound {
			gone = append(gone, g.ARN)
		}
	}
	cluster := r.in.Cluster
	cluster.Instances = r.in.instances()
	a := cluster.With(*r.item, diagnose.Tasks{Running: awsx.Values(tasks[0]), Stopped: awsx.Values(tasks[1])}, groups, gone)
	a.Ringing = r.Ringing
	return a
}

func (r *serviceRow) service() *awsx.Service { return r.item }

// definition returns a task definition by ARN, nil when it was not read.
func (r *serviceRow) definition(arn string) *awsx.TaskDefinition {
	if r.in.Definition == nil || arn == "" {
		return nil
	}
	return r.in.Definition(arn)
}

// values are what commands of the operator's own take of a service: its image where its
// definition was read and has one container.
func (r *serviceRow) values() map[string]string {
	s := r.service()
	known := map[string]string{errand.Revision: awsx.ARNName(s.TaskDefinition)}
	if td := r.definition(s.TaskDefinition); td != nil && len(td.Containers) == 1 {
		c := td.Containers[0]
		known[errand.Container], known[errand.Image] = c.Name, c.Image
		known[errand.Digest] = r.runningDigest(c.Name)
	}
	return known
}

// lacks are the task definitions of a service and its tasks that were not read.
func (f *clusterFacts) lacks(s *awsx.Service) []string {
	var arns []string
	lack := func(arn string) {
		if arn != "" && !slices.Contains(arns, arn) && (f.Definition == nil || f.Definition(arn) == nil) {
			arns = append(arns, arn)
		}
	}
	lack(s.TaskDefinition)
	for _, tasks := range f.own[s.Name].lists() {
		for _, t := range tasks {
			lack(t.TaskDefinition)
		}
	}
	return arns
}

// runningDigest is what a container of the service's revision runs, empty if no task tells.
func (r *serviceRow) runningDigest(container string) string {
	for _, t := range r.own.lists()[0] {
		if t.TaskDefinition != r.item.TaskDefinition {
			continue
		}
		for _, c := range t.Containers {
			if c.Name == container && c.ImageDigest != "" {
				return c.ImageDigest
			}
		}
	}
	return ""
}

// lastDead is the task of a service that died last, of those that ECS still tells of.
func (r *serviceRow) lastDead() (last awsx.Task, dead bool) {
	var died *awsx.Task
	for _, t := range r.own.lists()[1] {
		// The time is asked first: reading why is dear, and this is drawn.
		if (died == nil || reason.StoppedAt(*t).After(reason.StoppedAt(*died))) && reason.StoppedTask(*t, r.definition(t.TaskDefinition)).Failure {
			died = t
		}
	}
	if died == nil {
		return awsx.Task{}, false
	}
	return *died, true
}

// turned reports whether time alone may have turned the verdict.
func (r *serviceRow) turned(now time.Time) bool {
	until := r.Finding.Until
	return !until.IsZero() && !now.Before(until)
}

// lacked reports whether the row was made without one of these definitions.
func (r *serviceRow) lacked(definitions []string) bool {
	return slices.ContainsFunc(definitions, func(arn string) bool { return slices.Contains(r.lacks, arn) })
}

// standsOn reports whether one of these instances may have helped to tell which targets are
// the service's own, or why its tasks find no place. Nothing else in a row depends on
// instances.
func (r *serviceRow) standsOn(instances map[string]bool) bool {
	if len(instances) == 0 {
		return false
	}
	if len(r.Troubles) > 0 && !r.service().OnFargate() {
		return true
	}
	if !r.joined {
		return false
	}
	on := func(t *awsx.Task) bool { return instances[t.ContainerInstance] }
	tasks := r.own.lists()
	return slices.ContainsFunc(tasks[0], on) || slices.ContainsFunc(tasks[1], on)
}
