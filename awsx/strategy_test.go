package awsx_test

import (
	"strings"
	"testing"

	"gantry/awsx"
)

func TestAStrategyIsReadAsItIsSpelt(t *testing.T) {
	for typed, words := range map[string]string{
		"FARGATE=1,2 FARGATE_SPOT=3": "FARGATE weight 1, base 2; FARGATE_SPOT weight 3",
		"blue=0 green=1000":          "blue weight 0; green weight 1000",
		"":                           "",
	} {
		c, err := awsx.ParseStrategy(strings.Fields(typed))
		if err != nil || c.Typed() != typed || c.String() != words {
			t.Errorf("%q is %q (%q, %v), expected %q", typed, c, c.Typed(), err, words)
		}
	}
	for _, typed := range []string{"FARGATE", "=1", "FARGATE=", "FARGATE=1,", "FARGATE=x", "FARGATE=1,2,3"} {
		if c, err := awsx.ParseStrategy([]string{typed}); err == nil {
			t.Errorf("%q is %v", typed, c)
		}
	}
	a, b := awsx.CapacityStrategy{{Provider: "a", Weight: 1}, {Provider: "b", Base: 1}}, awsx.CapacityStrategy{{Provider: "b", Base: 1}, {Provider: "a", Weight: 1}}
	if !a.Same(b) || a.Same(b[:1]) || a.Same(nil) {
		t.Error("the order of the shares tells strategies apart, or nothing does")
	}
}
