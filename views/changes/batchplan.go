package changes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/ui"
	"gantry/ui/modal"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// batchScreen shows what one intent would do to several targets, and asks once
// for all of them.
type batchScreen struct {
	changes *Changes
	targets []awsx.Ref
	intent  deploy.Intent
	started func()

	ctx        context.Context
	reading    uint64 // the newest planning
	planning   bool
	plan       change.Planned
	err        error
	overridden []string

	mode string // why nothing may be changed, as it was drawn
	prose.Sheet
}

// NewBatchPlan makes the plan of one intent for several targets. Started is called on the loop once
// it is being carried out.
func NewBatchPlan(c *Changes, targets []awsx.Ref, intent deploy.Intent, started func()) *batchScreen {
	s := &batchScreen{changes: c, targets: targets, intent: intent, started: started}
	s.Sheet = prose.NewParagraphs(c.Deps.Host, s.paras)
	return s
}

// batchPlanned is what a planning brought.
type batchPlanned struct {
	reading uint64
	plan    change.Planned
	err     error
}

func (s *batchScreen) Name() string    { return "plan" }
func (s *batchScreen) Capturing() bool { return false }

func (s *batchScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	return s.replan()
}

func (s *batchScreen) replan() tea.Cmd {
	s.reading++
	s.planning = true
	s.Pager.Changed()
	ctx, changer, targets, intent, reading := s.ctx, s.changes.Changer, s.targets, s.intent, s.reading
	return func() tea.Msg {
		plan, err := changer.PlanAll(ctx, targets, intent)
		return batchPlanned{reading, plan, err}
	}
}

func (s *batchScreen) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(batchPlanned); ok && msg.reading == s.reading {
		s.planning, s.plan, s.err, s.overridden = false, msg.plan, msg.err, nil
		s.Pager.Changed()
	}
	return nil
}

func (s *batchScreen) cluster() awsx.Ref { return s.targets[0].ClusterRef() }

func (s *batchScreen) View(w, h int) ui.Frame {
	s.mode = s.changes.refusal(s.cluster())
	return s.Draw(s.mode, w, h)
}

// what is done, to how many.
func (s *batchScreen) title() string {
	return s.intent.Action() + " " + wording.Count(len(s.targets), s.targets[0].Noun()) + " of " + s.targets[0].ClusterName()
}

func (s *batchScreen) paras() []prose.Para {
	var d prose.Document
	switch {
	case s.planning:
		d.Line(theme.Dim, "making a plan: "+s.title())
		return d.Paras
	case s.err != nil:
		noPlan(&d, s.err, "esc goes back to the marks")
		return d.Paras
	}
	d.Heading(s.title())
	d.Paras = append(d.Paras, s.next())
	b := s.plan.Batch
	if len(b.Plans) > change.AtOnce {
		d.Field("pace", fmt.Sprintf("%d side by side; once one ends badly the rest is not begun", change.AtOnce))
	}
	d.Field("rules", strings.Join(b.Rules, "; "))
	if len(b.Plans) > 0 {
		d.Field("as", b.Plans[0].Identity.ARN)
	}
	s.listTargets(&d)
	if len(b.Plans) == 0 {
		return d.Paras
	}
	d.Heading("Checks")
	amiss, passed := sumChecks(b.Plans, s.overridden)
	for _, c := range amiss {
		d.FieldAs(c.status.Role(), c.name, c.status.Glyph()+" "+c.words(len(b.Plans)))
	}
	if len(passed) > 0 {
		d.FieldAs(theme.OK, "passed", theme.StatusOK.Glyph()+" "+strings.Join(passed, ", "))
	}
	d.Heading("Calls")
	for _, p := range b.Plans {
		for _, step := range p.Steps {
			d.Line(theme.Text, step.Describe().Text)
		}
	}
	return d.Paras
}

