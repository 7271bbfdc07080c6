package changes

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/diffview"
	"gantry/ui/modal"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// planScreen shows what a change would do, and asks before it is done. The
// screen that proposed it stays below with all that was typed there.
type planScreen struct {
	changes *Changes
	Proposal

	ctx        context.Context
	reading    uint64 // the newest planning
	planning   bool
	plan       *deploy.Plan
	diff       prose.Hunks
	err        error
	overridden []string
	covered    bool

	mode string // why nothing may be changed, as it was drawn
	prose.Sheet
}

// NewPlan makes the plan of what is proposed.
func NewPlan(c *Changes, p Proposal) *planScreen {
	s := &planScreen{changes: c, Proposal: p}
	s.Sheet = prose.NewSheet(c.Deps.Host, s.layout)
	return s
}

// planned is what a planning brought.
type planned struct {
	reading uint64
	plan    deploy.Plan
	diff    []diffview.Line
	err     error
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
	s.reading++
	s.planning = true
	s.Pager.Changed()
	ctx, changer, p, reading := s.ctx, s.changes.Changer, s.Proposal, s.reading
	return func() tea.Msg {
		plan, err := changer.Plan(ctx, p.Service, p.Intent)
		return planned{reading, plan, prose.Difference(plan.Old, plan.New), err}
	}
}

func (s *planScreen) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(planned); ok && msg.reading == s.reading {
		s.planning, s.err, s.plan, s.diff, s.overridden = false, msg.err, nil, prose.Hunks{Lines: msg.diff}, nil
		if msg.err == nil {
			s.plan = &msg.plan
		}
		s.Pager.Changed()
		s.unknownWayBack()
	}
	return nil
}

// Covered notes that another screen lies above, in whose place none must come.
// What was done there may have made the plan an old one.
func (s *planScreen) Covered(covered bool) tea.Cmd {
	s.covered = covered
	if covered {
		return nil
	}
	return s.replan()
}

func (s *planScreen) View(w, h int) ui.Frame {
	s.mode = s.changes.refusal(s.Service.ClusterRef())
	return s.Draw(s.mode, w, h)
}

// layout puts the difference between the summary and the checks, whose outcome
// the header tells already.
func (s *planScreen) layout(th *theme.Theme, w int) []string {
	head, tail := s.paras()
	return append(s.diff.Below(prose.Wrapped(th, w, head), th, w), prose.Wrapped(th, w, tail)...)
}

// paras are what stands above the difference, and below it.
func (s *planScreen) paras() (head, tail []prose.Para) {
	var d prose.Document
	switch {
	case s.planning:
		d.Line(theme.Dim, "reading "+s.Service.Name()+" and making a plan")
	case s.err != nil:
		noPlan(&d, s.err, s.key(actPlanAnew)+" plans anew, esc goes back to what was typed")
	default:
		return s.summary(), checkParas(s.plan.Checks, s.overridden)
	}
	return d.Paras, nil
}

func (s *planScreen) key(b ui.Binding) string { return s.changes.Deps.Host.Key(b) }

// summary puts a plan in words: what and where, what comes next, and the exact
// calls.
func (s *planScreen) summary() []prose.Para {
	var d prose.Document
	p := *s.plan
	d.Heading(title(p))
	d.Paras = append(d.Paras, s.next())
	effects(&d, p)
	d.Field("images", s.pinning())
	d.Field("takes", takes(p))
	d.Heading("Calls")
	for _, step := range p.Steps {
		d.Line(theme.Text, step.Describe().Text)
	}
	if len(p.Carried) > 0 {
		d.Line(theme.Dim, "fields unknown to this version are sent as they were read: "+strings.Join(p.Carried, ", "))
	}
	if len(s.diff.Lines) > 0 {
		d.Heading("Difference: " + diffview.Summary(s.diff.Lines))
	}
	return d.Paras
}

// effects are what a person agrees to.
func effects(d *prose.Document, p deploy.Plan) {
	before, after, _ := strings.Cut(brief(p.Before+"\n"+p.After), "\n")
	d.Field("now", before)
	d.Field("then", after)
	d.Field("meanwhile", p.Leaves)
	d.Field("as", p.Identity.ARN)
}

// takes says how long the change is expected to take, and how long it is waited
// for.
func takes(p deploy.Plan) string {
	if !p.Follows() {
		return ""
	}
	expected, most := "", ""
	if d := p.Expected(); d > 0 {
		expected = "about " + text.Span(d) + " going by earlier ones"
	}
	if d := p.Timeout(); d > 0 {
		most = "followed for at most " + text.Span(d)
	}
	return wording.JoinNonEmpty("; ", expected, most)
}

