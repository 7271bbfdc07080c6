package logs

import (
	"slices"

	"gantry/awsx"
	"gantry/ui"
	"gantry/views"
)

// The actions on lines. Scrolling has names of its own: a preset that scrolls tables by
// letters leaves these to the actions here.
var (
	actRecord        = ui.ActEnter.As("record", 1)
	actFollow        = ui.Binding{ID: "log-follow", Name: "follow", Keys: []string{"s"}, Hint: 2, Lesson: "follows the newest lines again"}
	actFilter        = ui.Binding{ID: "log-filter", Name: "filter", Keys: []string{"&"}, Hint: 3}
	actQuery         = ui.Binding{ID: "log-query", Name: "query", Keys: []string{"Q"}, Hint: 3}
	actNextError     = ui.Binding{ID: "log-next-error", Name: "next error", Keys: []string{"e"}}
	actPreviousError = ui.Binding{ID: "log-previous-error", Name: "previous error", Keys: []string{"E"}, Hint: 4}
	actWrap          = ui.ActWrap.As("wrap", 5)
	actTime          = ui.Binding{ID: "log-time", Name: "time", Keys: []string{"t"}, Hint: 6}
	actJump          = ui.Binding{ID: "log-jump", Name: "go to a time", Keys: []string{"T"}}
	actAround        = ui.Binding{ID: "log-around", Name: "around this line", Keys: []string{"o"}}
	actHistogram     = ui.Binding{ID: "log-histogram", Name: "histogram", Keys: []string{"H"}, Hint: 9}
	actColumns       = ui.Binding{ID: "log-columns", Name: "columns", Keys: []string{"J"}}
	actChooseColumns = ui.Binding{ID: "log-choose-columns", Name: "choose columns", Keys: []string{"C"}}
	actUnfold        = ui.Binding{ID: "log-unfold", Name: "fold or unfold", Keys: []string{"z"}}
	actUnfoldAll     = ui.Binding{ID: "log-unfold-all", Name: "fold or unfold all", Keys: []string{"Z"}}
	actSelect        = ui.Binding{ID: "log-select", Name: "select", Keys: []string{"v"}}
	actCopy          = ui.ActCopy.As("copy line", 8)
	actMark          = ui.Binding{ID: "log-mark", Name: "draw a mark", Keys: []string{"m"}}
	actReveal        = ui.Binding{ID: ui.ActReveal.ID, Name: "show what is masked", Keys: []string{"r"}, Reveals: true}
	actLink          = ui.Binding{ID: "log-link", Name: "link to Kibana", Keys: []string{"K"}}
	actFull          = ui.Binding{ID: "log-full", Name: "full screen", Keys: []string{"f"}}
	actPredecessor   = ui.Binding{ID: "log-predecessor", Name: "previous task", Keys: []string{"p"}, Hint: 7}
	actQueryInFull   = ui.ActDescribe.As("the query in full", 0)
	actSearchAnew    = ui.ActRefresh.As("search anew", 0)
	actOnlyValue     = ui.Binding{ID: "log-only-value", Name: "only this value", Keys: []string{"i"}, Hint: 1}
	actWithoutValue  = ui.Binding{ID: "log-without-value", Name: "without it", Keys: []string{"x"}, Hint: 1}
	actNextRecord    = ui.Binding{ID: "log-next-record", Name: "next record", Keys: []string{">"}, Hint: 2}
	actPrevRecord    = ui.Binding{ID: "log-previous-record", Name: "previous", Keys: []string{"<"}, Hint: 2}
	actLeft          = ui.Binding{ID: "log-left", Name: "scroll left", Keys: []string{"left"}, Hidden: true}
	actRight         = ui.Binding{ID: "log-right", Name: "scroll right", Keys: []string{"right"}, Hidden: true}
)

// The actions on a histogram.
var (
	actLinesOfBar  = ui.ActEnter.As("its lines", 1)
	actCountAnew   = ui.ActRefresh.As("count anew", 0)
	actEarlierBar  = ui.Binding{ID: "log-earlier-bar", Name: "earlier bar", Keys: []string{"left", "h"}, Hint: 4}
	actLaterBar    = ui.Binding{ID: "log-later-bar", Name: "later bar", Keys: []string{"right", "l"}, Hint: 5}
	actNextBar     = actNextError.As("next bar with errors", 2)
	actPreviousBar = actPreviousError.As("previous bar with errors", 3)
)

// The lines, a record and a query whole, and the histogram.
var _ = views.Kinds.Add(
	views.Kind{Of: views.OfService, Short: []string{"log"}, Open: func(deps *views.Deps, of awsx.Ref) {
		deps.Nav.Logs(views.LogScope{Service: of})
	}, Together: func(deps *views.Deps, of []awsx.Ref) {
		scopes := make([]views.LogScope, len(of))
		for i, service := range of {
			scopes[i].Service = service
		}
		deps.Nav.Logs(scopes...)
	}, Declaration: ui.Declaration{Screen: "logs", Title: "Logs", Bindings: slices.Concat([]ui.Binding{
		actRecord, actFollow, actFilter, actQuery, actNextError, actPreviousError, actWrap, actTime, actJump, actAround,
		actHistogram, actColumns, actChooseColumns, actUnfold, actUnfoldAll, actSelect, actCopy, actMark, actReveal,
		actLink, actFull, actPredecessor, actQueryInFull, actSearchAnew, ui.ActFindNext, ui.ActFindPrev,
	}, windowBindings(), ui.MovementBindings(), []ui.Binding{actLeft, actRight})}},
	views.Kind{Declaration: ui.Declaration{Screen: "histogram", Title: "Histogram", Bindings: append([]ui.Binding{
		actLinesOfBar, actCountAnew, actEarlierBar, actLaterBar, actNextBar, actPreviousBar,
	}, windowBindings()...)}},
	views.Kind{Declaration: ui.Declaration{Screen: "record", Bindings: append(ui.DocumentBindings(), actOnlyValue, actWithoutValue, actNextRecord, actPrevRecord)}},
	views.Kind{Declaration: ui.Declaration{Screen: "query", Bindings: ui.DocumentBindings()}},
)
