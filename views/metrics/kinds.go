package metrics

import (
	"slices"
	"strconv"

	"gantry/awsx"
	"gantry/awsx/metrics"
	"gantry/ui"
	"gantry/views"
)

// The actions on charts.
var (
	actZoom    = ui.ActEnter.As("this one alone", 1)
	actOverlay = ui.Binding{ID: "overlay", Name: "another service over it", Keys: []string{"="}, Hint: 3}
	actByTask  = ui.Binding{ID: "by-task", Name: "each task", Keys: []string{"t"}, Hint: 4}
	actAnew    = ui.ActRefresh.As("read anew", 6)
	// actBoards opens the dashboards of the account.
	actBoards = ui.Binding{ID: "dashboards", Name: "dashboards", Keys: []string{"D"}, Hint: 5}
	actLeft   = ui.Binding{ID: "chart-left", Name: "chart to the left", Keys: []string{"left", "h"}, Hidden: true}
	actRight  = ui.Binding{ID: "chart-right", Name: "chart to the right", Keys: []string{"right", "l"}, Hidden: true}
)

// rangeBindings choose a range: 1 for the shortest.
func rangeBindings() (all []ui.Binding) {
	for i, r := range metrics.Ranges() {
		b := ui.Binding{ID: "range-" + r.Name, Name: r.Name, Keys: []string{strconv.Itoa(i + 1)}}
		if i == 0 {
			b.Hint = 2
		}
		all = append(all, b)
	}
	return all
}

// chartBindings are those of all screens of charts.
func chartBindings(own ...ui.Binding) []ui.Binding {
	return slices.Concat(own, []ui.Binding{actZoom, actAnew, actLeft, actRight}, ui.MovementBindings(), rangeBindings())
}

// The charts of services.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "metrics", Title: "Metrics", Bindings: chartBindings(actOverlay, actByTask, actBoards)},
	Of:          views.OfService, Short: []string{"metric", "charts", "cw"},
	Open:     func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(New(deps, of)) },
	Together: func(deps *views.Deps, of []awsx.Ref) { deps.Host.Push(New(deps, of...)) },
})
