package garbage

import (
	"runtime"
	"testing"
)

func TestLittleInUseMayHaveMoreGarbage(t *testing.T) {
	k := &Keeper{Percent: 15, Room: 6 << 20}
	for live, want := range map[uint64]int{0: 100, 1 << 20: 100, 6 << 20: 100, 12 << 20: 50, 20 << 20: 30, 40 << 20: 15, 60 << 20: 15, 1 << 40: 15} {
		if got := k.percent(live); got != want {
			t.Errorf("%d %% of %d MiB, want %d", got, live>>20, want)
		}
	}
}

// TestEachCollectionIsLookedAt, and the runtime is told where that makes a difference.
func TestEachCollectionIsLookedAt(t *testing.T) {
	looked := make(chan struct{}, 1)
	var told []int
	inUse := uint64(10 << 20)
	k := &Keeper{Percent: 15, Room: 6 << 20, looked: looked, set: func(percent int) int { told = append(told, percent); return 0 }, live: func() uint64 { return inUse }}
	k.Run()
	<-looked
	for _, inUse = range []uint64{10 << 20, 10<<20 + 4096, 20 << 20, 60 << 20} {
		runtime.GC()
		<-looked
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(told) != 3 || told[0] != 60 || told[1] != 30 || told[2] != 15 {
		t.Errorf("the runtime was told %v", told)
	}
	k.stopped = true
}

func TestTheRuntimeTellsWhatIsInUse(t *testing.T) {
	held := make([]byte, 32<<20)
	runtime.GC()
	if n := live(); n < 32<<20 || n > 1<<30 {
		t.Errorf("%d bytes are in use", n)
	}
	runtime.KeepAlive(held)
}
