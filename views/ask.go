package views

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy/policy"
	"gantry/internal/words"
	"gantry/ui"
	"gantry/ui/modal"
	"gantry/views/wording"
)

// Ask asks for the consent to something.
func Ask(h *ui.Host, c policy.Consent, q modal.Question) {
	if c.Typed() {
		h.Modal(modal.NewTyped(h.Theme(), q, c.What, c.Word))
		return
	}
	h.Modal(modal.NewConfirm(h.Theme(), q))
}

// AskToChange asks for the consent to a change. Where writing is locked it asks in the same
// dialog for arming, and arms before it goes on.
func AskToChange(h *ui.Host, scope string, c policy.Consent, q modal.Question) {
	if arming := Arming(h, scope); arming != "" {
		yes := q.Yes
		q.Ask = strings.ToUpper(arming[:1]) + arming[1:] + " and go on?"
		q.Yes = func() tea.Cmd {
			h.Arm(scope, yes)
			return nil
		}
	}
	Ask(h, c, q)
}

// Arming says how writing is armed in a scope, as in "arm for 15 minutes"; empty where it
// need not or cannot be.
func Arming(h *ui.Host, scope string) string {
	m := h.Mode(scope)
	switch {
	case m.Writable || !m.Armable:
		return ""
	case m.Span == 0:
		return "arm"
	}
	return "arm for " + wording.Count(int((m.Span+time.Minute-1)/time.Minute), "minute")
}

// Reveal asks whether secrets of targets may be shown, which changes nothing and needs no
// arming, and has it recorded of each. What the records came to is told to done, off the
// loop; the first that fails forbids it.
func (d *Deps) Reveal(targets []awsx.Ref, title string, record func(awsx.Ref) error, done func(error) tea.Msg) {
	var names, clusters []string
	production := false
	for _, t := range targets {
		names = append(names, t.ClusterName()+"/"+t.Name())
		clusters = words.AddNew(clusters, t.ClusterName())
		production = production || d.Policy.Production(t.ClusterRef())
	}
	consent := policy.ConsentToReveal(targets[0], production)
	if len(targets) > 1 {
		consent = policy.ConsentForAll(consent.Tier, targets[0].Noun(), len(targets), clusters...)
	}
	Ask(d.Host, consent, modal.Question{
		Title: title + " of " + strings.Join(names, ", ") + "?",
		Body:  modal.Plain(" The audit file records that it was shown, and to whom."),
		Yes: func() tea.Cmd {
			return func() tea.Msg {
				for _, t := range targets {
					if err := record(t); err != nil {
						return done(err)
					}
				}
				return done(nil)
			}
		},
	})
}
