package resources

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/diagnose/written"
	"gantry/internal/inquiry"
	"gantry/internal/inquiry/why"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/deployed"
	"gantry/views/describe"
	"gantry/views/incident"
	"gantry/views/lastlines"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/tasks"
	"gantry/views/wording"
)

// evidence is what explains the row of a service at a moment.
type evidence struct {
	row *serviceRow
	diagnose.Around
	now time.Time
	key func(ui.Binding) string
	closeup
}

// paras explain a row in the most telling order: what is wrong and what to do about it, what
// the task that died last wrote, what changed last, events and targets.
func (e evidence) paras(lines int) []prose.Para {
	e.Standing = e.judged()
	var d prose.Document
	d.Paras = append(d.Paras, e.head(lines))
	e.findings(&d, lines)
	for _, a := range e.Ringing {
		if a.Scales || a.Shared { // the others are told by what is wrong
			d.Paras = append(d.Paras, prose.Para{Label: "alarm", Text: a.Name + "  " + a.Why})
		}
	}
	describe.TaskSets(&d, *e.row.service(), e.now)
	parts := map[diagnose.Aspect][]diagnose.Line{}
	for _, l := range diagnose.Panel(e.Evidence) {
		parts[l.About] = append(parts[l.About], l)
	}
	if len(e.Troubles) == 0 {
		e.add(&d, parts[diagnose.OfDeath])
	}
	if len(e.Troubles) == 0 || lines >= livetable.Roomy {
		e.wrote(&d, lines)
	}
	if lines < livetable.Roomy {
		e.add(&d, slices.Concat(parts[diagnose.OfDeployment], parts[diagnose.OfTargets], parts[diagnose.OfEvents]))
		return d.Paras
	}
	d.Heading("Changed last")
	e.add(&d, parts[diagnose.OfDeployment])
	e.changed(&d)
	e.events(&d, lines)
	e.targets(&d, parts[diagnose.OfTargets])
	return d.Paras
}

// judged judges the row once more, with what was read of it since somebody looks at it: what
// the task that died last wrote, and what changed.
func (e evidence) judged() diagnose.Standing {
	a := e.Around
	if len(e.lines.Read.Lines) > 0 {
		w := written.Last{Task: e.lines.Task, Container: e.lines.Read.Container}
		for _, l := range e.lines.Read.Lines {
			w.Lines = append(w.Lines, written.Line{At: l.At, Text: l.Text, Severe: logs.SeverityOf(l.Level) >= logs.SeverityError})
		}
		a.Wrote = []written.Last{w}
	}
	if before, after := e.Evidence.TaskDefinition(e.before), e.Evidence.TaskDefinition(e.after); before != nil && after != nil {
		a.Before = awsx.ARNName(before.ARN)
		a.Changes, _ = why.Changes(before, after) // what cannot be compared explains nothing
	}
	return a.Stand()
}

// fewProofs is how much of what shows a trouble stands where there is little room.
const fewProofs = 3

// findings tells what is wrong, in the order in which to look at it: the first with what to do
// and what shows it, of the others and of what follows only what they are where there is
// little room. There the lines of the task that died stand behind the first piece of evidence.
func (e evidence) findings(d *prose.Document, lines int) {
	for i, t := range e.Troubles {
		switch {
		case lines >= livetable.Roomy:
			if i > 0 {
				d.Paras = append(d.Paras, prose.Para{})
			}
			d.Paras = append(d.Paras, incident.Paras(t, e.now, e.does)...)
		case i == 0:
			if n := slices.IndexFunc(t.Next, func(s cause.Step) bool { return e.does(s.Do) != "" }); len(t.Next) > 0 {
				d.Paras = append(d.Paras, incident.NextPara(t.Next[max(n, 0)], e.does))
			}
			proofs := incident.Proofs(t, e.now, fewProofs)
			d.Paras = append(d.Paras, proofs[:min(1, len(proofs))]...)
			if t.Change != nil {
				d.Paras = append(d.Paras, prose.Para{Label: "changed", Text: wording.Named(t.Change.Text)})
			}
			e.wrote(d, lines)
			d.Paras = append(d.Paras, proofs[min(1, len(proofs)):]...)
		default:
			d.Paras = append(d.Paras, prose.Para{Label: "also", Text: wording.Named(t.Short), Role: theme.Degraded})
		}
		for _, f := range t.Follows {
			d.Paras = append(d.Paras, prose.Para{Label: "so", Text: wording.Named(f.Short)})
		}
	}
}

