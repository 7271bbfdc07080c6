package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"gantry/internal/clean"
	"gantry/internal/notify"
)

func change() notify.Change {
	return notify.Change{
		ID: "chg-1", Who: "ann@jump", Identity: "arn:aws:sts::1:assumed-role/op/ann", Context: "main/eu-west-1", Target: "prod/api",
		Production: true, Action: "deploy", Before: "api:4 (v1)", After: "new revision (v2)",
	}
}

func TestWhatAMessageSays(t *testing.T) {
	const signature = "\nby ann@jump as arn:aws:sts::1:assumed-role/op/ann, audit id chg-1"
	rows := []notify.Row{
		{"prod/a", "2 -> 3", notify.Verdict{Outcome: "succeeded", Text: "a runs a:2", Good: true}},
		{"prod/b", "1 -> 2", notify.Verdict{Outcome: "rolled back", Text: "task exited"}},
		{"prod/c", "1 -> 2", notify.Verdict{Outcome: "succeeded", Text: "succeeded", Good: true}},
	}
	for _, c := range []struct{ got, want string }{
		{notify.Began(change()), "deploy prod/api begins in main/eu-west-1 (PRODUCTION)\napi:4 (v1) -&gt; new revision (v2)" + signature},
		{
			notify.Ended(change(), notify.Verdict{Outcome: "rolled back", Text: "the breaker tripped", Details: []string{"3 tasks stopped: exit 1", "<!channel> a & b, @here"}, Took: 250*time.Second + 7}),
			"x deploy prod/api: rolled back after 4m10s\nthe breaker tripped\n- 3 tasks stopped: exit 1\n- &lt;!channel&gt; a &amp; b, @ here\n" +
				"api:4 (v1) -&gt; new revision (v2)\nin main/eu-west-1 (PRODUCTION)" + signature,
		},
		{
			notify.Ended(change(), notify.Verdict{Outcome: "done", Text: "done", Good: true}),
			"+ deploy prod/api: done\napi:4 (v1) -&gt; new revision (v2)\nin main/eu-west-1 (PRODUCTION)" + signature,
		},
		{
			notify.Ended(change(), notify.Verdict{Outcome: "started", Text: "it goes on", Open: true, Good: true}),
			"? deploy prod/api: started\nit goes on\napi:4 (v1) -&gt; new revision (v2)\nin main/eu-west-1 (PRODUCTION)" + signature,
		},
		{
			notify.BatchBegan(change(), rows),
			"deploy 3 targets begins in main/eu-west-1 (PRODUCTION)\nprod/a: 2 -&gt; 3\nprod/b: 1 -&gt; 2\nprod/c: 1 -&gt; 2" + signature,
		},
		{
			notify.BatchEnded(change(), rows, time.Minute),
			"x deploy 3 targets: 1 rolled back, 2 succeeded after 1m0s\nx prod/b: rolled back: task exited\n+ prod/a: succeeded: a runs a:2\n+ prod/c: succeeded\n" +
				"in main/eu-west-1 (PRODUCTION)" + signature,
		},
	} {
		if c.got != c.want {
			t.Errorf("got\n%s\nwant\n%s", c.got, c.want)
		}
	}
}

func TestALargeBatchIsToldInPart(t *testing.T) {
	var rows []notify.Row
	for i := range 300 {
		rows = append(rows, notify.Row{Target: fmt.Sprint("prod/s", i), Verdict: notify.Verdict{Outcome: "succeeded", Good: true}})
	}
	rows[299].Verdict = notify.Verdict{Outcome: "failed", Text: "no capacity"}
	text := notify.BatchEnded(change(), rows, 0)
	for _, want := range []string{"1 failed, 299 succeeded", "x prod/s299: failed: no capacity", "and 270 more", "audit id chg-1"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// TestNoMessageHoldsASecret: whatever the words are that come from outside, a
// message holds none of the values, no markup, and is not too long.
func TestNoMessageHoldsASecret(t *testing.T) {
	const canary = "c4nary-Value-91"
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.Custom(func(t *rapid.T) string {
			parts := rapid.SliceOfN(rapid.SampledFrom([]string{
				canary, "<!here>", "&", "<https://x|y>", "@channel", "\x1b[31m", "\n", "password=" + canary[:8], "\u202e", "é", "word ", strings.Repeat("long ", 400), "\xff",
			}), 0, 8).Draw(t, "parts")
			return strings.Join(parts, "")
		})
		c := change()
		c.Action, c.Target, c.Before, c.After = words.Draw(t, "action"), words.Draw(t, "target"), words.Draw(t, "before"), words.Draw(t, "after")
		c.Identity, c.Conceal = words.Draw(t, "identity"), []clean.Secret{canary, "first\nsecond " + canary}
		v := notify.Verdict{Outcome: words.Draw(t, "outcome"), Text: words.Draw(t, "text"), Details: rapid.SliceOf(words).Draw(t, "details"), Took: time.Minute}
		rows := []notify.Row{{words.Draw(t, "row"), words.Draw(t, "summary"), v}}
		for range rapid.IntRange(0, 5).Draw(t, "doublings") {
			rows = append(rows, rows...)
		}
		for _, text := range []string{notify.Began(c), notify.Ended(c, v), notify.BatchBegan(c, rows), notify.BatchEnded(c, rows, 0)} {
			bare := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(text)
			switch {
			case strings.Contains(text, canary), strings.Contains(text, "password=c"):
				t.Fatalf("a secret is in\n%s", text)
			case strings.ContainsAny(bare, "<>&\x1b\u202e"), strings.Contains(text, "@channel"):
				t.Fatalf("markup is in\n%s", text)
			case len(text) > 4000, !utf8.ValidString(text), strings.Count(text, "\n") > 45:
				t.Fatalf("%d bytes:\n%s", len(text), text)
			case !strings.Contains(text, "by ann@jump"):
				t.Fatalf("nobody did\n%s", text)
			}
		}
	})
}
