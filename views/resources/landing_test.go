package resources

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/viewstest"
)

// beats is a watch that tells of news when a test says so.
type beats chan struct{}

func (b beats) Changed() <-chan struct{} { return b }
func (b beats) Need(store.Need)          {}
func (b beats) Refresh()                 {}
func (b beats) Close()                   {}

// TestTargetsThatLandCostARowEachAndFewBytes: while the health of 5,000 groups lands at three
// a second and the cursor rests, a group remakes the row of its service and no other, and the
// terminal is sent at most 100 bytes a second.
func TestTargetsThatLandCostARowEachAndFewBytes(t *testing.T) {
	const services, seconds, each, most = 5000, 60, 3, 100
	synctest.Test(t, func(t *testing.T) {
		f := crowd(services)
		groups := make([]*store.GroupState, services)
		for i, s := range f.services {
			arn := fmt.Sprintf("arn:group/%05d", i)
			s.LoadBalancers = []awsx.LoadBalancer{{TargetGroup: arn, Container: "c", ContainerPort: 80}}
			groups[i] = &store.GroupState{Group: awsx.Group{ARN: arn}}
		}
		kept := newKeptServices(nil)
		news := make(beats, 1)
		var landed []int // since the last load; the goroutine below waits until it was taken
		var before []*serviceRow
		remade := 0
		wire := uitest.Dial(t, ui.Options{Terminal: uitest.MainLooks()[0].Terminal(), Root: func(h *ui.Host) ui.Screen {
			deps := &views.Deps{Host: h, Now: time.Now, Policy: viewstest.ExceptStaging{}, Nav: &viewstest.Visited{}}
			spec := servicesSpec(deps, f.services[0].Ref.ClusterRef(), nil, func(r *serviceRow, ok bool) []ui.Action { return selectedActions(deps, r, ok) })
			spec.Study, spec.Closer = nil, nil // of the row that is read, and of no store
			spec.Open = func() livetable.Feed[*serviceRow] {
				return livetable.Feed[*serviceRow]{Watches: []livetable.Watch{news}, Build: func(now time.Time) livetable.Load[*serviceRow] {
					first := before == nil
					all := store.Changes{Anew: first}
					rows := kept.update(clusterNews{
						services: newsFor(f.services, all), tasks: newsFor([]*awsx.Task{}, all),
						groups: newsFor(groups, store.Changes{Anew: first, Items: landed}), instances: newsFor([]*awsx.Instance{}, all),
					}, f.Now)
					for i := range before {
						if rows[i] != before[i] {
							remade++
						}
					}
					before, landed = rows, nil
					return livetable.Load[*serviceRow]{Rows: rows, Status: livetable.AnswerStatus(true, true, nil), Note: serviceNote(rows, &kept.clusterFacts)}
				}}
			}
			return livetable.New(deps, spec)
		}}, 80, 24)
		wire.Idle(5 * time.Second)
		sent := 0
		for second := range seconds {
			synctest.Wait()
			for n := range each {
				i := (second*each + n) * 1009 % services
				g := *groups[i]
				g.Read, g.Targets = true, slices.Repeat([]awsx.TargetHealth{{ID: "i", Port: 80, State: "healthy"}}, 4)
				groups[i] = &g
				landed = append(landed, i)
			}
			news <- struct{}{}
			sent += wire.Idle(time.Second)
		}
		if remade != seconds*each {
			t.Errorf("%d groups landed and %d rows were made again", seconds*each, remade)
		}
		if sent == 0 || sent > most*seconds {
			t.Errorf("%d bytes a second were sent, allowed are %d:\n%s", sent/seconds, most, wire.Text())
		}
		t.Logf("%d bytes a second", sent/seconds)
	})
}

// newsFor are the news of a whole list.
func newsFor[T any](items []*T, c store.Changes) news[T] {
	if c.Anew {
		c.Items = nil
		for i := range items {
			c.Items = append(c.Items, i)
		}
	}
	return news[T]{items: items, whole: true, Changes: c}
}