// does is the key that does what a step advises; empty without one.
func (e evidence) does(do cause.Do) string {
	b, ok := incident.Binding(do)
	if _, dead := e.row.lastDead(); do == cause.DoReadLines && dead {
		b = actLastLines
	}
	if !ok {
		return ""
	}
	return e.key(b)
}

// head says how the service stands, since when and why, unless there is room to say what is
// wrong in whole sentences.
func (e evidence) head(lines int) prose.Para {
	head := e.row.service().Name + "  " + e.row.status.Word()
	if at := e.Finding.Since; !at.IsZero() {
		head += " for " + text.Age(e.now.Sub(at))
	}
	if e.Finding.Why != "" && (lines < livetable.Roomy || len(e.Troubles) == 0) {
		head += ": " + e.Finding.Why
	}
	role := e.row.status.Role()
	if e.row.status == theme.StatusOK {
		role = theme.Title
	}
	return prose.Para{Text: head, Role: role}
}

// add adds lines of the evidence with their times.
func (e evidence) add(d *prose.Document, lines []diagnose.Line) {
	for _, l := range lines {
		p := prose.Para{Text: wording.Named(l.Text)}
		if !l.At.IsZero() {
			p.Label = wording.Clock(l.At, e.now)
		}
		d.Paras = append(d.Paras, p)
	}
}

// wrote shows what was read of the log: as much as leaves room for the rest.
func (e evidence) wrote(d *prose.Document, lines int) {
	show := max(1, lines/4)
	switch {
	case e.lines.Task != "":
		read := e.lines
		read.Read.Lines = read.Read.Lines[max(0, len(read.Read.Lines)-show):]
		if lines >= livetable.Roomy {
			d.Heading(read.Heading())
		}
		e.written(d, lines, read.Paras(e.now.Location()))
	case len(e.errors) > 0:
		if lines >= livetable.Roomy {
			d.Heading("Newest errors")
		}
		e.written(d, lines, lastlines.OfEntries(e.errors[max(0, len(e.errors)-show):], e.now.Location()))
	}
}

// written adds lines of a log; where they have no section of their own, a label says what
// they are.
func (e evidence) written(d *prose.Document, lines int, paras []prose.Para) {
	for _, p := range paras {
		if lines < livetable.Roomy {
			p.Label, p.Depth = "log", 0
		}
		d.Paras = append(d.Paras, p)
	}
}

// changed tells what was deployed last and how that ended, in what it differs from what
// stood before, and what was deployed earlier.
func (e evidence) changed(d *prose.Document) {
	if len(e.past) == 0 {
		e.difference(d)
		return
	}
	newest := e.past[0]
	if e.after != e.row.service().TaskDefinition || deployed.State(newest) == theme.StatusFailed {
		e.deployment(d, newest)
	}
	e.difference(d)
	if n := newest.Target.Requested; n > 0 && n != e.row.service().Desired {
		d.Field("count", strconv.Itoa(n)+" when it was deployed, "+strconv.Itoa(e.row.service().Desired)+" now")
	}
	if older := e.past[1:]; len(older) > 0 {
		if was, is := older[0].Target.Requested, newest.Target.Requested; was > 0 && is > 0 && was != is {
			d.Field("count", strconv.Itoa(was)+" -> "+strconv.Itoa(is))
		}
		for _, old := range older[:min(len(older), earlier)] {
			e.deployment(d, old)
		}
	}
}

