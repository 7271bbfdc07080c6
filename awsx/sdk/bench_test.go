package sdk

import (
	"runtime"
	"testing"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
)

// BenchmarkTasks3000 reads a cluster of 3,000 tasks of two containers; it
// reports what the tasks weigh once read.
func BenchmarkTasks3000(b *testing.B) {
	f := fleet{tasks: 3000}
	answers := map[string]string{}
	w := &wire{}
	w.reply = func(op string, in map[string]any) (int, string) {
		// The service's own work is not measured: its answers are kept.
		key := op
		if op == "DescribeTasks" {
			key = in["tasks"].([]any)[0].(string)
		} else if t, ok := in["nextToken"].(string); ok {
			key += t
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if answers[key] == "" {
			_, answers[key] = f.reply(op, in)
		}
		return 200, answers[key]
	}
	read := func() []awsx.Task {
		a := open(b, w, access.Options{}) // with full buckets
		tasks, _, errs := drain(b, a.Tasks(b.Context(), awsx.TaskQuery{Cluster: cluster}))
		if len(tasks) != 3000 || len(errs) > 0 {
			b.Fatal(len(tasks), errs)
		}
		return tasks
	}
	read()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	tasks := read()
	runtime.GC()
	runtime.ReadMemStats(&after)
	size := float64(after.HeapAlloc-before.HeapAlloc) / float64(len(tasks))
	b.ReportAllocs()
	for b.Loop() {
		read()
	}
	b.ReportMetric(size, "B/task")
	runtime.KeepAlive(tasks)
}
