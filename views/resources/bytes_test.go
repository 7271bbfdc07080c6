package resources_test

import (
	"fmt"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/resources"
	"gantry/views/viewstest"
)

var (
	nouns    = []string{"api", "checkout", "ledger", "mail", "search", "thumbnails", "gateway", "reports", "w"}
	troubles = []string{
		"was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0123abcd) has insufficient memory available.",
		"(task 0123abcd) failed container health checks.",
		"has started 3 tasks: (task 0123abcd) (task 4567abcd) (task 89ababcd).",
		"deregistered 1 targets in (target-group arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/api/0123)",
		"was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0123abcd) is missing an attribute required by your task.",
	}
)

// TestBytesPerEvent counts what the terminal is sent for what happens on the services
// screen: nothing for readings that found nothing new, little for a cell or a move, and
// for a page what it shows.
func TestBytesPerEvent(t *testing.T) {
	for i, page := range []int{1700, 4800} {
		look := uitest.MainLooks()[i]
		t.Run(look.String(), func(t *testing.T) {
			viewstest.Bubble(t, func(t *testing.T) {
				a := awsxtest.New(awsx.ContextID{Profile: "main"})
				cluster := a.Cluster("main")
				for n := range 150 {
					// No row looks like its neighbours: each cell of a page is written.
					options := []awsxtest.Option{awsxtest.Desired(n%13 + 1)}
					if n%10 == 0 {
						options = append(options, awsxtest.Running(n/10%(n%13+1)), awsxtest.Event(troubles[n/10%len(troubles)]))
					}
					cluster.Service(fmt.Sprintf("%s-%03d-%s", nouns[n%len(nouns)], n*7919%150, nouns[n*5%len(nouns)]), options...)
				}
				a.Edit(func(d *awsxtest.Data) {
					for n := range d.Services {
						s := &d.Services[n]
						s.Deployments[0].CreatedAt = s.Deployments[0].CreatedAt.Add(-time.Duration(n*n) * 7 * time.Hour)
					}
				})
				time.Sleep(5 * time.Hour) // since when no age turns with the minute
				st := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a)})
				t.Cleanup(st.Close)
				wire := uitest.Dial(t, ui.Options{Terminal: look.Terminal(), Gate: &viewstest.Locked{}, Root: func(h *ui.Host) ui.Screen {
					return resources.NewServices(&views.Deps{Host: h, Now: time.Now, Store: st, Policy: viewstest.ExceptStaging{}, Nav: &viewstest.Visited{}}, cluster.Ref)
				}}, look.W, look.H)
				const sweep = 2 * time.Minute
				wire.Idle(2 * sweep)
				event := func(what string, least, most int, happens func() int) {
					t.Helper()
					n := happens()
					if n < least || n > most {
						t.Errorf("%s costs %d bytes, allowed are %d to %d:\n%s", what, n, least, most, wire.Text())
					}
					t.Logf("%s: %d bytes", what, n)
					wire.Idle(2 * livetable.RestDelay)
				}
				// Of a row in the middle: neither its place nor the evidence of another changes.
				landing := func(change func(*awsx.Service)) func() int {
					return func() int {
						a.Edit(func(d *awsxtest.Data) { change(&d.Services[60]) })
						return wire.Idle(sweep)
					}
				}
				keys := func(key string) func() int { return func() int { return wire.Bytes(uitest.Key(key)) } }
				event("readings without news", 0, 0, func() int { return wire.Idle(10 * sweep) })
				event("a cell", 1, 20, landing(func(s *awsx.Service) {
					s.Deployments[0].CreatedAt = s.Deployments[0].CreatedAt.Add(-400 * 24 * time.Hour)
				}))
				// The row on which the cursor rested is drawn as one from edge to edge.
				event("a move from where it rested", 1, 240, keys("j"))
				wire.Bytes(uitest.Key("j"))
				event("a move", 1, 120, keys("j"))
				for _, key := range []string{"pgdown", "pgdown", "pgup", "G", "g"} {
					event("a page by "+key, 1, page, keys(key))
				}
			})
		})
	}
}
