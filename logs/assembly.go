package logs

import "time"

// Assembly holds the pieces of messages that come one by one until they are
// complete. The zero Assembly is empty.
type Assembly struct{ waiting map[pieceKey]*unfinished }

type unfinished struct {
	pieces []Entry
	since  time.Time // when the first came
	last   int       // the ordinal of the last piece, zero until it came
}

// Add takes a piece in and returns the message that it completes, if it does.
func (a *Assembly) Add(e Entry, now time.Time) []Entry {
	if a.waiting == nil {
		a.waiting = map[pieceKey]*unfinished{}
	}
	k := keyOfPiece(&e)
	u := a.waiting[k]
	if u == nil {
		u = &unfinished{since: now}
		a.waiting[k] = u
	}
	u.pieces = append(u.pieces, e)
	if e.Piece.Last {
		u.last = e.Piece.Ordinal
	}
	if u.last == 0 || len(u.pieces) < u.last {
		return nil
	}
	delete(a.waiting, k)
	return Join(u.pieces)
}

// Due returns the messages of which pieces have waited since before a time, as far
// as they came.
func (a *Assembly) Due(before time.Time) []Entry {
	var out []Entry
	for k, u := range a.waiting {
		if !u.since.After(before) {
			out = append(out, Join(u.pieces)...)
			delete(a.waiting, k)
		}
	}
	return out
}
