package prose

import (
	"context"

	"gantry/awsx"
	"gantry/ui"
	"gantry/views"
)

// TextSpec is a text about a resource, and where it comes from.
type TextSpec struct {
	Name    string   // the screen's short name
	What    string   // what is shown, for messages: "service api"
	Subject awsx.Ref // whose text it is
	Crumb   string
	Load    func(ctx context.Context) ([]Para, error)
}

// A description, and JSON as the API gives it.
var _ = views.Kinds.Add(
	views.Kind{Declaration: ui.Declaration{Screen: "describe", Bindings: ui.DocumentBindings()}},
	views.Kind{Declaration: ui.Declaration{Screen: "json", Bindings: ui.DocumentBindings()}},
)

// NewTextScreen makes the document of a text about a resource.
func NewTextScreen(deps *views.Deps, spec TextSpec) *ui.Document {
	cluster := spec.Subject.ClusterRef()
	return ui.NewDocument(deps.Host, ui.DocumentOptions{
		Name: spec.Name, What: spec.What,
		Header: deps.Within(cluster, spec.Crumb+" "+spec.Name),
		Load: func(ctx context.Context) (ui.Content, error) {
			paras, err := spec.Load(ctx)
			return Document{paras}, err
		},
		Trouble: Refused(spec.Subject.Context),
	})
}
