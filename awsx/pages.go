package awsx

import (
	"errors"
	"iter"
)

// Page is a batch of items as it lands. Batches of one listing come in any
// order; Total is how many items the listing has named so far.
type Page[T any] struct {
	// Items never change once they are here: who keeps one shares it.
	Items []*T
	// Missing holds what was asked for and could not be described, with the
	// service's reason, such as MISSING.
	Missing []Missing
	// Total is the number of items listed up to now; Complete is true when the
	// listing itself has ended, so that Total will not grow.
	Total    int
	Complete bool
	// Untagged is why the items come without their tags; nil where they have them.
	Untagged error
}

// Missing is one entry of an API answer's failures list.
type Missing struct{ ARN, Reason, Detail string }

// Pages yields batches as they land. An error in the sequence is one batch
// that failed: the sequence goes on, and what other batches brought is good.
// Breaking off the loop cancels the calls under way and waits for them.
type Pages[T any] = iter.Seq2[Page[T], error]

// Collect reads pages to their end. The error joins those of the batches that
// failed; what the others brought is good.
func Collect[T any](pages Pages[T]) (items []T, err error) {
	for page, failed := range pages {
		err = errors.Join(err, failed)
		items = append(items, Values(page.Items)...)
	}
	return items, err
}

// Values returns copies of what items point to; nil for nil.
func Values[T any](items []*T) []T {
	if items == nil {
		return nil
	}
	out := make([]T, len(items))
	for i, x := range items {
		out[i] = *x
	}
	return out
}

// Own returns pointers to copies of items, each in a place of its own: a list of which one
// item is kept would stay in memory whole.
func Own[T any](items []T) []*T {
	own := make([]*T, len(items))
	for i := range items {
		item := items[i]
		own[i] = &item
	}
	return own
}
