// Package garbage says when the collector of the runtime runs: by the part of what is in use
// that garbage may be, and where little is in use by how much it may be at least. The runtime
// knows the part alone, and collects what is small all the time.
//
// What belongs here is that. How much there may be is for main to say.
package garbage

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// most is the largest part, in percent: it is the one that Go begins with.
const most = 100

// step is by how many percent the part has to be another one before the runtime is told, which
// stops the program for a moment.
const step = 4

// Keeper holds the collector to two bounds while it runs.
type Keeper struct {
	Percent int    // of what is in use, that garbage may be
	Room    uint64 // bytes of garbage that there may be all the same

	mu      sync.Mutex
	now     int             // what the runtime was told last
	stopped bool            // for ever
	set     func(int) int   // debug.SetGCPercent
	live    func() uint64   // bytes in use after the last collection
	looked  chan<- struct{} // told after each collection; nil for nobody
}

// lookout is garbage at each collection, which its finalizer is told of.
type lookout struct{ _ [16]byte }

// Run begins, unless Stop was called before.
func (k *Keeper) Run() {
	if k.set == nil {
		k.set, k.live = debug.SetGCPercent, live
	}
	if !k.look() {
		return
	}
	var again func(*lookout)
	again = func(l *lookout) {
		if k.look() {
			runtime.SetFinalizer(l, again)
		}
	}
	runtime.SetFinalizer(&lookout{}, again)
}

// Stop leaves the collector to the runtime from now on, at a part in percent.
func (k *Keeper) Stop(percent int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopped = true
	debug.SetGCPercent(percent)
}

// look tells the runtime what is right for what is in use now. It reports false once it is
// not to be told any more.
func (k *Keeper) look() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stopped {
		return false
	}
	if percent := k.percent(k.live()); percent < k.now-step || percent > k.now+step || k.now == 0 {
		k.set(percent)
		k.now = percent
	}
	if k.looked != nil {
		k.looked <- struct{}{}
	}
	return true
}

// percent is the part for so many bytes in use.
func (k *Keeper) percent(live uint64) int {
	return max(k.Percent, int(min(most, 100*k.Room/max(live, 1))))
}

// live are the bytes that the last collection found in use.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