// listTargets says what happens to each target, those without a plan first.
func (s *batchScreen) listTargets(d *prose.Document) {
	d.Heading("Targets")
	for _, u := range s.plan.Unplanned {
		cause, _ := CauseOf(u.Err)
		d.FieldAs(theme.Failed, u.Target.Name(), theme.StatusFailed.Glyph()+" no plan: "+cause)
	}
	for _, p := range s.plan.Batch.Plans {
		st := theme.StatusOK
		for _, c := range p.Checks {
			if found, _ := CheckLook(c, s.overridden); found != theme.StatusUnknown && found.Severity() > st.Severity() {
				st = found
			}
		}
		d.FieldAs(st.Role(), p.Name(), st.Glyph()+" "+brief(p.Summary())+"; "+p.Leaves)
	}
}

// next is what stands in the way, or what the key that goes on does.
func (s *batchScreen) next() prose.Para {
	next := prose.Para{Label: "next", Role: theme.Failed, Depth: 1}
	blocking, where := s.blocking()
	key := s.changes.Deps.Host.Key
	switch {
	case len(s.plan.Unplanned) > 0:
		next.Text = fmt.Sprintf("%s no plan for %d of %s (%s leaves them out)", theme.StatusFailed.Glyph(), len(s.plan.Unplanned),
			wording.Count(len(s.targets), s.targets[0].Noun()), key(actLeaveOut))
	case blocking.Name != "":
		next.Text = fmt.Sprintf("%s %s of %s: %s (mend it, or %s overrides it for all)", theme.StatusFailed.Glyph(), blocking.Name, where, blocking.Text, key(actOverride))
	case s.mode != "":
		next.Role, next.Text = theme.Degraded, s.mode
	default:
		calls := 0
		for _, p := range s.plan.Batch.Plans {
			calls += len(p.Steps)
		}
		next.Role, next.Text = theme.Accent, key(actCarryOut)+" "+s.plan.Batch.Consent().String()+", then makes "+wording.Count(calls, "call")
	}
	return next
}

// blocking is the first failed check that stands in the way, and of which target.
func (s *batchScreen) blocking() (c check.Finding, where string) {
	for _, p := range s.plan.Batch.Plans {
		if checks := p.Blocking(s.overridden...); len(checks) > 0 {
			return checks[0], p.Name()
		}
	}
	return check.Finding{}, ""
}

func (s *batchScreen) Header() ui.Header {
	d := s.changes.Deps
	h := ui.Header{
		Badge: d.Badge(s.cluster()), Scope: d.Policy.Scope(s.cluster()),
		Crumb: s.targets[0].Context.String() + " " + s.targets[0].ClusterName() + " plan",
	}
	switch {
	case s.planning:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "planning"}
	case s.err == nil:
		h.Counts = livetable.PaintSpans(d.Host.Theme(), checkTotals(worstChecks(s.plan.Batch.Plans, s.overridden), s.overridden))
	}
	return h
}

// Text is the plan, for a file.
func (s *batchScreen) Text() string { return prose.PlainText(s.paras()) }

// leaveOut plans anew without the targets that have no plan.
func (s *batchScreen) leaveOut() tea.Cmd {
	s.targets = slices.DeleteFunc(slices.Clone(s.targets), func(t awsx.Ref) bool {
		return slices.ContainsFunc(s.plan.Unplanned, func(u change.Unplanned) bool { return u.Target == t })
	})
	return s.replan()
}

func (s *batchScreen) Actions() []ui.Action {
	b := s.plan.Batch
	waiting := ""
	switch {
	case s.planning:
		waiting = "the plan is being made"
	case s.err != nil || len(b.Plans) == 0:
		waiting = "there is no plan"
	}
	carry, override, leave := actCarryOut.Does(s.confirm), actOverride.Does(s.override), actLeaveOut.Runs(s.leaveOut)
	carry.Disabled, override.Disabled, leave.Disabled = waiting, waiting, waiting
	carry.Tier = max(1, int(b.Tier))
	switch blocking, where := s.blocking(); {
	case waiting != "":
	case len(s.plan.Unplanned) > 0:
		carry.Disabled = fmt.Sprintf("there is no plan for %s: leave it out", s.plan.Unplanned[0].Target.Name())
		leave.Hint = 2
	case blocking.Name != "":
		carry.Disabled = "the check " + blocking.Name + " of " + where + " failed: mend it, or override it"
		override.Hint = 2
	}
	if waiting == "" && len(s.plan.Unplanned) == 0 {
		leave.Disabled = "there is a plan for each"
	}
	commands := copyCommands(s.changes.Deps.Host, b.Commands)
	commands.Hint, commands.Disabled = 3, waiting
	refresh := actPlanAnew.Runs(s.replan)
	refresh.Hint = 4
	return append([]ui.Action{carry, override, leave, commands, refresh}, ui.Movement(s.Pager)...)
}

