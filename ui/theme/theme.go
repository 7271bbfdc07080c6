package theme

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Options is what a theme depends on. The zero Options is sixteen colours on a light
// background.
type Options struct {
	// Profile is what the terminal can show; unknown counts as sixteen colours, and
	// NoTTY and Ascii as none.
	Profile colorprofile.Profile
	// Dark says that the background is dark, where the scheme does not say.
	Dark bool
	// Scheme is what differs from the terminal's own colours.
	Scheme Scheme
	// ASCII keeps every glyph within ASCII.
	ASCII bool
}

// Reduce returns the profile to use once the terminal's own is known. A profile
// without colour was asked for by the user and stays; anything else gives way.
func Reduce(asked, detected colorprofile.Profile) colorprofile.Profile {
	if asked != colorprofile.Unknown && asked <= colorprofile.Ascii {
		return asked
	}
	return detected
}

// Theme paints roles. It never changes once built, so it may be shared freely.
type Theme struct {
	options Options
	glyphs  Glyphs
	open    [roles]string
	blank   [roles]bool
	styles  [roles]lipgloss.Style
	looks   [roles]look
}

// New builds a theme.
func New(o Options) *Theme {
	if o.Profile == colorprofile.Unknown {
		o.Profile = colorprofile.ANSI
	}
	if o.Scheme.Plain {
		o.Profile = min(o.Profile, colorprofile.ASCII)
	}
	o.Dark = o.Scheme.dark(o.Dark)
	t := &Theme{options: o, glyphs: glyphs(o.ASCII)}
	t.options, t.looks = o, palette(o)
	for r := Role(0); r < roles; r++ {
		l := t.looks[r]
		if !t.Coloured() {
			l.fg = nil
		}
		t.open[r], t.blank[r] = l.sgr(), !l.reverse && !l.underline
		t.styles[r] = l.style()
	}
	return t
}

// Options returns what the theme was built from.
func (t *Theme) Options() Options { return t.options }

// Coloured reports whether the theme uses colours, besides bold and reverse.
func (t *Theme) Coloured() bool { return t.options.Profile > colorprofile.Ascii }

// Ground returns the colours that the terminal is asked for behind and for ordinary text,
// nil for its own. Sixteen colours are those of the terminal on its own background.
func (t *Theme) Ground() (background, foreground color.Color) {
	bg, known := hex(t.options.Scheme.Background)
	if !known || t.options.Profile < colorprofile.ANSI256 {
		return nil, nil
	}
	fg, known := hex(t.options.Scheme.Foreground)
	if !known {
		return bg, nil
	}
	return bg, t.options.legible(fg, leastText)
}

// Glyphs returns the marks to draw with.
func (t *Theme) Glyphs() *Glyphs { return &t.glyphs }

// Paint returns s in the style of a role. s is drawn as it is, so it has to be clean
// already, and it should not be painted itself: the end of an inner style ends the
// outer one.
func (t *Theme) Paint(r Role, s string) string {
	open := t.Open(r)
	if open == "" || s == "" {
		return s
	}
	return open + s + ansi.ResetStyle
}

// PaintIn is Paint in another colour than the role's, as CheckColour takes them; an empty one
// is the role's.
func (t *Theme) PaintIn(r Role, colour, s string) string {
	if colour == "" || s == "" || !t.Coloured() {
		return t.Paint(r, s)
	}
	return t.looks[r].ink(Ink{Colour: colour}, t.options).sgr() + s + ansi.ResetStyle
}

// Open returns the sequence that starts a role's style, or nothing for a role that
// is drawn plain. Close ends it. Widgets that build rows in one buffer use the two
// in place of Paint.
func (t *Theme) Open(r Role) string {
	if r >= roles {
		return ""
	}
	return t.open[r]
}

// Close returns the sequence that ends what Open started.
func (t *Theme) Close(r Role) string {
	if t.Open(r) == "" {
		return ""
	}
	return ansi.ResetStyle
}

// Blank reports whether blanks look the same in a role as without one.
func (t *Theme) Blank(r Role) bool { return r < roles && t.blank[r] }

// Style returns a role as a Lip Gloss style, for the Bubbles that want one.
func (t *Theme) Style(r Role) lipgloss.Style {
	if r >= roles {
		r = Text
	}
	return t.styles[r]
}

// Status returns the glyph and the short word of a state, painted.
func (t *Theme) Status(s Status) string {
	return t.Paint(s.Role(), s.Glyph()+" "+s.Short())
}

// look is how a role appears.
type look struct {
	fg                              color.Color
	bold, faint, underline, reverse bool
}

func (l look) sgr() string {
	var s ansi.Style
	if l.bold {
		s = s.Bold()
	}
	if l.faint {
		s = s.Faint()
	}
	if l.underline {
		s = s.Underline(true)
	}
	if l.reverse {
		s = s.Reverse(true)
	}
	if l.fg != nil {
		s = s.ForegroundColor(l.fg)
	}
	if len(s) == 0 {
		return ""
	}
	return s.String()
}

func (l look) style() lipgloss.Style {
	s := lipgloss.NewStyle().Bold(l.bold).Faint(l.faint).Underline(l.underline).Reverse(l.reverse)
	if l.fg != nil {
		s = s.Foreground(l.fg)
	}
	return s
}
