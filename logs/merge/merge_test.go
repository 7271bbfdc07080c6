package merge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/kql"
	"gantry/logs/logstest"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// shelf is a store that keeps times in steps and sorts by them.
type shelf struct {
	entries []logs.Entry
	step    time.Duration
	err     error
	queries []string
}

func (s *shelf) Limits() logs.Limits { return logs.Limits{MaxPage: 500, Step: s.step} }

func (s *shelf) answer(q logs.Query, r logs.Range, limit, direction int) (logs.Page, error) {
	s.queries = append(s.queries, q.String())
	if s.err != nil {
		return logs.Page{}, s.err
	}
	stored := func(e logs.Entry) time.Time { return e.Time.Truncate(s.step) }
	found := slices.DeleteFunc(slices.Clone(s.entries), func(e logs.Entry) bool {
		return stored(e).Before(r.From.Truncate(s.step)) || !r.To.IsZero() && stored(e).After(r.To)
	})
	slices.SortStableFunc(found, func(a, b logs.Entry) int { return direction * stored(a).Compare(stored(b)) })
	page := logs.Page{Full: len(found) >= limit, Entries: found[:min(limit, len(found))]}
	if n := len(page.Entries); n > 0 {
		page.Last = stored(page.Entries[n-1])
	}
	return page, nil
}

func (s *shelf) Latest(_ context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return s.answer(q, r, limit, -1)
}

func (s *shelf) Since(_ context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return s.answer(q, r, limit, 1)
}

func (s *shelf) Explain(_ context.Context, q logs.Query, _ logs.Range) (logs.Explanation, error) {
	return logs.Explanation{Cause: logs.NoDocuments, Index: q.String()}, s.err
}

func opens(src logs.Source) func(context.Context) (logs.Source, error) {
	return func(context.Context) (logs.Source, error) { return src, nil }
}

func has(field, value string) logs.Match {
	return logs.Match{Fields: []string{field}, Values: []string{value}}
}

// three merges stores whose lines are chosen by the fields a and b, and by any
// other field.
func three(a, b, rest logs.Source) *Source {
	return Of(Member{Open: opens(rest)}, Member{Fields: []string{"a"}, Open: opens(a)}, Member{Fields: []string{"b"}, Open: opens(b)})
}

var ofAll = logs.Query{Where: logs.Any{has("a", "1"), has("b", "1"), has("c", "1")}}

// TestPagesOfSeveralStoresMissAndRepeatNothing reads stores of different
// resolutions in both directions, with pages far smaller than what shares a
// timestamp.
func TestPagesOfSeveralStoresMissAndRepeatNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		start := time.UnixMilli(1_790_000_000_000).UTC()
		var shelves [3]*shelf
		want := map[string]bool{}
		for i, step := range []time.Duration{time.Millisecond, time.Nanosecond, time.Millisecond} {
			shelves[i] = &shelf{step: step}
			times := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 3_000_000), rapid.Int64Range(0, 20_000_000_000), rapid.Just(int64(5_000_000))), 0, 40).Draw(rt, fmt.Sprint("times ", i))
			for n, ns := range times {
				e := logs.Entry{Time: start.Add(time.Duration(ns)), Index: fmt.Sprint(i), ID: fmt.Sprint(n)}
				shelves[i].entries = append(shelves[i].entries, e)
				want[e.Index+"/"+e.ID] = true
			}
		}
		direction := rapid.SampledFrom([]logs.Direction{logs.Older, logs.Newer}).Draw(rt, "direction")
		size := rapid.IntRange(1, 12).Draw(rt, "page")
		h := logs.OpenHistory(three(shelves[0], shelves[1], shelves[2]), ofAll, logs.Range{From: start, To: start.Add(time.Minute)}, direction, logs.Known{})
		got := map[string]int{}
		var last time.Time
		lines, gaps := logstest.ReadAll(rt, h, direction, size)
		if len(gaps) > 0 {
			rt.Fatalf("gap lines: %+v", gaps)
		}
		for _, e := range lines {
			got[e.Index+"/"+e.ID]++
			// Stores that differ in resolution agree to a millisecond.
			at := e.Time.Truncate(time.Millisecond)
			if at.Before(last) {
				rt.Fatalf("%s comes after %s", at, last)
			}
			last = at
		}
		for id := range want {
			if got[id] != 1 {
				rt.Fatalf("%s came %d times", id, got[id])
			}
		}
		if len(got) != len(want) {
			rt.Fatalf("%d lines, want %d", len(got), len(want))
		}
	})
}

