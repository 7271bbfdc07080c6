package names_test

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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
	b.SetAllTasks("fig", map[string]*names.Running{"": {Tasks: []string{"2e"}, Containers: []string{"once"}}, "a": {Tasks: []string{"0c"}}})
	b.SetTasks("fig", "a", []string{"1f"}, []string{"web", "log", "web"})
	b.SetTags("", []string{"env=lab"}, true)
	b.SetTags("fig", []string{"yard=north", "yard=a b", "aws:x=1", "`id`=2", "-yard"}, true)
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

// TestTagsThatWereNotReadTakeNoneAway: what was known stays, and gives way to what another run
// reads whole.
func TestTagsThatWereNotReadTakeNoneAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := names.Path(filepath.Join(t.TempDir(), "state"), "ops/eu-north-1")
		b := names.Read(path)
		b.SetTags("fig", []string{"yard=north"}, true)
		time.Sleep(time.Hour)
		b.SetTags("fig", nil, false)
		if got := b.Tags("fig"); !slices.Equal(got, []string{"yard=north"}) {
			t.Errorf("of tags that were not read there are %q", got)
		}
		b.SetTags("fig", []string{"crew=a"}, false)
		if got := b.Tags("fig"); !slices.Equal(got, []string{"crew=a", "yard=north"}) {
			t.Errorf("of tags that were read in part there are %q", got)
		}
		if err := b.Write(path); err != nil {
			t.Fatal(err)
		}
		other := names.Read(path)
		other.SetTags("fig", []string{"yard=south"}, true)
		if err := other.Write(path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		b.SetTags("fig", nil, false)
		if err := b.Write(path); err != nil {
			t.Fatal(err)
		}
		if got := names.Read(path).Tags("fig"); !slices.Equal(got, []string{"yard=south"}) {
			t.Errorf("after another read all there are %q", got)
		}
	})
}

// TestOnlyWhatIsPlainIsOffered, whoever wrote the file: no shell reads a name as a command.
func TestOnlyWhatIsPlainIsOffered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	text := `{"Clusters": {"Names": ["ok", "$(reboot)", "a b", "-rf", "a\u001b[2J", "", "é", "x;y", "a:b", "a\tb"]}, "Services": {"ok": {"Names": ["web_1.2", "` + "`id`" + `"]}, "a b": {}}, "Tasks": {"ok/web": {"Names": ["7f", "../x y"]}}}`
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
	if err := os.WriteFile(path, []byte(`{"Clusters": [`), 0o600); err != nil || len(names.Read(path).Clusters()) > 0 {
		t.Error("a file that is cut offers something")
	}
}

// TestTwoRunsShareABook: each writes what it listed, and of one list that which was read last
// counts, whoever writes last. What was in something that is gone is gone with it.
func TestTwoRunsShareABook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := names.Path(filepath.Join(t.TempDir(), "state"), "ops/eu-north-1")
		write := func(b *names.Book) {
			t.Helper()
			if err := b.Write(path); err != nil {
				t.Fatal(err)
			}
		}
		one, two := names.Read(path), names.Read(path)
		one.SetClusters([]string{"fig", "plum"})
		one.SetServices("fig", []string{"a", "old"})
		one.SetTasks("fig", "old", []string{"0a"}, []string{"web"})
		one.SetTasks("plum", "p", []string{"0b"}, nil)
		time.Sleep(time.Hour)
		two.SetServices("fig", []string{"a", "new"})
		two.SetServices("plum", []string{"p"})
		two.SetAllTasks("plum", map[string]*names.Running{"q": {Tasks: []string{"0c"}}})
		write(two)
		write(one) // what it knows of fig is older
		b := names.Read(path)
		for what, c := range map[string][2][]string{
			"clusters":                        {b.Clusters(), {"fig", "plum"}},
			"services":                        {b.Services("fig"), {"a", "new"}},
			"of plum":                         {b.Services("plum"), {"p"}},
			"tasks of a service that is gone": {b.Tasks("fig"), nil},
			"tasks of plum":                   {b.Tasks("plum"), {"0c"}},
		} {
			if !slices.Equal(c[0], c[1]) {
				t.Errorf("%s are %q, want %q", what, c[0], c[1])
			}
		}
		time.Sleep(time.Hour)
		two.SetClusters([]string{"fig"})
		write(two)
		write(one)
		if b := names.Read(path); !slices.Equal(b.Clusters(), []string{"fig"}) || len(b.Services("plum")) > 0 {
			t.Errorf("a cluster that is gone is among %q with %q", b.Clusters(), b.Services("plum"))
		}
	})
}

// TestABookIsReadWhileItIsWritten by any number of runs at once.
func TestABookIsReadWhileItIsWritten(t *testing.T) {
	path := names.Path(filepath.Join(t.TempDir(), "state"), "ops/eu-north-1")
	var wg sync.WaitGroup
	for _, cluster := range []string{"fig", "plum", "kiwi", "pear"} {
		b := names.Read(path)
		for range 2 {
			wg.Go(func() {
				for range 5 {
					b.SetServices(cluster, []string{cluster + "1"})
					b.SetAllTasks(cluster, map[string]*names.Running{"": {Tasks: []string{"0a"}}})
					_, _, _ = b.Clusters(), b.Tasks(cluster), b.Services(cluster)
					if err := b.Write(path); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	if got := names.Read(path).Clusters(); !slices.Equal(got, []string{"fig", "kiwi", "pear", "plum"}) {
		t.Errorf("of four runs there are %q", got)
	}
}
