package logs

import (
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
	_ = p.view.SetFilter(before.Filter())
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
