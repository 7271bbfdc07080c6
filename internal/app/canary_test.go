package app

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/internal/canarytest"
	"gantry/internal/config"
)

// canaryDesk is a desk at which everything that is shown, copied, saved or sent is
// searched.
type canaryDesk struct {
	*desk
	masks int
}

// look searches the screen, and the clipboard.
func (d *canaryDesk) look(where string) {
	d.t.Helper()
	text := d.Text()
	canarytest.Hunt(d.t, "the screen after "+where, text)
	canarytest.Hunt(d.t, "the clipboard after "+where, d.Clipboard)
	d.masks += strings.Count(text+d.Clipboard, "(masked")
}

// visit presses keys, looks after each, saves the screen, and goes back to where
// it came from.
func (d *canaryDesk) visit(keys string) {
	d.t.Helper()
	for i, key := range strings.Fields(keys) {
		d.press(key)
		d.wait(2 * time.Second)
		d.look(strings.Join(strings.Fields(keys)[:i+1], " "))
	}
	for _, key := range []string{"c", "Y", "ctrl+s", "G"} {
		d.press(key)
		d.look(keys + " " + key)
	}
	d.home()
}

// home goes back to the services.
func (d *canaryDesk) home() {
	d.t.Helper()
	for range 12 {
		if strings.Contains(d.Text(), "SERVICE ") && strings.Contains(d.Text(), "RUN/DES") && !d.showing("<esc>close") {
			return
		}
		key := "esc"
		switch {
		case d.showing("[ No ]"):
			key = "y" // edits are lost
		case d.showing("RUN/PEND"):
			key = "enter" // one too far
		}
		d.Advance(400 * time.Millisecond)
		d.press(key)
	}
	d.t.Fatalf("no way home:\n%s", strings.TrimSpace(d.Text()))
}

// TestTheConsoleShowsNoCanary goes to every screen of a service whose environment
// is full of secrets.
func TestTheConsoleShowsNoCanary(t *testing.T) {
	c := &channel{status: 200}
	tmp, copies, editor := canarytest.Drafts(t)
	s := told(c, config.Notify{})
	s.w, s.h, s.alone, s.editor = 200, 120, true, editor
	sit(t, s, func(t *testing.T, plain *desk) {
		d := &canaryDesk{desk: plain}
		canarytest.Plant(t, d.sim.RoundTripper(), "staging", "web")
		d.wait(5 * time.Minute)
		d.cluster("staging").service("web")
		for _, keys := range []string{
			"d", "y", "enter", "enter d", "enter y", "enter enter", "enter enter d", "enter enter y", "v", "i", "u", "u u", "u u enter", "Z", "Z enter", "Z d", "Z y",
			"l", "e", "e w", "r", "o", "o enter", "%", "?", "s",
		} {
			d.visit(keys)
			d.service("web")
		}
		d.press("Z").read().press("=").read()
		d.look("comparing deployments")
		d.home()
		d.service("web").press("u").read().press("u").read().press("=").read()
		d.look("comparing revisions")
		d.home()

		// An edit with another secret, to the end.
		d.service("web").press("v").read().press("a").Type("NEW_TOKEN").Press("enter")
		d.look("a name")
		d.Type(canarytest.Typed + "\n").Press("enter")
		d.look("a value")
		d.press("w").read()
		d.look("the plan")
		d.press("c", "ctrl+s")
		d.look("the plan copied")
		d.press("enter")
		d.look("the question")
		d.answer("y")
		d.until(20*time.Minute, "succeeded")
		d.look("the verdict")
		d.press("c", "ctrl+s")
		d.look("the verdict copied")
		d.home()

		// A name that is wrong near a secret: the field has what was pasted into it,
		// and what is said about it has not.
		wrong := []string{"GOOD=1", "9BAD NAME=" + canarytest.Typed, "SECOND_TOKEN='" + canarytest.Typed}
		d.service("web").press("v").read().press("p")
		d.Paste(strings.Join(wrong, "\n")).press("ctrl+s", "ctrl+d").Shows("line 2")
		rest := d.Text()
		for _, line := range wrong {
			rest = strings.ReplaceAll(rest, line, "")
		}
		canarytest.Hunt(t, "the fault of what was pasted", rest)
		d.home()

		if len(c.heard()) != 2 {
			t.Errorf("heard %q", c.heard())
		}
		canarytest.Hunt(t, "the webhook", string(c.raw))
		if _, raw := d.journal(); strings.Count(raw, "hmac-sha256:") != 1 {
			t.Errorf("the journal has %s", raw)
		}
		names := strings.Join(canarytest.HuntFiles(t, filepath.Dir(d.app.journal.Path())), " ")
		if n := strings.Count(names, ".txt"); n < 10 {
			t.Errorf("saved screens: %s", names)
		}
		if d.masks < 100 {
			t.Errorf("only %d masks were seen: the canaries did not go everywhere", d.masks)
		}
	})
	if edited := canarytest.HuntFiles(t, copies); len(edited) == 0 {
		t.Error("no editor was given the definition")
	}
	if left := canarytest.HuntFiles(t, tmp); len(left) > 0 {
		t.Errorf("for the editor were left %s", left)
	}
}

// TestARevealShowsAndIsOnRecord: the value that is asked for is shown, and the
// others are not, once it is written down that it was.
func TestARevealShowsAndIsOnRecord(t *testing.T) {
	sit(t, setting{w: 200, h: 60}, func(t *testing.T, d *desk) {
		canarytest.Plant(t, d.sim.RoundTripper(), "staging", "web")
		d.wait(5 * time.Minute)
		d.cluster("staging").service("web").press("v").read().Hides("cAnC0nnPw8Ty")
		for !strings.Contains(d.Row("UPSTREAM"), ">") {
			d.press("j")
		}
		d.press("r").Hides("cAnC0nnPw8Ty").answer("y")
		d.read().Shows("cAnC0nnPw8Ty").Hides("AKIACANARY7ABCDEFGHI")
		records, raw := d.journal()
		if len(records) != 1 || records[0]["action"] != "reveal" || records[0]["service"] != "web" || records[0]["who"] == "" {
			t.Errorf("on record: %v", records)
		}
		canarytest.Hunt(t, "the journal", raw)
	})
}
