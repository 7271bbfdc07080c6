package logs

import (
	"context"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/clean"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/logview"
	"gantry/views"
	"gantry/views/wording"
)

// reachLines is how many lines are read at once beyond those that are held.
const reachLines = 500

// reach reads on beyond one end of the lines that are held. The zero reach has
// not begun.
type reach struct {
	history *logs.History // nil until it is needed
	ctx     context.Context
	end     context.CancelFunc
	loading bool
	done    bool // there is nothing more that way
	// stale is true when what is being read is by a query that is not in force any more:
	// the next page is read anew.
	stale bool
	// scanned is how far a store that takes long to find anything was read.
	scanned time.Time
	err     error
}

// beyond is what lies beyond the lines that are held, at both ends and in gaps.
type beyond struct {
	older   reach                // beyond the oldest line held
	newer   reach                // beyond the newest one, while it is not followed
	filling map[*logs.Entry]bool // gaps that are being read

	deps   *views.Deps
	search *search
	page   *page
}

// reset forgets all of it.
func (x *beyond) reset() {
	x.older.reset()
	x.newer.reset()
	x.filling = map[*logs.Entry]bool{}
}

// reset forgets where reading stands: it begins anew at the end of what is held.
func (r *reach) reset() {
	if r.end != nil {
		r.end()
	}
	*r = reach{}
}

// renew has the next page read by the query that is in force now. One that is under way
// is still worth having.
func (r *reach) renew() {
	if r.loading {
		r.stale = true
		return
	}
	r.reset()
}

// reached is what reading on brought.
type reached struct {
	history *logs.History
	page    logs.Page
	err     error
}

// reach reads on in a direction, unless that is under way.
func (x *beyond) reach(d logs.Direction) tea.Cmd {
	r := x.of(d)
	if x.search.session == nil || r.loading || r.done || x.page.lines.ring.Len() == 0 {
		return nil
	}
	if d == logs.Older && x.page.lines.First() > 0 {
		x.search.unfollow() // Otherwise newer lines push those out that are to be read.
	}
	r.loading, r.err = true, nil
	var cmds []tea.Cmd
	if r.history == nil {
		r.ctx, r.end = context.WithCancel(x.search.ctx)
		r.history = x.openHistory(d)
		cmds = append(cmds, closeWith(r.ctx, r.history))
	}
	ctx, history := r.ctx, r.history
	return tea.Batch(append(cmds, func() tea.Msg {
		page, err := history.Next(ctx, reachLines)
		return reached{history, page, err}
	})...)
}

func (x *beyond) of(d logs.Direction) *reach {
	if d == logs.Newer {
		return &x.newer
	}
	return &x.older
}

// openHistory begins at the oldest or at the newest line that is held.
func (x *beyond) openHistory(d logs.Direction) *logs.History {
	ring := x.page.lines.ring
	var r logs.Range
	edge := x.edge(d)
	if d == logs.Newer {
		r.From = edge
	} else {
		r.To = edge
	}
	// A store's timestamps may be coarser than the lines'.
	return logs.OpenHistory(x.search.source, x.search.query, r, d, ring.Known(logs.Range{From: edge.Add(-time.Second), To: edge.Add(time.Second)}))
}

// edge is the time of the last line of the store in a direction. A mark is none: it
// stands where somebody drew it, and lines may yet be missing between the two.
func (x *beyond) edge(d logs.Direction) time.Time {
	ring := x.page.lines.ring
	var edge time.Time
	for _, e := range ring.From(0) {
		if isMark(e) {
			continue
		}
		edge = e.Time
		switch {
		case e.Gap == nil || e.Gap.Aside:
		case d == logs.Older:
			edge = e.Gap.From
		default:
			edge = e.Gap.To
		}
		if d == logs.Older {
			break
		}
	}
	if edge.IsZero() { // marks alone
		edge = ring.At(ring.First()).Time
	}
	return edge
}

// closeWith gives the store's point in time back when a context ends.
func closeWith(ctx context.Context, h *logs.History) tea.Cmd {
	return func() tea.Msg {
		<-ctx.Done()
		// The store lets the point go by itself, at its own time.
		_ = h.Close(ctx)
		return nil
	}
}

// extend takes lines in at the end where they were read, and moves the cursor on.
func (x *beyond) extend(msg reached) {
	var d logs.Direction
	switch msg.history {
	case x.older.history:
		d = logs.Older
	case x.newer.history:
		d = logs.Newer
	default:
		return
	}
	r := x.of(d)
	r.loading, r.err = false, msg.err
	if r.stale {
		defer r.reset()
	}
	if msg.err != nil {
		return
	}
	r.scanned = msg.page.Scanned
	r.done = !msg.page.Full
	if d == logs.Newer {
		r.done = false // Lines go on being written.
	}
	if len(msg.page.Entries) == 0 {
		if d == logs.Newer {
			r.reset()
		}
		return
	}
	beyond := x.page.view.Beyond()
	x.page.lines.met(msg.page.Entries)
	if d == logs.Older {
		x.prepend(msg.page.Entries)
	} else {
		x.page.lines.edit(x.page.view, x.page.lines.ring.Add(msg.page.Entries))
		x.older.reset() // What left the ring can be read again.
	}
	if (d == logs.Older) == (beyond < 0) && beyond != 0 {
		x.page.view.Move(beyond)
	}
}

