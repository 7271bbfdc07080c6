package logs

import (
	"slices"
	"testing"

	"gantry/logs/kql"
)

func TestFiltersAreWrittenAsInKibana(t *testing.T) {
	tree, err := kql.Parse("app:api or app:web")
	if err != nil {
		t.Fatal(err)
	}
	in := Match{Fields: []string{"cluster"}, Values: []string{"prod"}, OrAbsent: true}
	for want, f := range map[string]Filter{
		"cluster:prod or not cluster:*":           in,
		"a:1 and (cluster:prod or not cluster:*)": All{is("a", "1"), in},
		"x:1 or y:1 or not (x:* or y:*)":          Match{Fields: []string{"x", "y"}, Values: []string{"1"}, OrAbsent: true},
		"app:(api or web) and a:1":                All{Condition{tree}, is("a", "1")},
		"app:(api or web)":                        Condition{tree},
	} {
		if got := f.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if parsed, err := kql.Parse(want); err != nil {
			t.Errorf("%s cannot be typed: %v, %v", want, parsed, err)
		}
	}
	f := All{is("a", "1"), Any{Condition{tree}, in}}
	if got := Fields(f); !slices.Equal(got, []string{"a", "cluster"}) {
		t.Errorf("the comparisons name %v", got)
	}
	if got := Named(f); len(got) != 1 || got[0].Raw() != "app" {
		t.Errorf("the conditions name %v", got)
	}
}

func is(field, value string) Match { return Match{Fields: []string{field}, Values: []string{value}} }
