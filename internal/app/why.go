package app

import (
	"fmt"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/step"
	"gantry/awsx/diagnose"
	"gantry/internal/audit"
	"gantry/internal/fault"
	"gantry/internal/inquiry/timeline"
	"gantry/internal/inquiry/why"
	"gantry/internal/notify"
)

// Why finds out what is wrong with services, by their lines and the journal of this
// machine too.
func (a *App) Why() why.Asker {
	return why.Asker{Reader: a.Reader, Lines: a.Lines(), SetByHand: a.countsSet}
}

// Timeline tells what happened to a service or to a cluster since an instant, by the journal
// of this machine too.
func (a *App) Timeline(of awsx.Ref, since time.Time) *timeline.Teller {
	t := &timeline.Teller{Reader: a.Reader, Of: of, Journal: a.Changes.Journaled}
	t.Since(since)
	return t
}

// countsSet are the counts and bounds that were given to a service from this machine, the
// newest first.
func (a *App) countsSet(service awsx.Ref) (sets []diagnose.CountSet) {
	records, err := a.records()
	if err != nil {
		return nil // without the journal nothing is known to have been set by hand
	}
	for _, r := range records {
		if r.Kind != audit.Begin || r.Context != service.Context.String() || r.Cluster != service.ClusterName() || r.Service != service.Name() {
			continue
		}
		for _, n := range r.Numbers {
			set := diagnose.CountSet{At: r.Time, Was: n.Before, Count: n.After, By: r.Who}
			switch n.Name {
			case string(step.NumberCount):
			case string(step.NumberMinimum), string(step.NumberMaximum):
				set.Bound = n.Name
			default:
				continue
			}
			sets = append([]diagnose.CountSet{set}, sets...)
		}
	}
	return sets
}

// AnnounceTrouble tells the team's channel that a trouble of a service came or went. The
// error is of class Invalid when there is no channel.
func (a *App) AnnounceTrouble(service awsx.Ref, cause string, gone bool) error {
	if a.chat == nil {
		return fault.Errorf(fault.Invalid, "tell the team", "", "no webhook is configured: notify.webhook in the configuration names one")
	}
	a.chat.sender.Send(notify.Trouble(notify.Change{
		Who: a.chat.who, Context: service.Context.String(), Target: fmt.Sprintf("%s/%s", service.ClusterName(), service.Name()), Production: a.production(service.ClusterRef()),
	}, cause, gone))
	return nil
}

// CanAnnounce reports whether there is a channel to tell.
func (a *App) CanAnnounce() bool { return a.chat != nil }
