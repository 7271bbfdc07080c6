package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
)

// lines decodes the lines of logs -o json.
func (r result) lines(t *testing.T) []printing.Line {
	t.Helper()
	var all []printing.Line
	for line := range strings.Lines(r.out) {
		var l printing.Line
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all = append(all, l)
	}
	return all
}

// container is the id of a container of a service that writes lines, and the id
// of its task.
func (a *account) container(t *testing.T, service string) (id, task string) {
	t.Helper()
	l := a.run(t, "logs", service, "--limit", "1", "-o", "json").wants(t, 0).lines(t)
	if len(l) != 1 {
		t.Fatalf("%d lines", len(l))
	}
	var doc struct {
		ID string `json:"container_id"`
	}
	if err := json.Unmarshal(l[0].Document, &doc); err != nil || doc.ID == "" || l[0].Task == "" {
		t.Fatalf("%v in %+v", err, l[0])
	}
	return doc.ID, l[0].Task
}

// write puts a line of a container into the log store.
func (a *account) write(t *testing.T, container, message string, at time.Time) {
	t.Helper()
	err := a.logs.Index("", map[string]any{"container_id": container, "container_name": "x", "message": message}, at)
	if err != nil {
		t.Fatal(err)
	}
}

// wrote waits for the lines that an account has had from the beginning.
func (a *account) wrote() { <-a.Written() }

func TestLogsAreBoundedAndOldestFirst(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.wrote()
		id, task := a.container(t, "prod/catalog")
		began := time.Now().Add(-4 * time.Hour).Truncate(time.Second)
		for i, message := range []string{"first needle", "second", "third needle", "fourth"} {
			a.write(t, id, message, began.Add(time.Duration(i)*time.Minute))
		}
		messages := func(args ...string) string {
			var all []string
			r := a.run(t, append([]string{"logs", "prod/catalog", "-o", "json"}, args...)...).wants(t, 0)
			for _, l := range r.lines(t) {
				if l.Task != task || l.Container != "catalog" {
					t.Errorf("from %s/%s: %s", l.Task, l.Container, l.Message)
				}
				all = append(all, l.Message)
			}
			return strings.Join(all, ", ")
		}
		for _, c := range []struct {
			args []string
			want string
		}{
			{[]string{"--since=5h", "--until=3h"}, "first needle, second, third needle, fourth"},
			{[]string{"--since=5h", "--until=3h", "--limit=2"}, "third needle, fourth"},
			{[]string{"--since=5h", "--until=3h", "--limit=0"}, "first needle, second, third needle, fourth"},
			{[]string{"--since=5h", "--until=3h", "--query=needle"}, "first needle, third needle"},
			{[]string{"--since=5h", "--until=3h", "--query=message:(first or sec*) and not second"}, "first needle"},
			{[]string{"--since=5h", "--until=3h", "--query=lucene:needle AND NOT first"}, "third needle"},
			{[]string{"--since=5h", "--until=" + began.Add(90*time.Second).UTC().Format(time.RFC3339)}, "first needle, second"},
			{[]string{"--since=" + began.Add(time.Minute).UTC().Format(time.RFC3339), "--until=3h"}, "second, third needle, fourth"},
		} {
			if got := messages(c.args...); got != c.want {
				t.Errorf("%v: %s, want %s", c.args, got, c.want)
			}
		}
		a.run(t, "logs", "prod/catalog/"+task[:6], "--since=5h", "--until=3h").wants(t, 0, " "+task[:8]+"/catalog second\n")
		a.run(t, "logs", "prod/catalog/"+task+"/catalog", "--since=5h", "--until=3h").wants(t, 0, "fourth")
		a.run(t, "logs", "prod/catalog/"+task+"/nope").wants(t, 2, "no container of that name")
		a.run(t, "logs", "prod/catalog/zzz").wants(t, 2, "0 of the service's 3 running, stopped and remembered tasks have an id that begins so")
		a.run(t, "logs", "prod/catalog", "--since=5h", "--until=4h30m").wants(t, 0, "no lines: ")
	})
}

