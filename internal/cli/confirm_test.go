package cli_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"gantry/internal/audit"
	"gantry/internal/cli/command"
)

// TestARevealAsksWhereSomebodyCanBeAsked: what the console asks for, and before anything
// is shown or recorded; a pipeline has answered by asking for it.
func TestARevealAsksWhereSomebodyCanBeAsked(t *testing.T) {
	alone(t, func(t *testing.T, a *account) {
		typed := func(s string) command.Streams { return command.Streams{In: strings.NewReader(s), Keyboard: true} }
		for _, refused := range []struct{ service, typed, asks string }{
			{"prod/catalog", "y\n", `Type "catalog" to show secrets of prod/catalog, which the audit file records: `},
			{"prod/catalog", "", "not confirmed: the input ended"},
			{"staging/web", "\n", "Show secrets of staging/web, which the audit file records? y/N "},
		} {
			a.runWith(t.Context(), typed(refused.typed), "env", refused.service, "--reveal").wants(t, 5, refused.asks).lacks(t, "VALUE")
		}
		if records, _, err := audit.Read(audit.Path(audit.DefaultDir())); err != nil || len(records) > 0 {
			t.Errorf("what was refused is on record: %+v (%v)", records, err)
		}
		a.runWith(t.Context(), typed("catalog\n"), "env", "prod/catalog", "--reveal", "--readonly").wants(t, 0, "VALUE")
		a.runWith(t.Context(), typed("y\n"), "env", "staging/web", "--reveal").wants(t, 0, "VALUE")
		a.run(t, "env", "prod/catalog", "--reveal").wants(t, 0, "VALUE").lacks(t, "Type")
		// Answers given in advance count as they do for a change.
		a.runWith(t.Context(), typed(""), "env", "staging/web", "--reveal", "--yes").wants(t, 0, "VALUE").lacks(t, "y/N")
		a.runWith(t.Context(), typed(""), "env", "prod/catalog", "--reveal", "--confirm", "catalog").wants(t, 0, "VALUE").lacks(t, "Type")
		a.runWith(t.Context(), typed(""), "env", "prod/catalog", "--reveal", "--yes").wants(t, 5, `Type "catalog"`).lacks(t, "VALUE")
		a.run(t, "env", "prod/catalog", "--reveal", "--confirm", "web").wants(t, 5, `this wants "catalog"`).lacks(t, "VALUE")
		a.run(t, "env", "prod/catalog", "--yes").wants(t, 2, "--yes and --confirm answer for --reveal")
		records, _, err := audit.Read(audit.Path(audit.DefaultDir()))
		if err != nil || len(records) != 5 {
			t.Errorf("%+v (%v)", records, err)
		}
	})
}

// TestYesAnswersNoGraverTierWhereSomebodyCanBeAsked: what counts is whether somebody sits
// there, and not where the output goes.
func TestYesAnswersNoGraverTierWhereSomebodyCanBeAsked(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		type terminal struct {
			io.Reader
			io.Writer
		}
		for _, c := range []struct {
			name  string
			typed string
			want  int
			at    func(typed string, sees *bytes.Buffer) command.Streams
		}{
			{"a pipe behind", "yes\n", 5, func(typed string, _ *bytes.Buffer) command.Streams {
				return command.Streams{In: strings.NewReader(typed), Keyboard: true}
			}},
			{"a pipe in front", "prod\n", 5, func(typed string, sees *bytes.Buffer) command.Streams {
				return command.Streams{In: strings.NewReader("what is piped"), Watched: true, TTY: terminal{strings.NewReader(typed), sees}}
			}},
			{"nobody", "", 0, func(string, *bytes.Buffer) command.Streams { return command.Streams{In: strings.NewReader("")} }},
		} {
			var sees bytes.Buffer
			s := c.at(c.typed, &sees)
			r := a.runWith(t.Context(), s, "scale", "prod/catalog", "0", "--yes", "--no-wait", "--dry-run=false")
			if r.wants(t, c.want); c.want == 0 {
				continue
			}
			if !strings.Contains(r.err+sees.String(), `Type "1 prod" to carry it out`) || a.changes() != nil {
				t.Errorf("%s: asked %q, sent %v", c.name, r.err+sees.String(), a.changes())
			}
		}
		a.runWith(t.Context(), command.Streams{In: strings.NewReader("1 staging\n"), Keyboard: true}, "scale", "staging/web", "0", "--yes", "--no-wait").wants(t, 0)
		var sees bytes.Buffer
		a.runWith(t.Context(), command.Streams{In: strings.NewReader(""), TTY: terminal{strings.NewReader("1 prod\n"), &sees}}, "scale", "prod/web", "0", "--no-wait").wants(t, 0)
	})
}
