package prose

import (
	"errors"
	"testing"

	"gantry/awsx"
	"gantry/internal/fault"
)

func TestTroubleNamesTheRemedy(t *testing.T) {
	id := awsx.ContextID{Profile: "main", Region: "eu-west-1"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{&fault.Error{Class: fault.Expired, Fix: "run aws sso login --profile main"}, "credentials of profile main are missing or expired: run aws sso login --profile main"},
		{&fault.Error{Class: fault.Expired}, "credentials of profile main are missing or expired: run aws sso login --profile main"},
		{&fault.Error{Class: fault.Expired, Err: errors.New("the token is no good")}, "credentials of profile main are missing or expired: run aws sso login --profile main (the token is no good)"},
		{&fault.Error{Class: fault.Expired, Err: fault.ErrNoCredentials, Fix: "name a profile with --profile"}, "no credentials were found for profile main: name a profile with --profile"},
		{&fault.Error{Class: fault.Denied, Op: "ecs:ListTasks", Resource: "prod"}, "denied: ecs:ListTasks is missing on prod"},
		{fault.Errorf(fault.Throttled, "ecs:ListTasks", "", "slow"), ""},
		{fault.Errorf(fault.Offline, "ecs:ListTasks", "", "reset"), ""},
		{fault.Errorf(fault.Failed, "ecs:ListTasks", "", "500"), "ecs:ListTasks: failed: 500"},
	} {
		if got := TroubleOf(c.err, id).Banner; got != c.want {
			t.Errorf("%v: %q", c.err, got)
		}
	}
	for word, err := range map[string]error{
		"login expired":  &fault.Error{Class: fault.Expired},
		"no credentials": &fault.Error{Class: fault.Expired, Err: fault.ErrNoCredentials},
		"denied":         &fault.Error{Class: fault.Denied},
	} {
		if got := TroubleOf(err, id).Word; got != word {
			t.Errorf("%v is %q in a word, want %q", err, got, word)
		}
	}
}
