package views

// The actions that several screens have, by which a configuration binds other keys.
const (
	actLogs        = "logs"
	actImage       = "image"
	actEnv         = "environment"
	actEdit        = "edit"
	actScale       = "scale"
	actBreaker     = "breaker"
	actRun         = "run"
	actRestart     = "restart"
	actRollBack    = "roll-back"
	actFollow      = "follow"
	actDeployments = "deployments"
)
