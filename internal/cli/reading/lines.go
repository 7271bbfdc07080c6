// Package reading is how commands read logs: the newest lines of a range, and what
// arrives after them. How a line is printed is the caller's.
package reading

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gantry/internal/fault"
	"gantry/internal/words"
	"gantry/logs"
	"gantry/logs/tail"
)

// pageSize is how many lines one request of a read without a limit asks for.
const pageSize = 1000

// Lines prints the newest lines of a range, at most limit of them, in the order
// of their times; a limit of zero prints all. It returns how many it printed. A
// limit that is more than the store hands out at once is Invalid.
func Lines(ctx context.Context, src logs.Source, q logs.Query, r logs.Range, limit int, print func(logs.Entry) error) (n int, err error) {
	if most := src.Limits().MaxPage; limit > most {
		return 0, &fault.Error{Class: fault.Invalid, Op: "read logs", Err: errors.New("asked for " + words.Count(limit, "line")),
			Fix: fmt.Sprintf("give --limit as at most %d, or as 0 for all lines of the range", most)}
	}
	next := func() (logs.Page, error) { return logs.Newest(ctx, src, q, r, limit) }
	if limit == 0 {
		if r.To.IsZero() {
			r.To = time.Now()
		}
		h := logs.OpenHistory(src, q, r, logs.Newer, logs.Known{})
		// The lines are worth no less because a point in time could not be given back.
		defer func() { _ = h.Close(ctx) }()
		next = func() (logs.Page, error) { return h.Next(ctx, pageSize) }
	}
	for {
		page, err := next()
		if err != nil {
			return n, err
		}
		for _, e := range page.Entries {
			if err := print(e); err != nil {
				return n, err
			}
			n++
		}
		if page.Partial != nil {
			return n, Partial(page.Partial)
		}
		if !page.Full || limit > 0 {
			return n, nil
		}
	}
}

// Partial is the error of an answer that not all of the store gave.
func Partial(p *logs.Partial) error {
	return fault.Errorf(fault.Failed, "read logs", "", "the answer is partial: %s", p)
}

// Lacking is the error of lines that were read without those of some who were asked for;
// each says whose and why.
func Lacking(each []string) error {
	return fault.Errorf(fault.Failed, "read logs", "", "not among these lines: %s", strings.Join(each, "; "))
}

// Output is where followed lines go.
type Output struct {
	Line func(logs.Entry) error
	// Flush is called when what has arrived so far is printed.
	Flush func() error
	// State is told in words what happens to the tail, when that changes.
	State func(string)
}

// Follow prints the newest lines, at most limit of them and none before from,
// and then what arrives until ctx ends, which is no error. A limit of zero begins
// with all lines since from.
func Follow(ctx context.Context, src logs.Source, q logs.Query, from time.Time, limit int, out Output) error {
	o := tail.Options{From: from}
	if limit > 0 {
		o = tail.Options{Last: limit}
	}
	live := tail.Follow(ctx, src, q, o)
	defer live.Close()
	words, said := "", false
	for {
		b, err := live.Next(ctx)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, context.Canceled):
			return nil
		case err != nil:
			return err
		}
		for _, e := range b.Entries {
			if e.Time.Before(from) && e.Gap == nil && !e.Late {
				continue
			}
			if err := out.Line(e); err != nil {
				return err
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
		if now := b.Status.Reach(); now != "" && !said {
			out.State(now)
			said = true
		}
		if b.Status.State == tail.Stopped && b.Status.Err != nil {
			return b.Status.Err
		}
		if now := b.Status.Words(time.Now()); now != words && b.Status.State != tail.Following && b.Status.State != tail.Opening {
			out.State(now)
			words = now
		}
	}
}
