package editors

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/form"
)

// Strategy asks over which capacity providers the tasks are to be spread, and plans that.
func (e *Editors) Strategy(service awsx.Ref) {
	host := e.Changes.Deps.Host
	svc, ok := e.Changes.Deps.Known(service)
	if !ok {
		host.Flash(ui.Warn, "capacity provider strategy: %s was not read yet", service.Name())
		return
	}
	help := "launch type " + cmp.Or(svc.LaunchType, "EC2") + " now"
	if len(svc.CapacityProviders) > 0 {
		help = svc.CapacityProviders.String() + " now; empty takes it back to its launch type"
	}
	host.Modal(form.New(host.Theme(), form.Options{
		Title: "Capacity provider strategy of " + service.ClusterName() + "/" + service.Name(),
		Fields: []form.Field{{
			Label: "strategy", Value: svc.CapacityProviders.Typed(), Placeholder: "PROVIDER=WEIGHT[,BASE] …",
			Help: help,
			Check: func(v string) error {
				_, err := awsx.ParseStrategy(strings.Fields(v))
				return err
			},
		}},
		Submit: func(values []string) (tea.Cmd, error) {
			strategy, err := awsx.ParseStrategy(strings.Fields(values[0]))
			if err == nil {
				e.Changes.Propose(service, deploy.SetStrategy{Strategy: strategy}, nil)
			}
			return nil, err
		},
	}))
}