// TestATailOfSeveralStoresBringsEveryLineOnce follows two stores whose lines come
// late, independently of each other.
func TestATailOfSeveralStoresBringsEveryLineOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type plan struct{ store, at, late int }
		plans := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) plan {
			return plan{rapid.IntRange(0, 1).Draw(rt, "store"), rapid.IntRange(0, 30_000).Draw(rt, "at"), rapid.IntRange(0, 12_000).Draw(rt, "late")}
		}), 0, 120).Draw(rt, "lines")
		var got *tailtest.Reader
		synctest.Test(t, func(*testing.T) {
			start := time.Now()
			stores := [2]*logstest.Store{{}, {}}
			for i, p := range plans {
				written := start.Add(time.Duration(p.at) * time.Millisecond)
				stores[p.store].Add(logstest.Doc(i, written, written.Add(time.Duration(p.late)*time.Millisecond)))
			}
			m := Of(Member{Open: opens(stores[0])}, Member{Fields: []string{"a"}, Open: opens(stores[1])})
			got = tailtest.NewReader()
			live := tail.Follow(context.Background(), m, logs.Query{Where: logs.Any{has("a", "1"), has("c", "1")}}, tail.Options{PageSize: 7})
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			for b := range live.All(ctx) {
				got.Take(b)
			}
			live.Close()
			for b := range live.Batches() {
				got.Take(b)
			}
		})
		for i := range plans {
			if n := got.Counts[fmt.Sprint(i)]; n != 1 {
				rt.Fatalf("line %d came %d times; %d gaps, overlap %s", i, n, len(got.Gaps), got.Last.Overlap)
			}
		}
		if got.Ring.Len() != len(plans) {
			rt.Fatalf("%d lines, want %d", got.Ring.Len(), len(plans))
		}
	})
}

func TestAQueryIsSplitByTheFieldsItNames(t *testing.T) {
	for query, want := range map[string]struct {
		where      logs.Filter
		a, b, rest string
	}{
		"nothing said":           {nil, "-", "-", "*"},
		"one store":              {logs.All{has("a", "1"), has("x", "2")}, "a:1 and x:2", "-", "-"},
		"another store":          {has("c", "1"), "-", "-", "c:1"},
		"each its branch":        {logs.Any{has("c", "1"), has("a", "1"), logs.All{has("b", "1"), has("x", "2")}}, "a:1", "b:1 and x:2", "c:1"},
		"what is common to all":  {logs.All{logs.Any{has("c", "1"), has("a", "1")}, has("x", "2")}, "a:1 and x:2", "-", "c:1 and x:2"},
		"a choice within one":    {logs.All{has("a", "1"), logs.Any{has("x", "2"), has("x", "3")}}, "a:1 and x:(2 or 3)", "-", "-"},
		"alternatives of a name": {logs.Any{has("a", "1"), has("a", "2"), has("c", "3")}, "a:(1 or 2)", "-", "c:3"},
		"what nobody can match":  {logs.All{has("a", "1"), has("b", "2")}, "-", "-", "a:1 and b:2"},
		"no line at all":         {logs.Any{}, "-", "-", "not *"},
	} {
		a, b, rest := &shelf{step: logstest.Step}, &shelf{step: logstest.Step}, &shelf{step: logstest.Step}
		if _, err := three(a, b, rest).Latest(t.Context(), logs.Query{Where: want.where}, logs.Range{}, 10); err != nil {
			t.Errorf("%s: %v", query, err)
		}
		for name, c := range map[string]struct {
			s    *shelf
			want string
		}{"a": {a, want.a}, "b": {b, want.b}, "the rest": {rest, want.rest}} {
			got := cmp.Or(strings.Join(c.s.queries, " | "), "-")
			if got != c.want {
				t.Errorf("%s: %s was asked %q, want %q", query, name, got, c.want)
			}
		}
	}
}

func TestAStoreThatNoQueryConcernsIsNotOpened(t *testing.T) {
	m := Of(
		Member{Open: func(context.Context) (logs.Source, error) {
			return nil, fault.Errorf(fault.Invalid, "open", "", "nothing is configured")
		}},
		Member{Fields: []string{"a"}, Open: opens(&shelf{step: logstest.Step, entries: []logs.Entry{{ID: "1", Time: time.Now()}}})},
	)
	if page, err := m.Latest(t.Context(), logs.Query{Where: has("a", "1")}, logs.Range{}, 10); err != nil || len(page.Entries) != 1 {
		t.Errorf("%d lines, %v", len(page.Entries), err)
	}
	if _, err := m.Latest(t.Context(), logs.Query{Where: has("c", "1")}, logs.Range{}, 10); fault.ClassOf(err) != fault.Invalid {
		t.Errorf("the error is %v", err)
	}
}

