package pipeline

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"

	"pgregory.net/rapid"
)

// commanded reports whether GitHub's runner takes a line of some output for a command
// (actions/runner, ActionCommand.TryParseV2 and TryParse), by its own words and not by the
// guard's.
func commanded(output string) string {
	for _, line := range strings.FieldsFunc(output, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::") || strings.Contains(line, "##[") {
			return line
		}
	}
	return ""
}

// TestNoLineFromOutsideIsACommand: however it is spelled and cut into writes.
func TestNoLineFromOutsideIsACommand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.SampledFrom([]string{
			":", "::", "#", "##", "[", "##[", "add-mask", "::set-output name=a::b", "::stop-commands::x", "\n", "\r", "\r\n", " ", "\t", "\u00a0", "\u3000", "\u0085", "é", "a",
		})).Draw(t, "pieces")
		var b bytes.Buffer
		w := GitHub.Guarded(&b)
		for _, p := range pieces {
			if n, err := w.Write([]byte(p)); n != len(p) || err != nil {
				t.Fatalf("wrote %d of %q: %v", n, p, err)
			}
		}
		if line := commanded(b.String()); line != "" {
			t.Fatalf("%q is a command, of %q", line, pieces)
		}
		if was, is := strings.Join(pieces, ""), b.String(); Kept(w) == 0 && was != is {
			t.Fatalf("%q was written as %q and nothing kept", was, is)
		} else if strings.ReplaceAll(was, " ", "") != strings.ReplaceAll(is, " ", "") {
			t.Fatalf("%q was written as %q", was, is)
		}
	})
}

// TestWhatIsNoCommandStaysAsItIs: a guard that changed everything would be safe too.
func TestWhatIsNoCommandStaysAsItIs(t *testing.T) {
	const text = "# a\n## b\n: c\na::b\nstd::move ##{x} #[y] # #[\n{\"a\": \"::\"}\n"
	var b bytes.Buffer
	w := GitHub.Guarded(&b)
	if _, err := w.Write([]byte(text)); err != nil || b.String() != text || Kept(w) != 0 {
		t.Errorf("got %q, %v", b.String(), err)
	}
	if _, err := GitHub.Guarded(iotest.TruncateWriter(failing{}, 0)).Write([]byte("a")); err != nil {
		t.Errorf("a writer that takes all: %v", err)
	}
	if _, err := GitHub.Guarded(failing{}).Write([]byte("a")); err == nil {
		t.Error("a failure was not told")
	}
	if w := Of(func(string) string { return "" }).Guarded(&b); w != &b {
		t.Error("without a host the stream is another")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, fmt.Errorf("closed") }

// TestAnAnnotationIsOneLine: whatever its texts hold, and it begins a line.
func TestAnAnnotationIsOneLine(t *testing.T) {
	var b bytes.Buffer
	w := GitHub.Guarded(&b)
	fmt.Fprint(w, "half a line")
	Tell(w, GitHub.Annotation(Error, "deploy: a, b", "100% of\r\n::set-output name=x::y"))
	fmt.Fprint(w, "::warning::of others\n")
	want := "half a line\n::error title=deploy%3A a%2C b::100%25 of%0D%0A::set-output name=x::y\n: :warning::of others\n"
	if b.String() != want {
		t.Errorf("got %q", b.String())
	}
	if GitLab.Annotation(Error, "a", "b") != "" || Host("").Annotation(Error, "a", "b") != "" {
		t.Error("a host without annotations is sent one")
	}
	Tell(&b, "")
}

// TestFolds: a title cannot end the line that it stands on.
func TestFolds(t *testing.T) {
	at := time.Unix(1700000000, 0)
	begin, end := GitHub.Fold("plan", "plan of a\n::error::b", at)
	if begin != "::group::plan of a%0A::error::b\n" || end != "::endgroup::\n" {
		t.Errorf("got %q, %q", begin, end)
	}
	begin, end = GitLab.Fold("plan", "plan\rof\na", at)
	if begin != "\x1b[0Ksection_start:1700000000:gantry_plan[collapsed=true]\r\x1b[0Kplan of a\n" || end != "\x1b[0Ksection_end:1700000000:gantry_plan\r\x1b[0K\n" {
		t.Errorf("got %q, %q", begin, end)
	}
	if begin, end = Host("").Fold("plan", "a", at); begin+end != "" {
		t.Errorf("got %q, %q", begin, end)
	}
}

// TestTheHost is told by the environment.
func TestTheHost(t *testing.T) {
	for name, want := range map[string]Host{"GITHUB_ACTIONS": GitHub, "GITLAB_CI": GitLab, "JENKINS_URL": ""} {
		if got := Of(func(asked string) string {
			if asked == name {
				return "true"
			}
			return ""
		}); got != want {
			t.Errorf("%s=true is %q", name, got)
		}
	}
}
