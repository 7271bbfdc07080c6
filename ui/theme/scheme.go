package theme

import (
	"fmt"
	"image/color"
	"regexp"
	"slices"
	"strconv"

	"github.com/charmbracelet/x/ansi"
)

// Scheme is a theme as it is chosen by its name: what differs from the sixteen colours of
// the terminal. The zero Scheme follows the terminal's background.
type Scheme struct {
	Name string
	// Background and Foreground are those that the terminal is asked for, as "#rrggbb"; empty
	// leaves it its own.
	Background, Foreground string
	// Dim is the colour of what matters less; empty draws it faint.
	Dim string
	// Hues are the colours that the names stand for, as "#rrggbb", by HueNames; those that
	// are left out are the terminal's.
	Hues map[string]string
	// Roles change single roles, by RoleNames.
	Roles map[string]Ink
	// BlueOrange tells good from bad without red and green.
	BlueOrange bool
	// Plain draws without colour.
	Plain bool
	// Ground is the kind of background that is taken for granted where Background is empty:
	// "dark", "light", or empty to go by the terminal.
	Ground string
}

// Ink is how a role is drawn; what is left out stays as it is.
type Ink struct {
	// Colour is one of HueNames, "#rrggbb", or a number of the 256 colours.
	Colour                          string
	Bold, Faint, Underline, Reverse *bool
}

// HueNames are the names of colours.
func HueNames() []string {
	return []string{"red", "orange", "yellow", "green", "cyan", "blue", "magenta"}
}

var sixDigits = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// CheckHex says what is wrong with a colour that has to be given by its parts.
func CheckHex(s string) error {
	if !sixDigits.MatchString(s) {
		return fmt.Errorf("%q is no colour, expected one such as #8fbcbb", s)
	}
	return nil
}

// CheckColour says what is wrong with the colour of an Ink.
func CheckColour(s string) error {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n <= 255 || slices.Contains(HueNames(), s) || sixDigits.MatchString(s) {
		return nil
	}
	return fmt.Errorf("%q is no colour, expected one of %v, a number from 0 to 255, or one such as #8fbcbb", s, HueNames())
}

// hex is the colour of "#rrggbb"; ok is false for any other text.
func hex(s string) (c color.RGBA, ok bool) {
	if !sixDigits.MatchString(s) {
		return color.RGBA{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	return color.RGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 0xff}, err == nil
}

// dark reports whether a scheme is drawn on a dark background, on a terminal whose own is
// or is not.
func (s *Scheme) dark(terminal bool) bool {
	if bg, ok := hex(s.Background); ok {
		return luminance(bg) < 0.5
	}
	return s.Ground == "dark" || s.Ground == "" && terminal
}

// over is a scheme laid over another one, which has what it leaves out.
func (s Scheme) over(base Scheme) Scheme {
	out := base
	out.Name = s.Name
	for _, field := range []struct {
		to   *string
		from string
	}{{&out.Background, s.Background}, {&out.Foreground, s.Foreground}, {&out.Dim, s.Dim}, {&out.Ground, s.Ground}} {
		if field.from != "" {
			*field.to = field.from
		}
	}
	out.Hues = merged(base.Hues, s.Hues)
	out.Roles = merged(base.Roles, s.Roles)
	return out
}

func merged[T any](base, over map[string]T) map[string]T {
	out := map[string]T{}
	for name, v := range base {
		out[name] = v
	}
	for name, v := range over {
		out[name] = v
	}
	return out
}

// On is the scheme laid over the shipped one with a name; ok is false when there is none.
func (s Scheme) On(base string) (out Scheme, ok bool) {
	i := slices.IndexFunc(Schemes(), func(b Scheme) bool { return b.Name == base })
	if i < 0 {
		return s, false
	}
	return s.over(Schemes()[i]), true
}

// ink changes how a role looks by what a scheme says of it.
func (l look) ink(i Ink, o Options) look {
	if c := o.colourOf(i.Colour); c != nil {
		l.fg = c
	}
	for _, flag := range []struct {
		to *bool
		is *bool
	}{{&l.bold, i.Bold}, {&l.faint, i.Faint}, {&l.underline, i.Underline}, {&l.reverse, i.Reverse}} {
		if flag.is != nil {
			*flag.to = *flag.is
		}
	}
	return l
}

// colourOf is the colour of an Ink, nil for none.
func (o Options) colourOf(s string) color.Color {
	if h, ok := hueNamed(s); ok {
		return h.color(o)
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n <= 255 {
		return o.shown(ansi.IndexedColor(n))
	}
	if c, ok := hex(s); ok {
		return o.shown(c)
	}
	return nil
}
