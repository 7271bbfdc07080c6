package logstest

import (
	"context"
	"fmt"
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
	held := &Store{MaxPage: s.MaxPage, Fault: s.Fault}
	for doc := range s.Visible(logs.Range{}, logs.Newer) {
		held.Docs = append(held.Docs, *doc)
	}
	return &heldPoint{owner: s, Store: held}, nil
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
	skip := 0
	if len(after) > 0 {
		skip, _ = strconv.Atoi(string(after))
	}
	page := logs.Page{}
	at := 0
	for doc := range p.Visible(logs.Range{}, d) {
		if at++; at <= skip || doc.kept().Before(r.From.Truncate(Step)) || !r.To.IsZero() && doc.kept().After(r.To) {
			continue
		}
		if len(page.Entries) == limit {
			break
		}
		page.Entries = append(page.Entries, doc.Entry)
		page.Last = doc.kept()
		if !p.owner.Loose {
			page.Cursor = logs.Cursor(fmt.Sprint(at))
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