// deployment tells of one deployment: when, what, how it ended and why, and who registered
// what it deployed; who deployed it, ECS does not tell.
func (e evidence) deployment(d *prose.Document, past inquiry.Deployment) {
	arn := past.Revision.TaskDefinition
	said := wording.JoinNonEmpty(" ", cmp.Or(awsx.ARNName(arn), "a revision that was not read"), deployed.Images(past), past.Words())
	if why := past.WhySoFar(*e.row.service(), arn); why != "" {
		said += ": " + wording.Named(why)
	}
	if td := e.Evidence.TaskDefinition(arn); td != nil && td.RegisteredBy != "" {
		said += ", registered by " + awsx.ARNName(td.RegisteredBy)
	}
	role := theme.Text
	if deployed.State(past) == theme.StatusFailed {
		role = theme.Degraded
	}
	d.Paras = append(d.Paras, prose.Para{Label: wording.Clock(past.Began(), e.now), Text: said, Role: role})
}

// difference tells in what the revision that was deployed last differs from the one before.
func (e evidence) difference(d *prose.Document) {
	before, after := e.Evidence.TaskDefinition(e.before), e.Evidence.TaskDefinition(e.after)
	if before == nil || after == nil {
		return
	}
	changes, err := edits.Changes(before, after)
	if err != nil {
		return
	}
	d.Field("against", awsx.ARNName(before.ARN))
	for _, c := range changes {
		switch {
		case c.Part == "image":
			d.Field("image", wording.ShortImage(c.Was, "")+" -> "+wording.ShortImage(c.Is, ""))
		case c.Part == "secret":
			d.Field("secret", c.Name+" "+wording.JoinNonEmpty(" -> ", c.Was, c.Is))
		case c.Part != "variable":
			d.Field(c.Part, strings.TrimPrefix(c.Text(), c.Part+" "))
		case !c.Has:
			d.FieldAs(theme.Removed, "variable", c.Name+" removed, was "+c.Was)
		case !c.Had:
			d.FieldAs(theme.Added, "variable", c.Name+"="+c.Is+" added")
		default:
			d.Field("variable", c.Name+"="+c.Is+", was "+c.Was)
		}
	}
	if len(changes) == 0 {
		d.Line(theme.Dim, "both run the same")
	}
}

// events lists the newest events, those that tell of trouble in their colour.
func (e evidence) events(d *prose.Document, lines int) {
	list := e.row.service().Events
	if len(list) == 0 {
		return
	}
	d.Heading("Events")
	left, last := lines/6, reason.Other
	for _, ev := range list {
		read := reason.ReadEvent(ev.Message)
		if read.Kind == reason.Steady && last == reason.Steady {
			continue // it is said every six hours
		}
		last = read.Kind
		if left--; left < 0 {
			return
		}
		role := theme.Text
		if read.Trouble() {
			role = theme.Degraded
		}
		d.Paras = append(d.Paras, prose.Para{Label: wording.Clock(ev.At, e.now), Text: wording.Named(reason.EventBody(ev.Message)), Role: role, Depth: 1})
	}
}

// targets lists the registered targets of each group, the worst first.
func (e evidence) targets(d *prose.Document, notes []diagnose.Line) {
	if len(e.Evidence.Groups) == 0 && len(notes) == 0 {
		return
	}
	d.Heading("Targets")
	for _, l := range notes {
		d.Line(theme.Dim, wording.Named(l.Text))
	}
	for _, g := range e.Evidence.Groups {
		if !g.Read {
			d.FieldAs(theme.Unknown, g.Name(), "not read")
			continue
		}
		for _, t := range worstFirst(g.Targets) {
			p := prose.Para{Label: g.Name(), Text: reason.Target(t, g.Settings.Check).Why, Role: tasks.HealthStatus(t.State).Role(), Depth: 1}
			if e.Evidence.Foreign != nil && e.Evidence.Foreign(g.ARN, t) {
				p.Text, p.Role = p.Text+", of no task of this service", theme.Dim
			}
			d.Paras = append(d.Paras, p)
		}
	}
}

// severe reports whether a line of a log tells of an error.
func severe(e logs.Entry) bool { return logs.SeverityOf(e.Level) >= logs.SeverityError }
