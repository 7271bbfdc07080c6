package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/document"
	"gantry/internal/inquiry"
	"gantry/ui/table"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/describe"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// groupRow is one Auto Scaling group.
type groupRow struct{ inquiry.Group }

func counted(n int) string { return wording.Count(n, "group") }

// status is the sign of how a group stands.
func (r *groupRow) status() theme.Status { return livetable.VerdictStatus(r.Status) }

func (r *groupRow) stateCell() table.Cell {
	s := r.status()
	return table.Cell{Text: s.Glyph() + " " + r.Status.String(), Role: s.Role()}
}

// countCell is how many instances the group has of those that it is to have.
func (r *groupRow) countCell() table.Cell {
	g := r.Group.Group
	c := table.Cell{Text: fmt.Sprintf("%d/%d", g.Staying(), g.Desired)}
	if g.Staying() != g.Desired {
		c.Role = theme.Pending
	}
	return c
}

// whyCell is what is to be known of the group in short.
func (r *groupRow) whyCell() table.Cell {
	role := r.status().Role()
	if r.Status == diagnose.OK {
		role = theme.Text
	}
	return table.Cell{Text: r.Why, Role: role}
}

// lastCell is how long ago the group last did something.
func (r *groupRow) lastCell(now time.Time) table.Cell {
	switch {
	case len(r.Activities) > 0:
		return table.Cell{Text: text.Ago(now.Sub(r.Activities[0].StartedAt)), Role: theme.Dim}
	case !r.ActivitiesRead:
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}
	}
	return table.Cell{Text: "-", Role: theme.Dim}
}

// groupColumns are the columns of the groups table.
func groupColumns(at *livetable.Moment) []table.Column[*groupRow] {
	type row = *groupRow
	number := func(n func(awsx.ScalingGroup) int) func(row) table.Cell {
		return func(r row) table.Cell { return table.Cell{Text: strconv.Itoa(n(r.Group.Group))} }
	}
	by := func(n func(awsx.ScalingGroup) int) func(a, b row) int {
		return func(a, b row) int { return cmp.Compare(n(a.Group.Group), n(b.Group.Group)) }
	}
	least, most := func(g awsx.ScalingGroup) int { return g.Min }, func(g awsx.ScalingGroup) int { return g.Max }
	return []table.Column[row]{
		{ID: livetable.ColName, Title: "GROUP", Frozen: true, Min: 12, Max: 32, Middle: true,
			Cell:    func(r row) table.Cell { return table.Cell{Text: r.Group.Group.Name} },
			Compare: func(a, b row) int { return strings.Compare(a.Group.Group.Name, b.Group.Group.Name) }},
		{ID: livetable.ColState, Title: "ST", Cell: row.stateCell, Descending: true,
			Compare: func(a, b row) int { return cmp.Compare(a.status().Severity(), b.status().Severity()) }},
		{ID: "count", Title: "HAS/DES", Right: true, Cell: row.countCell, Compare: by(func(g awsx.ScalingGroup) int { return g.Desired })},
		{ID: "min", Title: "MIN", Right: true, Priority: 1, Cell: number(least), Compare: by(least)},
		{ID: "max", Title: "MAX", Right: true, Priority: 1, Cell: number(most), Compare: by(most)},
		{ID: "source", Title: "LAUNCHES", Priority: 4, Max: 30, Middle: true,
			Cell: func(r row) table.Cell { return table.Cell{Text: r.Group.Group.Source.String()} },
			Compare: func(a, b row) int {
				return strings.Compare(a.Group.Group.Source.String(), b.Group.Group.Source.String())
			}},
		{ID: "scaling", Title: "SCALED BY", Priority: 5, Max: 28, Cell: func(r row) table.Cell { return table.Cell{Text: r.scaledBy()} }},
		{ID: "last", Title: "LAST", Right: true, Priority: 3, Cell: func(r row) table.Cell { return r.lastCell(at.Time()) }},
		{ID: "why", Title: "WHY", Grow: true, Min: 12, Cell: row.whyCell},
	}
}

// scaledBy is in short what moves the group's count.
func (r *groupRow) scaledBy() string {
	var by []string
	for _, p := range r.Providers {
		if p.Scales {
			by = append(by, "ECS: "+p.Name)
		}
	}
	if n := len(r.Doings.Policies); n > 0 && len(by) == 0 {
		by = append(by, wording.Count(n, "policy"))
	}
	if n := len(r.Doings.Schedules); n > 0 {
		by = append(by, wording.Count(n, "schedule"))
	}
	return strings.Join(by, ", ")
}

