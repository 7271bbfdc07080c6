package logs

import (
	tea "charm.land/bubbletea/v2"

	"gantry/logs"
	"gantry/ui/logview"
	"gantry/views"
	"gantry/views/logs/whose"
)

// page is the lines that are held and how they are drawn.
type page struct {
	deps   *views.Deps
	scopes whose.Scopes

	lines  *lines
	view   *logview.Log
	anchor *anchor // where the search that is being typed began

	sifting int // counts the filters, so that a command of an earlier one is known
}

// clear empties the page; how lines are shown stays as it is. Line is the one that the
// others will be shown around, nil for none.
func (p *page) clear(subject whose.Subject, line *logs.Entry) {
	before, lines := p.view, p.lines
	p.lines = newLines(p.scopes, p.deps.Now().Location())
	p.lines.anchor = line
	p.view = logview.New(p.lines)
	p.anchor = nil
	if before == nil {
		return
	}
	p.lines.inherit(lines)
	p.lines.attribute(subject)
	p.view.SetWrap(before.Wrap())
	p.view.SetTime(before.Time())
	p.view.SetReveal(before.Reveal())
	p.view.SetUnfolded(before.Unfolded())
	p.setColumns(p.lines.columns)
	// Both were in force, so they are valid.
	_ = p.view.SetSearch(before.Search())
	_, _ = p.filter(before.Filter())
}

// sifted tells that the loop had time for others since lines were held against a filter.
type sifted struct{ sifting int }

// filter hides the lines that an expression does not match. Its command goes on with those
// that were not held against it yet.
func (p *page) filter(expr string) (tea.Cmd, error) {
	if err := p.view.SetFilter(expr); err != nil {
		return nil, err
	}
	p.sifting++
	return p.more(), nil
}

// sift goes on with a filter, unless another one took its place.
func (p *page) sift(msg sifted) tea.Cmd {
	if msg.sifting != p.sifting {
		return nil
	}
	p.view.Sift()
	return p.more()
}

func (p *page) more() tea.Cmd {
	if _, all := p.view.Sifted(); all {
		return nil
	}
	next := sifted{p.sifting}
	return func() tea.Msg { return next }
}

// add takes in newer lines, and reports how many older ones left for them.
func (p *page) add(entries []logs.Entry) (evicted int) {
	p.lines.met(entries)
	first := p.lines.ring.Len() == 0
	change := p.lines.ring.Add(entries)
	if first && p.view.InColumns() {
		p.setColumns(p.lines.columns) // as wide as these need
	}
	p.view.Changed(change.Inserted)
	if p.anchor != nil {
		p.anchor.pos = change.Moved(p.anchor.pos)
	}
	return change.Evicted
}

// setReveal shows what is masked, or masks it again.
func (p *page) setReveal(on bool) {
	p.lines.reveal = on
	p.view.SetReveal(on)
}

// seek searches while an expression is typed: all lines stay, and the cursor goes to
// the nearest older match from the place where typing began, or else to the nearest
// newer one.
func (p *page) seek(expr string) error {
	if err := p.view.SetSearch(expr); err != nil {
		return err
	}
	if p.anchor == nil && expr != "" {
		pos, ok := p.view.Selected()
		p.anchor = &anchor{pos: pos, following: p.view.Following() || !ok}
	}
	if p.anchor == nil {
		return nil
	}
	p.anchor.restore(p.view)
	if expr == "" {
		p.anchor = nil
	} else if !p.view.FindPrevious() {
		p.view.FindNext()
	}
	return nil
}

// anchor is a place in the log to come back to.
type anchor struct {
	pos       uint64
	following bool
}

func (a *anchor) restore(v *logview.Log) {
	if a.following {
		v.SetFollowing(true)
		return
	}
	v.Goto(a.pos)
}
