package views

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/pager"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// followScreen shows a change from its first call to its verdict. Leaving it
// leaves the change running.
type followScreen struct {
	changes *Changes
	id      string
	proposal

	job   Job
	known bool
	pager *pager.Pager
	theme *theme.Theme
}

func newFollow(c *Changes, id string, p proposal) *followScreen {
	s := &followScreen{changes: c, id: id, proposal: p}
	s.pager = pager.New(s.layout)
	return s
}

func (s *followScreen) Name() string    { return "follow" }
func (s *followScreen) Capturing() bool { return false }

func (s *followScreen) Open(ctx context.Context) tea.Cmd {
	s.look()
	return watchJobs(ctx, s.changes.Changer)
}

func (s *followScreen) look() {
	s.job, s.known = s.changes.Changer.Job(s.id)
	s.pager.Changed()
}

func (s *followScreen) Update(msg tea.Msg) tea.Cmd {
	news, ok := msg.(jobsChanged)
	if !ok {
		return nil
	}
	s.look()
	return news.next()
}

func (s *followScreen) View(w, h int) ui.Frame {
	if th := s.changes.Deps.Host.Theme(); th != s.theme {
		s.theme = th
		s.pager.Changed()
	}
	return ui.Frame{Body: s.pager.View(w, h)}
}

func (s *followScreen) layout(w int) []string {
	lines, _ := layout{theme: s.changes.Deps.Host.Theme(), width: w, wrap: true}.lines(s.paras())
	return lines
}

// paras tell the story with its end first: how it stands, then what was asked,
// then the evidence.
func (s *followScreen) paras() []para {
	var d document
	if !s.known {
		d.line(theme.Dim, "this change ended long ago and is no longer kept in memory; the audit file has it")
		return d.paras
	}
	s.standing(&d)
	d.field(s.job.Action, brief(s.job.Summary))
	d.field("next", s.advice())
	if s.job.Result.AuditErr != nil {
		d.fieldAs(theme.Failed, "audit", theme.StatusFailed.Glyph()+" the record is incomplete: "+s.job.Result.AuditErr.Error())
	}
	if !s.job.Progress.At.IsZero() {
		s.rollout(&d)
		s.stops(&d)
		s.events(&d)
	}
	return d.paras
}

// standing is the first line: the verdict, or how far the change has come.
func (s *followScreen) standing(d *document) {
	say := func(st theme.Status, words string) {
		d.paras = append(d.paras, para{text: st.Glyph() + " " + words, role: st.Role()})
	}
	j, p := s.job, s.job.Progress
	switch {
	case !j.Ended && p.At.IsZero() && j.Step != "":
		say(theme.StatusPending, "calling: "+j.Step)
	case !j.Ended && p.At.IsZero():
		say(theme.StatusPending, "waiting for the first reading")
	case !j.Ended:
		say(theme.StatusPending, fmt.Sprintf("%s: %d of %s running", p.Phase, p.Running, count(p.Desired, "task")))
	case j.Err != nil:
		cause, fix := causeOf(j.Err)
		say(theme.StatusFailed, cause)
		d.fieldAs(theme.Accent, "fix", fix)
	case j.Result.Verdict == nil:
		say(theme.StatusOK, "done")
	default:
		v := *j.Result.Verdict
		say(outcomeStatus(v), string(v.Outcome)+": "+v.Text)
		for _, detail := range s.details(v) {
			d.line(theme.Text, detail)
		}
	}
}

func outcomeStatus(v deploy.Verdict) theme.Status {
	switch v.Outcome {
	case deploy.Succeeded:
		return theme.StatusOK
	case deploy.SucceededBut, deploy.TimedOut, deploy.Superseded, deploy.Stopped:
		return theme.StatusDegraded
	}
	return theme.StatusFailed
}

