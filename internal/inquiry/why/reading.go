package why

import (
	"context"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/diagnose/written"
	"gantry/awsx/past"
	"gantry/awsx/store"
	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/logs"
)

// reading is what is read around a service, a part by each of several goroutines.
type reading struct {
	ask Asker
	diagnose.Around
	task   *awsx.Task // that is asked about, nil for the service
	mu     sync.Mutex
	unread []error
}

// note keeps what could not be read, each once. That something does not exist is an answer.
func (r *reading) note(errs ...error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, err := range errs {
		if err != nil && fault.ClassOf(err) != fault.NotFound {
			r.unread = fault.AddNew(r.unread, err)
		}
	}
}

// explained reads what stands around a service, beside what is being read already, and judges
// it with that.
func (r *reading) explained(ctx context.Context, beside *crash.Group) Answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	svc := r.Service()
	sick := unwell(r.Standing)
	if sick && !svc.OnFargate() {
		beside.Go(func() { r.hosts(ctx) })
	}
	if !sick && len(svc.LoadBalancers) > 0 {
		beside.Go(func() { r.Routes, r.RoutesRead = r.routes(ctx) })
	}
	beside.Go(func() { r.scaling(ctx) })
	beside.Go(func() { r.changes(ctx) })
	beside.Go(func() {
		if sick {
			r.recall(ctx)
		}
		r.lines(ctx)
	})
	beside.Wait()
	return Answer{Standing: r.Judge(), Unread: r.unread}
}

// recall asks which tasks died of which ECS tells no more.
func (r *reading) recall(ctx context.Context) {
	gone, err := r.ask.Gone(ctx, r.Evidence, time.Time{})
	r.note(err)
	r.Remembered = past.TasksOf(gone)
}

// alarms reads the alarms of the account; nil where they are not read.
func (r *reading) alarms(ctx context.Context, balancers func(group string) []string) *diagnose.Alarms {
	watch := r.ask.Store.Alarms(r.ask.Context)
	defer watch.Close()
	s, err := watch.Await(ctx, (*store.Snapshot[awsx.Alarm]).Ended)
	if err != nil {
		return nil
	}
	r.note(append(slices.Clip(s.Partial), s.Err)...)
	return diagnose.NewAlarms(s.Values(), balancers)
}

// hosts reads what the tasks run on, and what brings it.
func (r *reading) hosts(ctx context.Context) {
	s := r.Service()
	cluster := s.Ref.ClusterRef()
	instances := r.ask.Store.Instances(cluster)
	defer instances.Close()
	if read, err := instances.Await(ctx, (*store.Snapshot[awsx.Instance]).Ended); err == nil {
		r.Instances, r.InstancesRead = read.Values(), read.Whole()
		r.note(read.Err)
	}
	fleet, partial, err := r.ask.Fleet(ctx, cluster)
	r.note(append(partial, err)...)
	r.Managed = map[string]bool{}
	for _, g := range fleet.Here {
		r.Groups = append(r.Groups, g.GroupEvidence)
		if slices.ContainsFunc(g.Providers, func(p awsx.CapacityProvider) bool {
			return p.Scales && slices.Contains(s.CapacityProviders.Names(), p.Name)
		}) {
			r.Managed[g.Group.Name] = true
		}
	}
}

// routes reads the listeners and rules of the account.
func (r *reading) routes(ctx context.Context) ([]awsx.Route, bool) {
	routes := r.ask.Store.Routes(r.ask.Context)
	defer routes.Close()
	s, err := routes.Await(ctx, (*store.Snapshot[awsx.Route]).Ended)
	if err != nil {
		return nil, false
	}
	r.note(append(slices.Clip(s.Partial), s.Err)...)
	return s.Values(), s.Whole()
}

