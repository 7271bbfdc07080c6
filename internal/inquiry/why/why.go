package why

import (
	"context"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
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
