package cli_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"gantry/awsx/sim"
	"gantry/internal/cli/command"
)

// documented are calls of every command that prints JSON, of which none can end well: the
// account refuses all that reads.
var documented = []string{
	"status", "status prod", "status prod/web", "status --faults", "status --all", "history prod/web", "why prod", "events prod/web", "route https://a.example.com/", "routing prod",
	"tasks prod/web", "targets prod/web", "alarms", "metrics prod/web", "images prod/web", "standalone prod", "schedules prod", "export prod/web", "instances prod", "groups prod",
	"diff web:1 web:2", "env prod/web", "logs prod/web", "secrets prod/web", "scaling prod/web", "strategy prod/web", "wait prod/web",
	"deploy prod/web --image :v1 --yes", "env set prod/web A=b --yes", "secrets prod/web A=/b --yes", "scale prod/web 3 --yes", "breaker prod/web on --yes", "strategy prod/web FARGATE=1 --yes",
	"restart prod/web --yes", "restart prod/web prod/users --yes", "rollback prod/web --yes", "cancel prod/web --yes", "continue prod/web --yes", "run prod/web:1 --yes", "stop prod/1234 --yes",
	"drain prod/i-1 --yes", "activate prod/i-1 --yes", "replace prod/i-1 --yes", "group prod-ecs --desired 2 --yes", "deregister web:1 --yes", "allow-exec prod/web --yes", "edit prod/web --yes", "exec prod/web -- true",
}

// TestACommandThatFailsPrintsAnErrorDocument: on standard output, one, and the code is what it
// is without -o json.
func TestACommandThatFailsPrintsAnErrorDocument(t *testing.T) {
	live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Kind: sim.Deny})
		for _, words := range documented {
			fields := strings.Fields(words)
			text := a.run(t, fields...)
			at := len(fields)
			for i, f := range fields {
				if f == "--" {
					at = i
				}
			}
			r := a.run(t, append(append(append([]string{}, fields[:at]...), "-o", "json"), fields[at:]...)...)
			if strings.HasPrefix(words, "exec") { // which has no -o
				continue
			}
			var failed command.Failure
			d := json.NewDecoder(strings.NewReader(r.out))
			d.DisallowUnknownFields()
			if err := d.Decode(&failed); err != nil || d.More() {
				t.Errorf("gantry %s printed %q (%v)\n%s", words, r.out, err, r.err)
				continue
			}
			c := failed.Error
			if r.code == 0 || r.code != text.code || c.ExitCode != r.code || c.Class != "denied" || !strings.Contains(c.Operation, ":") || c.Message == "" || !strings.Contains(r.err, c.Message[:20]) || !failed.Partial {
				t.Errorf("gantry %s ends with %d, with text %d: %+v\n%s", words, r.code, text.code, failed, r.err)
			}
			if !strings.HasPrefix(failed.Context, "default/eu-west-1@") {
				t.Errorf("gantry %s: the context is %q", words, failed.Context)
			}
		}
	})
}

// TestEachKindOfFailureHasAClass: those that no call has too.
func TestEachKindOfFailureHasAClass(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		for _, c := range []struct {
			words, class string
			code         int
		}{
			{"status nowhere", "not found", 2}, {"status prod/nothing", "not found", 2}, {"scale prod 3", "usage", 2}, {"scale prod/web -3", "usage", 2}, {"diff web:1", "usage", 2},
			{"restart prod/web", "refused", 5}, {"deploy prod/web --image :nope --yes", "", 5}, {"status --profile nobody", "", 2}, {"scale prod/web 3 --confirm nobody", "refused", 5},
		} {
			r := a.run(t, append(strings.Fields(c.words), "-o", "json")...)
			o := r.object(t)
			if _, dry := o["outcome"]; dry || at(t, o, "error", "exitCode") != float64(c.code) || r.code != c.code || c.class != "" && at(t, o, "error", "class") != c.class {
				t.Errorf("gantry %s ends with %d: %v", c.words, r.code, o)
			}
		}
		// What printed its document prints no other.
		for _, words := range []string{"deploy prod/web --image :nope --dry-run", "restart prod/web prod/nothing --dry-run"} {
			r := a.run(t, append(strings.Fields(words), "-o", "json")...)
			d := json.NewDecoder(strings.NewReader(r.out))
			var doc map[string]any
			if err := d.Decode(&doc); err != nil || r.code == 0 {
				t.Errorf("gantry %s: %v, %d", words, err, r.code)
			}
			if err := d.Decode(&doc); err != io.EOF {
				t.Errorf("gantry %s printed more than one document: %s", words, r.out)
			}
		}
		if r := a.run(t, "status", "nowhere"); r.out != "" {
			t.Errorf("a document nobody asked for: %s", r.out)
		}
		if r := a.run(t, "status", "nowhere", "-o", "xml"); r.out != "" {
			t.Errorf("a document of a kind that there is not: %s", r.out)
		}
	})
}

// TestAFaultOfOursPrintsAnErrorDocument too, which tells nothing of what was at hand, and a
// probe that breaks has found nothing.
func TestAFaultOfOursPrintsAnErrorDocument(t *testing.T) {
	breaking := func(words ...string) result {
		return run(t.Context(), command.Streams{In: strings.NewReader(""), Getenv: func(name string) string {
			if strings.HasPrefix(name, "GANTRY_") {
				panic("DB_PASSWORD=lemon-31")
			}
			return ""
		}}, words...)
	}
	for _, words := range []string{"status", "status prod", "history prod/web", "wait prod/web", "scale prod/web 3 --yes", "tasks prod/web"} {
		r := breaking(append(strings.Fields(words), "-o", "json")...).wants(t, 1, "gantry: internal fault in a command: ").lacks(t, "lemon")
		o := r.object(t)
		if at(t, o, "error", "class") != "internal" || at(t, o, "error", "exitCode") != 1.0 || !strings.Contains(at(t, o, "error", "message").(string), "internal fault in a command: ") {
			t.Errorf("gantry %s: %v", words, o)
		}
	}
	breaking("status", "--check", "prod").wants(t, 3, "unknown: internal fault in ").lacks(t, "lemon")
	breaking("scale", "prod/web", "3", "-o", "markdown").wants(t, 1, "## gantry scale failed\n\ninternal fault in ").lacks(t, "lemon")
	if r := breaking("status").wants(t, 1, "gantry: internal fault in "); r.out != "" {
		t.Errorf("a document nobody asked for: %s", r.out)
	}
}
