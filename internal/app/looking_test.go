package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/internal/config"
	"gantry/ui"
	"gantry/views"
	"gantry/views/livetable"
)

// walk leads from the services of prod to a kind of screen.
type walk struct {
	service string   // under the cursor
	keys    []string // what begins with ":" or "^" is typed
}

// walks lead to every kind of screen that can be seen without changing anything.
var walks = map[string]walk{
	"services": {"catalog", nil}, "clusters": {"catalog", []string{"esc"}},
	"tasks": {"catalog", []string{"enter"}}, "task": {"catalog", []string{"enter", "enter"}},
	"instances": {"catalog", []string{"o"}}, "tasks on an instance": {"catalog", []string{"o", "enter"}},
	"groups": {"catalog", []string{":groups", "enter"}},
	"rules":  {"catalog", []string{"R"}}, "targets": {"catalog", []string{"t"}}, "why": {"api-orders", []string{"w"}}, "routing": {"catalog", []string{":routing", "enter"}},
	"answer": {"catalog", []string{"R", "a", "ctrl+d"}},
	"images": {"catalog", []string{"i"}}, "environment": {"catalog", []string{"v"}}, "edit": {"catalog", []string{"e"}},
	"scaling": {"sessions", []string{"s", "esc"}}, "plan": {"catalog", []string{"r"}}, "plans": {"catalog", []string{"space", "space", "r"}},
	"follow": {"api-orders", []string{"z"}}, "changes": {"catalog", []string{"%"}},
	"deployments": {"api-orders", []string{"Z"}}, "revisions": {"api-orders", []string{"u", "u", "u"}}, "undoable": {"api-orders", []string{"u", "u"}},
	"compare":  {"api-orders", []string{"u", "u", "u", "j", "="}},
	"describe": {"catalog", []string{"d"}}, "json": {"catalog", []string{"y"}}, "messages": {"catalog", []string{":messages", "enter"}},
	"logs": {"worker-mail", []string{"l"}}, "histogram": {"worker-mail", []string{"l", "H"}},
	"faults":       {"catalog", []string{":faults", "enter"}},
	"repositories": {"catalog", []string{":repositories", "enter"}}, "repository": {"catalog", []string{":repositories", "enter", "enter"}},
	"alarms": {"catalog", []string{":alarms", "enter"}}, "service-alarms": {"api-checkout", []string{"M"}},
	"schedules": {"catalog", []string{":schedules", "enter"}},
	"events":    {"catalog", []string{"esc", "E"}}, "service-events": {"catalog", []string{"E"}},
	"metrics": {"catalog", []string{"m"}}, "dashboards": {"catalog", []string{"m", "D"}}, "dashboard": {"catalog", []string{"m", "D", "enter"}},
	"standalone": {"catalog", []string{"T"}}, "related": {"catalog", []string{"."}},
	"page": {"catalog", []string{"a"}}, "template": {"catalog", []string{":template", "enter"}},
	"forwards": {"catalog", []string{":forwards", "enter"}},
	"found":    {"catalog", []string{":i-0bad", "enter"}}, "aliases": {"catalog", []string{":aliases", "enter"}},
	"record": {"worker-mail", []string{"l", "k", "k", "k", "enter"}}, "query": {"worker-mail", []string{"l", "d"}},
}

// take presses the keys of a walk.
func (d *desk) take(keys ...string) {
	d.t.Helper()
	for _, key := range keys {
		if len(key) > 1 && strings.Contains(":^", key[:1]) {
			d.Type(key)
			continue
		}
		d.Press(key).Advance(200 * time.Millisecond)
	}
}

