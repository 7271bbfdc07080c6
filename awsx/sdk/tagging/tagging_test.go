package tagging_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk/tagging"
	"gantry/internal/fault"
)

// TestTagsAreReadOrNot: what was not asked for, or not kept, is unread, and an answer without
// any says that there is none.
func TestTagsAreReadOrNot(t *testing.T) {
	var r tagging.Reader
	for sent, want := range map[string]struct {
		asked, unread bool
		n             int
	}{
		``:     {asked: true},
		` `:    {asked: true},
		`[]`:   {asked: true},
		`null`: {asked: true, unread: true},
		`[{"key":"team","value":"till"},{"key":"tier","value":""}]`: {asked: true, n: 2},
		`[{"key":"team","value":"pump"}]`:                           {unread: true},
		`{"key":"team"}`:                                            {asked: true, unread: true},
	} {
		if got := r.Of([]byte(sent), want.asked); got.Read() == want.unread || len(got) != want.n {
			t.Errorf("%s: %v, read %v", sent, got, got.Read())
		}
	}
	one, other := r.Of([]byte(`[{"key":"a","value":"b"}]`), true), r.Of([]byte(`[{"key":"a","value":"b"}]`), true)
	if &one[0] != &other[0] {
		t.Error("two that are tagged alike have a list each")
	}
	if v, ok := one.Value("a"); v != "b" || !ok {
		t.Errorf("%v", one)
	}
	if _, ok := awsx.Tags(nil).Value("a"); ok || awsx.Tags(nil).Pairs() != nil {
		t.Error("tags that were not read have a value")
	}
}

// TestWhoRefusesTagsIsAskedWithoutThem, and again after a while. What fails without tags as well
// failed for another reason.
func TestWhoRefusesTagsIsAskedWithoutThem(t *testing.T) {
	const op = "ecs:DescribeTasks"
	for name, c := range map[string]struct {
		with, without error
		calls         int
		untagged      bool
	}{
		"well":               {calls: 1},
		"tags denied":        {with: fault.Errorf(fault.Denied, op, "", "not authorized to perform: ecs:ListTagsForResource"), calls: 2, untagged: true},
		"tags unknown":       {with: fault.Errorf(fault.Invalid, op, "", "tagging is not supported"), calls: 2, untagged: true},
		"the call denied":    {with: fault.Errorf(fault.Denied, op, "", "not authorized to perform: ecs:DescribeTasks on resource"), calls: 1},
		"all denied":         {with: fault.Errorf(fault.Denied, op, "", "no"), without: errors.New("no"), calls: 2},
		"turned away":        {with: fault.Errorf(fault.Throttled, op, "", "later"), calls: 1},
		"the cluster's gone": {with: fault.Errorf(fault.NotFound, op, "", "gone"), calls: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var r tagging.Reader
				calls := 0
				ask := func() (error, error) {
					return r.Ask(op, func(tags bool) error {
						if calls++; tags {
							return c.with
						}
						return c.without
					})
				}
				untagged, err := ask()
				if calls != c.calls || (untagged != nil) != c.untagged || (err != nil) != (c.with != nil && !c.untagged) {
					t.Fatalf("%d calls, untagged %v, %v", calls, untagged, err)
				}
				calls = 0
				if untagged, _ := ask(); c.untagged && (calls != 1 || untagged == nil) {
					t.Errorf("%d calls for what was refused just now, untagged %v", calls, untagged)
				}
				time.Sleep(11 * time.Minute)
				c.with, c.without = nil, nil
				if untagged, err := ask(); untagged != nil || err != nil {
					t.Errorf("they are not asked for any more: %v, %v", untagged, err)
				}
			})
		})
	}
}
