package ui_test

import (
	"context"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/ui"
	"gantry/ui/uitest"
)

func TestBackKeepsTheStateOfTheScreenBelow(t *testing.T) {
	c, s := start(t, nil)
	c.Press("j", "j", "enter")
	if row := c.Row("cherry"); row == "" {
		t.Fatalf("enter did not open cherry:\n%s", c.Text())
	}
	c.Press("esc").Shows("> cherry")
	if s.opens != 1 {
		t.Errorf("the screen below was opened %d times, want once", s.opens)
	}
	if diff := cmp.Diff([]bool{true, false}, s.covered); diff != "" {
		t.Errorf("covered (-want +got):\n%s", diff)
	}
}

func TestLeavingAScreenEndsItsContextAndGoingForwardOpensItAgain(t *testing.T) {
	var second *toy
	c, s := start(t, nil)
	s.extra = []ui.Action{ui.Binding{ID: "go", Name: "go", Keys: []string{"o"}}.Does(func() {
		second = newToy(s.host)
		second.name = "second"
		s.host.Push(second)
	})}
	c.Press("o", "j", "j")
	if second.ctx.Err() != nil {
		t.Fatal("the context of an open screen ended")
	}
	c.Press("esc")
	if second.ctx.Err() == nil {
		t.Error("the screen was left and its context lives")
	}
	if s.ctx.Err() != nil {
		t.Error("the context of the screen below ended")
	}
	c.Press("]").Shows("> cherry")
	if second.ctx.Err() != nil || second.opens != 2 {
		t.Errorf("after going forward: opens %d, context %v", second.opens, second.ctx.Err())
	}
	c.Press("-").Shows("> apple").Press("-").Shows("> cherry").Press("[").Shows("> apple")
}

func TestAResultThatComesAfterItsScreenWasLeftIsDropped(t *testing.T) {
	runInBubble(t, func(t *testing.T) {
		c, s := start(t, nil, func(o *uitest.Options) { o.Bubble = true })
		second := newToy(s.host)
		second.open = func(context.Context) tea.Cmd {
			at := second.opens
			return func() tea.Msg {
				if at == 1 {
					time.Sleep(time.Second) // deaf to its context, as a slow call may be
				}
				return at
			}
		}
		s.extra = []ui.Action{ui.Binding{ID: "go", Name: "go", Keys: []string{"o"}}.Does(func() { s.host.Push(second) })}
		c.Press("o", "esc", "]").Advance(2 * time.Second)
		if diff := cmp.Diff([]string{"2"}, second.got); diff != "" {
			t.Errorf("results of the second opening (-want +got):\n%s", diff)
		}
	})
}

func TestACoveredScreenStillGetsItsResults(t *testing.T) {
	runInBubble(t, func(t *testing.T) {
		c, s := start(t, func(s *toy) {
			s.open = func(context.Context) tea.Cmd {
				return func() tea.Msg { time.Sleep(time.Second); return "late" }
			}
		}, func(o *uitest.Options) { o.Bubble = true })
		c.Press("enter").Advance(2 * time.Second)
		if diff := cmp.Diff([]string{"late"}, s.got); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
	})
}

func TestResultsOfBatchesAndSequencesReachTheirScreen(t *testing.T) {
	say := func(s string) tea.Cmd { return func() tea.Msg { return s } }
	c, s := start(t, func(s *toy) {
		s.open = func(context.Context) tea.Cmd {
			return tea.Batch(say("a"), tea.Sequence(say("b"), tea.Batch(say("c"), nil, say("d")), say("e")), tea.Sequence(say("f")))
		}
	})
	_ = c
	got := map[string]bool{}
	for _, g := range s.got {
		got[g] = true
	}
	if diff := cmp.Diff(map[string]bool{"a": true, "b": true, "c": true, "d": true, "e": true, "f": true}, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

func TestLeavingAsksWhenTypedTextWouldBeLost(t *testing.T) {
	c, s := start(t, nil)
	second := newToy(s.host)
	second.name, second.unsaved = "second", "1 edit is not applied"
	s.extra = []ui.Action{ui.Binding{ID: "go", Name: "go", Keys: []string{"o"}}.Does(func() { s.host.Push(second) })}
	c.Press("o", "esc").Shows("Leave second?", "1 edit is not applied").Advance(time.Second)
	c.Press("enter")
	if second.ctx.Err() != nil {
		t.Fatal("enter alone left the screen: no must have the focus")
	}
	c.Press("esc").Advance(time.Second).Press("y")
	if second.ctx.Err() == nil {
		t.Error("yes did not leave the screen")
	}
}

func TestTheFirstScreenCannotBeLeft(t *testing.T) {
	c, s := start(t, nil)
	s.host.Pop()
	c.Press("esc", "[").Shows("> apple")
	if s.ctx.Err() != nil {
		t.Error("the first screen was left")
	}
}

func TestReplaceTakesTheScreensPlace(t *testing.T) {
	c, s := start(t, nil)
	next := newToy(s.host)
	next.rows = []string{"walnut"}
	s.extra = []ui.Action{ui.Binding{ID: "swap", Name: "swap", Keys: []string{"o"}}.Does(func() { s.host.Replace(next) })}
	c.Press("o").Shows("walnut").Press("esc").Shows("walnut")
	if s.ctx.Err() == nil {
		t.Error("the replaced screen's context lives")
	}
}

// However one walks about, exactly the screens on the way to the current one are
// open, and the others' contexts have ended.
func TestOpenScreensAreThoseOnTheTrail(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, root := start(t, nil)
		all := []*toy{root}
		var onTop *toy
		for _, key := range rapid.SliceOfN(rapid.SampledFrom([]string{"o", "esc", "[", "]", "-", "r"}), 1, 40).Draw(rt, "keys") {
			for _, s := range all {
				s.extra = []ui.Action{
					ui.Binding{ID: "go", Name: "go", Keys: []string{"o"}}.Does(func() {
						onTop = newToy(root.host)
						all = append(all, onTop)
						root.host.Push(onTop)
					}),
					ui.Binding{ID: "swap", Name: "swap", Keys: []string{"r"}}.Does(func() {
						onTop = newToy(root.host)
						all = append(all, onTop)
						root.host.Replace(onTop)
					}),
				}
			}
			c.Press(key)
		}
		uncovered := 0
		for _, s := range all {
			if s.ctx.Err() != nil {
				continue
			}
			if n := len(s.covered); n == 0 || !s.covered[n-1] {
				uncovered++
			}
		}
		if uncovered != 1 {
			rt.Fatalf("%d open screens are uncovered, want one", uncovered)
		}
	})
}
