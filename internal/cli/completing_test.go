package cli_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gantry/internal/audit"
	"gantry/internal/cli/command"
	"gantry/internal/config"
	"gantry/internal/names"
)

// deaf fails a test whose command asks anything of anybody.
type deaf struct{ t *testing.T }

func (d deaf) RoundTrip(r *http.Request) (*http.Response, error) {
	d.t.Errorf("%s was asked", r.URL)
	return nil, os.ErrClosed
}

// listed writes what was listed last in the context of no configuration.
func listed(t *testing.T) {
	t.Helper()
	path := names.Path(audit.DefaultDir(), "default/eu-west-1")
	b := names.Read(path)
	b.SetClusters([]string{"fig", "plum"})
	b.SetServices("fig", []string{"web", "worker"})
	b.SetTasks("fig", "web", []string{"0a1b2c"}, []string{"app", "envoy"})
	b.SetTags("", []string{"env=prod", "env=lab"}, true)
	b.SetTags("fig", []string{"yard=north", "yard=south", "aws:ecs:clusterName=fig", "token"}, true)
	if err := b.Write(path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(path) })
}

// completed are the words that a shell is offered.
func completed(t *testing.T, words ...string) string {
	t.Helper()
	s := command.Streams{Wire: deaf{t}, Getenv: func(name string) string { return map[string]string{"AWS_REGION": "eu-west-1"}[name] }}
	r := run(t.Context(), s, append([]string{"__complete"}, words...)...)
	var list []string
	for line := range strings.Lines(r.out) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if !strings.HasPrefix(word, ":") {
			list = append(list, word)
		}
	}
	return strings.Join(list, " ")
}

// TestAShellCompletesWhatWasListedLast, and asks nobody for it.
func TestAShellCompletesWhatWasListedLast(t *testing.T) {
	listed(t)
	for _, c := range []struct{ typed, want string }{
		{"status ", "fig/ plum/"},
		{"status f", "fig/"},
		{"status fig/w", "fig/web fig/worker"},
		{"status fig/web ", ""},
		{"restart fig/web fig/wo", "fig/worker"},
		{"scale fig/web ", ""},
		{"stop fig/0", "fig/0a1b2c"},
		{"exec fig/", "fig/web fig/worker fig/0a1b2c"},
		{"exec fig/web -c ", "app envoy"},
		{"exec fig/web --container e", "envoy"},
		{"stop kiwi/", ""},
		{"status --filter ", "tag:aws:ecs:clusterName tag:env tag:token tag:yard"},
		{"status fig --filter tag:y", "tag:yard"},
		{"status fig --filter tag:yard=", "tag:yard=north tag:yard=south"},
		{"tasks fig/web --filter tag:env", ""},
		{"route ", ""},
		{"pl", "plum/"},
		{"fig/we", "fig/web"},
		{"--profile other status ", ""},
	} {
		words := strings.Split(c.typed, " ")
		if got := completed(t, words...); got != c.want {
			t.Errorf("gantry %s: %q, want %q", c.typed, got, c.want)
		}
	}
}

// TestEveryShellIsGivenItsCompletion by a script that calls gantry.
func TestEveryShellIsGivenItsCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if r := run(t.Context(), command.Streams{}, "completion", shell); r.code != 0 || !strings.Contains(r.out, "__complete") {
			t.Errorf("%s ends with %d: %.200s", shell, r.code, r.err)
		}
	}
	if bash, err := exec.LookPath("bash"); err == nil {
		r := run(t.Context(), command.Streams{}, "completion", "bash")
		check := exec.Command(bash, "-n")
		check.Stdin = strings.NewReader(r.out)
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("bash does not read it: %v, %s", err, out)
		}
	}
}

// TestEachCommandHasItsManualPage with its flags.
func TestEachCommandHasItsManualPage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	if r := run(t.Context(), command.Streams{}, "man", dir); r.code != 0 {
		t.Fatal(r.err)
	}
	named, flag := regexp.MustCompile(`(?m)^  ([a-z][a-z-]+) {2,}`), regexp.MustCompile(`--[a-z][a-z-]+`)
	_, list, _ := strings.Cut(run(t.Context(), command.Streams{}, "--help").out, "Available Commands:")
	list, _, _ = strings.Cut(list, "Flags:")
	pages := 0
	for _, m := range named.FindAllStringSubmatch(list, -1) {
		if m[1] == "help" {
			continue
		}
		page, err := os.ReadFile(filepath.Join(dir, "gantry-"+m[1]+".1"))
		if err != nil {
			t.Error(err)
			continue
		}
		pages++
		text := strings.ReplaceAll(string(page), `\-`, "-")
		if strings.Contains(text, config.DefaultFile()) {
			t.Errorf("the page of %s tells whose machine wrote it", m[1])
		}
		_, flags, _ := strings.Cut(run(t.Context(), command.Streams{}, m[1], "--help").out, "Flags:")
		for _, want := range append(flag.FindAllString(flags, -1), "NAME", "SYNOPSIS") {
			if !strings.Contains(text, want) {
				t.Errorf("the page of %s lacks %s", m[1], want)
			}
		}
	}
	if pages < 30 {
		t.Errorf("there are %d pages", pages)
	}
}

// BenchmarkCompletion is what completing a service costs among five thousand, without the start
// of the process.
func BenchmarkCompletion(b *testing.B) {
	path := names.Path(audit.DefaultDir(), "default/eu-west-1")
	book := names.Read(path)
	var services []string
	for i := range 5000 {
		services = append(services, fmt.Sprintf("service-%04d", i))
	}
	book.SetServices("fig", services)
	if err := book.Write(path); err != nil {
		b.Fatal(err)
	}
	defer os.Remove(path)
	for b.Loop() {
		if r := run(b.Context(), command.Streams{}, "__complete", "status", "fig/service-49"); !strings.Contains(r.out, "fig/service-4999") {
			b.Fatal(r.out)
		}
	}
}
