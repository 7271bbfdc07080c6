package views

// The actions that several screens have, by which a configuration binds other keys.
const (
	ActLogs        = "logs"
	ActImage       = "image"
	ActEnv         = "environment"
	ActEdit        = "edit"
	ActScale       = "scale"
	ActBreaker     = "breaker"
	ActRun         = "run"
	ActRestart     = "restart"
	ActRollBack    = "roll-back"
	ActFollow      = "follow"
	ActDeployments = "deployments"
)