// override passes over the failed check that stands in the way, for all targets.
func (s *batchScreen) override() {
	failed, _ := s.blocking()
	s.changes.askOverride(failed, func(name string) {
		s.overridden = append(s.overridden, name)
		s.Pager.Changed()
	})
}

// confirm asks once for all targets, about the plans as they are now.
func (s *batchScreen) confirm() {
	b, overridden, c := s.plan.Batch, slices.Clone(s.overridden), s.changes
	q := modal.Question{
		Title: s.title() + " in " + s.targets[0].Context.String() + "?",
		Body: c.questionBody(func(d *prose.Document) {
			for _, p := range b.Plans {
				d.Field(p.Name(), brief(p.Summary())+"; "+p.Leaves)
			}
			d.Field("overridden", strings.Join(overridden, ", "))
		}),
		Yes: func() tea.Cmd { s.start(b, overridden); return nil },
	}
	views.Ask(c.Deps.Host, b.Consent(), q)
}

func (s *batchScreen) start(b deploy.Batch, overridden []string) {
	host := s.changes.Deps.Host
	id, err := s.changes.Changer.StartBatch(change.BatchJob{Batch: b, Override: overridden})
	if err != nil {
		host.Flash(ui.Error, "%s", err)
		return
	}
	if s.started != nil {
		s.started()
	}
	host.Replace(newVerdicts(s.changes, id, s.cluster(), b))
}

// summedCheck is what one check says of those targets of which it says the same.
type summedCheck struct {
	name    string
	status  theme.Status
	text    string
	targets []string
}

// words leave out the targets where they are all of them.
func (c summedCheck) words(all int) string {
	if len(c.targets) == all {
		return c.text
	}
	return fmt.Sprintf("%d of %d (%s): %s", len(c.targets), all, strings.Join(c.targets, ", "), c.text)
}

// sumChecks puts the checks of several plans together: those with something amiss,
// the worst first, and the names of those that passed wherever they were made.
func sumChecks(plans []deploy.Plan, overridden []string) (amiss []summedCheck, passed []string) {
	for _, p := range plans {
		for _, c := range p.Checks {
			st, words := CheckLook(c, overridden)
			if st == theme.StatusOK {
				if !slices.Contains(passed, c.Name) {
					passed = append(passed, c.Name)
				}
				continue
			}
			i := slices.IndexFunc(amiss, func(s summedCheck) bool { return s.name == c.Name && s.status == st && s.text == words })
			if i < 0 {
				i, amiss = len(amiss), append(amiss, summedCheck{name: c.Name, status: st, text: words})
			}
			amiss[i].targets = append(amiss[i].targets, p.Name())
		}
	}
	slices.SortStableFunc(amiss, func(a, b summedCheck) int {
		return cmp.Or(cmp.Compare(b.status.Severity(), a.status.Severity()), strings.Compare(a.name, b.name))
	})
	passed = slices.DeleteFunc(passed, func(name string) bool {
		return slices.ContainsFunc(amiss, func(s summedCheck) bool { return s.name == name })
	})
	return amiss, passed
}

// worstChecks are the checks by name, each as bad as it is anywhere.
func worstChecks(plans []deploy.Plan, overridden []string) []check.Finding {
	var worst []check.Finding
	severity := func(c check.Finding) int {
		st, _ := CheckLook(c, overridden)
		return st.Severity()
	}
	for _, p := range plans {
		for _, c := range p.Checks {
			i := slices.IndexFunc(worst, func(w check.Finding) bool { return w.Name == c.Name })
			switch {
			case i < 0:
				worst = append(worst, c)
			case severity(c) > severity(worst[i]):
				worst[i] = c
			}
		}
	}
	return worst
}