func TestAQueryIsForTheStoreThatItNames(t *testing.T) {
	stores := map[string]*shelf{}
	for _, name := range []string{"", "apart", "a"} {
		stores[name] = &shelf{step: logstest.Step, entries: []logs.Entry{{ID: name, Time: time.Now()}}}
	}
	m := Of(
		Member{Open: opens(stores[""])}, Member{Name: "apart", Open: opens(stores["apart"])},
		Member{Fields: []string{"a"}, Open: opens(stores["a"])},
	)
	for _, c := range []struct {
		q    logs.Query
		want string
	}{
		{logs.Query{Where: has("c", "1")}, ""},
		{logs.Query{Store: "apart", Where: has("c", "1")}, "apart"},
		{logs.Query{Store: "apart", Where: logs.Any{has("c", "1"), has("a", "1")}}, "a apart"},
		{logs.Query{Store: "apart"}, "apart"},
		{logs.Query{Store: "apart", Where: logs.Any{logs.Condition{Tree: kql.Is{Field: kql.Literal("a"), Value: kql.Value{Text: kql.Literal("1")}}}, has("a", "1")}}, "a apart"},
		{logs.Query{Where: logs.Any{has("c", "1"), logs.From{Store: "apart", Where: has("c", "1")}}}, " apart"},
		{logs.Query{Where: logs.Any{has("a", "1"), logs.From{Store: "apart", Where: has("c", "1")}}}, "a apart"},
		{logs.Query{Where: logs.From{Store: "apart", Where: logs.Any{has("a", "1"), has("c", "1")}}}, "a apart"},
		{logs.Query{Store: "apart", Where: logs.Any{has("c", "1"), logs.From{Where: logs.All{}}}}, " apart"},
	} {
		page, err := m.Latest(t.Context(), c.q, logs.Range{}, 10)
		var got []string
		for _, e := range page.Entries {
			got = append(got, e.ID)
		}
		slices.Sort(got)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s of %q is answered by %q (%v), want %q", c.q, c.q.Store, got, err, c.want)
		}
	}
	if _, err := m.Latest(t.Context(), logs.Query{Store: "nope"}, logs.Range{}, 1); fault.ClassOf(err) != fault.Invalid {
		t.Errorf("a store that is none gives %v", err)
	}
}

func TestAStoreThatRefusesLeavesTheOthersReadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good := &shelf{step: logstest.Step, entries: []logs.Entry{{ID: "1", Time: time.Now()}}}
		bad := &shelf{step: logstest.Step, err: fault.Errorf(fault.Denied, "logs:FilterLogEvents", "", "no identity-based policy allows it")}
		m := three(bad, &shelf{step: logstest.Step}, good)
		q := logs.Query{Where: logs.Any{has("a", "1"), has("c", "1")}}
		for range 5 {
			page, err := m.Since(t.Context(), q, logs.Range{}, 10)
			if err != nil || len(page.Entries) != 1 || page.Partial == nil || !page.Partial.Lasting {
				t.Fatalf("page %+v, %v", page, err)
			}
			if said := page.Partial.String(); !strings.Contains(said, "1 of 2 log stores cannot be read: logs:FilterLogEvents: denied") {
				t.Errorf("it says %q", said)
			}
		}
		if len(bad.queries) != 1 {
			t.Errorf("the refusing store was asked %d times", len(bad.queries))
		}
		time.Sleep(refusalLasts + time.Second)
		bad.err = nil
		if page, err := m.Since(t.Context(), q, logs.Range{}, 10); err != nil || page.Partial != nil {
			t.Errorf("page %+v, %v", page, err)
		}
		bad.err = fault.Errorf(fault.Throttled, "logs:FilterLogEvents", "", "rate exceeded")
		page, err := m.Since(t.Context(), q, logs.Range{}, 10)
		if err != nil || len(page.Entries) != 1 || !page.Partial.Passing() || !strings.Contains(page.Partial.String(), "1 of 2 log stores cannot be read: logs:FilterLogEvents: throttled") {
			t.Errorf("beside a store that fails for now the page is %+v, %v", page, err)
		}
		time.Sleep(refusalLasts)
		good.err, bad.err = fault.Errorf(fault.NotFound, "search", "", "no index"), fault.Errorf(fault.Denied, "search", "", "no")
		if _, err := m.Since(t.Context(), q, logs.Range{}, 10); !errors.Is(err, bad.err) && !errors.Is(err, good.err) {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestATailGoesOnBesideAStoreThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good := &logstest.Store{}
		for i := range 60 {
			at := time.Now().Add(time.Duration(i) * time.Second)
			good.Add(logstest.Doc(i, at, at))
		}
		m := Of(Member{Open: opens(good)}, Member{Fields: []string{"a"}, Open: opens(&shelf{step: logstest.Step, err: fault.Errorf(fault.Denied, "read", "", "no")})})
		r := tailtest.NewReader()
		live := tail.Follow(context.Background(), m, logs.Query{Where: logs.Any{has("a", "1"), has("c", "1")}}, tail.Options{})
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		for b := range live.All(ctx) {
			r.Take(b)
		}
		live.Close()
		if r.Ring.Len() != 60 || len(r.Gaps) != 0 || r.Last.State != tail.PartialAnswers {
			t.Errorf("%d lines, %d gaps, %s", r.Ring.Len(), len(r.Gaps), r.Last.Words(time.Now()))
		}
		// What will not come is not waited for: the stretch that is read again does
		// not grow.
		if since := time.Since(good.From[len(good.From)-1]); since > 3*time.Minute {
			t.Errorf("the last poll read %s again", since)
		}
	})
}
