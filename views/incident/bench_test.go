package incident

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/past"
	"gantry/awsx/store"
	tl "gantry/awsx/timeline"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/livetable"
)

// BenchmarkTimelineOpens is what the loop does to show ten thousand entries for the first
// time: they are put in order, measured and drawn.
func BenchmarkTimelineOpens(b *testing.B) {
	of := awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod", ARN: "arn:aws:ecs:eu-west-1:1:service/prod/till"}
	var said []past.Event
	for i := range 10_000 {
		said = append(said, past.Event{Service: of, ServiceEvent: awsx.ServiceEvent{ID: fmt.Sprint(i), At: awsxtest.Now.Add(-time.Duration(i) * time.Second), Message: fmt.Sprintf("(service till) something that is new, number %d.", i)}})
	}
	entries := tl.Merge(tl.Said(said, new(tl.Heard)))
	rows := make([]*entry, len(entries))
	for i := range entries {
		rows[i] = &entry{entries[i]}
	}
	deps, look := desk(b, of), uitest.MainLooks()[0]
	for b.Loop() {
		s := NewTimeline(deps, of).(*events)
		picked, _ := s.pick(rows)
		s.lead(rows)
		s.Table.SetRows(picked)
		if text := s.View(look.W, look.H).Body; !strings.Contains(text, "number 0") {
			b.Fatal(text)
		}
	}
}

// desk is what a screen is given, on a store that reads nothing.
func desk(b *testing.B, of awsx.Ref) *views.Deps {
	st := store.New(b.Context(), store.Options{})
	b.Cleanup(st.Close)
	deps := &views.Deps{Now: func() time.Time { return awsxtest.Now }, Store: st}
	shell := ui.New(b.Context(), ui.Options{Terminal: uitest.MainLooks()[0].Terminal(), Root: func(h *ui.Host) ui.Screen {
		deps.Host = h
		return NewTimeline(deps, of)
	}})
	shell.Init()
	return deps
}

// BenchmarkTimelineIsBuilt is what is done beside the loop whenever something new was read:
// ten thousand entries are merged, and those that did not change stay the rows that they were.
func BenchmarkTimelineIsBuilt(b *testing.B) {
	of := awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod", ARN: "arn:aws:ecs:eu-west-1:1:service/prod/till"}
	service := awsx.Service{Ref: of, Name: "till"}
	for i := range 10_000 {
		service.Events = append(service.Events, awsx.ServiceEvent{ID: fmt.Sprint(i), At: awsxtest.Now.Add(-time.Duration(i) * time.Second), Message: fmt.Sprintf("(service till) something that is new, number %d.", i)})
	}
	s := NewTimeline(desk(b, of), of).(*events)
	s.teller.Service(&store.Snapshot[store.ServiceState]{Items: []*store.ServiceState{{Service: service}}})
	for b.Loop() {
		if l := s.load(livetable.Status{}); len(l.Rows) != 10_000 {
			b.Fatal(len(l.Rows))
		}
	}
}
