package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/policy"
	"gantry/internal/audit"
)

// openJournal opens the journal in the state directory and keeps why it could not.
func (a *App) openJournal() error {
	a.journal, a.journalErr = audit.Open(a.auditDir)
	return a.journalErr
}

// records are all that the journal holds. One that was never begun holds nothing.
func (a *App) records() ([]audit.Record, error) {
	records, _, err := audit.Read(audit.Path(a.auditDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return records, err
}

// ConsentToReveal is what is asked for before secrets of a target are shown.
func (a *App) ConsentToReveal(target awsx.Ref) policy.Consent {
	return policy.ConsentToReveal(target, a.production(target.ClusterRef()))
}

// RecordReveal writes to the journal that secrets of a service are shown, and to whom.
// What cannot be recorded is not shown. It waits for the account to say who asks.
func (a *App) RecordReveal(ctx context.Context, service awsx.Ref) error {
	if a.journal == nil {
		return a.journalErr
	}
	var who awsx.Identity
	if account, err := a.Store.Account(ctx, service.Context); err == nil {
		who, _ = account.Identity(ctx) // who is told to nobody is recorded as nobody
	}
	production := a.production(service.ClusterRef())
	return a.journal.Append(audit.Record{
		Kind: audit.End, Change: deploy.NewID(), Account: who.Account, Identity: who.ARN, Context: service.Context.String(),
		Cluster: service.ClusterName(), Service: service.Name(), Action: "reveal", Outcome: "shown",
		Tier: a.ConsentToReveal(service).Tier.String(), Production: &production,
	})
}

// remembered is for how long a change is named whose end nobody wrote down.
const remembered = 30 * 24 * time.Hour

// Unended are the changes that began here and of which nobody wrote down how they
// ended, since their process was killed. What can be read of the journal counts.
func (a *App) Unended() []audit.Record {
	records, _ := audit.Unended(audit.Path(a.auditDir), time.Now().Add(-remembered), a.started)
	return records
}

// unendedWords tell of one.
func unendedWords(r audit.Record) string {
	target := r.Service
	if r.Cluster != "" {
		target = r.Cluster + "/" + target
	}
	return fmt.Sprintf("%s %s of %s by %s began at %s and has no end on record: look at what came of it", r.Change, r.Action, target, r.Who, r.Time.Format("2006-01-02 15:04 MST"))
}

// UnendedOf are in words those of one target.
func (a *App) UnendedOf(target awsx.Ref) []string {
	var list []string
	for _, r := range a.Unended() {
		if r.Context == target.Context.String() && r.Cluster == target.ClusterName() && r.Service == target.Name() {
			list = append(list, unendedWords(r))
		}
	}
	return list
}

// nameUnended tells the console's operator of changes without an end.
func (a *App) nameUnended() {
	for _, r := range a.Unended() {
		a.notices.add(fmt.Errorf("%s", unendedWords(r)))
	}
}
