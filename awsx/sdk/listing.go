package sdk

import (
	"context"
	"errors"
	"slices"
	"sync"

	"gantry/awsx"
	"gantry/internal/crash"
	"gantry/internal/fault"
)

// describers is how many describe calls of one listing run at a time.
const describers = 7

// lister returns one page of a listing, of ARNs or of whole items, and the token
// of the next page, nil after the last.
type lister[T any] func(ctx context.Context, token *string) (page []T, next *string, err error)

// listed is a lister of names that are known already.
func listed(arns []string) lister[string] {
	return func(context.Context, *string) ([]string, *string, error) {
		return append([]string{}, arns...), nil, nil
	}
}

// describer describes one batch.
type describer[T any] func(ctx context.Context, arns []string) (awsx.Page[T], error)

// gather lists, describes in batches while the listing goes on, and yields each
// batch as it lands. A batch that fails is yielded as its error and costs the
// others nothing; a listing that fails ends after what it had named. The last
// page of a listing that was read to its end says Complete. When the context
// ends, its error is the last thing yielded.
func gather[T any](ctx context.Context, list lister[string], batch int, describe describer[T]) awsx.Pages[T] {
	return func(yield func(awsx.Page[T], error) bool) {
		run, cancel := context.WithCancel(ctx)
		g := &gathering[T]{results: make(chan result[T]), slots: make(chan struct{}, describers)}
		var owner crash.Group
		owner.Go(func() { g.run(run, list, batch, describe) })
		defer owner.Wait()
		defer cancel()

		said := false
		for r := range g.results {
			if ctx.Err() != nil {
				break
			}
			if r.err != nil {
				if !yield(awsx.Page[T]{}, r.err) {
					return
				}
				continue
			}
			r.page.Total, r.page.Complete = g.progress()
			said = said || r.page.Complete
			if !yield(r.page, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(awsx.Page[T]{}, err)
			return
		}
		if total, complete := g.progress(); complete && !said {
			yield(awsx.Page[T]{Total: total, Complete: true}, nil)
		}
	}
}

type result[T any] struct {
	page awsx.Page[T]
	err  error
}

// gathering is one listing under way.
type gathering[T any] struct {
	results chan result[T]
	slots   chan struct{}

	mu       sync.Mutex
	total    int
	complete bool
}

// run lists and starts a describe call for each batch; it returns when the
// last has ended, and closes the results.
func (g *gathering[T]) run(ctx context.Context, list lister[string], batch int, describe describer[T]) {
	var calls crash.Group
	defer close(g.results)
	defer calls.Wait()
	err := pages(ctx, listing(list), func(arns []string, last bool) bool {
		g.count(len(arns), last)
		for part := range slices.Chunk(arns, batch) {
			select {
			case <-ctx.Done():
				return false
			case g.slots <- struct{}{}:
			}
			calls.Go(func() {
				defer func() { <-g.slots }()
				page, err := describe(ctx, part)
				g.send(ctx, result[T]{page, err})
			})
		}
		return true
	})
	if err != nil {
		g.send(ctx, result[T]{err: err})
	}
}

func (g *gathering[T]) send(ctx context.Context, r result[T]) {
	select {
	case <-ctx.Done():
	case g.results <- r:
	}
}

func (g *gathering[T]) count(n int, last bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total += n
	g.complete = last
}

func (g *gathering[T]) progress() (total int, complete bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.total, g.complete
}

// pages walks a listing until page returns false. A token that comes back is an
// error: the listing would never end.
func pages[T any](ctx context.Context, list lister[T], page func(items []T, last bool) bool) error {
	seen := map[string]bool{}
	var token *string
	for {
		items, next, err := list(ctx, token)
		if err != nil {
			return err
		}
		last := next == nil || *next == ""
		if !page(items, last) || last {
			return nil
		}
		if seen[*next] {
			return &fault.Error{Class: fault.Failed, Op: "list", Err: errors.New("the service repeats a page token: the listing would never end")}
		}
		seen[*next] = true
		token = next
	}
}

// paged yields the pages of a listing that brings whole items.
func paged[T any](ctx context.Context, list lister[T]) awsx.Pages[T] {
	return func(yield func(awsx.Page[T], error) bool) {
		total := 0
		err := pages(ctx, list, func(found []T, last bool) bool {
			total += len(found)
			return yield(awsx.Page[T]{Items: awsx.Own(found), Total: total, Complete: last}, nil)
		})
		if err != nil {
			yield(awsx.Page[T]{}, err)
		}
	}
}

// listing turns an answer that lacks the list it was asked for into an error: ECS sends an
// empty one when there is nothing, so without one nothing was read.
func listing(list lister[string]) lister[string] {
	return func(ctx context.Context, token *string) ([]string, *string, error) {
		arns, next, err := list(ctx, token)
		if err == nil && arns == nil {
			err = &fault.Error{Class: fault.Failed, Op: "list", Err: errors.New("the answer holds no list, not even an empty one")}
		}
		return arns, next, err
	}
}

// all reads a listing to its end, or until it has limit items (0 for no limit).
// What came before an error is returned with it.
func all[T any](ctx context.Context, limit int, list lister[T]) ([]T, error) {
	var found []T
	err := pages(ctx, list, func(items []T, _ bool) bool {
		found = append(found, items...)
		return limit <= 0 || len(found) < limit
	})
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	return found, err
}
