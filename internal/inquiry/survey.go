package inquiry

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/past"
	"gantry/awsx/store"
	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// patience is how long a command waits for what explains a service, once the
// service itself is known. Elastic Load Balancing's rate does not allow to read
// the targets of a large cluster whole, and an account that throttles may not tell
// its tasks either. What is missing by then stays unread.
const patience = 10 * time.Second

// freshAge is how old a reading may be that is left of whoever looked before. It is more than
// the store takes between two readings.
const freshAge = 30 * time.Second

// fresh tells whether a reading is of now, or was tried in vain: what is left of an earlier
// one says what was.
func fresh[T any](now time.Time) func(*store.Snapshot[T]) bool {
	return func(s *store.Snapshot[T]) bool { return s.Err != nil || now.Sub(s.At) <= freshAge }
}

// inspectAge is how old the reading of one service may be when it is inspected.
const inspectAge = 2 * time.Second

// definitionsAtOnce is how many task definitions are read at the same time.
const definitionsAtOnce = 8

// Survey is how the services of a cluster stand.
type Survey struct {
	Standings []diagnose.Standing
	// Partial holds what could not be read; the rest is good.
	Partial []error
	// Cluster is what they were judged by.
	Cluster diagnose.Cluster
}

// Clusters reads the clusters of the context. The errors of the second result are
// of parts that could not be read.
func (r Reader) Clusters(ctx context.Context) ([]awsx.Cluster, []error, error) {
	w := r.Store.Clusters(r.Context)
	defer w.Close()
	s, err := w.Await(ctx, (*store.Snapshot[awsx.Cluster]).Ended)
	if err == nil {
		err = lost(s)
	}
	if err != nil {
		return nil, nil, err
	}
	return s.Values(), s.Partial, nil
}

// lost is the failure of a listing of which nothing was read: that every part of it
// failed is no empty list.
func lost[T any](s *store.Snapshot[T]) error {
	switch {
	case s.Err != nil || len(s.Items) > 0 || len(s.Partial) == 0:
		return s.Err
	case len(s.Partial) == 1:
		return s.Partial[0]
	}
	return fmt.Errorf("%w, and %d more like it", s.Partial[0], len(s.Partial)-1)
}

// Survey reads how all services of a cluster stand.
func (r Reader) Survey(ctx context.Context, cluster awsx.Ref) (Survey, error) {
	services, tasks, targets := r.Store.Services(cluster), r.Store.Tasks(cluster), r.Store.Targets(cluster)
	defer services.Close()
	defer tasks.Close()
	defer targets.Close()
	s, err := services.Await(ctx, (*store.Snapshot[awsx.Service]).Ended)
	if err == nil {
		err = lost(s)
	}
	if err != nil {
		return Survey{}, err
	}
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if now, err := services.Await(patient, fresh[awsx.Service](r.Now())); err == nil && lost(now) == nil {
		s = now
	}
	out := Survey{Partial: slices.Clone(s.Partial)}
	need := make([]string, len(s.Items))
	for i, svc := range s.Items {
		need[i] = svc.Ref.ARN
	}
	targets.Need(store.Need{Visible: need})
	t, tasksRead := out.tasks(patient, tasks, r.Now())
	out.targets(patient, targets, s.Values())
	instances := sync.OnceValues(func() ([]awsx.Instance, bool) { return r.instances(patient, cluster) })
	out.Cluster = diagnose.Cluster{
		Tasks: diagnose.ByService(t.Values()), RunningRead: tasksRead, StoppedRead: tasksRead, RunningAt: t.At, Untold: t.Untold, Groups: Groups(targets.Snapshot().Values()), Gone: map[string]bool{},
		Definition: r.cached, Now: r.Now(),
		Instance: func(arn string) (awsx.Instance, bool) {
			all, _ := instances()
			return Instances(all)(arn)
		},
	}
	c := &out.Cluster
	for _, arn := range gone(targets.Snapshot().Values()) {
		c.Gone[arn] = true
	}
	for _, svc := range s.Values() {
		out.Standings = append(out.Standings, c.Stand(svc))
	}
	if slices.ContainsFunc(out.Standings, hosted) {
		c.Instances, c.InstancesRead = instances()
	}
	r.judgeAgain(patient, &out)
	for _, s := range out.Standings {
		out.Partial = append(out.Partial, untold(s)...)
	}
	return out, ctx.Err()
}

