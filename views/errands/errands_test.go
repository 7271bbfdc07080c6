package errands_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/policy"
	"gantry/internal/errand"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

// own is a command of the operator's own, on key f9 of services.
func own(t *testing.T, change func(*errand.Command), args ...string) errand.Command {
	t.Helper()
	c := errand.Command{Name: "mine", Key: "f9", On: []string{"service"}}
	if change != nil {
		change(&c)
	}
	for _, arg := range args {
		template, err := errand.Script(arg), error(nil)
		if !c.Shell {
			template, err = errand.Parse(arg)
		}
		if err != nil {
			t.Fatal(err)
		}
		c.Run = append(c.Run, template)
	}
	return c
}

// seated opens the services with one command, the cursor on a service.
func seated(t *testing.T, c errand.Command, service string) *changestest.Shopfloor {
	t.Helper()
	f := changestest.Orders(t, viewstest.Standard, changestest.Tables)
	f.Own(c)
	f.Read().Keys("/")
	f.Type("^" + service + "$")
	return f.Keys("enter")
}

// TestWhatACommandPrintsIsShownCleanedAndBounded, with its exit code and both streams.
func TestWhatACommandPrintsIsShownCleanedAndBounded(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := seated(t, own(t, func(c *errand.Command) { c.Shell = true },
			`printf 'of %s\n\033[31mred\033[0m \033]0;title\007 password=hunter22\n' "$SERVICE"; echo wrong >&2; echo "$TERM $NO_COLOR"; exit 3`), "api-orders")
		f.Keys("f9").Shows("api-orders mine", "of api-orders", "red ", "password=(masked)", "wrong", "dumb 1", "(exit code 3 after 0s)").Hides("hunter22", "running")
		f.Keys("c")
		if !strings.Contains(f.Clipboard, "of api-orders") || strings.Contains(f.Clipboard, "hunter22") {
			t.Errorf("copied %q", f.Clipboard)
		}
		f.Keys("esc").Shows("SERVICE")
		if len(f.Records) != 0 {
			t.Errorf("what only looks is recorded: %q", f.Records)
		}
	})
	viewstest.Bubble(t, func(t *testing.T) {
		f := seated(t, own(t, func(c *errand.Command) { c.Shell = true }, `i=0; while [ $i -lt 300 ]; do head -c 9999 /dev/zero | tr '\0' x; echo " $i"; i=$((i+1)); done; echo last`), "api-orders")
		f.Keys("f9", "G").Shows("last", "(exit code 0 after 0s)", "lines")
		f.Keys("g").Shows("(not kept any more: the first ")
	})
}

// TestACommandThatCannotRunSaysWhy and runs nothing, nor looks for its program on the loop.
func TestACommandThatCannotRunSaysWhy(t *testing.T) {
	const none = "no-such-program-here"
	changes := func(c *errand.Command) { c.Changes = true }
	for _, c := range []struct {
		command errand.Command
		want    []string
	}{
		{own(t, nil, none, "$SERVICE"), []string{"$ " + none + " api-orders", none + " is not on PATH"}},
		{own(t, func(c *errand.Command) { c.Terminal = true }, none), []string{"SERVICE", "mine: ", none + " is not on PATH"}},
		{own(t, changes, none), []string{none + " is not on PATH"}},
		{own(t, nil, "echo", "$TASK"), []string{"SERVICE", "mine: no $TASK is known of this row"}},
	} {
		viewstest.Bubble(t, func(t *testing.T) {
			f := seated(t, c.command, "api-orders")
			if f.Keys("f9").Shows(c.want...); len(f.Workshop.Jobs()) > 0 {
				t.Error("it was begun")
			}
		})
	}
}

// TestWalkingForwardRunsNothingAgain that has run: neither what took the terminal nor what
// printed.
func TestWalkingForwardRunsNothingAgain(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		viewstest.Bubble(t, func(t *testing.T) {
			ran := filepath.Join(t.TempDir(), "ran")
			f := seated(t, own(t, func(c *errand.Command) { c.Terminal, c.Shell = terminal, true }, `echo once >> `+ran+`; exit 5`), "api-orders")
			f.Keys("f9")
			if !terminal {
				f.Keys("esc")
			}
			f.Shows("SERVICE")
			f.Keys("]").Shows("exit code 5")
			if b, err := os.ReadFile(ran); err != nil || string(b) != "once\n" {
				t.Errorf("it ran %q, %v", b, err)
			}
		})
	}
}

