package statefile_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gantry/internal/statefile"
)

// opened opens a file and keeps what it tells.
func opened(t *testing.T, path string) (*statefile.File, *[]string) {
	t.Helper()
	var mu sync.Mutex
	told := new([]string)
	f := statefile.Open(path, func(err error) {
		mu.Lock()
		defer mu.Unlock()
		*told = append(*told, err.Error())
	})
	t.Cleanup(func() { _ = f.Close() })
	return f, told
}

func closed(t *testing.T, f *statefile.File) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsKeptIsThereInTheNextRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "console.json")
	f, told := opened(t, path)
	if !f.First() {
		t.Error("before the first run there was one")
	}
	f.Set("lab/eu-west-3", "tasks.sort", "age desc")
	f.Set("lab/eu-west-3", "tasks.columns", "more")
	f.Set("lab/eu-west-3", "tasks.columns", "")
	f.Set("", "theme", "nord")
	for i := range 9 {
		f.Add("", "commands", fmt.Sprint("cluster ", i%6), 4)
	}
	closed(t, f)
	f, more := opened(t, path)
	if f.First() || f.Value("lab/eu-west-3", "tasks.sort") != "age desc" || f.Value("lab/eu-west-3", "tasks.columns") != "" || f.Value("", "theme") != "nord" || f.Value("other", "theme") != "" {
		t.Error("a setting is not as it was left")
	}
	if got := f.List("", "commands"); !slices.Equal(got, []string{"cluster 5", "cluster 0", "cluster 1", "cluster 2"}) {
		t.Errorf("the commands are %q", got)
	}
	if len(*told)+len(*more) > 0 {
		t.Errorf("told %q %q", *told, *more)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("%d files are left", len(files))
	}
}

// TestSeveralRunsShareAFile: none tears it, none takes another's back, and of one value the
// last writer counts.
func TestSeveralRunsShareAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.json")
	const runs, each = 8, 12
	var all sync.WaitGroup
	var files []*statefile.File
	for range runs {
		f, _ := opened(t, path)
		files = append(files, f)
	}
	for i, f := range files {
		all.Go(func() {
			for j := range each {
				f.Set("here", fmt.Sprint("own.", i), fmt.Sprint(j))
				f.Add("here", "lines", fmt.Sprint(i, " ", j), runs*each)
			}
			_ = f.Close()
		})
	}
	all.Wait()
	last, told := opened(t, path)
	for i := range runs {
		if got := last.Value("here", fmt.Sprint("own.", i)); got != fmt.Sprint(each-1) {
			t.Errorf("run %d left %q", i, got)
		}
	}
	if got := last.List("here", "lines"); len(got) != runs*each {
		t.Errorf("%d lines of %d are left", len(got), runs*each)
	}
	first, _ := opened(t, path)
	first.Set("here", "shared", "first")
	closed(t, first)
	last.Set("here", "shared", "last")
	closed(t, last)
	if f, _ := opened(t, path); f.Value("here", "shared") != "last" {
		t.Error("the last writer does not count")
	}
	if len(*told) > 0 {
		t.Errorf("told %q", *told)
	}
}

// TestAFileThatIsNotOursIsLeftAlone, and that is said once.
func TestAFileThatIsNotOursIsLeftAlone(t *testing.T) {
	for name, c := range map[string]struct{ holds, says string }{
		"torn":    {`{"version": 1, "values": {"": {"th`, "torn"},
		"empty":   {"", "torn"},
		"foreign": {`{"window": {"width": 800}}`, "no file of gantry's"},
		"a list":  {`["theme"]`, "torn or none of gantry's"},
		"newer":   {`{"version": 2, "values": {"": {"theme": "nord"}}}`, "newer gantry"},
		"huge":    {strings.Repeat(" ", 2<<20), "no file of gantry's"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "console.json")
			if err := os.WriteFile(path, []byte(c.holds), 0o644); err != nil {
				t.Fatal(err)
			}
			f, told := opened(t, path)
			f.Set("", "theme", "dracula")
			f.Add("", "commands", "svc", 5)
			if f.Value("", "theme") != "dracula" {
				t.Error("this run does not know what it set")
			}
			closed(t, f)
			if b, err := os.ReadFile(path); err != nil || string(b) != c.holds {
				t.Errorf("it was written over (%v)", err)
			}
			if len(*told) != 1 || !strings.Contains((*told)[0], c.says) || !strings.Contains((*told)[0], "left as it is") {
				t.Errorf("told %q", *told)
			}
		})
	}
}

// TestAFileThatBecomesAnothersMeanwhileIsLeftAlone: it is looked at again before each write.
func TestAFileThatBecomesAnothersMeanwhileIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.json")
	f, told := opened(t, path)
	newer := `{"version": 7}`
	if err := os.WriteFile(path, []byte(newer), 0o600); err != nil {
		t.Fatal(err)
	}
	f.Set("", "theme", "dracula")
	closed(t, f)
	if b, _ := os.ReadFile(path); string(b) != newer || len(*told) != 1 {
		t.Errorf("it holds %s, told %q", b, *told)
	}
}

// TestNoSecretIsKept of a command, a filter or a setting.
func TestNoSecretIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.json")
	f, _ := opened(t, path)
	for _, secret := range []string{
		"password=kestrel-42-Quay", "postgres://app:kestrel-42-Quay@db/x", "AKIA" + "QWERTYUIOPASDFGH",
		"ghp_" + strings.Repeat("aB3x", 9), "!Authorization: Bearer kestrel42QuayTern77Wren",
	} {
		f.Add("here", "services.filters", secret, 20)
		f.Set("here", "logs.columns", secret)
	}
	f.Add("here", "services.filters", "^api-|status=5..", 20)
	f.Add("", "commands", strings.Repeat("long ", 1000), 20)
	closed(t, f)
	b, _ := os.ReadFile(path)
	var held struct {
		Lists map[string]map[string][]string
	}
	if err := json.Unmarshal(b, &held); err != nil || !slices.Equal(held.Lists["here"]["services.filters"], []string{"^api-|status=5.."}) || len(held.Lists[""]) > 0 || strings.Contains(string(b), "columns") {
		t.Errorf("it holds %s", b)
	}
}

// TestWhatEarlierVersionsLeftIsKnown: commands and places had a form without a version.
func TestWhatEarlierVersionsLeftIsKnown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.json")
	old := `{"commands": ["svc lab", "tasks"], "places": {"lab/eu-west-3": {"cluster": "arn:c", "arn": "arn:s", "screen": "metrics"}}}`
	if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	f, told := opened(t, path)
	if got := f.List("", statefile.Commands); !slices.Equal(got, []string{"svc lab", "tasks"}) || f.Value("lab/eu-west-3", statefile.Place) != "metrics arn:c arn:s" {
		t.Errorf("it knows %q and %q", got, f.Value("lab/eu-west-3", statefile.Place))
	}
	f.Set("", "theme", "light")
	closed(t, f)
	if b, _ := os.ReadFile(path); !strings.Contains(string(b), `"version": 1`) || strings.Contains(string(b), "places") || len(*told) > 0 {
		t.Errorf("it holds %s, told %q", b, *told)
	}
}

// TestAStateDirectoryThatCannotBeWrittenIsSaidOnce and ends nothing.
func TestAStateDirectoryThatCannotBeWrittenIsSaidOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "taken")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f, told := opened(t, filepath.Join(file, "console.json"))
	f.Set("", "theme", "light")
	closed(t, f)
	if len(*told) != 1 {
		t.Errorf("told %q", *told)
	}
}
