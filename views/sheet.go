package views

import (
	"gantry/ui"
	"gantry/ui/pager"
	"gantry/ui/theme"
)

// sheet is the body of a screen that is read from top to bottom and scrolled. It is
// laid out only when the pager was told of a change, or when it is drawn with
// something else than before.
type sheet struct {
	host  *ui.Host
	pager *pager.Pager
	theme *theme.Theme // of the lines laid out
	with  string       // what else they were laid out with
}

// newSheet makes a sheet of the lines that layout gives for a width.
func newSheet(host *ui.Host, layout func(th *theme.Theme, w int) []string) sheet {
	return sheet{host: host, pager: pager.New(func(w int) []string { return layout(host.Theme(), w) })}
}

// newProse makes a sheet of paragraphs alone.
func newProse(host *ui.Host, paras func() []para) sheet {
	return newSheet(host, func(th *theme.Theme, w int) []string { return wrapped(th, w, paras()) })
}

// draw shows the part that is scrolled to. With stands for what the lines depend on
// that changes without a message to the screen.
func (s *sheet) draw(with string, w, h int) ui.Frame {
	if th := s.host.Theme(); th != s.theme || with != s.with {
		s.theme, s.with = th, with
		s.pager.Changed()
	}
	return ui.Frame{Body: s.pager.View(w, h)}
}

// wrapped lays paragraphs out for a width, as many lines as that takes.
func wrapped(th *theme.Theme, w int, paras []para) []string {
	lines, _ := layout{theme: th, width: w, wrap: true}.lines(paras)
	return lines
}
