package ui_test

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/modal"
	"gantry/ui/uitest"
)

func TestACapturingScreenTakesAllKeysButCtrlC(t *testing.T) {
	c, s := start(t, func(s *toy) { s.capturing = true })
	c.Press("j", "?", "esc", ":")
	if diff := cmp.Diff([]string{"j", "?", "esc", ":"}, s.got); diff != "" {
		t.Errorf("keys of the capturing screen (-want +got):\n%s", diff)
	}
	if c.Press("ctrl+c"); !c.Quit {
		t.Error("ctrl+c did not quit a capturing screen")
	}
}

// An esc that a slow line delivers together with ctrl+c reads as alt.
func TestCtrlCQuitsWithAnEscBeforeIt(t *testing.T) {
	c, _ := start(t, nil)
	if c.Press("ctrl+alt+c"); !c.Quit {
		t.Error("esc and ctrl+c in one piece did not quit")
	}
}

// TestEscAndTheKeyAfterItInOnePiece do what they do in two, unless something is bound to both.
func TestEscAndTheKeyAfterItInOnePiece(t *testing.T) {
	c, s := start(t, func(s *toy) {
		for _, key := range []string{"i", "D", "alt+x"} {
			s.extra = append(s.extra, ui.Binding{ID: "does-" + key, Name: key, Keys: []string{key}}.Does(func() { s.got = append(s.got, key) }))
		}
	})
	c.Press("alt+:").Type("hi").Shows(":hi").Press("esc", "alt+i", "alt+shift+d", "alt+x")
	if diff := cmp.Diff([]string{"i", "D", "alt+x"}, s.got); diff != "" {
		t.Errorf("what was done (-want +got):\n%s", diff)
	}
	c.Press("alt+X").Shows("X does nothing here")
}

func TestAModalTakesKeysBeforeACapturingScreen(t *testing.T) {
	c, s := start(t, nil)
	s.host.Modal(modal.NewMessage(s.host.Theme(), "Read this", modal.Plain("carefully")))
	s.capturing = true
	c.Advance(time.Second).Shows("Read this", "carefully").Press("esc").Hides("Read this")
	if len(s.got) > 0 {
		t.Errorf("the screen under the modal got %q", s.got)
	}
}

func TestAGlobalKeyComesBeforeTheScreensOwn(t *testing.T) {
	c, s := start(t, func(s *toy) {
		s.extra = []ui.Action{ui.Binding{ID: "rude", Name: "rude", Keys: []string{"?"}}.Does(func() { s.got = append(s.got, "rude") })}
	})
	c.Press("?").Shows("everywhere")
	if len(s.got) > 0 {
		t.Errorf("the screen took a global key: %q", s.got)
	}
}

func TestResizeReachesTheFrameWhateverIsOpen(t *testing.T) {
	c, s := start(t, nil)
	s.host.Modal(modal.NewMessage(s.host.Theme(), "Read this", modal.Plain("carefully")))
	c.Resize(120, 40)
	if rows := c.Screen(); len(rows) != 40 || !strings.Contains(c.Text(), "Read this") {
		t.Errorf("after the resize there are %d rows:\n%s", len(rows), c.Text())
	}
}

func TestAModalIsDeafToKeysTypedAhead(t *testing.T) {
	answered := false
	c, s := start(t, nil)
	ask := func() {
		s.host.Modal(modal.NewConfirm(s.host.Theme(), modal.Question{
			Title: "Eat it?", Yes: func() tea.Cmd { answered = true; return nil },
		}))
	}
	ask()
	c.Advance(299 * time.Millisecond).Press("y")
	if answered {
		t.Fatal("a key typed ahead answered the question")
	}
	c.Shows("Eat it?").Advance(time.Millisecond).Press("y").Hides("Eat it?")
	if !answered {
		t.Error("after 300 ms y did not answer")
	}
}