// details are what a verdict adds to what stands on the screen anyway.
func (s *followScreen) details(v deploy.Verdict) []string {
	return slices.DeleteFunc(slices.Clone(v.Details), func(detail string) bool {
		if strings.Contains(v.Text, detail) {
			return true
		}
		return slices.ContainsFunc(s.job.Progress.Stops, func(stop deploy.StopReason) bool { return stop.String() == detail })
	})
}

// advice says what an operator would do next.
func (s *followScreen) advice() string {
	j := s.job
	keys := s.changes.Deps.Host
	switch {
	case !j.Ended:
		return ""
	case s.unmade():
		return "nothing was changed; " + keys.Key(s.again()) + " plans anew"
	case j.Err != nil || j.Result.Verdict == nil || j.Result.Verdict.Good():
		return ""
	}
	logs, back := keys.Key(s.logs())+" reads the logs", keys.Key(s.back())+" chooses a revision to go back to"
	switch j.Result.Verdict.Outcome {
	case deploy.RolledBack:
		return "what was asked for does not run; " + logs
	case deploy.Superseded:
		return "somebody else changed the service meanwhile: look before changing it again"
	case deploy.TimedOut:
		return "gantry stopped watching, ECS goes on; " + logs
	}
	return logs + ", " + back
}

// unmade tells that the change ended before anything was changed.
func (s *followScreen) unmade() bool {
	r := s.job.Result.State
	return s.intent != nil && s.job.Ended && s.job.Err != nil && !r.Applied && r.Registered == nil
}

const (
	barWidth   = 24
	gaugeWidth = 8
)

func (s *followScreen) rollout(d *document) {
	p := s.job.Progress
	glyphs := s.changes.Deps.Host.Theme().Glyphs()
	d.heading("Rollout")
	s.tasks(d, glyphs)
	for _, g := range p.Groups {
		targets(d, g)
	}
	// An age that ticks would cost bytes for as long as one looks.
	elapsed := text.Age(p.Elapsed)
	if s.job.Ended {
		elapsed = text.Span(p.Elapsed)
	}
	if p.Timeout > 0 {
		elapsed += " of at most " + text.Span(p.Timeout)
	}
	d.field("elapsed", elapsed)
	// ECS told the end, so what was not read just before no longer matters.
	if p.Err != nil && (p.Verdict == nil || p.Verdict.Outcome == deploy.TimedOut) {
		d.fieldAs(theme.Degraded, "not read", theme.StatusDegraded.Glyph()+" "+p.Err.Error())
	}
}

// tasks counts those of the deployment against those that it replaces. Once ECS
// lists the deployment no more there is nothing to count, and the verdict says
// what runs instead.
func (s *followScreen) tasks(d *document, glyphs *theme.Glyphs) {
	p := s.job.Progress
	counting := s.job.Action == deploy.Scale{}.Action()
	if !counting && p.Breaker.Threshold == 0 {
		return
	}
	words := fmt.Sprintf("%s %d/%d running", bar(glyphs, barWidth, p.Running, p.Desired), p.Running, p.Desired)
	if p.Pending > 0 {
		words += fmt.Sprintf(", %d pending", p.Pending)
	}
	if p.Failed > 0 {
		words += fmt.Sprintf(", %d failed", p.Failed)
	}
	d.field("new", words)
	if p.Draining > 0 {
		d.field("old", count(p.Draining, "task")+" still running")
	}
	if !counting {
		breaker(d, glyphs, p.Breaker)
	}
}

// breaker shows how near the circuit breaker is to giving the deployment up.
func breaker(d *document, glyphs *theme.Glyphs, g deploy.Gauge) {
	if !g.Enabled {
		d.fieldAs(theme.Degraded, "breaker", theme.StatusDegraded.Glyph()+" off: tasks that fail are tried again for ever")
		return
	}
	role := theme.Text
	if g.Failures > 0 {
		role = theme.Degraded
	}
	d.fieldAs(role, "breaker", fmt.Sprintf("%s %d of %d failures", bar(glyphs, gaugeWidth, g.Failures, g.Threshold), g.Failures, g.Threshold))
}

