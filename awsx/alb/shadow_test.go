package alb_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/alb"
)

// TestARuleThatCanNeverAnswerNamesWhatShadowsIt, and a rule that can is never named.
func TestARuleThatCanNeverAnswerNamesWhatShadowsIt(t *testing.T) {
	for _, row := range []struct {
		name  string
		rules []awsx.Rule
		want  map[int][]int
	}{
		{"a wider path before it", []awsx.Rule{to("1", path("/api/*")), to("2", path("/api/v2/*"))}, map[int][]int{1: {0}}},
		{"a wider host before it", []awsx.Rule{to("1", host("*.Example.net")), to("2", host("a.example.NET"), path("/x"))}, map[int][]int{1: {0}}},
		{"a narrower one after it is fine", []awsx.Rule{to("1", path("/api/v2/*")), to("2", path("/api/*"))}, map[int][]int{}},
		{"one more condition before it is fine", []awsx.Rule{to("1", path("/api/*"), method("GET")), to("2", path("/api/*"))}, map[int][]int{}},
		{"other case of a path is fine", []awsx.Rule{to("1", path("/API/*")), to("2", path("/api/*"))}, map[int][]int{}},
		{"every path before it", []awsx.Rule{to("1", path("/*")), to("2", host("a.example.net")), to("default")}, map[int][]int{1: {0}, 2: {0}}},
		{"each value by another rule", []awsx.Rule{to("1", host("a.example.net")), to("2", host("b.example.net")), to("3", host("a.example.net", "b.example.net"), path("/x"))}, map[int][]int{2: {0, 1}}},
		{"one value of two is fine", []awsx.Rule{to("1", host("a.example.net")), to("2", host("a.example.net", "b.example.net"))}, map[int][]int{}},
		{"a wider block before it", []awsx.Rule{to("1", source("10.0.0.0/8")), to("2", source("10.9.0.0/16"))}, map[int][]int{1: {0}}},
		{"every source before it", []awsx.Rule{to("1", source("0.0.0.0/0", "::/0")), to("2")}, map[int][]int{1: {0}}},
		{"any key covers a key, not the other way round", []awsx.Rule{to("1", query("", "v*")), to("2", query("ver", "v1")), to("3", query("", "w")), to("4", query("x", "y*")), to("5", query("", "y"))}, map[int][]int{1: {0}}},
		{"the same header, whatever its value, under another case", []awsx.Rule{to("1", header("X-A", "*")), to("2", header("x-a", "on"))}, map[int][]int{1: {0}}},
		{"a header that need not come is fine", []awsx.Rule{to("1", header("X-A", "*")), to("2", path("/x"))}, map[int][]int{}},
		{"the same expression", []awsx.Rule{to("1", regexes("path-pattern", "^/a")), to("2", regexes("path-pattern", "^/a"), method("GET"))}, map[int][]int{1: {0}}},
		{"what is unknown shadows nothing", []awsx.Rule{to("1", awsx.Condition{Field: "moon-phase"}), to("2", awsx.Condition{Field: "moon-phase"})}, map[int][]int{}},
		{"what is unknown is shadowed", []awsx.Rule{to("1", path("/x*")), to("2", path("/x"), awsx.Condition{Field: "moon-phase"})}, map[int][]int{1: {0}}},
	} {
		if diff := cmp.Diff(row.want, alb.Shadows(row.rules)); diff != "" {
			t.Errorf("%s: %s", row.name, diff)
		}
	}
}
