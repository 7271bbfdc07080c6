package theme_test

import (
	"strings"
	"testing"

	"gantry/ui/theme"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

func every(f func(theme.Role)) {
	for r := theme.Text; r <= theme.Task5; r++ {
		f(r)
	}
}

func TestPaintAddsNothingButStyle(t *testing.T) {
	for _, p := range []colorprofile.Profile{colorprofile.Unknown, colorprofile.NoTTY, colorprofile.Ascii, colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor} {
		th := theme.New(theme.Options{Profile: p, Dark: true})
		every(func(r theme.Role) {
			if got := ansi.Strip(th.Paint(r, "api-orders")); got != "api-orders" {
				t.Errorf("profile %v, role %d: text became %q", p, r, got)
			}
			if th.Paint(r, "") != "" {
				t.Errorf("profile %v, role %d: an empty text is painted", p, r)
			}
			if got, want := th.Paint(r, "x"), th.Open(r)+"x"+th.Close(r); got != want {
				t.Errorf("role %d: Paint %q, Open and Close %q", r, got, want)
			}
			if got := th.Style(r).Render("x"); ansi.Strip(got) != "x" {
				t.Errorf("role %d: the style renders %q", r, got)
			}
		})
	}
}

func TestWithoutColourBoldAndReverseStillTellApart(t *testing.T) {
	for _, p := range []colorprofile.Profile{colorprofile.NoTTY, colorprofile.Ascii} {
		th := theme.New(theme.Options{Profile: p})
		if th.Coloured() {
			t.Fatalf("profile %v is coloured", p)
		}
		every(func(r theme.Role) {
			if open := th.Open(r); strings.Contains(open, "3") || strings.Contains(open, "9") {
				t.Errorf("role %d sets a colour: %q", r, open)
			}
		})
		for _, r := range []theme.Role{theme.Failed, theme.Degraded, theme.Selected, theme.Prod, theme.Gap, theme.Removed, theme.Match, theme.Header} {
			if th.Open(r) == "" {
				t.Errorf("role %d looks like ordinary text", r)
			}
		}
		if th.Open(theme.Failed) == th.Open(theme.OK) || th.Open(theme.Prod) == th.Open(theme.NonProd) {
			t.Error("good and bad look the same")
		}
	}
}

func TestSixteenColoursAreTheBase(t *testing.T) {
	for _, c := range []theme.Colours{theme.Default, theme.BlueOrange} {
		for _, dark := range []bool{false, true} {
			th := theme.New(theme.Options{Profile: colorprofile.ANSI, Dark: dark, Colours: c})
			every(func(r theme.Role) {
				if strings.Contains(th.Open(r), "8;") {
					t.Errorf("role %d needs more than sixteen colours: %q", r, th.Open(r))
				}
			})
		}
	}
}

func TestBlueOrangeUsesNeitherRedNorGreenForStates(t *testing.T) {
	th := theme.New(theme.Options{Profile: colorprofile.ANSI, Dark: true, Colours: theme.BlueOrange})
	for _, r := range []theme.Role{theme.OK, theme.Pending, theme.Degraded, theme.Failed, theme.Added, theme.Removed, theme.Prod, theme.NonProd, theme.LogError} {
		if open := th.Open(r); strings.Contains(open, "31") || strings.Contains(open, "32") {
			t.Errorf("role %d is red or green: %q", r, open)
		}
	}
}

func TestASCIIThemeDrawsWithASCIIAlone(t *testing.T) {
	g := theme.New(theme.Options{ASCII: true}).Glyphs()
	all := []string{g.Marker, g.Mark, g.Ellipsis, g.Live, g.Stale, g.Offline, g.Ascending, g.Descending, g.Right, g.To, g.Rule}
	for _, s := range append(all, g.Bars[:]...) {
		if len(s) != 1 || s[0] <= ' ' || s[0] > '~' {
			t.Errorf("glyph %q", s)
		}
	}
	u := theme.New(theme.Options{}).Glyphs()
	for _, s := range append([]string{u.Marker, u.Mark, u.Ellipsis, u.Live, u.Stale, u.Offline, u.Ascending, u.Rule}, u.Bars[:]...) {
		if ansi.StringWidthWc(s) != 1 {
			t.Errorf("glyph %q is %d cells wide", s, ansi.StringWidthWc(s))
		}
	}
}

func TestAUserWithoutColourStaysWithout(t *testing.T) {
	for _, c := range []struct{ asked, detected, want colorprofile.Profile }{
		{colorprofile.Unknown, colorprofile.TrueColor, colorprofile.TrueColor},
		{colorprofile.ANSI256, colorprofile.ANSI, colorprofile.ANSI},
		{colorprofile.Ascii, colorprofile.TrueColor, colorprofile.Ascii},
		{colorprofile.NoTTY, colorprofile.ANSI, colorprofile.NoTTY},
	} {
		if got := theme.Reduce(c.asked, c.detected); got != c.want {
			t.Errorf("Reduce(%v, %v) = %v, want %v", c.asked, c.detected, got, c.want)
		}
	}
}

func TestStatesDifferInGlyphWordAndRank(t *testing.T) {
	var zero theme.Status
	if zero.Word() != "unknown" || zero.Glyph() != "?" {
		t.Errorf("the zero status is %s %s", zero.Glyph(), zero.Word())
	}
	seen := map[any]bool{}
	for s := theme.StatusUnknown; s <= theme.StatusFailed; s++ {
		for _, v := range []any{s.Glyph(), s.Word(), s.Short(), s.Role(), s.Severity()} {
			if s.Word() == s.Short() && v == any(s.Short()) {
				continue
			}
			if seen[v] {
				t.Errorf("%v stands for two states", v)
			}
			seen[v] = true
		}
		if len(s.Short()) > 4 {
			t.Errorf("%q is too long", s.Short())
		}
	}
	if theme.StatusUnknown.Severity() <= theme.StatusOK.Severity() {
		t.Error("unknown ranks as well as ok")
	}
}

func TestParseColours(t *testing.T) {
	for name, want := range map[string]theme.Colours{"": theme.Default, "default": theme.Default, "blue-orange": theme.BlueOrange} {
		if got, err := theme.ParseColours(name); err != nil || got != want {
			t.Errorf("ParseColours(%q) = %v, %v", name, got, err)
		}
	}
	if _, err := theme.ParseColours("pink"); err == nil || !strings.Contains(err.Error(), "pink") {
		t.Errorf("got %v, want an error that names pink", err)
	}
}

func TestTaskColoursRepeat(t *testing.T) {
	for n := range 3 * theme.TaskColours {
		if r := theme.TaskColour(n); r != theme.TaskColour(n+theme.TaskColours) || r < theme.Task0 || r > theme.Task5 {
			t.Errorf("TaskColour(%d) = %d", n, r)
		}
	}
}
