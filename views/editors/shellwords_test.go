package editors

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWordsAreSplitAsAShellSplitsThem(t *testing.T) {
	for line, want := range map[string][]string{
		"":                         nil,
		"  a  b\tc ":               {"a", "b", "c"},
		`'a b' "c d"`:              {"a b", "c d"},
		`a\ b "x\"y" 'x\y'`:        {"a b", `x"y`, `x\y`},
		`A='1 2'3 ""`:              {"A=1 23", ""},
		`python -c 'print("a b")'`: {"python", "-c", `print("a b")`},
	} {
		got, err := words(line)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q (%v), want %q", line, got, err, want)
		}
	}
	for _, line := range []string{`"a`, `'a`, `a\`} {
		if got, err := words(line); err == nil {
			t.Errorf("%q is taken for %q", line, got)
		}
	}
}

func TestQuotedWordsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.StringMatching(`[a-z "$\\'\t]{0,8}`)).Draw(t, "words")
		quoted := make([]string, len(list))
		for i, w := range list {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		got, err := words(strings.Join(quoted, " "))
		if err != nil || !slices.Equal(got, list) {
			t.Errorf("%q became %q (%v)", list, got, err)
		}
	})
}
