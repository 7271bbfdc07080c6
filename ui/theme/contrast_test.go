package theme

import (
	"image/color"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// grounds are what a theme is drawn on: what it asks for, or the usual of a terminal that is
// dark or light.
func grounds(o Options) (bg, fg color.Color) {
	th := New(o)
	bg, fg = th.Ground()
	if bg == nil {
		bg, fg = color.RGBA{A: 0xff}, color.RGBA{R: 0xdd, G: 0xdd, B: 0xdd, A: 0xff}
		if !th.options.Dark {
			bg, fg = color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}, color.RGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff}
		}
	}
	return bg, fg
}

// TestEveryRoleOfEveryThemeCanBeRead: three to one against its background, and four and a
// half for text, where both are known. What the sixteen colours of a terminal look like
// nobody knows.
func TestEveryRoleOfEveryThemeCanBeRead(t *testing.T) {
	pale := Scheme{Name: "pale", Background: "#fafafa", Foreground: "#eeeeee", Dim: "#f0f0f0", Hues: map[string]string{"red": "#ffdddd"},
		Roles: map[string]Ink{"ok": {Colour: "#f8fff8"}, "warn": {Colour: "231"}}}
	for _, s := range append(Schemes(), pale) {
		for _, profile := range []colorprofile.Profile{colorprofile.ANSI256, colorprofile.TrueColor} {
			for _, dark := range []bool{true, false} {
				o := Options{Profile: profile, Dark: dark, Scheme: s}
				bg, fg := grounds(o)
				if got := contrast(fg, bg); got < leastText {
					t.Errorf("%s: text has a contrast of %.2f", s.Name, got)
				}
				for r, l := range palette(New(o).options) {
					if _, unknown := l.fg.(ansi.BasicColor); l.fg == nil || unknown || New(o).Open(Role(r)) == "" {
						continue
					}
					least := float64(leastInk)
					if Role(r) == Text {
						least = leastText
					}
					if got := contrast(l.fg, bg); got < least || l.faint && s.Background != "" {
						t.Errorf("%s, %v: %s has a contrast of %.2f (faint: %v)", s.Name, profile, roleNames[r], got, l.faint)
					}
				}
			}
		}
	}
}

// TestGoodAndBadDifferInEveryTheme, in colours and without: then by what is not colour.
func TestGoodAndBadDifferInEveryTheme(t *testing.T) {
	for _, s := range Schemes() {
		for _, profile := range []colorprofile.Profile{colorprofile.ASCII, colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor} {
			for _, dark := range []bool{true, false} {
				th := New(Options{Profile: profile, Dark: dark, Scheme: s})
				for _, good := range []Role{OK, NonProd, LogInfo, Added} {
					for _, bad := range []Role{Failed, Prod, LogError, Removed} {
						if th.Open(good) == th.Open(bad) {
							t.Errorf("%s, %v: %s and %s look alike", s.Name, profile, roleNames[good], roleNames[bad])
						}
					}
				}
				if s.Plain && th.Coloured() {
					t.Errorf("%s is coloured", s.Name)
				}
			}
		}
	}
}

// TestARoleOfOnesOwn is drawn as it says, over what the theme has.
func TestARoleOfOnesOwn(t *testing.T) {
	on, off := true, false
	own, ok := Scheme{Name: "harbour", Hues: map[string]string{"green": "#77dd77"}, Roles: map[string]Ink{
		"failed": {Colour: "magenta", Bold: &off, Underline: &on}, "title": {Colour: "208"}, "key": {Colour: "#abcdef"},
	}}.On("nord")
	if !ok || own.Background != "#2e3440" || own.Hues["red"] != "#bf616a" || own.Name != "harbour" {
		t.Fatalf("laid over nord it is %+v", own)
	}
	looks := palette(Options{Profile: colorprofile.TrueColor, Scheme: own})
	if l := looks[Failed]; l.bold || !l.underline || l.fg != (color.RGBA{0xb4, 0x8e, 0xad, 0xff}) {
		t.Errorf("failed is %+v", l)
	}
	if l := looks[Title]; !l.bold || l.fg != color.Color(color.RGBA{0xff, 0x87, 0x00, 0xff}) && contrast(l.fg, ansi.IndexedColor(208)) > 1.01 {
		t.Errorf("title is %+v", l)
	}
	if looks[OK].fg != (color.RGBA{0x77, 0xdd, 0x77, 0xff}) || looks[Key].fg != (color.RGBA{0xab, 0xcd, 0xef, 0xff}) {
		t.Errorf("ok is %+v, key %+v", looks[OK], looks[Key])
	}
	if l := palette(Options{Profile: colorprofile.ANSI, Scheme: own})[Key]; l.fg != (ansi.BrightCyan) && l.fg == nil {
		t.Errorf("in sixteen colours key is %+v", l)
	}
	if _, ok := own.On("pink"); ok {
		t.Error("pink is none")
	}
	for colour, good := range map[string]bool{"red": true, "0": true, "255": true, "#00FFaa": true, "256": false, "-1": false, "pink": false, "#fff": false, "": false} {
		if err := CheckColour(colour); (err == nil) != good {
			t.Errorf("%q: %v", colour, err)
		}
	}
}
