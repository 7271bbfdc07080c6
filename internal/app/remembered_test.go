package app

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestCommandsAreKeptOverRuns: the last two hundred, those of a console beside this one too.
func TestCommandsAreKeptOverRuns(t *testing.T) {
	a := &App{auditDir: filepath.Join(t.TempDir(), "state")}
	if got := a.recall().Commands; len(got) > 0 {
		t.Fatalf("before the first run: %q", got)
	}
	keep := func(before []string, more ...string) {
		t.Helper()
		if err := a.remember(before, slices.Concat(before, more), nil); err != nil {
			t.Fatal(err)
		}
	}
	keep(nil, "svc staging")
	first := a.recall().Commands
	keep(first, "logs prod/web")
	keep(first, "tasks")
	if got := a.recall().Commands; !slices.Equal(got, []string{"svc staging", "logs prod/web", "tasks"}) {
		t.Errorf("two consoles side by side leave %q", got)
	}
	said := a.recall().Commands
	if err := a.remember(said, []string{said[1], said[2], said[0]}, nil); err != nil {
		t.Fatal(err)
	}
	if got := a.recall().Commands; !slices.Equal(got, []string{"logs prod/web", "tasks", "svc staging"}) {
		t.Errorf("said again it is not the newest: %q", got)
	}
	var many []string
	for i := range 300 {
		many = append(many, fmt.Sprint("task ", i))
	}
	keep(a.recall().Commands, many...)
	if got := a.recall().Commands; len(got) != 200 || got[199] != "task 299" {
		t.Errorf("%d commands, the last %q", len(got), got[len(got)-1])
	}
	info, err := os.Stat(a.leftFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	files, _ := os.ReadDir(a.auditDir)
	if len(files) != 1 {
		t.Errorf("%d files are left", len(files))
	}
	if err := os.WriteFile(a.leftFile(), []byte(`{"commands": [`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := a.recall().Commands; len(got) > 0 {
		t.Errorf("of a file that is cut: %q", got)
	}
}

// TestEarlierCommandsComeBack by the arrow, as they were typed.
func TestEarlierCommandsComeBack(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.command("svc staging").Shows("staging")
		if err := d.app.remember(nil, d.Shell.History(), nil); err != nil {
			t.Fatal(err)
		}
		if got := d.app.recall().Commands; !slices.Equal(got, []string{"svc staging"}) {
			t.Errorf("kept %q", got)
		}
		d.Press(":", "up").Shows(":svc staging")
	})
}
