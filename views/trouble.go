package views

import (
	"errors"
	"strings"

	"gantry/awsx"
)

// trouble is what a failed read means to the operator.
type trouble struct {
	class awsx.Class
	// word is the state in the header's corner.
	word string
	// banner is the remedy to show until the trouble ends; empty if waiting is
	// the remedy.
	banner string
}

// troubleOf reads an error of a context.
func troubleOf(err error, id awsx.ContextID) trouble {
	var e *awsx.Error
	if !errors.As(err, &e) {
		return trouble{class: awsx.Failed, word: "failed", banner: err.Error()}
	}
	t := trouble{class: e.Class, word: e.Class.String()}
	switch e.Class {
	case awsx.Denied:
		t.banner = "denied: " + missingAction(e) + " is missing" + about(e)
		if e.Fix != "" {
			t.banner += " (" + e.Fix + ")"
		}
	case awsx.Expired:
		t.word = "login expired"
		t.banner = "credentials of profile " + profile(id) + " are missing or expired: " + loginCommand(e, id)
	case awsx.Throttled, awsx.Offline:
	default:
		t.banner = err.Error()
	}
	return t
}

// missingAction is the permission that a denied call wanted, as IAM spells it.
func missingAction(e *awsx.Error) string {
	if e.Op == "" {
		return "a permission"
	}
	return e.Op
}

func about(e *awsx.Error) string {
	if e.Resource == "" {
		return ""
	}
	return " on " + e.Resource
}

func profile(id awsx.ContextID) string { return orDefault(id.Profile, "default") }

// loginCommand is what to type in another terminal. The adapter knows best; a
// profile without advice is taken for one of IAM Identity Center.
func loginCommand(e *awsx.Error, id awsx.ContextID) string {
	if e.Fix != "" {
		return e.Fix
	}
	command := []string{"run", "aws", "sso", "login"}
	if id.Profile != "" {
		command = append(command, "--profile", id.Profile)
	}
	return strings.Join(command, " ")
}
