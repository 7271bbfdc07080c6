package editors

import (
	"slices"
	"strings"
	"testing"
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

// TestQuotedWordsComeBackAsTheyWere tries every word of up to four characters of all that a
// shell sees something in, each pair of short ones, and all in one line.
func TestQuotedWordsComeBackAsTheyWere(t *testing.T) {
	all := []string{""}
	for first, length := 0, 0; length < 4; length++ {
		last := len(all)
		for _, w := range all[first:last] {
			for _, c := range "az \"$\\'\t" {
				all = append(all, w+string(c))
			}
		}
		first = last
	}
	same := func(list ...string) {
		quoted := make([]string, len(list))
		for i, w := range list {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		if got, err := words(strings.Join(quoted, " ")); err != nil || !slices.Equal(got, list) {
			t.Fatalf("%q became %q (%v)", list, got, err)
		}
	}
	same()
	for _, w := range all {
		same(w)
	}
	for _, w := range all[:73] { // of up to two characters
		for _, v := range all[:73] {
			same(w, v)
		}
	}
	same(all...)
}