// TestTextIsHeardFromTheFirstKey, and what may be an answer is not: fields take every key,
// a choice what narrows it.
func TestTextIsHeardFromTheFirstKey(t *testing.T) {
	chosen, sent := -1, ""
	c, s := start(t, nil)
	th := s.host.Theme()
	choice := func() ui.Modal {
		return modal.NewChoice(th, modal.ChoiceOptions{
			Title: "Which?", Options: []modal.Option{{Name: "plum"}, {Name: "pear"}}, Chosen: func(i int) { chosen = i },
		})
	}
	for name, tt := range map[string]struct {
		opens func() ui.Modal
		after func()
	}{
		"a form is filled in and sent": {
			func() ui.Modal {
				return form.New(th, form.Options{Title: "Which?", Fields: []form.Field{{Label: "fruit"}}, Submit: func(v []string) (tea.Cmd, error) { sent = v[0]; return nil, nil }})
			},
			func() {
				c.Type("quince:ripe").Shows("fruit  quince:ripe").Press("enter").Hides("Which?")
				if sent != "quince:ripe" {
					t.Errorf("%q was sent", sent)
				}
			},
		},
		"a name that has to be typed": {
			func() ui.Modal { return modal.NewTyped(th, modal.Question{Title: "Which?"}, "the name", "fig") },
			func() { c.Type("fig").Shows("> fig").Press("enter").Hides("Which?") },
		},
		"a choice is narrowed and not made": {choice, func() {
			c.Type("pe").Shows("1 of 2", "> pe").Press("enter").Shows("Which?").Press("esc").Shows("Which?")
			c.Advance(time.Second).Press("enter").Hides("Which?")
			if chosen != 1 {
				t.Errorf("%d was chosen", chosen)
			}
		}},
		"a choice takes a paste": {choice, func() { c.Paste("plum").Shows("1 of 2").Advance(time.Second).Press("esc").Hides("Which?") }},
		"a text is not put away unread": {
			func() ui.Modal { return modal.NewMessage(th, "Which?", modal.Plain("any")) },
			func() { c.Press("q").Shows("Which?").Advance(time.Second).Press("q").Hides("Which?") },
		},
	} {
		t.Run(name, func(*testing.T) {
			s.host.Modal(tt.opens())
			tt.after()
		})
	}
}

func TestTheAnswerOfAModalActsForTheScreenThatAsked(t *testing.T) {
	c, s := start(t, nil)
	s.extra = []ui.Action{ui.Binding{ID: "ask", Name: "ask", Keys: []string{"a"}}.Does(func() {
		s.host.Modal(modal.NewConfirm(s.host.Theme(), modal.Question{Title: "Sure?", Yes: func() tea.Cmd {
			return func() tea.Msg { return "done" }
		}}))
	})}
	c.Press("a").Advance(time.Second).Press("y")
	if diff := cmp.Diff([]string{"done"}, s.got); diff != "" {
		t.Errorf("results for the screen (-want +got):\n%s", diff)
	}
}

