package app

import (
	"context"
	"fmt"
	"sync"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/internal/crash"
)

// contexts tells the screens how contexts are called, and whose account calls of them go to.
type contexts struct {
	app   *App
	told  sync.Map // of awsx.ContextID, what is said of its account
	asked crash.Group
	until context.Context
}

// contexts makes what the screens are told of contexts. It ends with the application.
func (a *App) contexts() *contexts {
	ctx, cancel := context.WithCancel(context.Background())
	c := &contexts{app: a, until: ctx}
	a.closers = append(a.closers, func() error {
		cancel()
		c.asked.Settle()
		return nil
	})
	return c
}

// Name is what the configuration calls a context.
func (c *contexts) Name(id awsx.ContextID) string { return c.app.ContextName(id) }

// ContextName is what the configuration calls a context, empty for one that it does not name.
func (a *App) ContextName(id awsx.ContextID) string {
	for _, n := range a.Config.Contexts {
		if a.resolved(n.ID) == id {
			return n.Name
		}
	}
	return ""
}

// Whose says whose account it is. The first who wants to know has it asked; the answer
// comes to the loop as notices do.
func (c *contexts) Whose(id awsx.ContextID) string {
	said, asked := c.told.LoadOrStore(id, "")
	if !asked {
		c.asked.Go(func() { c.follow(id) })
	}
	return said.(string)
}

// follow says anew whose account it is as often as that changes.
func (c *contexts) follow(id awsx.ContextID) {
	w := c.app.Store.Whose(id)
	defer w.Close()
	for {
		if s := w.Snapshot(); s.Ended() {
			if before, _ := c.told.Swap(id, whoseWords(s)); before != whoseWords(s) {
				c.app.notices.tell()
				c.beaten(s)
			}
		}
		select {
		case <-w.Changed():
		case <-c.until.Done():
			return
		}
	}
}

// whoseWords are what is known of an identity, in a few words.
func whoseWords(s *store.Snapshot[awsx.Identity]) string {
	switch {
	case s.Err != nil || len(s.Items) == 0:
		return "account unknown"
	case s.Items[0].Environment:
		return "env keys " + s.Items[0].Account
	}
	return s.Items[0].Account
}

// beaten tells that calls go elsewhere than the profile says which the operator chose.
func (c *contexts) beaten(s *store.Snapshot[awsx.Identity]) {
	if s.Err == nil && len(s.Items) > 0 && s.Items[0].Beaten != "" {
		c.app.notices.add(fmt.Errorf("%s: calls go to account %s", s.Items[0].Keys(), s.Items[0].Account))
	}
}

// tryAgain has a context tried once more whose role was denied, with its code asked for; it
// changes nothing for another.
func (a *App) tryAgain(id awsx.ContextID) {
	if a.forgiving != nil && a.forgiving(id) {
		a.Store.CredentialsChanged(id)
	}
}
