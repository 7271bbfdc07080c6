package why

import (
	"context"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/store"
	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/logs"
)

const (
	// patience is how long is waited for what explains a service, once it is known itself.
	patience = 10 * time.Second
	// atOnce is how many services are looked into at the same time.
	atOnce = 8
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
	Troubles []diagnose.Trouble
	// Unread holds what could not be read, and so explains nothing.
	Unread []error
}

// Told reports whether the answer is one: something was found, or what decides was read.
func (w Answer) Told() bool { return len(w.Troubles) > 0 || w.Finding.Status != diagnose.Unknown }

// Service finds out what is wrong with one service. What explains it beside the service itself
// is read side by side; what cannot be read is told in the answer.
func (w Asker) Service(ctx context.Context, service awsx.Ref) (Answer, error) {
	found, err := w.Inspect(ctx, service)
	if err != nil {
		return Answer{}, err
	}
	return w.explained(ctx, found.Standing, found.Gone, found.Partial), nil
}

// Cluster finds out what is wrong with the services of a cluster, the worst first. What costs
// calls for each service is read of those alone that are not well.
func (w Asker) Cluster(ctx context.Context, cluster awsx.Ref) (all []Answer, partial []error, err error) {
	survey, err := w.Survey(ctx, cluster)
	if err != nil {
		return nil, nil, err
	}
	routes, routesRead := w.routes(ctx, func(err error) {
		if err != nil {
			survey.Partial = append(survey.Partial, err)
		}
	})
	all = make([]Answer, len(survey.Standings))
	var sick []int
	for i, s := range survey.Standings {
		if s.Finding.Status == diagnose.Failed || s.Finding.Status == diagnose.Degraded {
			sick = append(sick, i)
			continue
		}
		a := diagnose.Around{Standing: s, GroupsGone: of(survey.Gone, s), Routes: routes, RoutesRead: routesRead}
		if w.SetByHand != nil {
			a.SetByHand = w.SetByHand(s.Service().Ref)
		}
		all[i] = Answer{Standing: s, Troubles: diagnose.Troubles(a)}
	}
	var reading crash.Group
	slots := make(chan struct{}, atOnce)
	for _, i := range sick {
		slots <- struct{}{}
		reading.Go(func() {
			defer func() { <-slots }()
			all[i] = w.explained(ctx, survey.Standings[i], of(survey.Gone, survey.Standings[i]), nil)
		})
	}
	reading.Wait()
	slices.SortStableFunc(all, func(a, b Answer) int { return b.Finding.Severity - a.Finding.Severity })
	return all, survey.Partial, ctx.Err()
}

// of are the target groups among some that a service names.
func of(groups []string, s diagnose.Standing) []string {
	named := s.Service().TargetGroups()
	return slices.DeleteFunc(slices.Clone(groups), func(arn string) bool { return !slices.Contains(named, arn) })
}

// explained reads what stands around a service, and judges it with that.
func (w Asker) explained(ctx context.Context, s diagnose.Standing, gone []string, unread []error) Answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out := Answer{Standing: s, Unread: unread}
	a := diagnose.Around{Standing: s, GroupsGone: gone}
	svc := s.Service()
	var mu sync.Mutex
	note := func(err error) {
		if err == nil || fault.ClassOf(err) == fault.NotFound {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if slices.ContainsFunc(out.Unread, func(told error) bool { return told.Error() == err.Error() }) {
			return
		}
		out.Unread = append(out.Unread, err)
	}
	var reading crash.Group
	sick := s.Finding.Status == diagnose.Failed || s.Finding.Status == diagnose.Degraded
	if sick && !svc.OnFargate() {
		reading.Go(func() { w.hosts(ctx, svc, &a, note) })
	}
	if !sick && len(svc.LoadBalancers) > 0 {
		reading.Go(func() { a.Routes, a.RoutesRead = w.routes(ctx, note) })
	}
	reading.Go(func() { w.scaling(ctx, svc.Ref, &a, note) })
	reading.Go(func() { w.changes(ctx, svc, &a, note) })
	reading.Go(func() { w.lines(ctx, s, &a, note) })
	reading.Wait()
	out.Troubles = diagnose.Troubles(a)
	return out
}

