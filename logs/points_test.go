package logs

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gantry/internal/fault"
)

// pointStore is a store that has points in time.
type pointStore struct {
	*store
	opened, closed int
	// life is how many pages a point gives before it is over; zero is without end.
	life int
	// loose leaves the cursor out, as a store without a tiebreak does.
	loose bool
	// refuse is the failure of opening a point.
	refuse error
}

func (s *pointStore) OpenPoint(context.Context) (Point, error) {
	if s.refuse != nil {
		return nil, s.refuse
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	return &heldPoint{owner: s, store: &store{docs: s.visible(Range{}), maxPage: s.maxPage, fault: s.fault}}, nil
}

// heldPoint is a copy of a store. Its cursor is a position in the order of a
// direction.
type heldPoint struct {
	owner *pointStore
	*store
	pages int
}

func (p *heldPoint) Read(ctx context.Context, q Query, r Range, d Direction, after Cursor, limit int) (Page, error) {
	if p.pages++; p.owner.life > 0 && p.pages > p.owner.life {
		return Page{}, fault.Errorf(fault.Failed, "search", "", "%w", ErrPointGone)
	}
	docs := slices.Clone(p.docs)
	oldestFirst(docs)
	if d == Older {
		slices.Reverse(docs)
	}
	at := 0
	if len(after) > 0 {
		at, _ = strconv.Atoi(string(after))
	}
	page := Page{}
	for i := at; i < len(docs); i++ {
		e := docs[i]
		if t := e.Time.Truncate(step); t.Before(r.From.Truncate(step)) || !r.To.IsZero() && t.After(r.To) {
			continue
		}
		if len(page.Entries) == limit {
			break
		}
		page.Entries = append(page.Entries, e.Entry)
		page.Last = e.Time.Truncate(step)
		if !p.owner.loose {
			page.Cursor = Cursor(fmt.Sprint(i + 1))
		}
	}
	page.Full = len(page.Entries) == limit
	if p.fault != nil {
		if err := p.fault(time.Now(), &page); err != nil {
			return Page{}, err
		}
	}
	return page, nil
}

func (p *heldPoint) Close(context.Context) error {
	p.owner.closed++
	return nil
}
