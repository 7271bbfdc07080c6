package read

import (
	"errors"
	"testing"

	"gantry/internal/fault"
)

func TestARevisionIsReadAsPeopleTypeIt(t *testing.T) {
	for typed, want := range map[string]string{
		"12": "mail:12", " 12 ": "mail:12", "web:3": "web:3",
		"arn:aws:ecs:r:1:task-definition/mail:4": "arn:aws:ecs:r:1:task-definition/mail:4",
		"":                                       "", "latest": "", "012": "", "web:": "", "-1": "",
	} {
		got, err := revisionID(typed, "mail")
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q (%v)", typed, got, err)
		}
	}
}

func TestWhyNamesTheActionThatIsMissing(t *testing.T) {
	for want, err := range map[string]error{
		"ecs:ListTasks is denied": fault.Errorf(fault.Denied, "ecs:ListTasks", "", "no"),
		"not read, throttled":     fault.Errorf(fault.Throttled, "ecs:ListTasks", "", "slowly"),
		"not read, failed":        errors.New("broken"),
	} {
		if got := Why(err); got != want {
			t.Errorf("%v: %q", err, got)
		}
	}
}

func TestDigestsDifferOnlyWhereBothAreKnown(t *testing.T) {
	ran := func(pairs ...string) PastRun {
		r := PastRun{Digests: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			r.Digests[pairs[i]] = pairs[i+1]
		}
		return r
	}
	for _, c := range []struct {
		a, b PastRun
		same bool
	}{
		{ran("web", "1"), ran("web", "1"), true},
		{ran("web", "1"), ran("web", "2"), false},
		{ran("web", "1"), ran("mail", "2"), true},
		{ran(), ran("web", "1"), true},
	} {
		if sameDigests(c.a, c.b) != c.same {
			t.Errorf("%v and %v", c.a, c.b)
		}
	}
}
