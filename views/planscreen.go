package views

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/modal"
	"gantry/ui/pager"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// The actions of a plan.
const (
	actCarryOut = "carry-out"
	actOverride = "override"
	actCommands = "copy-commands"
)

// planScreen shows what a change would do, and asks before it is done. The
// screen that proposed it stays below with all that was typed there.
type planScreen struct {
	changes *Changes
	service awsx.Ref
	intent  deploy.Intent
	started func()

	ctx        context.Context
	planning   bool
	plan       *deploy.Plan
	err        error
	overridden []string

	pager *pager.Pager
	theme *theme.Theme
}

func newPlanScreen(c *Changes, service awsx.Ref, intent deploy.Intent, started func()) *planScreen {
	s := &planScreen{changes: c, service: service, intent: intent, started: started}
	s.pager = pager.New(s.layout)
	return s
}

// planned is what planning brought.
type planned struct {
	plan deploy.Plan
	err  error
}

func (s *planScreen) Name() string    { return "plan" }
func (s *planScreen) Capturing() bool { return false }

func (s *planScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	return s.replan()
}

// replan reads the account anew: a plan is about what is, not about what was
// when the table was drawn.
func (s *planScreen) replan() tea.Cmd {
	s.planning = true
	s.pager.Changed()
	ctx, changer, service, intent := s.ctx, s.changes.Changer, s.service, s.intent
	return func() tea.Msg {
		plan, err := changer.Plan(ctx, service, intent)
		return planned{plan, err}
	}
}

func (s *planScreen) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(planned); ok {
		s.planning, s.err, s.plan, s.overridden = false, msg.err, nil, nil
		if msg.err == nil {
			s.plan = &msg.plan
		}
		s.pager.Changed()
	}
	return nil
}

func (s *planScreen) View(w, h int) ui.Frame {
	if th := s.changes.Deps.Host.Theme(); th != s.theme {
		s.theme = th
		s.pager.Changed()
	}
	return ui.Frame{Body: s.pager.View(w, h)}
}

func (s *planScreen) layout(w int) []string {
	lines, _ := layout{theme: s.changes.Deps.Host.Theme(), width: w, wrap: true}.lines(s.paras())
	return lines
}

func (s *planScreen) paras() []para {
	var d document
	switch {
	case s.planning:
		d.line(theme.Dim, "reading "+s.service.Name()+" and making a plan")
	case s.err != nil:
		d.line(theme.Failed, s.err.Error())
		d.line(theme.Dim, "nothing was changed; esc goes back to what was typed")
	default:
		return planParas(*s.plan, s.overridden)
	}
	return d.paras
}

// planParas puts a plan in words: what and where, the difference, the checks and
// the exact calls.
func planParas(p deploy.Plan, overridden []string) []para {
	var d document
	d.heading(title(p))
	d.field("now", p.Before)
	d.field("then", p.After)
	d.field("meanwhile", p.Leaves)
	if p.Identity.ARN != "" {
		d.field("as", p.Identity.ARN)
	}
	if len(p.Carried) > 0 {
		d.field("carried unchanged", strings.Join(p.Carried, ", ")+" (unknown to this version)")
	}
	if p.Diff != "" {
		d.heading("Difference")
		for line := range strings.Lines(p.Diff) {
			line = strings.TrimSuffix(line, "\n")
			d.paras = append(d.paras, para{text: line, role: diffRole(line)})
		}
	}
	if len(p.Checks) > 0 {
		d.heading("Checks")
		for _, c := range p.Checks {
			role, words := checkWords(c, overridden)
			d.fieldAs(role, c.Name, words)
		}
	}
	d.heading("Calls")
	for _, s := range p.Steps {
		d.line(theme.Text, s.Describe().Text)
	}
	return d.paras
}

func title(p deploy.Plan) string {
	return fmt.Sprintf("%s %s/%s", p.Intent.Action(), p.Target.ClusterName(), p.Target.Name())
}

func diffRole(line string) theme.Role {
	switch {
	case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
		return theme.Dim
	case strings.HasPrefix(line, "+"):
		return theme.Added
	case strings.HasPrefix(line, "-"):
		return theme.Removed
	case strings.HasPrefix(line, "@@"):
		return theme.Hunk
	}
	return theme.Text
}

// checkWords is a check's result with its glyph, so that colour is not needed.
func checkWords(c deploy.Check, overridden []string) (theme.Role, string) {
	switch c.Result {
	case deploy.OK:
		return theme.OK, theme.StatusOK.Glyph() + " " + c.Text
	case deploy.Warning:
		return theme.Degraded, theme.StatusDegraded.Glyph() + " " + c.Text
	case deploy.Skipped:
		return theme.Unknown, theme.StatusUnknown.Glyph() + " skipped: " + c.Text
	}
	words := theme.StatusFailed.Glyph() + " " + c.Text
	switch {
	case c.Advice:
		return theme.Degraded, words + " (advice: this change mends)"
	case has(overridden, c.Name):
		return theme.Degraded, words + " (overridden)"
	}
	return theme.Failed, words
}

