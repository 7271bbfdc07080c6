package clean_test

import (
	"testing"

	"gantry/internal/clean"
)

func TestKnownValuesAreHiddenWhereTheyRecur(t *testing.T) {
	known := clean.NewKnown("zebra-quartz-88", "zebra-quartz", "true", "1", "prod", "first line\n  second line\n", "bell\a-ringer")
	for in, want := range map[string]string{
		"mysql -pzebra-quartz-88 -h db": "mysql -p" + clean.Mask + " -h db",
		"zebra-quartz!":                 clean.Mask + "!",
		"true for prod, 1 of 1":         "true for prod, 1 of 1",
		"saw second line here":          "saw " + clean.Mask + " here",
		`cleaned: bell\x07-ringer`:      "cleaned: " + clean.Mask,
		clean.Mask:                      clean.Mask,
		"":                              "",
	} {
		if got := known.Hide(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := (clean.Known{}).Hide("anything"); got != "anything" {
		t.Errorf("who knows nothing hides %q", got)
	}
}
