package views

import "gantry/ui"

// The actions on a service that several screens have.
var (
	ActLogs        = ui.Binding{ID: "logs", Name: "logs", Keys: []string{"l"}, Hint: 2, Takes: ui.TakesMarked}
	ActWhy         = ui.Binding{ID: "why", Name: "why", Keys: []string{"w"}, Hint: 2, Lesson: "tells why"}
	ActEvents      = ui.Binding{ID: "events", Name: "events", Keys: []string{"E"}}
	ActUndo        = ui.Binding{ID: "undo", Name: "undo", Keys: []string{"u"}, Hint: 3, Short: []string{"rollback"}, Lesson: "plans the way back; a plan changes nothing by itself"}
	ActImage       = ui.Binding{ID: "image", Name: "image", Keys: []string{"i"}, Hint: 4}
	ActEnv         = ui.Binding{ID: "environment", Name: "env", Keys: []string{"v"}, Hint: 5}
	ActScale       = ui.Binding{ID: "scale", Name: "scale", Keys: []string{"s"}, Hint: 7, Takes: ui.TakesMarked}
	ActRestart     = ui.Binding{ID: "restart", Name: "restart", Keys: []string{"r"}, Hint: 6, Takes: ui.TakesMarked}
	ActFollow      = ui.Binding{ID: "follow", Name: "follow its deployment", Keys: []string{"z"}}
	ActDeployments = ui.Binding{ID: "deployments", Name: "deployments", Keys: []string{"Z"}}
	ActEdit        = ui.Binding{ID: "edit", Name: "edit the task definition", Keys: []string{"e"}}
	ActBreaker     = ui.Binding{ID: "breaker", Name: "circuit breaker"}
	ActStrategy    = ui.Binding{ID: "strategy", Name: "capacity provider strategy"}
	ActCompare     = ui.Binding{ID: "compare", Name: "compare", Keys: []string{"="}, Takes: ui.TakesMarked}
	ActRun         = ui.Binding{ID: "run", Name: "run a task like its own"}
	ActTargets     = ui.Binding{ID: "targets", Name: "targets", Keys: []string{"t"}}
	ActRouting     = ui.Binding{ID: "rules-to-it", Name: "rules that lead to it", Keys: []string{"R"}}
	ActMetrics     = ui.Binding{ID: "metrics", Name: "metrics", Keys: []string{"m"}, Takes: ui.TakesMarked}
	ActShell       = ui.Binding{ID: "shell", Name: "shell", Keys: []string{"s"}, Hint: 4, Short: []string{"exec"}, Takes: ui.TakesNone}
	ActForward     = ui.Binding{ID: "forward", Name: "port forward", Keys: []string{"F"}, Takes: ui.TakesNone}
	ActAlarms      = ui.Binding{ID: "alarms-of-it", Name: "its alarms", Keys: []string{"M"}}
	ActInstances   = ui.Binding{ID: "instances", Name: "instances", Keys: []string{"o"}}
)
