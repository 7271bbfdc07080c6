package changes

import (
	"fmt"
	"strings"

	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/ui/diffview"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/prose"
	"gantry/views/wording"
)

// layout puts what tells most between the summary and the checks, whose outcome the
// header tells already: the rows of several targets, the difference of one.
func (s *planScreen) layout(th *theme.Theme, w int) []string {
	head, tail := s.paras()
	out := prose.Wrapped(th, w, head)
	if s.several() && !s.planning && len(s.rows) > 0 {
		s.first = len(out) + 1
		out = append(out, strings.Split(s.table.View(th, w, len(s.rows)+1), "\n")...)
	}
	return append(s.diff.Below(out, th, w), prose.Wrapped(th, w, tail)...)
}

// Text is the plan, for a file.
func (s *planScreen) Text() string {
	head, tail := s.paras()
	var rows prose.Document
	if s.several() {
		for _, r := range s.rows {
			rows.Field(r.name, r.status.Glyph()+" "+r.word+": "+r.text)
		}
	}
	return prose.PlainText(append(head, rows.Paras...)) + prose.PlainDifference(s.diff.Lines) + prose.PlainText(tail)
}

// paras are what stands above the rows or the difference, and below.
func (s *planScreen) paras() (head, tail []prose.Para) {
	var d prose.Document
	switch {
	case s.planning && s.several():
		d.Line(theme.Dim, "reading "+s.number()+" and making a plan")
	case s.planning:
		d.Line(theme.Dim, "reading "+s.targets[0].Name()+" and making a plan")
	case s.err != nil:
		cause, fix := CauseOf(s.err)
		d.Paras = append(d.Paras, prose.Para{Text: theme.StatusFailed.Glyph() + " there is no plan: " + cause, Role: theme.Failed})
		d.FieldAs(theme.Accent, "fix", fix)
		d.Field("next", "nothing was changed; "+s.key(actPlanAnew)+" plans anew, esc goes back")
	case s.several():
		return s.summaryOfSeveral()
	default:
		return s.summary(s.plan.Batch.Plans[0]), checkParas(s.plan.Batch.Plans, s.overridden)
	}
	return d.Paras, nil
}

// summary puts the plan of one target in words: what and where, what comes next, and
// the exact calls.
func (s *planScreen) summary(p deploy.Plan) []prose.Para {
	var d prose.Document
	d.Heading(s.title())
	d.Paras = append(d.Paras, s.next())
	d.Field("undoes", s.undoes())
	effects(&d, p)
	d.Field("images", s.pinning())
	d.Field("takes", takes(p))
	calls(&d, s.plan.Batch)
	if len(p.Carried) > 0 {
		d.Line(theme.Dim, "fields unknown to this version are sent as they were read: "+strings.Join(p.Carried, ", "))
	}
	if len(s.diff.Lines) > 0 {
		d.Heading("Difference: " + diffview.Summary(s.diff.Lines))
	}
	return d.Paras
}

// summaryOfSeveral is what stands above the rows and below them.
func (s *planScreen) summaryOfSeveral() (head, tail []prose.Para) {
	var d prose.Document
	b := s.plan.Batch
	d.Heading(s.title())
	d.Paras = append(d.Paras, s.next())
	if len(b.Plans) > change.AtOnce {
		d.Field("pace", fmt.Sprintf("%d side by side; once one ends badly the rest is not begun", change.AtOnce))
	}
	d.Field("rules", strings.Join(b.Rules, "; "))
	if len(b.Plans) > 0 {
		standing(&d, b.Plans[0])
	}
	d.Paras = append(d.Paras, prose.Para{})
	below := prose.Document{Paras: checkParas(b.Plans, s.overridden)}
	calls(&below, b)
	return d.Paras, below.Paras
}

// calls lists the exact calls.
func calls(d *prose.Document, b deploy.Batch) {
	if len(b.Plans) > 0 {
		d.Heading("Calls")
	}
	for _, p := range b.Plans {
		for _, step := range p.Steps {
			d.Line(theme.Text, step.Describe().Text)
		}
	}
}

// effects are what a person agrees to.
func effects(d *prose.Document, p deploy.Plan) {
	before, after, _ := strings.Cut(brief(p.Before+"\n"+p.After), "\n")
	d.Field("now", before)
	d.Field("then", after)
	d.Field("meanwhile", p.Leaves)
	standing(d, p)
}

// standing says who acts, and what the target counts as.
func standing(d *prose.Document, p deploy.Plan) {
	d.Field("as", wording.JoinNonEmpty(", ", p.Identity.ARN, p.Identity.Keys()))
	d.Field(counts(p), p.JudgedBy)
}

// counts says what the target counts as.
func counts(p deploy.Plan) string {
	if p.Production {
		return "PROD"
	}
	return "nonprod"
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
	next := prose.Para{Label: "next", Role: theme.Accent, Depth: 1}
	switch stop := s.obstacle(); {
	case stop.text != "":
		next.Role, next.Text = theme.Failed, theme.StatusFailed.Glyph()+" "+stop.text
	case s.refusal != "":
		next.Role, next.Text = theme.Degraded, s.refusal+"; "+s.key(actCommands)+" copies the commands"
	default:
		steps := 0
		for _, p := range s.plan.Batch.Plans {
			steps += len(p.Steps)
		}
		asks := s.plan.Batch.Consent().String()
		if s.arming != "" {
			asks += " and to " + s.arming
		}
		next.Text = s.key(s.carryOut()) + " " + asks + ", then makes " + wording.Count(steps, "call")
	}
	return next
}

// obstacle is what stands in the way of carrying a plan out.
type obstacle struct {
	text  string // as the plan says it; empty when nothing does
	short string // as the key says it that does nothing
	check bool   // it is a check, which can be passed over
	final bool   // nothing can be done about it
}

func (s *planScreen) obstacle() obstacle {
	plans := s.plan.Batch.Plans
	failed, where := s.blocking()
	switch {
	case len(plans) > 0 && plans[0].Denied != "": // several are not put together then
		return obstacle{final: true,
			text:  "denied by a rule of the configuration: " + plans[0].Denied + " (final: nothing overrides it)",
			short: "a rule of the configuration denies this: " + plans[0].Denied}
	case len(s.plan.Unplanned) > 0:
		return obstacle{
			text:  fmt.Sprintf("no plan for %d of %s (%s leaves them out)", len(s.plan.Unplanned), s.number(), s.key(actLeaveOut)),
			short: "there is no plan for " + s.plan.Unplanned[0].Target.Name() + ": leave it out"}
	case failed.Name == "":
		return obstacle{}
	}
	which, all := failed.Name, ""
	if s.several() {
		which, all = failed.Name+" of "+where, " for all"
	}
	if m := s.mend(); m != nil && failed.Final {
		return obstacle{check: true, final: true, text: fmt.Sprintf("%s: %s (%s %s)", failed.Name, failed.Text, s.key(actMend), m.Words),
			short: "the check " + failed.Name + " failed: " + s.key(actMend) + " " + m.Words}
	}
	return obstacle{check: true, final: failed.Final,
		text:  fmt.Sprintf("%s: %s (%s)", which, failed.Text, failed.Remedy(s.key(actOverride)+" overrides it"+all)),
		short: "the check " + which + " failed: " + failed.Remedy("override it")}
}
