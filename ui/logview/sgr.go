package logview

import (
	"image/color"
	"strconv"
	"strings"

	"gantry/ui/theme"

	"github.com/charmbracelet/x/ansi"
)

// pen is how text was written by a program that colours its lines. The zero pen says
// nothing.
type pen struct {
	fg, bg                                 color.Color
	bold, faint, italic, underline, invert bool
}

// open is the sequence that starts a pen's style on a terminal.
func (p pen) open(th *theme.Theme) string {
	var s ansi.Style
	if p.bold {
		s = s.Bold()
	}
	if p.faint {
		s = s.Faint()
	}
	if p.italic {
		s = s.Italic(true)
	}
	if p.underline {
		s = s.Underline(true)
	}
	if p.invert {
		s = s.Reverse(true)
	}
	if th.Coloured() {
		profile := th.Options().Profile
		if p.fg != nil {
			s = s.ForegroundColor(profile.Convert(p.fg))
		}
		if p.bg != nil {
			s = s.BackgroundColor(profile.Convert(p.bg))
		}
	}
	if len(s) == 0 {
		return ""
	}
	return s.String()
}

// sgr takes the sequences that select colours (ECMA-48, SGR) out of raw text and
// returns the styles that they stand for. Whatever else begins with an escape stays in
// the text, to be made visible.
func sgr(s string) (string, []run) {
	const introducer = "\x1b["
	if !strings.Contains(s, introducer) {
		return s, nil
	}
	var b strings.Builder
	var runs []run
	var p pen
	for {
		text, rest, ok := strings.Cut(s, introducer)
		b.WriteString(text)
		if !ok {
			break
		}
		n := 0
		for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == ';' || rest[n] == ':') {
			n++
		}
		if n == len(rest) || rest[n] != 'm' {
			b.WriteString(introducer)
			s = rest
			continue
		}
		runs = append(runs, run{end: b.Len(), pen: p})
		p.apply(rest[:n])
		s = rest[n+1:]
	}
	return b.String(), append(runs, run{end: b.Len(), pen: p})
}

// apply takes the parameters of one sequence.
func (p *pen) apply(params string) {
	list := strings.FieldsFunc(params, func(r rune) bool { return r == ';' || r == ':' })
	if len(list) == 0 {
		*p = pen{}
		return
	}
	for i := 0; i < len(list); i++ {
		n, err := strconv.Atoi(list[i])
		if err != nil {
			return
		}
		switch n {
		case 0:
			*p = pen{}
		case 1:
			p.bold = true
		case 2:
			p.faint = true
		case 3:
			p.italic = true
		case 4:
			p.underline = true
		case 7:
			p.invert = true
		case 22:
			p.bold, p.faint = false, false
		case 23:
			p.italic = false
		case 24:
			p.underline = false
		case 27:
			p.invert = false
		case 39:
			p.fg = nil
		case 49:
			p.bg = nil
		case 38, 48:
			c, used := extended(list[i+1:])
			if i += used; n == 38 {
				p.fg = c
			} else {
				p.bg = c
			}
		default:
			p.basic(n)
		}
	}
}

// basic takes a colour of the sixteen: 30 and 40 on, 90 and 100 on for the bright ones.
func (p *pen) basic(n int) {
	switch {
	case n >= 30 && n <= 37:
		p.fg = ansi.BasicColor(n - 30)
	case n >= 40 && n <= 47:
		p.bg = ansi.BasicColor(n - 40)
	case n >= 90 && n <= 97:
		p.fg = ansi.BasicColor(n - 90 + 8)
	case n >= 100 && n <= 107:
		p.bg = ansi.BasicColor(n - 100 + 8)
	}
}

// extended reads "5;index" or "2;red;green;blue" and returns how many parameters
// these are. What it cannot read is no colour.
func extended(list []string) (color.Color, int) {
	var v [4]uint8
	n := 0
	for n < len(list) && n < len(v) {
		x, err := strconv.ParseUint(list[n], 10, 8)
		if err != nil {
			return nil, len(list)
		}
		v[n] = uint8(x)
		n++
	}
	switch {
	case n >= 2 && v[0] == 5:
		return ansi.IndexedColor(v[1]), 2
	case n == 4 && v[0] == 2:
		return color.RGBA{R: v[1], G: v[2], B: v[3], A: 0xff}, 4
	}
	return nil, len(list)
}
