package app

import (
	"time"

	"gantry/awsx"
	"gantry/internal/inquiry/timeline"
)

// Timeline tells what happened to a service or to a cluster since an instant, by the journal
// of this machine too.
func (a *App) Timeline(of awsx.Ref, since time.Time) *timeline.Teller {
	t := &timeline.Teller{Reader: a.Reader, Of: of, Journal: a.Changes.Journaled}
	t.Since(since)
	return t
}
