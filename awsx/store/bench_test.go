package store_test

import (
	"fmt"
	"runtime"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/past"
	"gantry/awsx/store"
)

// fleet is a cluster of 300 services with ten tasks each.
func fleet(b *testing.B) (*awsxtest.Account, *awsxtest.Cluster) {
	b.Helper()
	a := awsxtest.New(awsx.ContextID{Profile: "bench"})
	c := a.Cluster("prod")
	for i := range 300 {
		c.Service(fmt.Sprintf("service-%03d", i), awsxtest.Desired(10))
	}
	return a, c
}

// changed waits for the snapshot of a whole sweep after another.
func changed[T any](b *testing.B, w *store.Watch[T], after *store.Snapshot[T]) *store.Snapshot[T] {
	b.Helper()
	for {
		if s := w.Snapshot(); s.At.After(after.At) {
			return s
		}
		<-w.Changed()
	}
}

// BenchmarkFirstSweep reads 300 services and 3,000 tasks into a new store.
func BenchmarkFirstSweep(b *testing.B) {
	a, c := fleet(b)
	b.ReportAllocs()
	for b.Loop() {
		s := store.New(b.Context(), store.Options{Opener: awsxtest.NewOpener(a)})
		services, tasks := s.Services(c.Ref), s.Tasks(c.Ref)
		if n := len(changed(b, services, &store.Snapshot[awsx.Service]{}).Items); n != 300 {
			b.Fatal(n)
		}
		if n := len(changed(b, tasks, &store.Snapshot[awsx.Task]{}).Items); n != 3000 {
			b.Fatal(n)
		}
		s.Close()
	}
}

// BenchmarkNextSweep reads the same 3,000 tasks again, of which none changed.
func BenchmarkNextSweep(b *testing.B) {
	a, c := fleet(b)
	s := store.New(b.Context(), store.Options{Opener: awsxtest.NewOpener(a)})
	defer s.Close()
	tasks := s.Tasks(c.Ref)
	snap := changed(b, tasks, &store.Snapshot[awsx.Task]{})
	b.ReportAllocs()
	for b.Loop() {
		tasks.Refresh()
		snap = changed(b, tasks, snap)
	}
}

// BenchmarkSnapshotMemory reports what the store holds of 300 services and
// 3,000 tasks, beside the fake account itself.
func BenchmarkSnapshotMemory(b *testing.B) {
	a, c := fleet(b)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for b.Loop() {
		before := heap()
		s := store.New(b.Context(), store.Options{Opener: awsxtest.NewOpener(a), Past: &past.Memory{}})
		services, tasks := s.Services(c.Ref), s.Tasks(c.Ref)
		changed(b, services, &store.Snapshot[awsx.Service]{})
		changed(b, tasks, &store.Snapshot[awsx.Task]{})
		b.ReportMetric(float64(heap()-before)/(1<<20), "MiB-held")
		s.Close()
	}
}