// targets counts a group's targets by state.
func targets(d *document, g deploy.GroupProgress) {
	role := theme.Text
	states := make([]string, len(g.States))
	for i, st := range g.States {
		states[i] = fmt.Sprintf("%d %s", st.Count, st.State)
		if st.State == "unhealthy" {
			states[i] = theme.StatusFailed.Glyph() + " " + states[i]
			role = theme.Failed
		}
	}
	name := strings.TrimPrefix(groupName(awsx.LoadBalancer{TargetGroup: g.TargetGroup}), "target group ")
	d.fieldAs(role, "targets", name+": "+orDefault(strings.Join(states, ", "), "none registered"))
}

// stops lists why tasks of the change stopped, the most frequent reason first.
func (s *followScreen) stops(d *document) {
	if len(s.job.Progress.Stops) == 0 {
		return
	}
	d.heading("Stopped tasks")
	for _, stop := range s.job.Progress.Stops {
		d.fieldAs(theme.Failed, fmt.Sprintf("%d x", stop.Count), stop.Text)
	}
}

// events lists the service's own words, newest first, without the name that each
// of them begins with.
func (s *followScreen) events(d *document) {
	if len(s.job.Progress.Events) == 0 {
		return
	}
	d.heading("Events")
	here := s.changes.Deps.Host.Now().Location()
	for _, e := range slices.Backward(s.job.Progress.Events) {
		d.field(e.At.In(here).Format("15:04:05"), strings.TrimPrefix(e.Message, "(service "+s.service.Name()+") "))
	}
}

// bar draws done of total, w cells wide.
func bar(g *theme.Glyphs, w, done, total int) string {
	full := 0
	if total > 0 {
		full = max(0, min(w, done*w/total))
	}
	return strings.Repeat(g.Bars[7], full) + strings.Repeat(g.Bars[0], w-full)
}

func (s *followScreen) Header() ui.Header {
	h := s.changes.header(s.service, "follow")
	switch {
	case !s.known:
	case s.job.Ended:
		h.Counts = s.id + " ended"
	default:
		h.Counts = s.id + ", esc leaves it running"
		h.Fresh = ui.Fresh{State: ui.FreshLive, Text: "following"}
		if err := s.job.Progress.Err; err != nil {
			t := troubleOf(err, s.service.Context)
			h.Fresh = ui.Fresh{State: freshOf(t.class), Text: t.word}
		}
	}
	return h
}

// Text is the story so far, for a file.
func (s *followScreen) Text() string { return plainText(s.paras()) }

func (s *followScreen) logs() ui.Action {
	return ui.Action{ID: "logs", Name: "logs", Keys: []string{"l"}, Hint: 1,
		Run: func() tea.Cmd { return s.changes.Deps.Nav.Logs(LogScope{Service: s.service}) }}
}

func (s *followScreen) back() ui.Action {
	return ui.Action{ID: "roll-back", Name: "roll back", Keys: []string{"u"}, Tier: 1, Hint: 2,
		Run: func() tea.Cmd { return s.changes.RollBack(s.service) }}
}

// again proposes the same once more, on what is there now.
func (s *followScreen) again() ui.Action {
	a := ui.Shared(ui.ActRefresh, ui.Do(func() { s.changes.Deps.Host.Replace(newPlanScreen(s.changes, s.proposal)) }))
	a.Name = "plan anew"
	return a
}

func (s *followScreen) Actions() []ui.Action {
	again := s.again()
	if s.unmade() {
		again.Hint = 1
	} else {
		again.Disabled = "the change was made or is being made"
	}
	if s.intent == nil {
		again.Disabled = "this deployment was not planned here"
	}
	cp := ui.Shared(ui.ActCopy, ui.Do(func() { s.changes.Deps.Host.Copy("progress", s.Text()) }))
	cp.Name, cp.Hint = "copy text", 3
	return append([]ui.Action{again, s.logs(), s.back(), cp}, ui.Movement(s.pager)...)
}