func TestTheLinesOfTheTaskBefore(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.wrote()
		a.run(t, "logs", "prod/catalog", "--previous").wants(t, 2, "none stopped of which ECS still tells")
		_, stopped := a.container(t, "prod/catalog")
		a.run(t, "stop", "prod/"+stopped, "--yes").wants(t, 0)
		for _, l := range a.run(t, "logs", "prod/catalog", "--previous", "-o", "json").wants(t, 0).lines(t) {
			if l.Task != stopped {
				t.Fatalf("a line of %s, want those of %s", l.Task, stopped)
			}
		}
		a.run(t, "logs", "prod/catalog", "--previous", "--limit=1").wants(t, 0, " "+stopped[:8]+"/catalog ")
		a.run(t, "logs", "prod/catalog", "--previous", "-f").wants(t, 2, "--previous is about a task that has stopped")
	})
}

func TestLogFlagsThatAreWrong(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		for _, c := range []struct{ flag, text string }{
			{"--since=-5m", "--since -5m: expected a time before now"},
			{"--since=2999-01-01T00:00:00Z", "--since 2999-01-01T00:00:00Z: expected a time before now"},
			{"--since=yesterday", `--since "yesterday": expected a duration such as 15m or a time such as`},
			{"--until=noon", `--until "noon": expected a duration such as 15m or a time such as`},
			{"--until=1h", "--until 1h is before the begin"},
			{"--limit=-1", "--limit -1: expected a number of lines"},
			{"--limit=20000", "give --limit as at most 10000"},
			{"-o=yaml", `-o "yaml" is unknown, expected text, json`},
		} {
			a.run(t, "logs", "prod/catalog", c.flag).wants(t, 2, c.text)
		}
		a.run(t, "logs", "prod/catalog", "--query=日 and level: not x").wants(t, 2,
			"gantry: --query: column 14: expected a value of \"level\", found \"not\"", "\n  日 and level: not x\n                ^\n")
		a.run(t, "logs", "prod/catalog", "--query=lucene:").wants(t, 2, `expected a query after "lucene:"`)
		a.run(t, "logs", "prod/catalog", "--query=lucene:a AND (").wants(t, 2, "invalid", "Failed to parse query [a AND (]")
		a.run(t, "logs", "prod/catalog", "-f", "--until=5m").wants(t, 2, "--until ends the output: it cannot go with --follow")
		r := run(t.Context(), command.Streams{Wire: a.net}, "logs", "prod/catalog", "--endpoint", a.url)
		r.wants(t, 2, "no log store is configured", "set logs.endpoints in ")
	})
}

func TestFollowedLogsEndCleanly(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.wrote()
		id, _ := a.container(t, "prod/catalog")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		out := &watched{marks: []string{"the first mark", "the second mark"}, seen: func(i int) {
			if i == 0 {
				a.write(t, id, "the second mark", time.Now())
				return
			}
			cancel()
		}}
		a.write(t, id, "long before", time.Now().Add(-3*time.Hour))
		a.write(t, id, "the first mark", time.Now())
		r := a.runWith(ctx, command.Streams{Out: out}, "logs", "prod/catalog", "-f", "--limit", "100").wants(t, 0)
		if strings.Contains(r.err, "gantry:") {
			t.Errorf("an error was told:\n%s", r.err)
		}
		if strings.Contains(out.all.String(), "long before") {
			t.Error("a line from before --since was printed")
		}
	})
}

// watched is an output that reports when texts went by.
type watched struct {
	mu    sync.Mutex
	all   bytes.Buffer
	marks []string
	next  int
	seen  func(int)
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(b)
	for w.next < len(w.marks) && strings.Contains(w.all.String(), w.marks[w.next]) {
		w.next++
		w.seen(w.next - 1)
	}
	return len(b), nil
}

func TestLogsHideWhatActsOnATerminal(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.wrote()
		id, _ := a.container(t, "prod/catalog")
		a.write(t, id, "evil \x1b]0;title\x07 \u202e token=5ecr3t99canary", time.Now().Add(-3*time.Hour))
		for _, output := range []string{"text", "json"} {
			a.run(t, "logs", "prod/catalog", "--since=4h", "--until=2h", "-o", output).wants(t, 0, "evil ").
				lacks(t, "\x1b", "\x07", "\u202e", "5ecr3t99canary")
		}
	})
}

