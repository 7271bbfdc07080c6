package overview

import (
	"context"

	"gantry/awsx"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/views"
	"gantry/views/prose"
)

// A service as a template of CloudFormation.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "template", Bindings: ui.DocumentBindings()},
	Of:          views.OfService, Short: []string{"export", "cloudformation"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewTemplate(deps, of)) },
})

// NewTemplate shows a service and what belongs to it as a template of CloudFormation, which
// is saved as YAML.
func NewTemplate(deps *views.Deps, service awsx.Ref) ui.Screen {
	return ui.NewDocument(deps.Host, ui.DocumentOptions{
		Name: "template", What: "template of " + service.Name(), FileType: "yaml",
		Header: deps.Header(service, "template"),
		Load: func(ctx context.Context) (ui.Content, error) {
			t, err := inquiry.Reader{Context: service.Context, Store: deps.Store, Clock: deps.Now}.Template(ctx, service)
			if err != nil {
				return nil, err
			}
			return ui.Plain(t.YAML()), nil
		},
		Trouble: prose.Refused(service.Context),
	})
}