// prepend puts older lines before those that are held. Once that makes the newest
// ones leave, what the tail brings does not continue the lines any more: it ends.
func (x *beyond) prepend(older []logs.Entry) {
	change := x.page.lines.ring.Prepend(older)
	x.page.lines.edit(x.page.view, change)
	if change.Dropped == 0 {
		return
	}
	x.newer.reset()
	x.search.unfollow()
}

// edit tells the view what was done to the ring at a person's wish.
func (l *lines) edit(v *logview.Log, c logs.Change) {
	v.Edited(logview.Edit{Removed: c.Removed, Inserted: c.Inserted, Asked: true})
}

// further reads on where a movement would have gone beyond the lines.
func (x *beyond) further() tea.Cmd {
	switch b := x.page.view.Beyond(); {
	case b < 0:
		return x.reach(logs.Older)
	case b > 0 && !x.search.following():
		return x.reach(logs.Newer)
	}
	return nil
}

// showEnds says beyond the lines what can be read there.
func (x *beyond) showEnds() {
	head, foot := "", ""
	switch r := x.older; {
	case r.loading:
		head = "loading older lines"
	case r.err != nil:
		head = fmt.Sprintf("older lines could not be read, enter tries again: %v", r.err)
	case r.done:
		head = "the beginning: there are no older lines"
	case !r.scanned.IsZero():
		head = "none back to " + r.scanned.In(x.page.lines.zone).Format("2006-01-02 15:04:05") + ", enter looks further"
	case x.page.lines.First() > 0:
		head = "enter reads them again"
	}
	if !x.search.following() && x.search.session != nil {
		switch r := x.newer; {
		case r.loading:
			foot = "loading newer lines"
		case r.err != nil:
			foot = fmt.Sprintf("newer lines could not be read, enter tries again: %v", r.err)
		default:
			foot = fmt.Sprintf("newer lines are read on the way down, %s follows the newest", x.deps.Host.Key(ui.ActBottom))
		}
	}
	x.page.view.SetEnds(clean.ShownText(head), clean.ShownText(foot))
}

// filled is what a gap line hid.
type filled struct {
	gap  *logs.Entry
	page logs.Page
	err  error
}

// gapLines is how many lines are read at once in place of a gap line.
const gapLines = 2000

// readGap reads what a gap line hides.
func (x *beyond) readGap(e *logs.Entry) tea.Cmd {
	if x.search.session == nil || x.filling[e] {
		return nil
	}
	x.filling[e] = true
	session, source, q, known := x.search.session, x.search.source, x.search.query, x.page.lines.ring.Known(logs.Range{From: e.Gap.From, To: e.Gap.To})
	x.deps.Host.Flash(ui.Info, "reading what is missing")
	return func() tea.Msg {
		page, err := logs.FetchGap(session.ctx, source, q, *e.Gap, known, gapLines)
		return filled{e, page, err}
	}
}

// fill puts lines in the place of their gap line.
func (x *beyond) fill(msg filled) {
	if !x.filling[msg.gap] {
		return
	}
	delete(x.filling, msg.gap)
	host := x.deps.Host
	if msg.err != nil {
		host.Flash(ui.Error, "what is missing could not be read: %v", msg.err)
		return
	}
	pos, ok := x.page.lines.find(msg.gap)
	if !ok {
		host.Flash(ui.Info, "the lines that were missing have left the buffer")
		return
	}
	if msg.gap.Gap.Aside {
		msg.page.Entries = x.bridged(*msg.gap.Gap, msg.page.Entries)
	}
	x.page.lines.met(msg.page.Entries)
	x.page.lines.edit(x.page.view, x.page.lines.ring.Replace(pos, msg.page.Entries))
	n := len(slices.DeleteFunc(slices.Clone(msg.page.Entries), func(e logs.Entry) bool { return e.Gap != nil }))
	host.Flash(ui.Info, "%s read", wording.Count(n, "line"))
}

// bridged puts a gap line between lines that were found before all that are shown and
// these: reading older lines goes on before the oldest one.
func (x *beyond) bridged(g logs.Gap, entries []logs.Entry) []logs.Entry {
	oldest := x.edge(logs.Older)
	if !g.To.Before(oldest) || len(entries) == 0 {
		return entries
	}
	last := entries[len(entries)-1]
	rest := logs.Gap{From: last.Time, To: oldest, Reason: "older lines, which were not read yet"}
	if last.Gap != nil {
		rest.From, entries = last.Gap.From, entries[:len(entries)-1]
	}
	return append(entries[:len(entries):len(entries)], logs.Entry{Time: last.Time, Gap: &rest})
}