// TestColoursOfALineAreTakenOutFirst is about credentials with colours in them.
func TestColoursOfALineAreTakenOutFirst(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.wrote()
		id, _ := a.container(t, "prod/catalog")
		a.write(t, id, "\x1b[34mAuthorization\x1b[0m: Bearer \x1b[33mabcdef0123\x1b[0m456789abcdef", time.Now().Add(-3*time.Hour))
		a.write(t, id, "\x1b[1;33mWARN\x1b[0m [server] slow, TokenExpiredError: jwt expired", time.Now().Add(-3*time.Hour+time.Second))
		for _, output := range []string{"text", "json"} {
			a.run(t, "logs", "prod/catalog", "--since=4h", "--until=2h", "-o", output).
				wants(t, 0, "Authorization: Bearer (masked)", "WARN [server] slow, TokenExpiredError: jwt expired").lacks(t, "abcdef0123", "456789abcdef", "[0m")
		}
	})
}

func TestStrangeLinesArePrintedBoundedAndEscaped(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.wrote()
		id, _ := a.container(t, "prod/catalog")
		began := time.Now().Add(-3 * time.Hour)
		huge := strings.Repeat("0123456789abcdef", 5<<16) // 5 MiB
		noise := make([]byte, 4096)
		for i := range noise {
			noise[i] = byte(i*7 + i/256)
		}
		a.write(t, id, "begin "+huge+" end", began)
		a.write(t, id, strings.ToValidUTF8(string(noise), "\ufffd"), began.Add(time.Second))
		a.write(t, id, "last", began.Add(2*time.Second))
		args := []string{"logs", "prod/catalog", "--since=4h", "--until=2h"}
		text := a.run(t, args...).wants(t, 0, " begin 0123", "more bytes: -o json has them)\n", " last\n")
		if lines := strings.Count(text.out, "\n"); lines != 3 || len(text.out) > 128<<10 {
			t.Errorf("%d lines, %d bytes", lines, len(text.out))
		}
		for _, r := range text.out {
			if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 {
				t.Fatalf("%U was printed", r)
			}
		}
		all := a.run(t, append(args, "-o", "json")...).wants(t, 0).lines(t)
		if len(all) != 3 || all[0].Message != "begin "+huge+" end" {
			t.Errorf("JSON has %d lines, the first of %d bytes", len(all), len(all[0].Message))
		}
	})
}

// TestAReaderThatGoesAwayEndsTheLines breaks off the output as head does.
func TestAReaderThatGoesAwayEndsTheLines(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.wrote()
		for _, args := range [][]string{{"-f"}, {"--limit=0"}, {"-o", "json"}} {
			r := a.runWith(t.Context(), command.Streams{Out: closed{}}, append([]string{"logs", "prod/catalog"}, args...)...).wants(t, 0)
			if strings.Contains(r.err, "gantry:") {
				t.Errorf("%v: an error was told:\n%s", args, r.err)
			}
		}
	})
}

// closed is an output that nobody reads.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// TestLinesOfSeveralServicesArePrintedTogether asks for services whose lines lie in different
// stores, and for one that is not there.
func TestLinesOfSeveralServicesArePrintedTogether(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.wrote()
		time.Sleep(time.Minute)
		r := a.run(t, "logs", "prod/catalog", "prod/recommendations", "--since", "10m", "-o", "json").wants(t, 0)
		from, last := map[string]int{}, time.Time{}
		for _, l := range r.lines(t) {
			from[l.Service]++
			if l.Time.Before(last.Truncate(time.Millisecond)) {
				t.Errorf("a line of %s stands after one of %s", l.Time, last)
			}
			last = l.Time
		}
		if len(from) != 2 || from["catalog"] == 0 || from["recommendations"] == 0 {
			t.Errorf("lines by service: %v", from)
		}
		r = a.run(t, "logs", "prod/catalog", "prod/cattle", "--limit", "3")
		r.wants(t, 1)
		if !strings.Contains(r.err, "not among these lines: prod/cattle") || !strings.Contains(r.err, "gantry: read logs: failed: not among these lines: prod/cattle") || strings.Count(r.out, " catalog/") != 3 {
			t.Errorf("it says\n%s\n%s", r.err, r.out)
		}
	})
}
