package memory

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"gantry/awsx"
	"gantry/awsx/past"
)

// most is how many of a kind one question brings, the newest.
const most = 20000

// errSlow is a disk that does not answer in time.
var errSlow = errors.New("the disk does not answer: what earlier runs saw is not told")

// errReadOnly is a file that only tells.
var errReadOnly = errors.New("the file cannot be written")

// kept is a record as it was read.
type kept struct {
	within, key string
	at          time.Time
	doc         []byte
}

// ask has the file asked by its owner, and waits for the answer, but not for long.
func (m *Memory) ask(ctx context.Context, of kind, id awsx.ContextID, account, cluster string, within []string, since time.Time) ([]kept, error) {
	type answer struct {
		all []kept
		err error
	}
	given := make(chan answer, 1)
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case m.asks <- func(f *file) {
		all, err := f.read(of, id, account, cluster, within, since)
		m.tell(f)
		given <- answer{all, err}
	}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-m.ended:
		return nil, nil
	case <-late.C:
		return nil, m.fault(errSlow)
	}
	select {
	case a := <-given:
		if a.err != nil {
			return nil, m.fault(a.err)
		}
		return a.all, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-late.C:
		return nil, m.fault(errSlow)
	}
}

// read returns records since a time, the newest first. An account that is not known stands
// for each, and no place within for all.
func (f *file) read(of kind, id awsx.ContextID, account, cluster string, within []string, since time.Time) (all []kept, err error) {
	absent, err := f.ready(true)
	if absent {
		if f.hopeless != nil {
			return nil, nil // which was told
		}
		return nil, err
	}
	sql := "SELECT p.within, s.key, s.at, s.doc FROM place p JOIN seen s ON s.place = p.id AND s.kind = ? AND s.at >= ?" +
		" WHERE p.profile = ? AND p.region = ? AND p.endpoint = ? AND p.cluster = ? AND ? IN ('', p.account)"
	from := int64(0)
	if !since.IsZero() {
		from = since.UnixMilli()
	}
	values := []any{int64(of), from, id.Profile, id.Region, id.Endpoint, cluster, account}
	if len(within) > 0 {
		sql += " AND p.within IN (?" + strings.Repeat(", ?", len(within)-1) + ")"
		for _, w := range within {
			values = append(values, w)
		}
	}
	err = f.each(func(s *sqlite3.Stmt) {
		all = append(all, kept{s.ColumnText(0), s.ColumnText(1), time.UnixMilli(s.ColumnInt64(2)).UTC(), s.ColumnBlob(3, nil)})
	}, sql+" ORDER BY s.at DESC LIMIT ?", append(values, int64(most))...)
	if broken(err) {
		f.setAside(err)
		return nil, nil // which is told
	}
	return all, err
}

// within is where what belongs to a service or to a cluster was seen.
func within(of awsx.Ref) (account, cluster string, services []string) {
	if of.ARN != of.Cluster {
		services = []string{of.Name()}
	}
	_, account, _, _ = awsx.ARNParts(of.Cluster)
	return account, of.ClusterName(), services
}

func (m *Memory) of(ctx context.Context, k kind, of awsx.Ref, since time.Time) ([]kept, error) {
	account, cluster, services := within(of)
	return m.ask(ctx, k, of.Context, account, cluster, services, since)
}

// Stopped returns tasks that stopped since a time, those of earlier runs too.
func (m *Memory) Stopped(ctx context.Context, of awsx.Ref, since time.Time) ([]past.Stopped, error) {
	now, _ := m.Memory.Stopped(ctx, of, since)
	old, err := m.of(ctx, kindStopped, of, since)
	known := map[string]bool{}
	for _, s := range now {
		known[s.Task.Ref.ARN] = true
	}
	for _, k := range old {
		if s, err := stopped(of.ClusterRef(), k.within, k.doc); err == nil && !known[s.Task.Ref.ARN] {
			now = append(now, s)
		}
	}
	slices.SortFunc(now, past.Stopped.Compare)
	return now, err
}

// Containers returns those that were seen since a time, by earlier runs too.
func (m *Memory) Containers(ctx context.Context, of awsx.Ref, since time.Time) ([]past.Seen, error) {
	now, _ := m.Memory.Containers(ctx, of, since)
	old, err := m.of(ctx, kindContainer, of, since)
	known := map[string]int{}
	for i, s := range now {
		known[s.ID] = i
	}
	for _, k := range old {
		var d seen
		if json.Unmarshal(k.doc, &d) != nil {
			continue
		}
		if i, ok := known[k.key]; ok {
			if d.First.Before(now[i].First) {
				now[i].First = d.First
			}
			continue
		}
		now = append(now, past.Seen{Cluster: of.ClusterRef(), Service: k.within, ID: k.key, Task: d.Task, Container: d.Container, Family: d.Family, Revision: d.Revision, First: d.First, Last: k.at})
	}
	slices.SortFunc(now, past.Seen.Compare)
	return now, err
}

// Events returns what services told since a time, to earlier runs too.
func (m *Memory) Events(ctx context.Context, of awsx.Ref, since time.Time) ([]past.Event, error) {
	now, _ := m.Memory.Events(ctx, of, since)
	old, err := m.of(ctx, kindEvent, of, since)
	known := map[string]bool{}
	for _, e := range now {
		known[e.ID] = true
	}
	for _, k := range old {
		var d event
		if !known[k.key] && json.Unmarshal(k.doc, &d) == nil {
			now = append(now, past.Event{Service: of.In(d.Service), ServiceEvent: awsx.ServiceEvent{ID: k.key, At: k.at, Message: d.Message}})
		}
	}
	slices.SortFunc(now, past.Event.Compare)
	return now, err
}

// TargetChanges returns the steps of targets since a time, those that earlier runs saw too.
func (m *Memory) TargetChanges(ctx context.Context, id awsx.ContextID, since time.Time, groups ...string) ([]past.TargetChange, error) {
	now, _ := m.Memory.TargetChanges(ctx, id, since, groups...)
	account := ""
	if len(groups) > 0 {
		_, account, _, _ = awsx.ARNParts(groups[0])
	}
	old, err := m.ask(ctx, kindChange, id, account, "", groups, since)
	for _, k := range old {
		var d change
		if json.Unmarshal(k.doc, &d) == nil {
			now = append(now, past.TargetChange{Context: id, Group: k.within, From: d.From.health(), To: d.To.health(), At: k.at})
		}
	}
	// Oldest first, what two processes told of one step follows one another.
	slices.SortStableFunc(now, func(a, b past.TargetChange) int { return a.At.Compare(b.At) })
	last := map[string]past.TargetChange{}
	now = slices.DeleteFunc(now, func(c past.TargetChange) bool {
		key := c.Group + " " + addressOf(c)
		before, known := last[key]
		last[key] = c
		return known && before.To.State == c.To.State && before.To.Reason == c.To.Reason && before.From.State == c.From.State
	})
	slices.Reverse(now)
	return now, err
}
