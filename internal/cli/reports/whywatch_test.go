package reports

import (
	"errors"
	"slices"
	"testing"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/internal/fault"
	"gantry/internal/inquiry/why"
)

// looked is what one look at a service found: its troubles by kind, unknown where what
// decides was not read.
func looked(unknown bool, partial []error, kinds ...cause.Kind) asked {
	var s diagnose.Standing
	s.Evidence.Service.Ref = awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:1:service/prod/till"}
	if s.Finding.Status = diagnose.OK; unknown {
		s.Finding.Status, s.Finding.Lacking = diagnose.Unknown, "tasks"
	}
	for _, k := range kinds {
		s.Troubles = append(s.Troubles, diagnose.Trouble{Kind: k, Cause: string(k)})
	}
	return asked{whys: []why.Answer{{Standing: s}}, partial: partial}
}

// TestWhatComesAndGoesIsToldOnce, whatever was not read between.
func TestWhatComesAndGoesIsToldOnce(t *testing.T) {
	lines := []error{&fault.Error{Class: fault.Offline, Op: "search", Err: errors.New("request 1: nobody answers")}}
	later := []error{&fault.Error{Class: fault.Offline, Op: "search", Err: errors.New("request 2: nobody answers")}}
	k := known{}
	for i, step := range []struct {
		look asked
		want []string
	}{
		{looked(false, nil), nil},
		{looked(false, nil, cause.Exits, cause.Exits), []string{"+exits", "+exits"}},
		{looked(false, nil, cause.Exits, cause.Exits), nil},
		{looked(false, nil, cause.Exits), []string{"-exits"}},
		{looked(true, lines), nil},  // what decides was not read
		{looked(false, lines), nil}, // a part was not read that was before
		{looked(false, lines, cause.WrongAnswer), []string{"+check answered wrongly"}},
		{looked(false, later), []string{"-check answered wrongly"}}, // it was found without that part
		{looked(false, nil), []string{"-exits"}},
		{looked(false, nil), nil},
		{looked(false, nil, cause.Exits), []string{"+exits"}},
		{asked{}, []string{"-exits"}}, // the service is gone
	} {
		var got []string
		for _, n := range k.news(step.look) {
			sign := "+"
			if n.gone {
				sign = "-"
			}
			got = append(got, sign+n.cause)
		}
		if !slices.Equal(got, step.want) {
			t.Errorf("look %d: %q, want %q", i, got, step.want)
		}
	}
}
