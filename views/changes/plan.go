package changes

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/diffview"
	"gantry/ui/modal"
	"gantry/ui/table"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// planScreen shows what a change would do, and asks before it is done. Of one target
// it shows all there is to know, of several a row each. The screen that proposed it
// stays below with all that was typed there.
type planScreen struct {
	changes *Changes
	targets []awsx.Ref
	intent  deploy.Intent
	started func(job string)
	session *Session         // how the session is held that the plan opens; nil for others
	asked   bool             // the question about the session was asked
	undoing *change.Undoable // what the plan undoes; nil for a plan of its own

	ctx        context.Context
	reading    uint64 // the newest planning
	planning   bool
	plan       change.Planned
	err        error // why there is no plan at all
	overridden []string
	covered    bool

	diff  prose.Hunks           // of one target
	rows  []planRow             // of several
	table *table.Table[planRow] // of the rows
	first int                   // the line that the first row is on

	refusal, arming string // as the gate was when the plan was drawn
	prose.Sheet
}

// NewPlan makes the plan of one intent for one target or for several. Started is called
// on the loop with the id of the job, or of the batch, once it is being carried out; it
// may be nil.
func NewPlan(c *Changes, intent deploy.Intent, started func(job string), targets ...awsx.Ref) *planScreen {
	s := &planScreen{changes: c, targets: targets, intent: intent, started: started, table: newPlanTable()}
	s.Sheet = prose.NewSheet(c.Deps.Host, s.layout)
	return s
}

// planned is what a planning brought.
type planned struct {
	reading uint64
	plan    change.Planned
	diff    []diffview.Line
	err     error
}

// Name tells the plan of one target from that of several: what can be done there differs.
func (s *planScreen) Name() string {
	if s.several() {
		return "plans"
	}
	return "plan"
}

// Planned is what is planned.
func (s *planScreen) Planned() deploy.Intent { return s.intent }

func (s *planScreen) several() bool   { return len(s.targets) > 1 }
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
	ctx, desk, targets, intent, reading, session := s.ctx, s.changes.Desk, s.targets, s.intent, s.reading, s.session
	return func() tea.Msg {
		if session != nil {
			found, err := session.Intent(ctx)
			if err != nil {
				return planned{reading: reading, err: err}
			}
			intent = found
		}
		plan, err := desk.PlanAll(ctx, targets, intent)
		msg := planned{reading: reading, plan: plan, err: err}
		if len(targets) == 1 {
			for _, u := range plan.Unplanned {
				msg.err = u.Err
			}
			for _, p := range plan.Batch.Plans {
				msg.diff = prose.Difference(p.Old, p.New)
			}
		}
		return msg
	}
}

func (s *planScreen) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(planned); ok && msg.reading == s.reading {
		s.planning, s.plan, s.err, s.overridden = false, msg.plan, msg.err, nil
		s.diff = prose.Hunks{Lines: msg.diff}
		s.lay()
		s.unknownWayBack()
		s.askAtOnce()
	}
	return nil
}

// lay draws the plan anew.
func (s *planScreen) lay() {
	s.rows = planRows(s.plan, s.overridden)
	s.table.SetRows(s.rows)
	s.table.Pin()
	s.Pager.Changed()
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
	host, scope := s.changes.Deps.Host, s.scope()
	s.refusal, s.arming = host.Mode(scope).Refusal(), views.Arming(host, scope)
	return s.Draw(s.refusal+s.arming, w, h)
}

func (s *planScreen) key(b ui.Binding) string { return s.changes.Deps.Host.Key(b) }

// subject is what the screen is about: the target, or the cluster of several.
func (s *planScreen) subject() awsx.Ref {
	if s.several() {
		return s.targets[0].ClusterRef()
	}
	return s.targets[0]
}

// Place is what the change is of.
func (s *planScreen) Place() awsx.Ref { return s.subject() }

// title says what is done, and to what.
func (s *planScreen) title() string {
	switch {
	case s.several():
		return s.intent.Action() + " " + s.number() + " of " + s.targets[0].ClusterName()
	case s.waiting() == "":
		return title(s.plan.Batch.Plans[0])
	}
	return s.intent.Action() + " " + s.targets[0].Name()
}

func title(p deploy.Plan) string {
	return p.Intent.Action() + " " + p.Target.ClusterName() + "/" + p.Name()
}

// scope is what the gate is asked about.
func (s *planScreen) scope() string { return s.changes.Deps.Policy.Scope(s.targets[0].ClusterRef()) }

// number counts the targets.
func (s *planScreen) number() string {
	return wording.Count(len(s.targets), s.targets[0].Noun())
}

func (s *planScreen) Header() ui.Header {
	h := s.changes.Deps.Header(s.subject(), "plan")
	switch {
	case s.planning:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "planning"}
	case s.err != nil:
		t := prose.TroubleOf(s.err, s.targets[0].Context)
		if t.Class != fault.Invalid { // the account has answered, the wish did not fit
			h.Fresh = ui.Fresh{State: prose.FreshOf(t.Class), Text: t.Word}
		}
		if t.Class == fault.Expired {
			t.On(&h)
		}
	default:
		h.Counts = livetable.PaintSpans(s.changes.Deps.Host.Theme(), checkTotals(s.plan.Batch.Plans, s.overridden))
	}
	return h
}

