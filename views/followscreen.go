package views

import (
	"context"
	"fmt"
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
	service awsx.Ref

	job   Job
	known bool
	pager *pager.Pager
	theme *theme.Theme
}

func newFollow(c *Changes, id string, service awsx.Ref) *followScreen {
	s := &followScreen{changes: c, id: id, service: service}
	s.pager = pager.New(s.layout)
	s.job, s.known = c.Changer.Job(id)
	return s
}

func (s *followScreen) Name() string    { return "follow" }
func (s *followScreen) Capturing() bool { return false }

func (s *followScreen) Open(ctx context.Context) tea.Cmd {
	changed, stop := s.changes.Changer.Subscribe()
	context.AfterFunc(ctx, stop)
	s.job, s.known = s.changes.Changer.Job(s.id)
	return followNext(ctx, changed)
}

// subscription carries its channel, so that the next wait is on the same one.
type subscription struct {
	ctx     context.Context
	changed <-chan struct{}
}

func followNext(ctx context.Context, changed <-chan struct{}) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			return subscription{ctx, changed}
		}
	}
}

func (s *followScreen) Update(msg tea.Msg) tea.Cmd {
	sub, ok := msg.(subscription)
	if !ok {
		return nil
	}
	s.job, s.known = s.changes.Changer.Job(s.id)
	s.pager.Changed()
	return followNext(sub.ctx, sub.changed)
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

const barWidth = 24

func (s *followScreen) paras() []para {
	var d document
	if !s.known {
		d.line(theme.Dim, "this change ended long ago")
		return d.paras
	}
	j, p := s.job, s.job.Progress
	d.heading(fmt.Sprintf("%s %s/%s", j.Action, j.Target.ClusterName(), j.Target.Name()))
	d.field("change", j.Summary)
	d.field("id", j.ID)
	s.verdict(&d)
	if j.Step != "" {
		d.fieldAs(theme.Pending, "calling", j.Step)
	}
	if p.At.IsZero() {
		return d.paras
	}
	d.heading("Rollout: " + string(p.Phase))
	glyphs := s.changes.Deps.Host.Theme().Glyphs()
	d.field("new", fmt.Sprintf("%s %d/%d running, %d pending, %d failed",
		bar(glyphs, p.Running, p.Desired), p.Running, p.Desired, p.Pending, p.Failed))
	if p.Draining > 0 {
		d.field("old", count(p.Draining, "task")+" still running")
	}
	d.field("breaker", p.Breaker.String())
	d.field("elapsed", fmt.Sprintf("%s of at most %s", text.Span(p.Elapsed), text.Span(p.Timeout)))
	for _, g := range p.Groups {
		states := make([]string, len(g.States))
		role := theme.Text
		for i, st := range g.States {
			states[i] = fmt.Sprintf("%d %s", st.Count, st.State)
			if st.State == "unhealthy" {
				role = theme.Failed
			}
		}
		d.fieldAs(role, "targets", orDefault(strings.Join(states, ", "), "none registered")+" in "+groupName(awsx.LoadBalancer{TargetGroup: g.TargetGroup}))
	}
	for _, stop := range p.Stops {
		d.fieldAs(theme.Failed, "stopped", stop.String())
	}
	if p.Err != nil {
		d.fieldAs(theme.Degraded, "not read", p.Err.Error())
	}
	s.events(&d, p)
	return d.paras
}

func (s *followScreen) verdict(d *document) {
	switch j := s.job; {
	case j.Err != nil:
		d.fieldAs(theme.Failed, "verdict", theme.StatusFailed.Glyph()+" "+j.Err.Error())
	case j.Result.Verdict != nil:
		v := j.Result.Verdict
		role, glyph := verdictLook(*v)
		d.fieldAs(role, "verdict", glyph+" "+string(v.Outcome)+": "+v.Text)
		for _, detail := range v.Details {
			d.line(theme.Text, detail)
		}
	case j.Ended:
		d.fieldAs(theme.OK, "verdict", theme.StatusOK.Glyph()+" done")
	}
	if s.job.Result.AuditErr != nil {
		d.fieldAs(theme.Failed, "audit", "the record is incomplete: "+s.job.Result.AuditErr.Error())
	}
}

func verdictLook(v deploy.Verdict) (theme.Role, string) {
	st := theme.StatusFailed
	switch v.Outcome {
	case deploy.Succeeded:
		st = theme.StatusOK
	case deploy.SucceededBut, deploy.TimedOut, deploy.Superseded, deploy.Stopped:
		st = theme.StatusDegraded
	}
	return st.Role(), st.Glyph()
}

// events lists the service's own words, newest first.
func (s *followScreen) events(d *document, p deploy.Progress) {
	if len(p.Events) == 0 {
		return
	}
	d.heading("Events")
	for i := len(p.Events) - 1; i >= 0; i-- {
		e := p.Events[i]
		d.field(e.At.In(s.changes.Deps.Host.Now().Location()).Format("15:04:05"), e.Message)
	}
}

// bar draws done of total.
func bar(g *theme.Glyphs, done, total int) string {
	full := 0
	if total > 0 {
		full = min(barWidth, done*barWidth/total)
	}
	return strings.Repeat(g.Bars[7], full) + strings.Repeat(g.Bars[0], barWidth-full)
}

func (s *followScreen) Header() ui.Header {
	h := s.changes.header(s.service, "follow")
	switch {
	case !s.known:
	case s.job.Ended:
		h.Counts = "ended"
	default:
		h.Counts = "esc leaves it running"
		h.Fresh = ui.Fresh{State: ui.FreshLive, Text: "following"}
	}
	return h
}

// Text is the story so far, for a file.
func (s *followScreen) Text() string { return plainText(s.paras()) }

func (s *followScreen) Actions() []ui.Action {
	logs := ui.Action{ID: "logs", Name: "logs", Keys: []string{"l"}, Hint: 1,
		Run: func() tea.Cmd { return s.changes.Deps.Nav.Logs(LogScope{Service: s.service}) }}
	back := ui.Action{ID: "roll-back", Name: "roll back", Keys: []string{"u"}, Tier: 1, Hint: 2,
		Run: func() tea.Cmd { return s.changes.RollBack(s.service) }}
	cp := ui.Shared(ui.ActCopy, ui.Do(func() { s.changes.Deps.Host.Copy("progress", s.Text()) }))
	cp.Name, cp.Hint = "copy text", 3
	return append([]ui.Action{logs, back, cp}, ui.Movement(s.pager)...)
}