func TestTheEndOfAProgramComesToTheScreenThatRanIt(t *testing.T) {
	var ran []string
	c, s := start(t, nil, func(o *uitest.Options) {
		o.Shell.Exec = func(p *exec.Cmd, done tea.ExecCallback) tea.Cmd {
			ran = append(ran, p.Args...)
			return func() tea.Msg { return done(errors.New("exit status 3")) }
		}
	})
	s.extra = []ui.Action{ui.Binding{ID: "edit", Name: "edit", Keys: []string{"a"}}.Runs(func() tea.Cmd {
		return s.host.Exec(exec.Command("vi", "fruit"), func(err error) tea.Msg { return err })
	})}
	c.Press("a")
	if diff := cmp.Diff([]string{"vi", "fruit"}, ran); diff != "" {
		t.Errorf("what ran (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"exit status 3"}, s.got); diff != "" {
		t.Errorf("results for the screen (-want +got):\n%s", diff)
	}
}

func TestADisabledActionSaysWhy(t *testing.T) {
	c, _ := start(t, nil)
	c.Press("p").Shows("peel: an apple has no peel to speak of")
}

// TestAKeyThatDoesNothingSaysSo: in the same words whether or not it does something on
// other screens.
func TestAKeyThatDoesNothingSaysSo(t *testing.T) {
	c, _ := start(t, nil)
	c.Press("ctrl+w").Shows("ctrl+w does nothing here, ? lists the keys")
	c.Press("y").Shows("y does nothing here, ? lists the keys")
	c.Press("X").Shows("X does nothing here, ? lists the keys")
	c.Press("j").Hides("does nothing here")
}

// TestOnlyWhatCannotBeArmedIsRefused: where writing can be armed the action runs, and asks
// for that itself; W arms and disarms without one.
func TestOnlyWhatCannotBeArmedIsRefused(t *testing.T) {
	locked := ui.Mode{Label: "READ-ONLY", Armable: true}
	g := &gate{mode: locked}
	c, s := start(t, func(s *toy) { s.head.Scope = "prod" }, func(o *uitest.Options) { o.Shell.Gate = g })
	c.Shows("READ-ONLY (W arms)").Press("e")
	if diff := cmp.Diff([]string{"eaten"}, s.got); diff != "" {
		t.Fatalf("unarmed (-want +got):\n%s", diff)
	}
	g.arm = func(string) (ui.Arming, error) {
		g.mode = ui.Mode{Label: "ARMED", Writable: true, Left: 15 * time.Minute}
		return nil, nil
	}
	c.Press("W").Shows("ARMED 15m", "writing is armed for 15m")
	c.Press("W").Shows("READ-ONLY (W arms)", "writing is locked again")
	g.mode = ui.Mode{Label: "READ-ONLY", Why: "started with --readonly"}
	c.Press("e").Shows("eat: started with --readonly, so nothing is carried out")
	c.Press("?").Shows("eat: started with --readonly").Press("esc")
	if len(s.got) != 1 {
		t.Errorf("a read-only console ran %q", s.got)
	}
	for _, scope := range g.scopes {
		if scope != "prod" {
			t.Fatalf("the gate was asked about %q, not the screen's scope", scope)
		}
	}
}

// TestWhatWaitsForArmingIsDoneOnceItIs, and not if arming is refused or another screen is
// seen by then.
func TestWhatWaitsForArmingIsDoneOnceItIs(t *testing.T) {
	var refused error
	g := &gate{mode: ui.Mode{Label: "READ-ONLY", Armable: true}}
	g.arm = func(string) (ui.Arming, error) {
		return func(context.Context) func() error { return func() error { return refused } }, nil
	}
	c, s := start(t, nil, func(o *uitest.Options) { o.Shell.Gate = g })
	leave := false
	s.extra = []ui.Action{ui.Binding{ID: "go", Name: "go", Keys: []string{"ctrl+g"}}.Does(func() {
		s.host.Arm("prod", func() tea.Cmd { s.got = append(s.got, "went"); return nil })
		if leave {
			s.host.Push(newToy(s.host))
		}
	})}
	c.Press("ctrl+g").Shows("writing is armed")
	refused = context.Canceled
	c.Press("ctrl+g").Shows("context canceled").Press("esc")
	refused, leave = nil, true
	c.Press("ctrl+g").Shows("writing is armed")
	if diff := cmp.Diff([]string{"went"}, s.got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTheStatusLineTellsWhatRunsThatItWasRead: a key reads it, unless a notice or a dialog
// stands in its place.
func TestTheStatusLineTellsWhatRunsThatItWasRead(t *testing.T) {
	w := &work{status: "deploy api: succeeded"}
	c, _ := start(t, nil, func(o *uitest.Options) { o.Shell.Background = w })
	for _, step := range []struct {
		key  string
		read int
	}{{"j", 1}, {"X", 2}, {"j", 2}, {"?", 3}, {"esc", 3}} {
		if c.Press(step.key); w.read != step.read {
			t.Errorf("after %s it was read %d times, want %d", step.key, w.read, step.read)
		}
	}
}

func TestArmingThatIsRefusedSaysWhy(t *testing.T) {
	g := &gate{mode: ui.Mode{Label: "READ-ONLY"}}
	g.arm = func(string) (ui.Arming, error) { return nil, context.Canceled }
	c, _ := start(t, nil, func(o *uitest.Options) { o.Shell.Gate = g })
	c.Shows("READ-ONLY").Hides("arms").Press("W").Shows("context canceled")
}

func TestArmingMayWaitAndIsAppliedOnTheLoop(t *testing.T) {
	g := &gate{mode: ui.Mode{Label: "READ-ONLY", Armable: true}}
	g.arm = func(string) (ui.Arming, error) {
		return func(context.Context) func() error {
			return func() error {
				g.mode = ui.Mode{Label: "ARMED", Writable: true, Left: 2 * time.Minute}
				return nil
			}
		}, nil
	}
	c, _ := start(t, nil, func(o *uitest.Options) { o.Shell.Gate = g })
	c.Press("W").Shows("ARMED 2m", "writing is armed for 2m")
}

func TestOnlyAnArmedConsoleTicksAndOnlyByTheMinute(t *testing.T) {
	g := &gate{mode: ui.Mode{Writable: true}}
	c, _ := start(t, nil, func(o *uitest.Options) { o.Shell.Gate = g })
	if c.Timers() != 0 {
		t.Fatal("an unarmed console set a timer")
	}
	g.mode = ui.Mode{Label: "ARMED", Writable: true, Left: 90 * time.Second}
	c.Press("j").Shows("ARMED 2m")
	if c.Timers() != 1 {
		t.Fatalf("%d timers, want one", c.Timers())
	}
	g.mode.Left = 60 * time.Second
	c.Advance(30 * time.Second).Shows("ARMED 1m")
	g.mode = ui.Mode{Label: "READ-ONLY", Armable: true}
	c.Advance(time.Minute).Shows("READ-ONLY")
	if c.Timers() != 0 {
		t.Error("a console that is no longer armed still has a timer")
	}
}

func TestQuitAsksWhileAChangeRuns(t *testing.T) {
	w := &work{status: "deploying api 2/4", busy: "deploying api goes on without you"}
	c, _ := start(t, nil, func(o *uitest.Options) { o.Shell.Background = w })
	c.Shows("deploying api 2/4").Press("ctrl+c").Shows("Quit orchard?", "deploying api goes on without you")
	if c.Quit {
		t.Fatal("quit without asking")
	}
	c.Advance(time.Second).Press("n").Hides("Quit orchard?").Press("ctrl+c").Advance(time.Second).Press("y")
	if !c.Quit {
		t.Error("yes did not quit")
	}
}

func TestQuitAsksOnceHoweverOftenCtrlCIsPressed(t *testing.T) {
	c, _ := start(t, func(s *toy) { s.unsaved = "2 bites are not swallowed" })
	c.Press("ctrl+c", "ctrl+c", "ctrl+c").Shows("fruit: 2 bites are not swallowed").Advance(time.Second).Press("n").Hides("Quit")
	if c.Quit {
		t.Error("no quit")
	}
}

func TestAPasteOpensThePaletteWithIt(t *testing.T) {
	c, _ := start(t, nil)
	c.Paste("arn:aws:ecs:eu-west-1:1:service/main/api\n").Shows(":arn:aws:ecs:eu-west-1:1:service/main/api")
}

func TestANoticeLeavesWithTheNextKeyAndAnErrorStays(t *testing.T) {
	c, s := start(t, nil)
	s.host.Flash(ui.Info, "saved %d", 1)
	c.Shows("saved 1").Press("j").Hides("saved 1")
	s.host.Flash(ui.Error, "no such %s", "fruit")
	c.Press("j").Shows("no such fruit").Press("esc").Hides("no such fruit")
	c.Type(":messages").Press("enter").Shows("saved 1", "no such fruit", "03:12:00")
}
