package words_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/internal/words"
)

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 tasks", 1: "1 task", 2: "2 tasks", -1: "-1 tasks"} {
		if got := words.Count(n, "task"); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for one, want := range map[string]string{
		"old task": "old tasks", "match": "matches", "family": "families", "key": "keys", "day": "days", "address": "addresses", "box": "boxes",
	} {
		if got := words.Count(3, one); got != "3 "+want {
			t.Errorf("%s: %s", one, got)
		}
	}
}

func TestUnlikeIsADistance(t *testing.T) {
	name := rapid.StringMatching(`[a-d]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		d := words.Unlike(a, b)
		if a == b != (d == 0) && !strings.Contains(b, a) {
			t.Fatalf("%d between %s and %s", d, a, b)
		}
		if !strings.Contains(b, a) && !strings.Contains(a, b) && d != words.Unlike(b, a) {
			t.Fatalf("%d one way, %d the other", d, words.Unlike(b, a))
		}
		if d > max(len(a), len(b)) {
			t.Fatalf("%d between %s and %s", d, a, b)
		}
	})
}

func TestDurationsOfDays(t *testing.T) {
	for s, want := range map[string]time.Duration{"90s": 90 * time.Second, "2d": 48 * time.Hour, "2w": 14 * 24 * time.Hour, "1w2d3h": 219 * time.Hour, "1w90m": 169*time.Hour + 30*time.Minute, "1d12h": 36 * time.Hour, "0": 0, "1h30m": 90 * time.Minute} {
		if got, err := words.Duration(s); err != nil || got != want {
			t.Errorf("%q is %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "d", "2d-3h", "2dd", "1.5d", "99999999999999999999d", "12h1d", "soon"} {
		if got, err := words.Duration(s); err == nil {
			t.Errorf("%q is %s", s, got)
		}
	}
}

// TestATextStandsForItselfInMarkdown: it begins no block, names no character and changes no type.
func TestATextStandsForItselfInMarkdown(t *testing.T) {
	for s, want := range map[string]string{
		"~~~ a": `\~\~\~ a`, "~~a~~": `\~\~a\~\~`, "$HOME or $PATH": `\$HOME or \$PATH`, "a &lt; b && c": "a &amp;lt; b &amp;&amp; c", "a|b <i>*_`#[\\": "a\\|b &lt;i>\\*\\_\\`\\#\\[\\\\", "plain: 1.2": "plain: 1.2",
	} {
		if got := words.Markdown(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
}