// hosted reports whether what a service suffers from may lie with the instances that it
// runs on.
func hosted(s diagnose.Standing) bool { return len(s.Troubles) > 0 && !s.Evidence.Service.OnFargate() }

// judgeAgain reads the task definitions that verdicts hang on, and judges those
// services anew, and those whose instances were read.
func (r Reader) judgeAgain(ctx context.Context, out *Survey) {
	c := &out.Cluster
	var arns []string
	var waiting []int
	for i := range out.Standings {
		needs := out.Standings[i].Evidence.Needs()
		if len(needs) > 0 || c.InstancesRead && hosted(out.Standings[i]) {
			arns, waiting = append(arns, needs...), append(waiting, i)
		}
	}
	if err := r.define(ctx, arns); err != nil {
		out.Partial = append(out.Partial, err)
	}
	for _, i := range waiting {
		out.Standings[i] = c.Stand(out.Standings[i].Service())
	}
}

// define reads task definitions into the store's cache and returns the first
// failure.
func (r Reader) define(ctx context.Context, arns []string) error {
	slices.Sort(arns)
	arns = slices.Compact(arns)
	var first error
	for batch := range slices.Chunk(arns, definitionsAtOnce) {
		errs := make([]error, len(batch))
		var reading crash.Group
		for i, arn := range batch {
			reading.Go(func() { _, errs[i] = r.Store.TaskDefinition(ctx, r.Context, arn) })
		}
		reading.Wait()
		for _, err := range errs {
			if first == nil {
				first = err
			}
		}
	}
	return first
}

// cached returns a task definition that was read before, nil when it was not.
func (r Reader) cached(arn string) *awsx.TaskDefinition {
	td, _ := r.Store.CachedTaskDefinition(r.Context, arn)
	return td
}

// tasks waits for the tasks of a cluster and reports whether all were read.
func (s *Survey) tasks(ctx context.Context, w *store.Watch[awsx.Task], now time.Time) (*store.Snapshot[awsx.Task], bool) {
	t, err := w.Await(ctx, fresh[awsx.Task](now))
	if left := w.Snapshot(); err != nil && left.Ended() {
		t, err = left, nil
	}
	switch {
	case err != nil:
		s.Partial = append(s.Partial, fault.Errorf(fault.Offline, "read tasks", "", "they were not all read within %s", patience))
		return w.Snapshot(), false
	case t.Err != nil:
		s.Partial = append(s.Partial, t.Err)
	}
	s.Partial = append(s.Partial, t.Partial...)
	return t, t.Err == nil && t.Whole()
}

// targets waits for the target health of services as long as that is worth it.
func (s *Survey) targets(ctx context.Context, w *store.Watch[store.GroupState], services []awsx.Service) {
	wanted := map[string]bool{}
	for _, svc := range services {
		for _, arn := range svc.TargetGroups() {
			wanted[arn] = true
		}
	}
	// Groups come with the pages of services: those that are there are not all.
	missing := func(x *store.Snapshot[store.GroupState]) int {
		n := len(wanted)
		for _, g := range x.Items {
			if wanted[g.ARN] && (g.Read || g.Err != nil) {
				n--
			}
		}
		return n
	}
	_, _ = w.Await(ctx, func(x *store.Snapshot[store.GroupState]) bool {
		return x.Ended() && (missing(x) == 0 || x.Err != nil && len(x.Items) == 0)
	}) // what is not there by then is told below
	now := w.Snapshot()
	for _, g := range now.Items {
		if g.Err != nil {
			s.Partial = append(s.Partial, g.Err)
		}
	}
	if unread := missing(now); unread > 0 {
		s.Partial = append(s.Partial, fault.Errorf(fault.Offline, "read target health", "",
			"%d of %s not read within %s", unread, words.Count(len(wanted), "target group"), patience))
	}
}

// Inspection is one service with its tasks and how it stands.
type Inspection struct {
	diagnose.Around
	// Partial holds what could not be read; the rest is good.
	Partial []error
}

