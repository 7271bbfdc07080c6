package editors_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/editors"
	"gantry/views/viewstest"
)

// editor is a program that edits the file it is given by a line of shell, in which
// $1 is the file and $LOG a file that outlives it.
type editor struct{ path, log string }

func newEditor(t *testing.T, script string) *editor {
	t.Helper()
	dir := t.TempDir()
	e := &editor{filepath.Join(dir, "editor"), filepath.Join(dir, "log")}
	e.does(t, script)
	return e
}

// does changes what the editor does from now on.
func (e *editor) does(t *testing.T, script string) {
	t.Helper()
	text := "#!/bin/sh\nset -e\nLOG=" + e.log + "\nls -ld \"$(dirname \"$1\")\" \"$1\" >>\"$LOG\"\necho \"file $1\" >>\"$LOG\"\ncat \"$1\" >>\"$LOG\"\n" + script + "\n"
	if err := os.WriteFile(e.path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// seen is what the editor was shown, over all of its runs.
func (e *editor) seen(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(e.log)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// gone fails the test if a file that the editor was given is still there.
func (e *editor) gone(t *testing.T) {
	t.Helper()
	for line := range strings.Lines(e.seen(t)) {
		if path, ok := strings.CutPrefix(line, "file "); ok {
			if _, err := os.Stat(filepath.Dir(strings.TrimSpace(path))); err == nil {
				t.Errorf("%s is left", path)
			}
		}
	}
}

// editing opens the edit of the service under test in an editor.
func editing(e *editor) func(*changes.Changes, awsx.Ref) ui.Screen {
	return func(c *changes.Changes, s awsx.Ref) ui.Screen {
		return editors.NewEdit(c, editors.Editor{Getenv: func(name string) string { return map[string]string{"EDITOR": e.path}[name] }}, s)
	}
}

func TestTheDefinitionIsEditedPlannedAndCarriedOut(t *testing.T) {
	e := newEditor(t, `sed -i 's/"debug"/"warn"/; s/"DB_PASSWORD"/"DB_PW"/' "$1"`)
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, editing(e)).Read()
		f.Shows("edit payments/api-orders", "new revision, edited: api-orders environment", "Difference").Hides("hunter2")
		if seen := e.seen(t); strings.Contains(seen, "hunter2") || !strings.Contains(seen, "(masked 1 of api-orders:1)") {
			t.Errorf("the editor saw %s", seen)
		}
		if seen := e.seen(t); !strings.Contains(seen, "drwx------") || !strings.Contains(seen, "-rw-------") {
			t.Errorf("others may read the file: %s", seen)
		}
		e.gone(t)
		f.Keys("esc").Shows("edited, and not carried out", "api-orders:1").Hides("hunter2")
		f.Keys("w").Shows("edit payments/api-orders")
		f.Keys("enter")
		f.Answer("api-orders").Shows("Rollout")
		if got := variables(f); got != "DB_PW=hunter2 LOG_LEVEL=warn" {
			t.Errorf("the service runs with %q", got)
		}
		f.Keys("esc").Shows("api-orders:2 runs now", `"warn"`).Hides("edited, and", "hunter2")
	})
}

func TestJSONThatIsBrokenIsOpenedAgainAsItWasLeft(t *testing.T) {
	e := newEditor(t, `sed -i 's/"debug"/debug/' "$1"`)
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, editing(e)).Read()
		f.Shows("x this is no task definition: line ", "column ", "not JSON", "e opens it again as it was left", "file")
		f.Keys("w").Shows("plan: this is no task definition")
		e.does(t, `sed -i 's/: debug/: "warn"/' "$1"`)
		f.Keys("e").Shows("edit payments/api-orders", "Difference")
		if seen := e.seen(t); !strings.Contains(seen, ": debug") {
			t.Errorf("the editor was not given what it left: %s", seen)
		}
		e.gone(t)
	})
}

func TestLeavingDropsTheFileThatWasKept(t *testing.T) {
	e := newEditor(t, `echo '{' >"$1"`)
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Tables).Read()
		f.Editors.Editor = editors.Editor{Getenv: func(string) string { return e.path }}
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("e").Shows("this is no task definition")
		f.Keys("esc").Shows("Leave edit?", "the edited task definition is not carried out")
		f.Keys("y").Shows("SERVICE")
		e.gone(t)
		f.Keys("e").Shows("this is no task definition")
		f.Keys("x").Shows("api-orders:1 runs now").Hides("this is no task")
		e.gone(t)
	})
}

func TestAnEditThatIsGivenUpChangesNothing(t *testing.T) {
	for name, script := range map[string]string{"nothing was edited": "true", "nothing was taken over": "echo x >\"$1\"; exit 1"} {
		e := newEditor(t, script)
		viewstest.Bubble(t, func(t *testing.T) {
			f := changestest.Orders(t, viewstest.Standard, editing(e)).Read()
			f.Shows(name, "api-orders:1 runs now", `"LOG_LEVEL"`).Hides("hunter2", "Difference")
			e.gone(t)
			f.Keys("w").Shows("plan: nothing was edited")
		})
	}
}

func TestWithoutAnEditorItSaysWhatToSet(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, func(c *changes.Changes, s awsx.Ref) ui.Screen {
			return editors.NewEdit(c, editors.Editor{Getenv: func(string) string { return "" }, LookPath: changestest.OffLoop(t, func(string) (string, error) { return "", errors.New("not found") })}, s)
		}).Read()
		f.Shows("there is no editor: set VISUAL or EDITOR", "api-orders:1 runs now")
	})
}

func TestADefinitionThatCannotBeReadIsNotEdited(t *testing.T) {
	e := newEditor(t, "true")
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			f.Account.FailOnce(awsxtest.TaskDefinition, fault.Errorf(fault.Denied, "ecs:DescribeTaskDefinition", "api-orders:1", "no"))
		}, editing(e)).Read()
		f.Shows("the task definition could not be read", "ecs:DescribeTaskDefinition", "○ denied")
		f.Keys("e").Shows("edit: no task definition was read")
		f.Keys("ctrl+r").Shows("nothing was edited")
	})
}
