package cloudwatch

import (
	"strings"
	"testing"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

func TestWhatAPersonTypesIsComparedWithTheLineAndItsJSON(t *testing.T) {
	l := line{GroupID{Region: "eu-west-1", Name: "/ecs/api"}, Event{
		Stream: "web/api/1", Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Message: `{"level":"error","status":503,"message":"connection refused"}`,
	}}
	for input, want := range map[string]bool{
		`level:error and status >= 500`: true,
		`status:200 503`:                true,
		`level:warn`:                    false,
		`level:ERR`:                     true, // the level that was read, by severity
		`"connection refused"`:          true,
		`message:refu*`:                 true,
		`log_group:"/ecs/api"`:          true,
		`log_stream:web*`:               true,
		`@timestamp < 2026-03-01`:       false,
		`@timestamp:2026-03-01`:         true,
		`not trace_id:*`:                true,
	} {
		e, err := logs.ParseExpr(input)
		if err != nil {
			t.Fatal(err)
		}
		matches, err := matcher(logs.Query{Expr: e}, nil)
		if err != nil || matches(&l) != want {
			t.Errorf("%s matches %v: %v", input, !want, err)
		}
	}
	if _, err := logs.ParseExpr("level:error or @timestamp > yesterday"); fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), "column 29: expected a date") {
		t.Errorf("a date that is none: %v", err)
	}
	e, err := logs.ParseExpr("lucene:error")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := matcher(logs.Query{Expr: e}, nil); fault.ClassOf(err) != fault.Invalid {
		t.Errorf("Lucene's syntax: %v, want class invalid", err)
	}
}

func TestAComparisonOfWhatALineDoesNotTellMayLeaveItIn(t *testing.T) {
	l := line{GroupID{Region: "eu-west-1", Name: "/ecs/api"}, Event{Message: `{"cluster":"prod"}`}}
	for _, c := range []struct {
		m    logs.Match
		want bool
	}{
		{logs.Match{Fields: []string{"cluster", "account"}, Values: []string{"prod"}, OrAbsent: true}, true},
		{logs.Match{Fields: []string{"cluster", "account"}, Values: []string{"lab"}, OrAbsent: true}, false},
		{logs.Match{Fields: []string{"account"}, Values: []string{"1"}, OrAbsent: true}, true},
		{logs.Match{Fields: []string{"account"}, Values: []string{"1"}}, false},
	} {
		matches, err := matcher(logs.Query{Where: c.m}, nil)
		if err != nil || matches(&l) != c.want {
			t.Errorf("%s matches %v: %v", c.m, !c.want, err)
		}
	}
}
