package changes

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
	"gantry/views/wording"
)

const (
	barWidth   = 24
	gaugeWidth = 8
)

// rollout shows how far the change has come, in bars and counts.
func (s *followScreen) rollout(d *prose.Document) {
	p := s.job.Progress
	glyphs := s.changes.Deps.Host.Theme().Glyphs()
	switch {
	case views.NotAService(s.Service) != "":
		d.Heading("Progress")
		s.alone(d, glyphs)
	case len(p.Shares) > 0:
		d.Heading("Rollout")
		s.shifting(d, glyphs)
	default:
		d.Heading("Rollout")
		s.tasks(d, glyphs)
		for _, g := range p.Groups {
			targets(d, "targets", g)
		}
	}
	d.Field("elapsed", s.elapsed())
	// ECS told the end, so what was not read just before no longer matters.
	if p.Err != nil && (p.Verdict == nil || p.Verdict.Outcome == follow.TimedOut) {
		d.FieldAs(theme.Degraded, "not read", theme.StatusDegraded.Glyph()+" "+p.Err.Error())
	}
}

// elapsed sets the time since the change against what is expected and what is the most. It
// is as of the last reading, so that it does not tick by itself.
func (s *followScreen) elapsed() string {
	p := s.job.Progress
	words := text.Span(p.Elapsed.Truncate(time.Second))
	switch {
	case p.Expected > 0 && p.Timeout > 0:
		words += " of about " + text.Span(p.Expected) + ", at most " + text.Span(p.Timeout)
	case p.Expected > 0:
		words += " of about " + text.Span(p.Expected)
	case p.Timeout > 0:
		words += " of at most " + text.Span(p.Timeout)
	}
	return words
}

// tasks counts those of the deployment against those that it replaces. Once ECS
// lists the deployment no more there is nothing to count, and the verdict says
// what runs instead.
func (s *followScreen) tasks(d *prose.Document, glyphs *theme.Glyphs) {
	p := s.job.Progress
	counting := s.job.Action == deploy.Scale{}.Action()
	if !counting && p.Breaker.Threshold == 0 {
		return
	}
	two := s.sides
	if s.job.Over() {
		two = counted{}
	}
	d.Field("new", wording.JoinNonEmpty(", ", running(glyphs, p.Running, p.Desired, p.Pending, p.Failed), two.fresh.words()))
	if p.Draining > 0 {
		d.Field("old", wording.JoinNonEmpty(", ", wording.Count(p.Draining, "task")+" still running", two.old.words()))
	}
	if !counting {
		breaker(d, glyphs, p.Breaker)
	}
}

// running draws and counts tasks.
func running(glyphs *theme.Glyphs, running, wanted, pending, failed int) string {
	words := fmt.Sprintf("%s %d/%d running", bar(glyphs, barWidth, running, wanted), running, wanted)
	return wording.JoinNonEmpty(", ", words, some(pending, "pending"), some(failed, "failed"))
}

// shifting shows each side of a deployment that shifts traffic: its tasks, its
// share of the traffic, its targets.
func (s *followScreen) shifting(d *prose.Document, glyphs *theme.Glyphs) {
	p := s.job.Progress
	d.FieldAs(theme.Accent, "stage", wording.StageLine(p.Stage))
	for _, share := range p.Shares {
		failed := 0
		if share.Role == follow.RoleNew {
			failed = p.Failed
		}
		words := running(glyphs, share.Running, share.Requested, share.Pending, failed)
		if share.Definition != "" {
			words += "  " + awsx.ARNName(share.Definition)
		}
		d.Field(share.Role, words)
		d.Field("  traffic", traffic(glyphs, share))
		for _, g := range p.Groups {
			if g.Role == share.Role {
				targets(d, "  targets", g)
			}
		}
	}
	for _, g := range p.Groups {
		if g.Role == "" {
			targets(d, "targets", g)
		}
	}
	if p.Breaker.Threshold > 0 {
		breaker(d, glyphs, p.Breaker)
	}
}

// traffic draws a side's share of the production traffic; empty where the
// deployment shifts none.
func traffic(glyphs *theme.Glyphs, share follow.Share) string {
	if share.Production == awsx.Unset {
		return ""
	}
	words := fmt.Sprintf("%s %g%% of production", bar(glyphs, barWidth, int(share.Production), 100), share.Production)
	if share.Test != awsx.Unset && share.Test > 0 {
		words += fmt.Sprintf(", %g%% of test", share.Test)
	}
	return words
}

// alone counts tasks that belong to no deployment: those that were run, that are
// told to stop, or that leave an instance.
func (s *followScreen) alone(d *prose.Document, glyphs *theme.Glyphs) {
	p := s.job.Progress
	switch s.Service.Noun() {
	case "instance":
		d.Field("left", wording.Count(p.Draining, "task")+" of services still to go")
	case "revision":
		ended := s.ended()
		words := fmt.Sprintf("%s %d/%d ended", bar(glyphs, barWidth, ended, p.Desired), ended, p.Desired)
		d.Field("tasks", wording.JoinNonEmpty(", ", words, some(p.Pending, "starting"), some(p.Running, "running"),
			some(p.Draining, "stopping"), some(p.Failed, "failed")))
	default:
		d.Field("task", wording.JoinNonEmpty(", ", some(p.Running, "running"), some(p.Pending, "starting"), some(p.Draining, "stopping")))
	}
}

func some(n int, word string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, word)
}

// breaker shows how near the circuit breaker is to giving the deployment up.
func breaker(d *prose.Document, glyphs *theme.Glyphs, g follow.Gauge) {
	if !g.Enabled {
		d.FieldAs(theme.Degraded, "breaker", theme.StatusDegraded.Glyph()+" off: tasks that fail are tried again for ever")
		return
	}
	role := theme.Text
	if g.Failures > 0 {
		role = theme.Degraded
	}
	d.FieldAs(role, "breaker", fmt.Sprintf("%s %d of %d failures", bar(glyphs, gaugeWidth, g.Failures, g.Threshold), g.Failures, g.Threshold))
}

// targets counts a group's targets by state.
func targets(d *prose.Document, label string, g follow.GroupProgress) {
	role := theme.Text
	states := make([]string, len(g.States))
	for i, st := range g.States {
		states[i] = fmt.Sprintf("%d %s", st.Count, st.State)
		if st.State == "unhealthy" {
			states[i] = theme.StatusFailed.Glyph() + " " + states[i]
			role = theme.Failed
		}
	}
	words := awsx.GroupName(g.TargetGroup) + ": " + cmp.Or(strings.Join(states, ", "), "none registered")
	if g.Sick > 0 {
		words += fmt.Sprintf(" (%d unhealthy before the change already)", g.Sick)
	}
	d.FieldAs(role, label, words)
}

// bar draws done of total, w cells wide.
func bar(g *theme.Glyphs, w, done, total int) string {
	full := 0
	if total > 0 {
		full = max(0, min(w, done*w/total))
	}
	return strings.Repeat(g.Bars[7], full) + strings.Repeat(g.Bars[0], w-full)
}