// groupEvidence explains a row.
func groupEvidence(r *groupRow, now time.Time) []prose.Para {
	role := r.status().Role()
	if r.Status == diagnose.OK {
		role = theme.Title
	}
	g := r.Group.Group
	var d prose.Document
	d.Paras = append(d.Paras, prose.Para{Text: wording.JoinNonEmpty("  ", g.Name, r.stateCell().Text, r.Why), Role: role})
	say := func(label, text string, role theme.Role) {
		if text != "" {
			d.Paras = append(d.Paras, prose.Para{Label: label, Text: text, Role: role})
		}
	}
	say("belongs", wording.JoinNonEmpty(", ", r.Belongs.Name, r.Belongs.By), theme.Text)
	say("launches", r.launchWords(), theme.Text)
	for _, p := range r.Providers {
		say("provider", providerWords(p), theme.Text)
	}
	for _, p := range r.Doings.Policies {
		say("policy", wording.Policy(p), theme.Text)
	}
	for _, s := range r.Doings.Schedules {
		say("schedule", wording.Schedule(s, now), theme.Text)
	}
	for _, a := range r.Activities[:min(3, len(r.Activities))] {
		say(wording.Clock(a.StartedAt, now), wording.Activity(a), activityRole(a))
		say("", a.Cause, theme.Dim)
	}
	return d.Paras
}

// launchWords say what the group launches.
func (r *groupRow) launchWords() string {
	g, l := r.Group.Group, r.Launches
	if l == (awsx.Launch{}) {
		return wording.JoinNonEmpty(", ", g.Source.String(), "unread")
	}
	source := g.Source.String()
	if l.Source.Version != "" && l.Source.Version != g.Source.Version {
		source += " (version " + l.Source.Version + ")"
	}
	return wording.JoinNonEmpty(", ", source, l.Type, l.Image, l.Joins.Line)
}

// providerWords say what ECS does with the group.
func providerWords(p awsx.CapacityProvider) string {
	managed := "managed scaling off"
	if p.Scales {
		managed = fmt.Sprintf("managed scaling to %d%%", p.Target)
	}
	var also []string
	if p.Drains {
		also = append(also, "drains before it ends")
	}
	if p.Protects {
		also = append(also, "protects instances with tasks")
	}
	return wording.JoinNonEmpty(", ", append([]string{p.Name, managed}, also...)...)
}

func activityRole(a awsx.ScalingActivity) theme.Role {
	switch {
	case a.Failed():
		return theme.Failed
	case a.EndedAt.IsZero():
		return theme.Pending
	}
	return theme.Text
}

// describeGroup puts a group in words, with all that it did of late.
func describeGroup(r *groupRow, now time.Time) []prose.Para {
	g := r.Group.Group
	var d prose.Document
	d.Heading("Group " + g.Name)
	d.Field("ARN", g.Ref.ARN)
	d.Field("context", g.Ref.Context.String())
	d.Field("belongs to", wording.JoinNonEmpty(", ", r.Belongs.Name, r.Belongs.By))
	d.Field("instances", fmt.Sprintf("%d of %d desired, %s", g.Staying(), g.Desired, g.Bounds()))
	d.Field("launches", r.launchWords())
	d.FieldAs(theme.Degraded, "suspended", strings.Join(g.Suspended, ", "))
	for _, p := range r.Providers {
		d.Field("provider", providerWords(p))
	}
	for _, p := range r.Doings.Policies {
		d.Field("policy", wording.Policy(p))
	}
	for _, s := range r.Doings.Schedules {
		d.Field("schedule", wording.Schedule(s, now))
	}
	for _, err := range r.Unread {
		d.FieldAs(theme.Unknown, "unread", livetable.ReasonUnread(err))
	}
	describe.Tags(&d, g.Tags, document.Masking{})
	if len(g.Members) > 0 {
		d.Heading("Instances")
	}
	members := slices.SortedFunc(slices.Values(g.Members), func(a, b awsx.Member) int { return strings.Compare(a.ID, b.ID) })
	for _, m := range members {
		protected := ""
		if m.Protected {
			protected = "protected from scale-in"
		}
		where := ""
		if r.Registered != nil && !r.Registered(m.ID) {
			where = "not in the cluster"
		}
		d.Line(theme.Text, wording.JoinNonEmpty("  ", m.ID, m.Lifecycle, m.Zone, m.Type, m.Source.String(), protected, where, m.Outdated(g, r.Launches)))
	}
	if len(r.Activities) > 0 {
		d.Heading("Activities")
	}
	for _, a := range r.Activities {
		d.Line(activityRole(a), wording.JoinNonEmpty("  ", wording.Moment(a.StartedAt, now), wording.Activity(a)))
		d.Line(theme.Dim, a.Cause)
	}
	return d.Paras
}
