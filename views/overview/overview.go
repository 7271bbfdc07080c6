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
	alarms        []awsx.Alarm
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
	beside.Go(func() {
		w := deps.Store.Routes(service.Context)
		defer w.Close()
		if s, err := w.Await(ctx, (*store.Snapshot[awsx.Route]).Ended); err == nil {
			f.routes, f.routesErr = s.Items, s.Err
			if s.Err == nil && len(s.Partial) > 0 {
				f.routesErr = s.Partial[0]
			}
		}
	})
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
	if names := f.alarmNames(); len(names) > 0 {
		f.alarms, f.alarmsErr = account.AlarmsByName(ctx, names)
	}
	return f, ctx.Err()
}

// alarmNames are the alarms that deployments and scaling policies of the service watch, and
// none that a policy makes for itself.
func (f *facts) alarmNames() []string {
	names := append([]string{}, f.found.Service().Alarms.Names...)
	if f.scaling != nil {
		for _, p := range f.scaling.Policies {
			names = append(names, p.Alarms...)
		}
	}
	return names
}

// refused says why a part is missing.
func (f *facts) refused(err error) string {
	if t := prose.TroubleOf(err, f.found.Service().Ref.Context); t.Banner != "" {
		return t.Banner
	}
	return read.Why(err)
}
