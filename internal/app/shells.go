package app

import (
	"context"
	"os/exec"

	"gantry/awsx"
	"gantry/awsx/session"
	"gantry/internal/plugin"
)

// Joiner is how sessions of a context are joined from this machine: by the plugin that is
// on PATH, or not at all. It asks the plugin for its version.
func (a *App) Joiner(ctx context.Context, id awsx.ContextID) (plugin.Joiner, error) {
	j := plugin.Joiner{Profile: id.Profile}
	switch {
	case a.looksBack():
		j.Plugin = session.Plugin{Instead: "this is a snapshot, which nothing runs behind"}
	case a.apart:
		j.Plugin = session.Plugin{Instead: "the simulated account lives inside gantry, and nothing runs behind its sessions"}
	default:
		p, err := plugin.Find(ctx, exec.LookPath)
		j.Plugin = p
		return j, err
	}
	return j, nil
}