// waiting says why there is nothing to carry out yet, empty when there is.
func (s *planScreen) waiting() string {
	switch {
	case s.planning:
		return "the plan is being made"
	case s.err != nil || len(s.plan.Batch.Plans) == 0:
		return "there is no plan"
	}
	return ""
}

func (s *planScreen) Actions() []ui.Action {
	waiting, stop := s.waiting(), s.obstacle()
	carry, override := actCarryOut.Does(s.confirm), actOverride.Does(s.override)
	carry.Binding = s.carryOut()
	carry.Disabled, override.Disabled = waiting, waiting
	if waiting == "" {
		carry.Disabled = stop.short
		switch {
		case stop.final:
			override.Disabled = stop.short
		case stop.check:
			override.Hint = 2
		}
	}
	out := []ui.Action{carry, override}
	if s.several() {
		out = append([]ui.Action{s.open()}, append(out, s.leaveOut())...)
	} else {
		out = append(out, s.variants()...)
		out = append(out, s.diff.Actions(s.Pager)...)
	}
	commands := actCommands.Does(func() {
		s.changes.Deps.Host.Copy("plan", strings.Join(s.plan.Batch.Commands(), "\n")+"\n")
	})
	commands.Disabled = waiting
	refresh := actPlanAnew.Runs(s.replan)
	refresh.Hint = 6
	return append(append(out, commands, refresh), ui.Movement(s)...)
}

// carryOut is the action's binding, which leaves enter to the rows of several targets.
func (s *planScreen) carryOut() ui.Binding {
	if s.several() {
		return actCarryOutAll
	}
	return actCarryOut
}

// blocking is the first failed check that stands in the way, and of which target.
func (s *planScreen) blocking() (failed check.Finding, where string) {
	for _, p := range s.plan.Batch.Plans {
		if checks := p.Blocking(s.overridden...); len(checks) > 0 {
			return checks[0], p.Name()
		}
	}
	return check.Finding{}, ""
}

// override passes over the failed check that stands in the way, for all targets.
func (s *planScreen) override() {
	failed, _ := s.blocking()
	s.changes.askOverride(failed, func(name string) {
		s.overridden = append(s.overridden, name)
		s.lay()
	})
}

// confirm asks once for all targets, as much as their plan wants, and for arming where
// writing is locked. The question is about the plan as it is now, whatever is read later.
func (s *planScreen) confirm() {
	b, overridden := s.plan.Batch, slices.Clone(s.overridden)
	views.AskToChange(s.changes.Deps.Host, s.scope(), b.Consent(), modal.Question{
		Title: s.title() + " in " + s.changes.Deps.Where(s.targets[0].Context) + "?",
		Body: s.changes.questionBody(func(d *prose.Document) {
			if s.several() {
				for _, p := range b.Plans {
					d.Field(p.Name(), whatHappens(p))
				}
			} else {
				effects(d, b.Plans[0])
			}
			d.Field("overridden", strings.Join(overridden, ", "))
			if !s.several() {
				for _, step := range b.Plans[0].Steps {
					d.Field("call", step.Describe().Text)
				}
			}
		}),
		Yes: func() tea.Cmd { s.start(b, overridden); return nil },
	})
}

// start carries the plan out, and gives way to what shows how that goes.
func (s *planScreen) start(b deploy.Batch, overridden []string) {
	host, desk := s.changes.Deps.Host, s.changes.Desk
	if s.undoing != nil {
		b.Plans[0].Undoes = s.undoing.ID
	}
	var id string
	var err error
	var next func() ui.Screen
	switch {
	case s.session != nil && len(b.Plans) > 1:
		id, err = desk.StartBatch(change.BatchJob{Batch: b, Override: overridden, Hold: s.session.Hold})
		next = func() ui.Screen { return s.session.Next(id, b.Plans[0]) }
	case s.session != nil:
		id, err = desk.Start(change.Job{Plan: b.Plans[0], Override: overridden, Hold: s.session.Hold(b.Plans[0])})
		next = func() ui.Screen { return s.session.Next(id, b.Plans[0]) }
	case len(b.Plans) == 1:
		id, err = desk.Start(change.Job{Plan: b.Plans[0], Override: overridden})
		next = func() ui.Screen {
			return NewFollow(s.changes, id, Proposal{b.Plans[0].Target, s.intent, s.started})
		}
	default:
		id, err = desk.StartBatch(change.BatchJob{Batch: b, Override: overridden})
		next = func() ui.Screen { return newVerdicts(s.changes, id, s.subject(), b) }
	}
	if err != nil {
		host.Flash(ui.Error, "%s", err)
		return
	}
	if s.started != nil {
		s.started(id)
	}
	host.Replace(next())
}