func has(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

func (s *planScreen) Header() ui.Header {
	h := s.changes.header(s.service, "plan")
	switch {
	case s.planning:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "planning"}
	case s.err != nil:
		t := troubleOf(s.err, s.service.Context)
		h.Fresh = ui.Fresh{State: ui.FreshDenied, Text: t.word}
	case s.plan != nil:
		h.Counts = fmt.Sprintf("%s, %s", count(len(s.plan.Steps), "call"), gateWords(s.plan.Tier))
	}
	return h
}

func gateWords(t deploy.Tier) string {
	switch t {
	case deploy.TierName:
		return "wants the service's name"
	case deploy.TierBulk:
		return "wants the number of services and the cluster's name"
	}
	return "wants a yes"
}

// Text is the plan, for a file.
func (s *planScreen) Text() string { return plainText(s.paras()) }

func (s *planScreen) Actions() []ui.Action {
	waiting := ""
	var blocking []deploy.Check
	switch {
	case s.planning:
		waiting = "the plan is being made"
	case s.plan == nil:
		waiting = "there is no plan"
	default:
		blocking = s.plan.Blocking(s.overridden...)
	}
	carry := ui.Action{ID: actCarryOut, Name: "carry out", Keys: []string{"enter"}, Tier: 1, Hint: 1, Disabled: waiting,
		Run: func() tea.Cmd { s.confirm(); return nil }}
	override := ui.Action{ID: actOverride, Name: "override a check", Keys: []string{"O"}, Tier: 1, Disabled: waiting,
		Run: func() tea.Cmd { s.override(blocking[0]); return nil }}
	if s.plan != nil {
		carry.Tier = int(s.plan.Tier)
	}
	if len(blocking) > 0 {
		carry.Disabled = "the check " + blocking[0].Name + " failed: mend it, or override it"
		override.Hint = 2
	} else if waiting == "" {
		override.Disabled = "no check stands in the way"
	}
	commands := ui.Action{ID: actCommands, Name: "copy commands", Keys: []string{"c"}, Hint: 3, Disabled: waiting,
		Run: ui.Do(func() { s.changes.Deps.Host.Copy("plan", strings.Join(s.plan.Commands(), "\n")+"\n") })}
	refresh := ui.Shared(ui.ActRefresh, s.replan)
	refresh.Name, refresh.Hint = "plan anew", 4
	return append([]ui.Action{carry, override, commands, refresh}, ui.Movement(s.pager)...)
}

// confirm asks as much as the plan's tier wants.
func (s *planScreen) confirm() {
	th := s.changes.Deps.Host.Theme()
	p := *s.plan
	q := modal.Question{
		Title: title(p) + " in " + p.Target.Context.String(),
		Body: func(w int) []string {
			var d document
			d.field("now", p.Before)
			d.field("then", p.After)
			d.field("meanwhile", p.Leaves)
			for _, step := range p.Steps {
				d.field("call", step.Describe().Text)
			}
			lines, _ := layout{theme: th, width: w, wrap: true}.lines(d.paras)
			return lines
		},
		Yes: func() tea.Cmd { s.start(p); return nil },
	}
	switch {
	case p.Tier >= deploy.TierBulk:
		s.changes.Deps.Host.Modal(modal.NewTyped(th, q, "the number of services and the cluster's name", "1 "+p.Target.ClusterName()))
	case p.Tier == deploy.TierName:
		s.changes.Deps.Host.Modal(modal.NewTyped(th, q, "the service's name", p.Target.Name()))
	default:
		s.changes.Deps.Host.Modal(modal.NewConfirm(th, q))
	}
}

// override asks for a failed check's name, so that passing it over is a decision.
func (s *planScreen) override(c deploy.Check) {
	th := s.changes.Deps.Host.Theme()
	s.changes.Deps.Host.Modal(modal.NewTyped(th, modal.Question{
		Title: "Go on although the check " + text.Line(c.Name) + " failed?",
		Body:  modal.Plain(c.Text),
		Yes: func() tea.Cmd {
			s.overridden = append(s.overridden, c.Name)
			s.pager.Changed()
			return nil
		},
	}, "the check's name", c.Name))
}

func (s *planScreen) start(p deploy.Plan) {
	host := s.changes.Deps.Host
	id, err := s.changes.Changer.Start(p, s.overridden)
	if err != nil {
		host.Flash(ui.Error, "%s", err)
		return
	}
	if s.started != nil {
		s.started()
	}
	host.Replace(newFollow(s.changes, id, p.Target))
}
