package views

import (
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/modal"
)

// Ask asks for the consent to something.
func Ask(h *ui.Host, c deploy.Consent, q modal.Question) {
	if c.Typed() {
		h.Modal(modal.NewTyped(h.Theme(), q, c.What, c.Word))
		return
	}
	h.Modal(modal.NewConfirm(h.Theme(), q))
}
