package ui

// Cursor is the part of a Stepped content that the cursor is on.
func (d *Document) Cursor() int { return d.cursor }

// SetCursor puts the cursor on a part that it stops at.
func (d *Document) SetCursor(part int) {
	if d.stops(part) {
		d.stepTo(part)
	}
}

// stops reports whether the cursor stops at a part.
func (d *Document) stops(part int) bool {
	s, ok := d.content.(Stepped)
	return ok && part >= 0 && part < len(d.parts) && s.Stops(part)
}

// step is the next part from one on that the cursor stops at, or the one before; that one
// itself where there is none.
func (d *Document) step(from, by int) int {
	for part := from + by; part >= 0 && part < len(d.parts); part += by {
		if d.stops(part) {
			return part
		}
	}
	return from
}

// stepTo moves the cursor, and shows as much of its part as fits.
func (d *Document) stepTo(part int) {
	d.cursor = part
	d.pager.Changed()
	if len(d.starts) == len(d.parts) && part >= 0 && part < len(d.parts) {
		_, end := d.rowsOf(part)
		d.pager.Show(end - 1)
		d.pager.Show(d.starts[part])
	}
}

// rowsOf are the rows of a part as they were last drawn, from the first to before the last.
func (d *Document) rowsOf(part int) (from, to int) {
	_, _, total := d.pager.Position()
	if part+1 < len(d.starts) {
		total = d.starts[part+1]
	}
	return d.starts[part], total
}

// stepper moves the cursor over the parts of a document. A part that is taller than the
// screen is scrolled through before the next one is gone to.
type stepper struct{ d *Document }

// Move goes to the n-th part that follows, or goes before.
func (s stepper) Move(n int) {
	by := 1
	if n < 0 {
		by, n = -1, -n
	}
	for range n {
		s.one(by)
	}
}

func (s stepper) one(by int) {
	d := s.d
	if len(d.starts) != len(d.parts) {
		return
	}
	first, last, _ := d.pager.Position()
	from, to := d.rowsOf(d.cursor)
	next := d.step(d.cursor, by)
	switch {
	case by > 0 && to > last, by < 0 && from < first, next == d.cursor:
		d.pager.Move(by)
	default:
		d.stepTo(next)
		if by < 0 {
			_, end := d.rowsOf(next)
			d.pager.Show(end - 1)
		}
	}
}

// Page goes on by screens, and puts the cursor on the last part that begins in view, or the
// first on the way back.
func (s stepper) Page(n int) {
	d := s.d
	if len(d.starts) != len(d.parts) {
		return
	}
	d.pager.Page(n)
	first, last, _ := d.pager.Position()
	for part := range d.parts {
		if from, _ := d.rowsOf(part); from >= first && from < last && d.stops(part) {
			d.cursor = part
			if n < 0 {
				break
			}
		}
	}
	d.pager.Changed()
}

// Top goes to the first part.
func (s stepper) Top() {
	s.d.stepTo(s.d.step(-1, 1))
	s.d.pager.Top()
}

// Bottom goes to the last part.
func (s stepper) Bottom() {
	s.d.stepTo(s.d.step(len(s.d.parts), -1))
	s.d.pager.Bottom()
}
