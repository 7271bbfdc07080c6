package elastic

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/kql"
)

// forget lets a field be asked for again: an index that came since may have another
// kind of it.
func (c *caps) forget(field string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range [...]string{field, keyword(field)} {
		delete(c.kinds, name)
		delete(c.probed, name)
	}
}

// guessing reports whether the store refuses to tell its fields.
func (c *caps) guessing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.guess
}

// finer reports whether a page has timestamps in nanoseconds where the indices were
// found to have milliseconds: an alias went over to an index with another mapping.
// Sorted as plain numbers, the two do not stand in one order.
func (s *Source) finer(page logs.Page) bool {
	if s.caps.guessing() || s.caps.step(s.cfg.Timestamp) == time.Nanosecond || len(page.Entries) == 0 {
		return false
	}
	// Nanoseconds are the larger numbers, so they stand at one of the ends.
	return nanoseconds(page.Entries[0].Sort) || nanoseconds(page.Entries[len(page.Entries)-1].Sort)
}

// learnt asks again for the fields of a query that finds nothing, unless that was done
// lately, and reports whether they are others now: an index that came since may have
// another mapping.
func (s *Source) learnt(ctx context.Context, q logs.Query) bool {
	changed, err := s.look(ctx, q, keptUnused)
	return err == nil && changed
}

// look asks for the fields of a query of which what is known is older than kept.
func (s *Source) look(ctx context.Context, q logs.Query, kept time.Duration, more ...string) (changed bool, err error) {
	fields := slices.Concat([]string{s.cfg.Timestamp}, logs.Fields(q.Where), more)
	if _, ok := q.Expr.Levelled(); ok {
		fields = slices.Concat(fields, logs.LevelFields(s.cfg.Level), s.cfg.Message)
	}
	names, known := s.caps.wanted(fields, slices.Concat(logs.Named(q.Where), kql.Names(q.Expr.Tree())), time.Now(), kept)
	if len(names) == 0 {
		return false, nil
	}
	var of fieldCaps
	a, err := s.sendPast(ctx, call{method: http.MethodPost, path: "/" + s.cfg.Index + "/_field_caps"},
		map[string]string{"fields": strings.Join(names, ",")})
	switch {
	case err != nil:
		err = transportError(s.op("field_caps"), err)
	case a.status >= http.StatusMultipleChoices:
		err = s.refusal("field_caps", a)
	default:
		if err = json.Unmarshal(a.body, &of); err == nil && of.Fields == nil {
			err = errors.New("it says nothing of fields")
		}
		if err != nil {
			err = s.unreadable("field_caps", a.body, err)
		}
	}
	switch {
	case err != nil && known && (fault.ClassOf(err).Passing() || fault.ClassOf(err) == fault.Denied):
		// What was learnt before holds until it can be learnt again.
		s.caps.postpone(names, time.Now())
		return false, nil
	case err != nil && fault.ClassOf(err) == fault.Denied:
		s.caps.refuse(time.Now())
		return false, nil
	case err != nil:
		return false, err
	}
	return s.caps.learn(names, of, time.Now()), nil
}