// next is what stands in the way, or what the key that goes on does.
func (s *planScreen) next() prose.Para {
	blocking := s.plan.Blocking(s.overridden...)
	next := prose.Para{Label: "next", Role: theme.Accent, Depth: 1}
	switch {
	case s.plan.Denied != "":
		next.Role = theme.Failed
		next.Text = theme.StatusFailed.Glyph() + " denied by a rule of the configuration: " + s.plan.Denied + " (final: nothing overrides it)"
	case len(blocking) > 0:
		c := blocking[0]
		next.Role = theme.Failed
		next.Text = theme.StatusFailed.Glyph() + " " + c.Name + ": " + c.Text + " (mend it, or " + s.key(actOverride) + " overrides it)"
	case s.mode != "":
		next.Role, next.Text = theme.Degraded, s.mode
	default:
		next.Text = s.key(actCarryOut) + " " + s.plan.Consent().String() + ", then makes " + wording.Count(len(s.plan.Steps), "call")
	}
	return next
}

func title(p deploy.Plan) string {
	return p.Intent.Action() + " " + p.Target.ClusterName() + "/" + p.Name()
}

func (s *planScreen) Header() ui.Header {
	h := s.changes.Deps.Header(s.Service, "plan")
	switch {
	case s.planning:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "planning"}
	case s.plan == nil:
		t := prose.TroubleOf(s.err, s.Service.Context)
		if t.Class != fault.Invalid { // the account has answered, the wish did not fit
			h.Fresh = ui.Fresh{State: prose.FreshOf(t.Class), Text: t.Word}
		}
		if t.Class == fault.Expired {
			h.Banner = t.Banner
		}
	default:
		h.Counts = livetable.PaintSpans(s.changes.Deps.Host.Theme(), checkTotals(s.plan.Checks, s.overridden))
	}
	return h
}

// Text is the plan, for a file.
func (s *planScreen) Text() string {
	head, tail := s.paras()
	return prose.PlainText(head) + prose.PlainDifference(s.diff.Lines) + prose.PlainText(tail)
}

func (s *planScreen) Actions() []ui.Action {
	waiting := ""
	var blocking []check.Finding
	switch {
	case s.planning:
		waiting = "the plan is being made"
	case s.plan == nil:
		waiting = "there is no plan"
	default:
		blocking = s.plan.Blocking(s.overridden...)
	}
	carry, override := actCarryOut.Does(s.confirm), actOverride.Does(s.override)
	carry.Disabled, override.Disabled = waiting, waiting
	if s.plan != nil {
		carry.Tier = int(s.plan.Tier)
	}
	if s.plan != nil && s.plan.Denied != "" {
		carry.Disabled = "a rule of the configuration denies this: " + s.plan.Denied
		override.Disabled = carry.Disabled
	} else if len(blocking) > 0 {
		carry.Disabled = "the check " + blocking[0].Name + " failed: mend it, or override it"
		override.Hint = 2
	}
	commands := copyCommands(s.changes.Deps.Host, func() []string { return s.plan.Commands() })
	commands.Hint, commands.Disabled = 5, waiting
	refresh := actPlanAnew.Runs(s.replan)
	refresh.Hint = 6
	out := append([]ui.Action{carry, override}, s.variants()...)
	out = append(out, commands, refresh)
	out = append(out, s.diff.Actions(s.Pager)...)
	return append(out, ui.Movement(s.Pager)...)
}

// confirm asks as much as the plan's tier wants. The question is about the plan
// as it is now, whatever is read later.
func (s *planScreen) confirm() {
	p, overridden := *s.plan, slices.Clone(s.overridden)
	views.Ask(s.changes.Deps.Host, p.Consent(), modal.Question{
		Title: title(p) + " in " + p.Target.Context.String() + "?",
		Body: s.changes.questionBody(func(d *prose.Document) {
			effects(d, p)
			d.Field("overridden", strings.Join(overridden, ", "))
			for _, step := range p.Steps {
				d.Field("call", step.Describe().Text)
			}
		}),
		Yes: func() tea.Cmd { s.start(p, overridden); return nil },
	})
}

// override passes over the failed check that stands in the way.
func (s *planScreen) override() {
	var failed check.Finding
	if blocking := s.plan.Blocking(s.overridden...); len(blocking) > 0 {
		failed = blocking[0]
	}
	s.changes.askOverride(failed, func(name string) {
		s.overridden = append(s.overridden, name)
		s.Pager.Changed()
	})
}

func (s *planScreen) start(p deploy.Plan, overridden []string) {
	host := s.changes.Deps.Host
	id, err := s.changes.Changer.Start(change.Job{Plan: p, Override: overridden})
	if err != nil {
		host.Flash(ui.Error, "%s", err)
		return
	}
	if s.started != nil {
		s.started(id)
	}
	host.Replace(NewFollow(s.changes, id, s.Proposal))
}
