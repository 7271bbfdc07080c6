package names_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gantry/internal/names"
)

// TestNamesOutliveARun in a file that only the user reads, and what is listed anew takes the
// place of what was.
func TestNamesOutliveARun(t *testing.T) {
	path := names.Path(filepath.Join(t.TempDir(), "state"), "ops/eu-north-1")
	b := names.Read(path)
	if err := b.Write(path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file is written of nothing")
	}
	b.SetClusters([]string{"plum", "fig"})
	b.SetServices("fig", []string{"b", "a", "b"})
	b.SetServices("kiwi", []string{"c"})
	b.SetTasks("fig/a", []string{"1f"}, []string{"web", "log", "web"})
	b.SetTasks("fig", []string{"2e"}, []string{"once"})
	b.SetTags("", []string{"env=lab"})
	b.SetTags("fig", []string{"yard=north", "yard=a b", "aws:x=1", "`id`=2", "-yard"})
	if err := b.Write(path); err != nil {
		t.Fatal(err)
	}
	file, err := os.Stat(path)
	if err != nil || file.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", file, err)
	}
	if dir, err := os.Stat(filepath.Dir(path)); err != nil || dir.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", dir, err)
	}
	b = names.Read(path)
	for what, c := range map[string][2][]string{
		"clusters":              {b.Clusters(), {"fig", "kiwi", "plum"}},
		"services":              {b.Services("fig"), {"a", "b"}},
		"services of another":   {b.Services("plum"), nil},
		"tasks":                 {b.Tasks("fig"), {"1f", "2e"}},
		"tasks of a service":    {b.Tasks("fig/a"), {"1f"}},
		"containers":            {b.Containers("fig/a"), {"log", "web"}},
		"containers of nothing": {b.Containers("fig/b"), nil},
		"tags":                  {b.Tags("fig"), {"aws:x=1", "yard=north"}},
		"all tags":              {b.Tags(""), {"aws:x=1", "env=lab", "yard=north"}},
	} {
		if !slices.Equal(c[0], c[1]) {
			t.Errorf("%s are %q, want %q", what, c[0], c[1])
		}
	}
	b.SetClusters([]string{"plum"})
	b.SetServices("plum", nil)
	if got := b.Tags(""); !slices.Equal(got, []string{"env=lab"}) {
		t.Errorf("of a cluster that is gone there are the tags %q", got)
	}
	if b.Services("fig") != nil && len(b.Services("fig")) > 0 || len(b.Tasks("fig")) > 0 || !slices.Equal(b.Clusters(), []string{"plum"}) {
		t.Errorf("of a cluster that is gone there are %q", b.Services("fig"))
	}
}

// TestOnlyWhatIsPlainIsOffered, whoever wrote the file: no shell reads a name as a command.
func TestOnlyWhatIsPlainIsOffered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	text := `{"clusters": ["ok", "$(reboot)", "a b", "-rf", "a\u001b[2J", "", "é", "x;y", "a:b", "a\tb"], "services": {"ok": ["web_1.2", "` + "`id`" + `"]}, "tasks": {"ok/web": ["7f", "../x y"]}}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b := names.Read(path)
	if got := b.Clusters(); !slices.Equal(got, []string{"ok"}) {
		t.Errorf("clusters %q", got)
	}
	if got := b.Services("ok"); !slices.Equal(got, []string{"web_1.2"}) {
		t.Errorf("services %q", got)
	}
	if got := b.Tasks("ok"); !slices.Equal(got, []string{"7f"}) {
		t.Errorf("tasks %q", got)
	}
	if err := os.WriteFile(path, []byte(`{"clusters": [`), 0o600); err != nil || len(names.Read(path).Clusters()) > 0 {
		t.Error("a file that is cut offers something")
	}
}