// TestACommandThatChangesIsPlannedAskedAndRecorded as any other change, its exit code with it,
// and no secret of its arguments.
func TestACommandThatChangesIsPlannedAskedAndRecorded(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		out := filepath.Join(t.TempDir(), "ran")
		f := seated(t, own(t, func(c *errand.Command) { c.Changes = true }, "/bin/sh", "-c", `echo "$$1" >> "$$2"; echo did "$$1"; exit 4`, "x", "$SERVICE", out, "--token=abcdef0123456789"), "api-orders")
		f.Keys("f9").Shows("command mine payments/api-orders", "To go on, type the service's name", "(masked)").Hides("abcdef0123456789")
		if _, err := os.Stat(out); err == nil {
			t.Fatal("it ran before it was confirmed")
		}
		f.Answer("api-orders").Shows("did api-orders", "(exit code 4 after 0s)")
		if b, err := os.ReadFile(out); err != nil || string(b) != "api-orders\n" {
			t.Errorf("it ran for %q, %v", b, err)
		}
		jobs := f.Workshop.Jobs()
		if len(jobs) != 1 || jobs[0].Err == nil || jobs[0].Action != "command mine" {
			t.Errorf("%+v", jobs)
		}
		records := strings.Join(f.Records, "\n")
		if !slices.Contains(f.Records, "end ended after 0s, exit code 4, failed") || strings.Contains(records, "abcdef0123456789") || strings.Contains(records, "call ") {
			t.Errorf("%q", f.Records)
		}
	})
}

// TestReadOnlyACommandThatChangesIsPlannedAndNotRun.
func TestReadOnlyACommandThatChangesIsPlannedAndNotRun(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := seated(t, own(t, func(c *errand.Command) { c.Changes = true }, "touch", "/no/such/place"), "api-orders")
		f.Armed.Armed, f.Armed.Why = false, "gantry was started read-only"
		f.Keys("f9").Shows("command mine payments/api-orders", "read-only").Hides("To go on")
		if f.Keys("enter").Shows("nothing is carried out"); len(f.Workshop.Jobs()) != 0 {
			t.Error("it was begun")
		}
	})
}

// TestMarkedRowsAreTakenByACommandForEachAlone: once for each of them, asked for once; another
// refuses.
func TestMarkedRowsAreTakenByACommandForEachAlone(t *testing.T) {
	marked := func(t *testing.T, c errand.Command) *changestest.Shopfloor {
		f := changestest.Orders(t, viewstest.Standard, changestest.Tables)
		f.Own(c)
		return f.Read().Keys("g", "space", "space")
	}
	viewstest.Bubble(t, func(t *testing.T) {
		marked(t, own(t, nil, "echo", "for", "$SERVICE")).Keys("f9").Shows("mine: this takes one at a time, and 2 are marked")
	})
	viewstest.Bubble(t, func(t *testing.T) {
		f := marked(t, own(t, func(c *errand.Command) { c.Each = true }, "echo", "for", "$SERVICE"))
		if f.Keys("f9"); strings.Count(f.Text(), "(exit code 0 after 0s)") != 2 || strings.Count(f.Text(), "\nfor ")+strings.Count(f.Text(), "$ echo for ") != 4 {
			t.Errorf("it shows\n%s", f.Text())
		}
	})
	viewstest.Bubble(t, func(t *testing.T) {
		f := marked(t, own(t, func(c *errand.Command) { c.Each, c.Changes = true, true }, "/bin/sh", "-c", "exit 2", "x", "$SERVICE"))
		f.Keys("f9").Shows("command mine 2 services of payments", "type the number of services and the cluster's name: 2 payments")
		f.Answer("2 payments").Shows("(exit code 2 after 0s)")
		ends := 0
		for _, r := range f.Records {
			if r == "end ended after 0s, exit code 2, failed" {
				ends++
			}
		}
		if ends != 2 {
			t.Errorf("%q", f.Records)
		}
		f.Keys("esc").Shows("SERVICE").Hides("2 marked")
	})
}

// TestTheTerminalIsHandedOverAndItsProgramsEndIsTold, of what looks and of what changes.
func TestTheTerminalIsHandedOverAndItsProgramsEndIsTold(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := seated(t, own(t, func(c *errand.Command) { c.Terminal = true }, "/bin/sh", "-c", `exit 7`, "x", "$SERVICE"), "api-orders")
		f.Keys("f9").Shows("SERVICE", "mine: exit code 7")
	})
	viewstest.Bubble(t, func(t *testing.T) {
		f := seated(t, own(t, func(c *errand.Command) { c.Terminal, c.Changes = true, true }, "true"), "api-orders")
		f.Keys("f9").Answer("api-orders").Shows("SERVICE", "true: ended after 0s, exit code 0")
		if f.Account.Count(awsxtest.TerminateSession) != 0 {
			t.Error("a session was ended that there was not")
		}
	})
}

// TestARuleMeansACommandByItsVerb.
func TestARuleMeansACommandByItsVerb(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := seated(t, own(t, func(c *errand.Command) { c.Changes = true }, "true"), "api-orders")
		f.Policy.Rules = append(f.Policy.Rules[:0:0], denied("command m*"))
		f.Keys("f9").Shows("not by hand").Hides("To go on")
	})
}

// denied is a rule that denies an action.
func denied(action string) policy.Rule {
	return policy.Rule{Action: action, Deny: true, Reason: "not by hand"}
}
