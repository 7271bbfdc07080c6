package world

import (
	"container/heap"
	"time"
)

// agenda is the control plane's future: what happens when, earliest first, and
// in the order of planning where two things happen at the same instant. An
// account at rest plans nothing, so it costs nothing.
type agenda struct {
	items []planned
	seq   uint64
}

type planned struct {
	at  time.Time
	seq uint64
	do  func()
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (g *agenda) Len() int { return len(g.items) }

func (g *agenda) Less(i, j int) bool {
	a, b := &g.items[i], &g.items[j]
	if !a.at.Equal(b.at) {
		return a.at.Before(b.at)
	}
	return a.seq < b.seq
}

func (g *agenda) Swap(i, j int) { g.items[i], g.items[j] = g.items[j], g.items[i] }

func (g *agenda) Push(x any) { g.items = append(g.items, x.(planned)) }

func (g *agenda) Pop() any {
	last := len(g.items) - 1
	item := g.items[last]
	g.items[last] = planned{}
	g.items = g.items[:last]
	return item
}

// Plan has do happen at an instant.
func (g *agenda) Plan(at time.Time, do func()) {
	g.seq++
	heap.Push(g, planned{at: at, seq: g.seq, do: do})
}

// Next tells when the earliest item is due.
func (g *agenda) Next() (time.Time, bool) {
	if len(g.items) == 0 {
		return time.Time{}, false
	}
	return g.items[0].at, true
}

// take removes and returns the earliest item that is due at now.
func (g *agenda) take(now time.Time) (planned, bool) {
	if len(g.items) == 0 || g.items[0].at.After(now) {
		return planned{}, false
	}
	return heap.Pop(g).(planned), true
}
