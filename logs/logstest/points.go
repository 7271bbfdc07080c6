package logstest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

// PointStore is a Store that has points in time.
type PointStore struct {
	*Store
	// Opened and Closed count points.
	Opened, Closed int
	// Life is how many pages a point gives before it is over; zero is without end.
	Life int
	// Loose leaves the cursor out, as a store without a tiebreak does.
	Loose bool
	// Refuse is the failure of opening a point.
	Refuse error
}

// OpenPoint makes a point of what has arrived.
func (s *PointStore) OpenPoint(context.Context) (logs.Point, error) {
	if s.Refuse != nil {
		return nil, s.Refuse
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Opened++
	return &heldPoint{owner: s, Store: &Store{Docs: s.Visible(logs.Range{}), MaxPage: s.MaxPage, Fault: s.Fault}}, nil
}

// heldPoint is a copy of a store. Its cursor is a position in the order of a
// direction.
type heldPoint struct {
	owner *PointStore
	*Store
	pages int
}

// Read returns a page of the documents that the point holds.
func (p *heldPoint) Read(ctx context.Context, q logs.Query, r logs.Range, d logs.Direction, after logs.Cursor, limit int) (logs.Page, error) {
	if p.pages++; p.owner.Life > 0 && p.pages > p.owner.Life {
		return logs.Page{}, fault.Errorf(fault.Failed, "search", "", "%w", logs.ErrPointGone)
	}
	docs := slices.Clone(p.Docs)
	oldestFirst(docs)
	if d == logs.Older {
		slices.Reverse(docs)
	}
	at := 0
	if len(after) > 0 {
		at, _ = strconv.Atoi(string(after))
	}
	page := logs.Page{}
	for i := at; i < len(docs); i++ {
		e := docs[i]
		if t := e.Time.Truncate(Step); t.Before(r.From.Truncate(Step)) || !r.To.IsZero() && t.After(r.To) {
			continue
		}
		if len(page.Entries) == limit {
			break
		}
		page.Entries = append(page.Entries, e.Entry)
		page.Last = e.Time.Truncate(Step)
		if !p.owner.Loose {
			page.Cursor = logs.Cursor(fmt.Sprint(i + 1))
		}
	}
	page.Full = len(page.Entries) == limit
	if p.Fault != nil {
		if err := p.Fault(time.Now(), &page); err != nil {
			return logs.Page{}, err
		}
	}
	return page, nil
}

// Close counts.
func (p *heldPoint) Close(context.Context) error {
	p.owner.Closed++
	return nil
}