// goTo goes to a kind of screen, whatever is open, and returns it. The one that it went to
// last is not left: what lies over it is closed, and what was opened from it is left.
func (d *desk) goTo(name string, last ui.Screen) ui.Screen {
	d.t.Helper()
	for range 2 {
		if last != nil && last.Name() == name && d.Shell.Top() != last && d.Shell.Top().Name() != "clusters" && !d.showing("[ No ]") {
			d.take("esc")
		}
	}
	if d.Shell.Top() == last && last.Name() == name && d.Row("READ-ONLY")+d.Row("main/eu-west-1") != "" {
		if rows := d.Screen(); strings.Contains(rows[len(rows)-1], "<esc>") || d.showing("[ No ]") {
			d.take("esc")
		}
		return last
	}
	w := walks[name]
	for d.Shell.Top().Name() != "clusters" {
		if d.take("esc"); d.showing("[ No ]") {
			d.take("y") // edits are lost
		}
	}
	d.press("esc").cluster("prod")
	d.take(`ctrl+\`, "/", "^"+w.service+"$", "enter", "esc")
	d.take(w.keys...)
	if top := d.Shell.Top().Name(); top != name {
		d.t.Fatalf("the walk to %s leads to %s:\n%s", name, top, d.Text())
	}
	d.Advance(2 * time.Second)
	return d.Shell.Top()
}

// outcome is the screen that is seen and what its status line says, but for how far a
// change has come and where there is no such line.
func (d *desk) outcome() string {
	rows := d.Screen()
	status := rows[len(rows)-2]
	if !strings.Contains(rows[0], "main/eu-west-1") || strings.Contains(status, "follow api-orders") {
		status = ""
	}
	return d.Shell.Top().Name() + ": " + strings.TrimSpace(status)
}

// alike tells of a binding that it is the same on whatever screen has it.
func alike(b ui.Binding) bool {
	return strings.HasPrefix(b.ID, "log-") || slices.ContainsFunc(slices.Concat(livetable.Bindings(), ui.DocumentBindings()), func(x ui.Binding) bool {
		return x.ID == b.ID && x.Name == b.Name
	})
}

// TestLookingNeedsNoLeave tries all that any screen declares, as it is while everything may
// be changed, while production is locked, and read-only. Nothing makes a difference but to
// what carries a change out: that asks for arming too, or says why it does nothing. No call
// that changes something leaves in any of them.
func TestLookingNeedsNoLeave(t *testing.T) {
	modes := []*mode{
		{name: "writable"},
		{name: "locked", writing: config.Writing{Arm: 15 * time.Minute}},
		{name: "read-only", writing: config.Writing{Arm: 15 * time.Minute, ReadOnly: true}},
	}
	t.Run("modes", func(t *testing.T) {
		for _, m := range modes {
			t.Run(m.name, m.tryAll)
		}
	})
	for _, m := range modes[1:] {
		for at, became := range m.became {
			if want := modes[0].became[at]; became != want {
				t.Errorf("%s: %s comes to %q, and to %q where all may be changed", m.name, at, became, want)
			}
		}
	}
}

// mode is how far the console may change things, and what became there of each binding that
// only looks.
type mode struct {
	name    string
	writing config.Writing
	became  map[string]string
}

func (m *mode) tryAll(t *testing.T) {
	m.became = map[string]string{}
	// The whole of every screen is tried here: once as the program draws it, each frame.
	s := setting{everyFrame: m.name == "writable", editor: "true", configure: func(c *config.Config) { c.Writing = m.writing }}
	sit(t, s, func(t *testing.T, d *desk) {
		var last ui.Screen
		tried := map[string]bool{}
		for _, screen := range views.Catalog().Screens {
			if slices.Contains([]string{"verdicts", "session", "output", "terminal"}, screen.Screen) {
				continue // is about what is being carried out, or about a program of the operator's own
			}
			if _, ok := walks[screen.Screen]; !ok {
				t.Fatalf("no walk leads to %s", screen.Screen)
			}
			for _, b := range screen.Bindings {
				if b.Hidden || alike(b) && tried[b.ID+b.Name] {
					continue
				}
				tried[b.ID+b.Name] = true
				last = d.goTo(screen.Screen, last)
				if len(b.Keys) > 0 {
					d.take(b.Keys[0])
				} else {
					d.take(":"+b.ID, "enter")
				}
				at := screen.Screen + "/" + b.ID + " " + b.Name
				if !b.Changes {
					m.became[at] = d.outcome()
					continue
				}
				asks := strings.Contains(d.Text(), "Arm for 15 minutes and go on?")
				refused := strings.Contains(d.Text(), "carry out: gantry was started read-only, so nothing is carried out")
				if asks != (m.name == "locked") || refused != (m.name == "read-only") {
					t.Errorf("%s comes to\n%s", at, d.Text())
				}
			}
		}
		if made := d.changes(); len(made) > 0 {
			t.Errorf("these calls were made: %v", made)
		}
	})
}
