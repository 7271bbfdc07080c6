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

const (
	// patience is how long is waited for what explains a service, once it is known itself.
	patience = 10 * time.Second
	// deadRead is how many of the tasks that died last have their lines read: they die of
	// one cause, or of a few.
	deadRead = 3
	// newestRead is how many of a service's newest lines are looked through for errors, and
	// newestFor how far back.
	newestRead = 200
	newestFor  = 15 * time.Minute
	// scalingsRead is how many of the newest scaling activities are read.
	scalingsRead = 20
)

// Asker finds out what is wrong with services.
type Asker struct {
	inquiry.Reader
	Lines inquiry.Lines
	// SetByHand returns the counts that people gave a service, as far as the journal of
	// changes tells; nil for none.
	SetByHand func(service awsx.Ref) []diagnose.CountSet
}

// Answer is what is wrong with a service.
type Answer struct {
	diagnose.Standing
	// Unread holds what could not be read, and so explains nothing.
	Unread []error
}

// Told reports whether the answer is one: something was found, or what decides was read. A
// service that is on its way is not known to be well before that either.
func (w Answer) Told() bool { return len(w.Troubles) > 0 || w.Finding.Lacking == "" }

// Service finds out what is wrong with one service. What explains it beside the service itself
// is read side by side; what cannot be read is told in the answer.
func (w Asker) Service(ctx context.Context, service awsx.Ref) (Answer, error) {
	found, err := w.Inspect(ctx, service)
	if err != nil {
		return Answer{}, err
	}
	r := reading{ask: w, Around: found.Around, unread: found.Partial}
	var beside crash.Group
	beside.Go(func() {
		balancers := func(group string) []string {
			i := slices.IndexFunc(r.Evidence.Groups, func(g awsx.Group) bool { return g.ARN == group })
			if i < 0 {
				return nil
			}
			return r.Evidence.Groups[i].Settings.LoadBalancers
		}
		r.Ringing = r.alarms(ctx, balancers).Ringing(r.Service())
	})
	return r.explained(ctx, &beside), ctx.Err()
}

// Task finds out what is wrong with a task of a service, and with the service.
func (w Asker) Task(ctx context.Context, service awsx.Ref, task awsx.Task) (own []diagnose.Trouble, of Answer, err error) {
	found, err := w.Inspect(ctx, service)
	if err != nil {
		return nil, Answer{}, err
	}
	for _, t := range slices.Concat(found.Evidence.Running, found.Evidence.Stopped) {
		if t.Ref == task.Ref {
			task = t // as it is now; ECS forgets what stopped an hour ago
		}
	}
	r := reading{ask: w, Around: found.Around, unread: found.Partial, task: &task}
	of = r.explained(ctx, &crash.Group{})
	return r.Task(task), of, ctx.Err()
}

// Cluster finds out what is wrong with the services of a cluster, the worst first. What costs
// calls for each service is read of those alone that are not well.
func (w Asker) Cluster(ctx context.Context, cluster awsx.Ref) (all []Answer, partial []error, err error) {
	survey, err := w.Survey(ctx, cluster)
	if err != nil {
		return nil, nil, err
	}
	shared := reading{ask: w, unread: survey.Partial}
	var beside crash.Group
	beside.Go(func() { shared.Routes, shared.RoutesRead = shared.routes(ctx) })
	beside.Go(func() {
		groups := survey.Cluster.Groups
		survey.Cluster.Ringing = shared.alarms(ctx, func(group string) []string { return groups[group].Settings.LoadBalancers }).Ringing
	})
	beside.Wait()
	all = make([]Answer, len(survey.Standings))
	var sick []int
	around := func(i int) diagnose.Around {
		a := survey.Cluster.Around(survey.Standings[i].Service())
		a.Standing = survey.Standings[i]
		return a
	}
	for i, s := range survey.Standings {
		if unwell(s) {
			sick = append(sick, i)
			continue
		}
		a := around(i)
		a.Routes, a.RoutesRead = shared.Routes, shared.RoutesRead
		if w.SetByHand != nil {
			a.SetByHand = w.SetByHand(s.Service().Ref)
		}
		all[i] = Answer{Standing: a.Judge()}
	}
	inquiry.Each(sick, func(i int) {
		r := reading{ask: w, Around: around(i)}
		all[i] = r.explained(ctx, &crash.Group{})
	})
	slices.SortStableFunc(all, func(a, b Answer) int { return b.Finding.Severity - a.Finding.Severity })
	return all, shared.unread, ctx.Err()
}

// Findings are what is wrong with a service, or with those of a cluster, in a sentence each, for
// a report; nil where it could not be found out.
func (w Asker) Findings(ctx context.Context, of awsx.Ref) (all []string, unread []error, err error) {
	var found []Answer
	if of.ARN == of.Cluster {
		found, unread, err = w.Cluster(ctx, of)
	} else {
		found = make([]Answer, 1)
		found[0], err = w.Service(ctx, of)
	}
	if err != nil {
		return nil, unread, err
	}
	all = []string{}
	for _, a := range found {
		for _, err := range a.Unread {
			unread = fault.AddNew(unread, err)
		}
		if !a.Told() {
			unread = append(unread, fault.Errorf(fault.Failed, "find out why", a.Service().Name, "what decides could not be read: %s", a.Finding.Lacking))
		}
		for _, t := range a.Troubles {
			since := ""
			if !t.Since.IsZero() {
				since = ", since " + t.Since.UTC().Format("15:04:05Z")
			}
			all = append(all, a.Service().Name+": "+t.Cause+" ("+string(t.Sure)+since+")")
		}
	}
	return all, unread, nil
}

// Keep has the store read services again and again, so that who asks about them every so often
// hears of what is new; several are those of a cluster. What it returns ends that.
func (w Asker) Keep(every time.Duration, services ...awsx.Ref) (end func()) {
	need := store.Need{MaxAge: every / 2}
	if len(services) == 1 {
		one := w.Store.Service(services[0])
		one.Need(need)
		return one.Close
	}
	if len(services) == 0 {
		return func() {}
	}
	cluster := services[0].ClusterRef()
	all, tasks, targets := w.Store.Services(cluster), w.Store.Tasks(cluster), w.Store.Targets(cluster)
	all.Need(need)
	tasks.Need(need)
	for _, s := range services {
		need.Visible = append(need.Visible, s.ARN)
	}
	targets.Need(need)
	return func() {
		all.Close()
		tasks.Close()
		targets.Close()
	}
}

// unwell reports whether part or all of a service does not serve.
func unwell(s diagnose.Standing) bool {
	return s.Finding.Status == diagnose.Failed || s.Finding.Status == diagnose.Degraded
}

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