// gone are the target groups among some that do not exist.
func gone(groups []store.GroupState) (arns []string) {
	for _, g := range groups {
		if fault.ClassOf(g.Err) == fault.NotFound {
			arns = append(arns, g.ARN)
		}
	}
	return arns
}

// Inspect reads one service with its tasks and their targets.
func (r Reader) Inspect(ctx context.Context, service awsx.Ref) (Inspection, error) {
	w := r.Store.Service(service)
	defer w.Close()
	w.Need(store.Need{MaxAge: inspectAge})
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	now := fresh[store.ServiceState](r.Now())
	s, err := w.Await(patient, func(s *store.Snapshot[store.ServiceState]) bool {
		return s.Err != nil || len(s.Items) > 0 && allRead(*s.Items[0]) && now(s)
	})
	switch {
	case err == nil:
		err = s.Err
	case ctx.Err() == nil && len(w.Snapshot().Items) > 0:
		s, err = w.Snapshot(), nil // what is missing is unread
	}
	if err != nil {
		return Inspection{}, err
	}
	state := *s.Items[0]
	out := Inspection{Partial: slices.Clone(s.Partial)}
	if state.StoppedErr != nil {
		out.Partial = fault.AddNew(out.Partial, state.StoppedErr)
	}
	for _, g := range state.Groups {
		if g.Err != nil {
			out.Partial = fault.AddNew(out.Partial, g.Err)
		}
	}
	var arns []string
	for _, t := range slices.Concat(state.Running, state.Stopped) {
		arns = append(arns, t.TaskDefinition)
	}
	_ = r.define(ctx, arns) // what cannot be read is missing
	instances, whole := r.instances(ctx, service.ClusterRef())
	_, err = r.Store.ReadHosts(ctx, HostsOf(instances, slices.Concat(state.Running, state.Stopped)...))
	evidence := Evidence(state, r.cached, Hosts(r.Store, instances), r.Now())
	if err == nil { // those of others, which they alone know
		_, err = r.Store.ReadMachines(ctx, r.Context, TargetIDs(evidence.Groups))
	}
	if err != nil && ctx.Err() == nil {
		out.Partial = append(out.Partial, err)
	}
	out.Around = diagnose.Around{Standing: diagnose.Standing{Evidence: evidence}, Instances: instances, InstancesRead: whole, GroupsGone: gone(state.Groups)}
	out.Standing = out.Stand()
	out.Partial = append(out.Partial, untold(out.Standing)...)
	return out, nil
}

// Gone are tasks of a service that were seen since a time and of which ECS tells no more, the
// last to stop first. What is known of it has to be all that ECS tells: before that is read
// there are none. An error says that some of what was kept could not be read.
func (r Reader) Gone(ctx context.Context, e diagnose.Evidence, since time.Time) ([]past.Stopped, error) {
	if !e.RunningRead || !e.StoppedRead {
		return nil, nil
	}
	return past.Gone(ctx, r.Store.Past(), e.Service.Ref, slices.Concat(e.Running, e.Stopped), since)
}

// untold says which service's tasks were listed and could not be described.
func untold(s diagnose.Standing) []error {
	if s.Finding.Untold == 0 {
		return nil
	}
	svc := s.Service()
	return []error{fault.Errorf(fault.Failed, "describe tasks", svc.Name, "%d of %s not told", s.Finding.Untold, words.Count(svc.Running+svc.Pending, "task"))}
}

// allRead reports whether all of a service was read, or failed to be.
func allRead(s store.ServiceState) bool {
	return !s.RunningAt.IsZero() && !s.StoppedAt.IsZero() &&
		!slices.ContainsFunc(s.Groups, func(g store.GroupState) bool { return !g.Read && g.Err == nil })
}

// instances are the container instances of a cluster, and whether all of them were read.
func (r Reader) instances(ctx context.Context, cluster awsx.Ref) ([]awsx.Instance, bool) {
	w := r.Store.Instances(cluster)
	defer w.Close()
	s, err := w.Await(ctx, (*store.Snapshot[awsx.Instance]).Ended)
	if err != nil {
		return nil, false
	}
	return s.Values(), s.Whole()
}
