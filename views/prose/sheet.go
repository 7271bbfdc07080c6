package prose

import (
	"gantry/ui"
	"gantry/ui/pager"
	"gantry/ui/theme"
)

// Sheet is the body of a screen that is read from top to bottom and scrolled. It is
// laid out only when the pager was told of a change, or when it is drawn with
// something else than before.
type Sheet struct {
	host  *ui.Host
	Pager *pager.Pager
	theme *theme.Theme // of the lines laid out
	with  string       // what else they were laid out with
}

// NewSheet makes a sheet of the lines that layout gives for a width.
func NewSheet(host *ui.Host, layout func(th *theme.Theme, w int) []string) Sheet {
	return Sheet{host: host, Pager: pager.New(func(w int) []string { return layout(host.Theme(), w) })}
}

// NewParagraphs makes a sheet of paragraphs alone.
func NewParagraphs(host *ui.Host, paras func() []Para) Sheet {
	return NewSheet(host, func(th *theme.Theme, w int) []string { return Wrapped(th, w, paras()) })
}

// Draw shows the part that is scrolled to. With stands for what the lines depend on
// that changes without a message to the screen.
func (s *Sheet) Draw(with string, w, h int) ui.Frame {
	if th := s.host.Theme(); th != s.theme || with != s.with {
		s.theme, s.with = th, with
		s.Pager.Changed()
	}
	return ui.Frame{Body: s.Pager.View(w, h)}
}
