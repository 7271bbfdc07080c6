package views

import (
	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/modal"
)

// Ask asks as gravely as a tier wants. Name is what the target is called.
func Ask(h *ui.Host, tier deploy.Tier, target awsx.Ref, name string, q modal.Question) {
	th, noun := h.Theme(), NounOf(target)
	switch {
	case tier >= deploy.TierBulk:
		h.Modal(modal.NewTyped(th, q, "the number of "+noun+"s and the cluster's name", "1 "+target.ClusterName()))
	case tier == deploy.TierName:
		h.Modal(modal.NewTyped(th, q, "the "+noun+"'s name", name))
	default:
		h.Modal(modal.NewConfirm(th, q))
	}
}