// hosts reads what the tasks run on, and what brings it.
func (w Asker) hosts(ctx context.Context, s awsx.Service, a *diagnose.Around, note func(error)) {
	cluster := s.Ref.ClusterRef()
	instances := w.Store.Instances(cluster)
	defer instances.Close()
	if read, err := instances.Await(ctx, (*store.Snapshot[awsx.Instance]).Ended); err == nil {
		a.Instances, a.InstancesRead = read.Items, read.Whole()
		note(read.Err)
	}
	fleet, partial, err := w.Fleet(ctx, cluster)
	note(err)
	for _, err := range partial {
		note(err)
	}
	a.Managed = map[string]bool{}
	for _, g := range fleet.Here {
		a.Groups = append(a.Groups, g.GroupEvidence)
		if slices.ContainsFunc(g.Providers, func(p awsx.CapacityProvider) bool {
			return p.Scales && slices.Contains(s.CapacityProviders.Names(), p.Name)
		}) {
			a.Managed[g.Group.Name] = true
		}
	}
}

// routes reads the listeners and rules of the account.
func (w Asker) routes(ctx context.Context, note func(error)) ([]awsx.Route, bool) {
	routes := w.Store.Routes(w.Context)
	defer routes.Close()
	s, err := routes.Await(ctx, (*store.Snapshot[awsx.Route]).Ended)
	if err != nil {
		return nil, false
	}
	note(s.Err)
	for _, err := range s.Partial {
		note(err)
	}
	return s.Items, s.Whole()
}

// scaling reads what scales the service, and what people set.
func (w Asker) scaling(ctx context.Context, service awsx.Ref, a *diagnose.Around, note func(error)) {
	if w.SetByHand != nil {
		a.SetByHand = w.SetByHand(service)
	}
	account, err := w.Store.Account(ctx, service.Context)
	if err != nil {
		note(err)
		return
	}
	target, err := account.ScalableTarget(ctx, service)
	if err != nil {
		note(err) // that it is not scaled is no failure
		return
	}
	a.Scaling = &target
	a.Scalings, err = account.ScalingActivities(ctx, service, scalingsRead)
	note(err)
}

// changes finds in what the service differs from what worked before.
func (w Asker) changes(ctx context.Context, s awsx.Service, a *diagnose.Around, note func(error)) {
	account, err := w.Store.Account(ctx, s.Ref.Context)
	if err != nil {
		note(err)
		return
	}
	past, _ := inquiry.Deployments(ctx, account, s.Ref) // where there is no record, the revisions tell
	before, after := inquiry.ChangeOf(s, past)
	if before == "" || after == "" || before == after {
		return
	}
	was, err := w.Store.TaskDefinition(ctx, s.Ref.Context, before)
	if err != nil {
		return // the one before may be gone: then nothing is compared
	}
	is, err := w.Store.TaskDefinition(ctx, s.Ref.Context, after)
	if err != nil {
		note(err)
		return
	}
	changes, err := edits.Changes(was, is)
	if err != nil {
		note(err)
		return
	}
	a.Before = awsx.ARNName(before)
	for _, c := range changes {
		a.Changes = append(a.Changes, diagnose.Change{Part: diagnose.Part(c.Part), Name: c.Name, Gone: !c.Has, Text: c.Text()})
	}
}

// lines reads what the tasks that died last wrote, and what those that run write.
func (w Asker) lines(ctx context.Context, s diagnose.Standing, a *diagnose.Around, note func(error)) {
	if w.Lines.Open == nil {
		return
	}
	dead := slices.DeleteFunc(slices.Clone(s.Evidence.Stopped), func(t awsx.Task) bool {
		return !reason.StoppedTask(t, s.Evidence.TaskDefinition(t.TaskDefinition)).Failure
	})
	slices.SortStableFunc(dead, func(x, y awsx.Task) int { return reason.StoppedAt(y).Compare(reason.StoppedAt(x)) })
	written, partial := w.Lines.Failing(ctx, dead[:min(len(dead), deadRead)])
	for _, err := range partial {
		note(noStore(err))
	}
	for _, one := range written {
		a.Wrote = append(a.Wrote, diagnose.Wrote{Task: one.Task.ID, Container: one.Container.Name, Lines: said(one.Entries)})
	}
	entries, err := w.Lines.Lately(ctx, s, w.Now().Add(-newestFor), newestRead)
	note(noStore(err))
	a.Lines = said(entries)
}

// noStore is an error of a log store, nil for that none is configured: who has none does
// not want to be told with each answer.
func noStore(err error) error {
	if fault.ClassOf(err) == fault.Invalid {
		return nil
	}
	return err
}

func said(entries []logs.Entry) (all []diagnose.Said) {
	for _, e := range entries {
		if e.Gap == nil {
			all = append(all, diagnose.Said{At: e.Time, Text: e.Message, Severe: logs.SeverityOf(e.Level) >= logs.SeverityError})
		}
	}
	return all
}
