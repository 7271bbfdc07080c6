package store_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
)

// queues is a port that package awsx does not have, as that of one more AWS client.
type queues interface {
	Queues(ctx context.Context) awsx.Pages[queue]
}

type queue struct{ name string }

// queueing is an account with that port.
type queueing struct{ awsx.Account }

func (q queueing) Open(context.Context, awsx.ContextID) (awsx.Account, error) { return q, nil }

func (queueing) Queues(context.Context) awsx.Pages[queue] {
	return func(yield func(awsx.Page[queue], error) bool) {
		yield(awsx.Page[queue]{Items: []*queue{{"orders"}, {"mail"}}, Complete: true}, nil)
	}
}

// TestWhatOnePortListsIsWatchedWithoutALineInTheStore, and an account without the port says
// so.
func TestWhatOnePortListsIsWatchedWithoutALineInTheStore(t *testing.T) {
	plain := awsxtest.New(awsx.ContextID{Profile: "main"})
	id := plain.Cluster("prod").Ref.Context
	for name, c := range map[string]struct {
		opener awsx.Opener
		want   string
	}{
		"with it":    {queueing{}, "mail orders"},
		"without it": {awsxtest.NewOpener(plain), "this account has no queues"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := store.New(t.Context(), store.Options{Opener: c.opener})
			defer s.Close()
			w := store.Watched(s, store.List[queues, queue]{
				Kind: "queues", Scope: awsx.Ref{Context: id}, Rounds: 1,
				ID:    func(q *queue) (string, string) { return q.name, q.name },
				Pages: func(ctx context.Context, r queues) awsx.Pages[queue] { return r.Queues(ctx) },
			})
			defer w.Close()
			snap := until(t, w, func(s *store.Snapshot[queue]) bool { return s.Err != nil || complete(s) })
			var got []string
			for _, q := range snap.Items {
				got = append(got, q.name)
			}
			if snap.Err != nil {
				got = append(got, snap.Err.Error())
			}
			if !strings.Contains(strings.Join(got, " "), c.want) {
				t.Errorf("%s: got %q", name, got)
			}
		})
	}
}