// scaling reads what scales the service, and what people set.
func (r *reading) scaling(ctx context.Context) {
	service := r.Service().Ref
	if r.ask.SetByHand != nil {
		r.SetByHand = r.ask.SetByHand(service)
	}
	account, err := r.ask.Store.Account(ctx, service.Context)
	if err != nil {
		r.note(err)
		return
	}
	target, err := account.ScalableTarget(ctx, service)
	if err != nil {
		r.note(err) // that it is not scaled is no failure
		return
	}
	r.Scaling = &target
	r.Scalings, err = account.ScalingActivities(ctx, service, scalingsRead)
	r.note(err)
}

// changes finds in what the service differs from what worked before.
func (r *reading) changes(ctx context.Context) {
	s := r.Service()
	account, err := r.ask.Store.Account(ctx, s.Ref.Context)
	if err != nil {
		r.note(err)
		return
	}
	past, _ := inquiry.Deployments(ctx, account, s.Ref) // where there is no record, the revisions tell
	before, after := inquiry.ChangeOf(s, past)
	if before == "" || after == "" || before == after {
		return
	}
	was, err := r.ask.Store.TaskDefinition(ctx, s.Ref.Context, before)
	if err != nil {
		return // the one before may be gone: then nothing is compared
	}
	is, err := r.ask.Store.TaskDefinition(ctx, s.Ref.Context, after)
	if err != nil {
		r.note(err)
		return
	}
	r.Before = awsx.ARNName(before)
	var failed error
	r.Changes, failed = Changes(was, is)
	r.note(failed)
}

// Changes is in what a revision differs from the one before.
func Changes(before, after *awsx.TaskDefinition) (all []diagnose.Change, err error) {
	changes, err := edits.Changes(before, after)
	for _, c := range changes {
		all = append(all, diagnose.Change{Part: cause.Part(c.Part), Name: c.Name, Gone: !c.Has, Text: c.Text()})
	}
	return all, err
}

// lines reads what the tasks that died last wrote, and what those that run write.
func (r *reading) lines(ctx context.Context) {
	s := r.Standing
	if r.ask.Lines.Open == nil {
		return
	}
	if _, err := r.ask.Lines.Open(ctx, s.Service().Ref.Context); err != nil {
		r.note(noStore(err))
		return
	}
	dead := slices.DeleteFunc(slices.Concat(s.Evidence.Stopped, r.Remembered), func(t awsx.Task) bool {
		return !reason.StoppedTask(t, s.Evidence.TaskDefinition(t.TaskDefinition)).Failure
	})
	slices.SortStableFunc(dead, func(x, y awsx.Task) int { return reason.StoppedAt(y).Compare(reason.StoppedAt(x)) })
	dead = dead[:min(len(dead), deadRead)]
	if t := r.task; t != nil && !slices.ContainsFunc(dead, func(d awsx.Task) bool { return d.Ref == t.Ref }) {
		dead = append(dead, *t)
	}
	wrote, partial := r.ask.Lines.Failing(ctx, dead)
	r.LinesRead = len(wrote) > 0 || len(partial) == 0 // a store that refused was not looked through
	for _, err := range partial {
		r.note(noStore(err))
	}
	for _, one := range wrote {
		r.Wrote = append(r.Wrote, written.Last{Task: one.Task.ID, Container: one.Container.Name, Lines: said(one.Entries)})
	}
	entries, err := r.ask.Lines.Lately(ctx, s, r.Evidence.Now.Add(-newestFor), newestRead)
	r.note(noStore(err))
	r.Lines = said(entries)
}

// noStore is an error of a log store, nil for that none is configured: who has none does
// not want to be told with each answer.
func noStore(err error) error {
	if fault.ClassOf(err) == fault.Invalid {
		return nil
	}
	return err
}

func said(entries []logs.Entry) (all []written.Line) {
	for _, e := range entries {
		if e.Gap == nil {
			all = append(all, written.Line{At: e.Time, Text: e.Message, Severe: logs.SeverityOf(e.Level) >= logs.SeverityError})
		}
	}
	return all
}
