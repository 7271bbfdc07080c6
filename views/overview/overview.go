package overview

import (
	"context"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/store"
	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/views"
	"gantry/views/prose"
)

// The page of a service.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "page", Bindings: ui.DocumentBindings()},
	Of:          views.OfService, Short: []string{"overview"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(New(deps, of)) },
})

// New makes the page of a service: how it stands, its deployments and events, its targets
// and the rules that lead to them, alarms, scaling and task definition. What cannot be read
// says so in its place; ctrl+r reads it all again.
func New(deps *views.Deps, service awsx.Ref) ui.Screen {
	return ui.NewDocument(deps.Host, ui.DocumentOptions{
		Name: "page", What: "page of " + service.Name(),
		Header: deps.Header(service, "page"),
		Load: func(ctx context.Context) (ui.Content, error) {
			f, err := gather(ctx, deps, service)
			if err != nil {
				return nil, err
			}
			return f.page(), nil
		},
		Trouble: prose.Refused(service.Context),
	})
}

// facts are what the page is made of. Each part has the error for which it is missing.
type facts struct {
	deps  *views.Deps
	found inquiry.Inspection

	definition    *awsx.TaskDefinition
	definitionErr error
	routes        []awsx.Route
	routesErr     error
	scaling       *awsx.ScalableTarget // nil for a service that nothing scales
	scalingErr    error
	alarms        []inquiry.Alarm
	alarmsErr     error
}

// gather reads all parts at the same time. Without the service itself there is no page.
func gather(ctx context.Context, deps *views.Deps, service awsx.Ref) (*facts, error) {
	account, err := deps.Store.Account(ctx, service.Context)
	if err != nil {
		return nil, err
	}
	f := &facts{deps: deps}
	var beside crash.Group
	var alarms []awsx.Alarm
	beside.Go(func() { f.routes, f.routesErr = readOf(ctx, deps.Store.Routes(service.Context)) })
	beside.Go(func() { alarms, f.alarmsErr = readOf(ctx, deps.Store.Alarms(service.Context)) })
	beside.Go(func() {
		target, err := account.ScalableTarget(ctx, service)
		if err == nil {
			f.scaling = &target
		} else if fault.ClassOf(err) != fault.NotFound {
			f.scalingErr = err
		}
	})
	reader := inquiry.Reader{Context: service.Context, Store: deps.Store, Clock: deps.Now}
	f.found, err = reader.Inspect(ctx, service)
	beside.Wait()
	if err != nil {
		return nil, err
	}
	svc := f.found.Service()
	f.definition, f.definitionErr = deps.Store.TaskDefinition(ctx, service.Context, svc.TaskDefinition)
	r := inquiry.AlarmReadings{Cluster: service.ClusterRef(), Service: svc.Ref, Alarms: alarms, Services: []awsx.Service{svc}, Routes: f.routes}
	if f.scaling != nil {
		r.Policies = f.scaling.Policies
	}
	f.alarms = inquiry.AlarmsOf(r)
	return f, ctx.Err()
}

// readOf is what a watch holds once it was read, or why not all of it was.
func readOf[T any](ctx context.Context, w *store.Watch[T]) ([]T, error) {
	defer w.Close()
	s, err := w.Await(ctx, (*store.Snapshot[T]).Ended)
	switch {
	case err != nil:
		return nil, err
	case s.Err == nil && len(s.Partial) > 0:
		return s.Values(), s.Partial[0]
	}
	return s.Values(), s.Err
}

// refused says why a part is missing.
func (f *facts) refused(err error) string {
	if t := prose.TroubleOf(err, f.found.Service().Ref.Context); t.Banner != "" {
		return t.Banner
	}
	return read.Why(err)
}
