package filter

import (
	"regexp"
	"strings"
	"testing"

	"github.com/sahilm/fuzzy"
	"pgregory.net/rapid"
)

// word draws short texts of few letters, so that they often have to do with each other.
func word(most int) *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("abcAB-ſKß\n")), 0, most, -1)
}

func TestLettersAreFoundAsTheFuzzySearchFindsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, letters := word(9).Draw(t, "name"), strings.TrimSpace(word(4).Draw(t, "letters"))
		if letters == "" {
			return
		}
		want := len(fuzzy.FindNoSort(letters, []string{name})) > 0
		if got := hasLetters(name, letters); got != want {
			t.Fatalf("%q in %q: %v, the fuzzy search says %v", letters, name, got, want)
		}
	})
}

// TestAnExpressionIsSparedOnlyWhereItCannotMatch, whatever texts it cannot match without.
func TestAnExpressionIsSparedOnlyWhereItCannotMatch(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"a", "ab", "b+", "(ab)", "(a|b)", "c*", "c?", "(ab){2}", "(ca){0,2}", ".*", "^", "$", "[ab]", `\bb`, "(?i)b", "K", "|", "-"})
	rapid.Check(t, func(t *rapid.T) {
		pattern := strings.Join(rapid.SliceOfN(pieces, 1, 5).Draw(t, "pattern"), "")
		f, err := Parse(pattern)
		if err != nil {
			t.Skip(err)
		}
		text := strings.ToLower(word(12).Draw(t, "text"))
		if want := regexp.MustCompile("(?im)" + pattern).MatchString(text); f.Matches(text) != want {
			t.Fatalf("%q in %q: %v, the expression alone says %v (it needs %q)", pattern, text, !want, want, f.needs)
		}
	})
	if f, _ := Parse("^api.*(live)+"); strings.Join(f.needs, " ") != "api live" {
		t.Errorf("it needs %q", f.needs)
	}
}

func TestWhatIsWithinAFilterIsLetThroughByIt(t *testing.T) {
	filters := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"", "!", "-f ", "!-f "}).Draw(t, "kind") + word(3).Draw(t, "typed")
	})
	rapid.Check(t, func(t *rapid.T) {
		typed := filters.Draw(t, "before")
		wide, err := Parse(typed)
		more, err2 := Parse(typed + word(2).Draw(t, "more"))
		if err != nil || err2 != nil || !more.Within(&wide) {
			t.Skip()
		}
		if name := word(9).Draw(t, "name"); more.Keeps(name, "") && !wide.Keeps(name, "") {
			t.Fatalf("%q lets %q through, %q does not", more.Typed, name, typed)
		}
	})
	short, _ := Parse("or")
	long, _ := Parse("orders")
	if !long.Within(&short) || short.Within(&long) {
		t.Error("a longer text is not taken for a narrower filter")
	}
}
