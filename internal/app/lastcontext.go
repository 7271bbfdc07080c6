package app

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/internal/statefile"
	"gantry/ui"
	"gantry/views"
)

// lastContext is the context in which the last run of the console ended, where nobody says in
// which to begin and it is still one of the configuration or of the shared config.
func lastContext(cfg config.Config, dir string) (awsx.ContextID, bool) {
	if cfg.Chosen || cfg.Start == config.StartClusters {
		return awsx.ContextID{}, false
	}
	f := statefile.Open(filepath.Join(dir, stateFile), func(error) {}) // whoever writes to it says what is wrong
	region, profile, ok := strings.Cut(f.Value("", statefile.Context), " ")
	_ = f.Close() // nothing was written
	id := awsx.ContextID{Profile: profile, Region: region}
	ofFile := slices.ContainsFunc(cfg.Contexts, func(c config.NamedContext) bool { return c.ID == id })
	return id, ok && (ofFile || slices.ContainsFunc(sharedProfiles(), func(p awsx.ContextID) bool { return p.Profile == profile }))
}

// resumes makes a configuration begin in the context of the last run; elsewhere tells whether
// that is another than it would have been.
func resumes(cfg config.Config, dir string) (in config.Config, elsewhere bool) {
	last, ok := lastContext(cfg, dir)
	if !ok {
		return cfg, false
	}
	usual := cfg.Context
	cfg.Context = last
	return cfg, last.Profile != cmp.Or(usual.Profile, "default") || usual.Region != "" && usual.Region != last.Region
}

// sayWhere tells that the console began elsewhere than usual, and why.
func (a *App) sayWhere(h *ui.Host) {
	if a.elsewhere {
		h.Flash(ui.Info, "%s, where the last run ended (start: clusters in the configuration begins as usual)", a.called(a.Context))
	}
}

// leaveContext keeps the context of the screen that is shown last.
func (a *App) leaveContext(open []ui.Screen) {
	for _, s := range slices.Backward(open) {
		if p, ok := s.(views.Placed); ok {
			if of := p.Place().Context; of.Endpoint == "" && of.Region != "" {
				a.left.Set("", statefile.Context, of.Region+" "+of.Profile)
			}
			return
		}
	}
}
