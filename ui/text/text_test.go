package text_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"gantry/internal/clean"
	"gantry/ui/text"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// strange draws text as the outside may send it.
func strange() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[ -~]{0,40}`),
		rapid.String(),
		rapid.StringOf(rapid.SampledFrom([]rune("ab 東京é\u0301\u0308👍🇩🇪ｱ\x1b\t\n\u202e\u200d"))),
	)
}

func checkPrintable(t *rapid.T, s string) {
	for _, r := range s {
		if unicode.In(r, unicode.C) {
			t.Fatalf("%U got through in %q", r, s)
		}
	}
}

func TestFittedTextIsCleanAndExactlyAsWideAsAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, w := strange().Draw(t, "s"), rapid.IntRange(0, 60).Draw(t, "w")
		left := rapid.IntRange(0, 60).Draw(t, "left")
		tail := rapid.SampledFrom([]string{"…", "~", ""}).Draw(t, "tail")
		for name, out := range map[string]string{
			"Fit":      text.Fit(s, w, tail),
			"FitRight": text.FitRight(s, w, tail),
			"Window":   text.Window(s, left, w),
		} {
			checkPrintable(t, out)
			if got := ansi.StringWidthWc(out); got != w {
				t.Fatalf("%s(%q, %d) is %d cells wide: %q", name, s, w, got, out)
			}
		}
	})
}

func TestTruncatedTextFitsAndIsUncutWhenItFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, w := strange().Draw(t, "s"), rapid.IntRange(0, 60).Draw(t, "w")
		for name, f := range map[string]func(string, int, string) string{
			"Truncate": text.Truncate, "TruncateLeft": text.TruncateLeft,
		} {
			out := f(s, w, "…")
			checkPrintable(t, out)
			if ansi.StringWidthWc(out) > w {
				t.Fatalf("%s(%q, %d) = %q", name, s, w, out)
			}
			if whole := clean.Line(s); text.Width(s) <= w && out != whole {
				t.Fatalf("%s(%q, %d) = %q though it fits", name, s, w, out)
			}
		}
	})
}

func TestWrappedTextLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, w := strange().Draw(t, "s"), rapid.IntRange(2, 30).Draw(t, "w")
		hard := text.Hardwrap(s, w)
		if got := strings.Join(hard, ""); got != clean.Line(s) {
			t.Fatalf("Hardwrap(%q, %d) joins to %q", s, w, got)
		}
		soft := text.Wrap(s, w)
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got, want := squeeze(strings.Join(soft, " ")), squeeze(clean.Text(s)); got != want {
			t.Fatalf("Wrap(%q, %d) joins to %q", s, w, got)
		}
		for _, line := range append(hard, soft...) {
			checkPrintable(t, line)
			if ansi.StringWidthWc(line) > w {
				t.Fatalf("wrapping %q to %d gives %q", s, w, line)
			}
		}
	})
}

func TestCutting(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{text.Truncate("api-orders", 6, "…"), "api-o…"},
		{text.Truncate("api-orders", 0, "…"), ""},
		{text.Truncate("東京都", 5, "…"), "東京…"},
		{text.Truncate("東京都", 4, "…"), "東…"},
		{text.TruncateLeft("registry/api:v2.31.0", 8, "…"), "…v2.31.0"},
		{text.Fit("a\nb", 5, "…"), `a\nb `},
		{text.FitRight("4/4", 5, "…"), "  4/4"},
		{text.Window("東京都", 1, 4), " 京 "},
		{text.Window("abc", 9, 2), "  "},
		{strings.Join(text.Wrap("exit 1: DB_URL not set", 10), "|"), "exit 1:|DB_URL not|set"},
		{strings.Join(text.Wrap("    at x.y.Zzzzzzz", 10), "|"), "    at|x.y.Zzzzzz|z"},
		{strings.Join(text.Wrap("", 10), "|"), ""},
		{strings.Join(text.Hardwrap("東", 1), "|"), "?"},
		{text.FitPainted("\x1b[1mapi-orders\x1b[m", 4, "…"), "\x1b[1mapi…\x1b[m"},
		{text.FitPainted("\x1b[1mapi\x1b[m", 5, "…"), "\x1b[1mapi\x1b[m  "},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestARangeIsWidenedToWholeCharacters(t *testing.T) {
	for _, c := range []struct {
		s            string
		from, to     int
		wide0, wide1 int
	}{
		{"abc", 1, 2, 1, 2},
		{"ae\u0301b", 1, 2, 1, 4},
		{"ae\u0301b", 2, 4, 1, 4},
		{"ab東", 0, 2, 0, 2},
		{"東京", 3, 6, 3, 6},
	} {
		if from, to := text.Whole(c.s, c.from, c.to); from != c.wide0 || to != c.wide1 {
			t.Errorf("Whole(%q, %d, %d) = %d, %d", c.s, c.from, c.to, from, to)
		}
	}
}

func TestAgesAreCoarse(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		-time.Second: "<1m", 59 * time.Second: "<1m", 11*time.Minute + 50*time.Second: "11m",
		3*time.Hour + 59*time.Minute: "3h", 3 * day: "3d", 29 * day: "29d", 280 * day: "9M", 800 * day: "2y",
	} {
		if got := text.Age(d); got != want {
			t.Errorf("Age(%v) = %q, want %q", d, got, want)
		}
	}
	if got := text.Ago(3 * time.Hour); got != "3h ago" {
		t.Errorf("Ago = %q", got)
	}
	if got := text.Ago(3 * time.Second); got != "just now" {
		t.Errorf("Ago = %q", got)
	}
}

func TestSpansHaveTwoUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Minute: "0s", 47 * time.Second: "47s", 130 * time.Second: "2m10s", time.Minute: "1m",
		65 * time.Minute: "1h5m", 76 * time.Hour: "3d4h", 72*time.Hour + 59*time.Minute: "3d",
	} {
		if got := text.Span(d); got != want {
			t.Errorf("Span(%v) = %q, want %q", d, got, want)
		}
	}
}

// TestNoWidthIsTakenForGranted measures each rune, alone and beside others, as the one
// place does that knows how text is segmented.
func TestNoWidthIsTakenForGranted(t *testing.T) {
	for r := rune(' '); r < 0x3000; r++ {
		for _, s := range []string{string(r), "a" + string(r), string(r) + "é", "▸" + string(r) + "…"} {
			if got, want := text.Width(s), ansi.StringWidthWc(clean.Line(s)); got != want {
				t.Fatalf("%q (%U) is %d cells wide, want %d", s, r, got, want)
			}
		}
	}
	signs := rapid.StringOfN(rapid.RuneFrom([]rune("ab é–…→↔─│█▸●\u00ad\u0301\ufe0f\u200d世")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		s := signs.Draw(t, "text")
		if got, want := text.Width(s), ansi.StringWidthWc(clean.Line(s)); got != want {
			t.Fatalf("%q is %d cells wide, want %d", s, got, want)
		}
		if cut := text.Truncate(s, 5, "…"); ansi.StringWidthWc(cut) > 5 {
			t.Fatalf("%q was cut to %q", s, cut)
		}
	})
}

func BenchmarkFit(b *testing.B) {
	for name, s := range map[string]string{"ascii": "api-orders-with-a-long-name", "wide": "größe-東京-orders"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_ = text.Fit(s, 20, "…")
			}
		})
	}
}

// TestColumnsStandWhereTheRendererPutsThem draws text of any script as Bubble Tea does, and
// looks where the next column is.
func TestColumnsStandWhereTheRendererPutsThem(t *testing.T) {
	const w = 12
	screen := uv.NewScreenBuffer(40, 1)
	runes := rapid.StringOfN(rapid.SampledFrom([]rune("ab1東京é\u0301\u0308👍🏽🇩🇪ｱﾞक\u094dषิกก็각❤\ufe0f\u200d👩‼⃣﷽")), 0, 16, -1)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(runes, strange()).Draw(t, "text")
		for _, out := range []string{text.Fit(s, w, "…"), text.FitRight(s, w, "…"), text.Pad(text.TruncateMiddle(s, w, "…"), w), text.Pad(text.TruncateLeft(s, w, "…"), w)} {
			screen.Clear()
			uv.NewStyledString(out+"|").Draw(screen, screen.Bounds())
			if c := screen.CellAt(w, 0); c == nil || c.Content != "|" {
				t.Fatalf("%q of %q is not %d cells wide", out, s, w)
			}
		}
	})
}
