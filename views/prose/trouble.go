package prose

import (
	"cmp"
	"errors"
	"strings"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/views/wording"
)

// trouble is what a failed read means to the operator.
type trouble struct {
	Class fault.Class
	// word is the state in the header's corner.
	Word string
	// banner is the remedy to show until the trouble ends; empty if waiting is
	// the remedy.
	Banner string
	// mend is the program that ends it, if one does.
	mend []string
	// again is set when the banner's key has it tried once more.
	again bool
}

// On puts the remedy over a screen.
func (t trouble) On(h *ui.Header) { h.Banner, h.Mend, h.Again = t.Banner, t.mend, t.again }

// TroubleOf reads an error of a context.
func TroubleOf(err error, id awsx.ContextID) trouble {
	var e *fault.Error
	if !errors.As(err, &e) {
		return trouble{Class: fault.Failed, Word: "failed", Banner: err.Error()}
	}
	t := trouble{Class: e.Class, Word: e.Kind(), again: e.Again}
	switch e.Class {
	case fault.Denied:
		t.Banner = "denied: " + missingAction(e) + " is missing" + about(e)
		if e.Fix != "" {
			t.Banner += " (" + e.Fix + ")"
		}
	case fault.Expired:
		t.Word = wording.Unaccepted(e)
		t.Banner = "credentials of profile " + profile(id) + " are missing or expired: " + loginCommand(e, id)
		switch {
		case errors.Is(e, fault.ErrNoCredentials):
			t.Banner = e.Err.Error()
			if id.Profile != "" {
				t.Banner += " for profile " + id.Profile
			}
			t.Banner += ": " + loginCommand(e, id)
		case e.Err != nil && e.Run == nil:
			t.Banner += " (" + e.Err.Error() + ")"
		}
		t.mend = e.Run
	case fault.Throttled, fault.Offline:
	default:
		t.Banner = err.Error()
	}
	return t
}

// Refused says in the header of a document why it could not be loaded.
func Refused(id awsx.ContextID) func(*ui.Header, error) {
	return func(h *ui.Header, err error) {
		t := TroubleOf(err, id)
		h.Fresh = ui.Fresh{State: FreshOf(t.Class), Text: t.Word}
		t.On(h)
	}
}

// missingAction is the permission that a denied call wanted, as IAM spells it.
func missingAction(e *fault.Error) string {
	return cmp.Or(e.Op, "a permission")
}

func about(e *fault.Error) string {
	if e.Resource == "" {
		return ""
	}
	return " on " + e.Resource
}

func profile(id awsx.ContextID) string { return cmp.Or(id.Profile, "default") }

// loginCommand is what to type in another terminal. The adapter knows best; a
// profile without advice is taken for one of IAM Identity Center.
func loginCommand(e *fault.Error, id awsx.ContextID) string {
	if e.Fix != "" {
		return e.Fix
	}
	command := []string{"run", "aws", "sso", "login"}
	if id.Profile != "" {
		command = append(command, "--profile", id.Profile)
	}
	return strings.Join(command, " ")
}

// FreshOf is the header's state for a failure without a snapshot.
func FreshOf(c fault.Class) ui.FreshState {
	switch c {
	case fault.Denied, fault.Expired:
		return ui.FreshDenied
	case fault.Offline:
		return ui.FreshOffline
	}
	return ui.FreshStale
}
