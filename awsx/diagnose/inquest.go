package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/diagnose/written"
	"gantry/internal/words"
)

// inquest is the search for the troubles of one service.
type inquest struct {
	Around
	facts  *facts
	status Status
	found  []Trouble
	// only says that one task is looked at, whatever its service makes of it.
	only bool
	// died holds, for kinds of found, the deployments whose tasks died so.
	died map[cause.Kind][]string
}

func (x *inquest) add(t Trouble) {
	x.found = append(x.found, t)
}

func (x *inquest) has(kinds ...cause.Kind) bool {
	return slices.ContainsFunc(x.found, func(t Trouble) bool { return slices.Contains(kinds, t.Kind) })
}

// unwell reports whether part or all of the service does not serve.
func (x *inquest) unwell() bool { return x.status == Failed || x.status == Degraded }

// served reports whether all that is to serve runs, so that what a rollout suffers from hurts
// nobody yet.
func (x *inquest) served() bool {
	f := x.facts
	return f.rollout.Active && len(f.Service.Deployments) > 1 && f.Service.Running >= f.Service.Desired
}

// under puts the troubles of some kinds under the one of another, where both were found.
func (x *inquest) under(cause cause.Kind, kinds ...cause.Kind) {
	of := slices.IndexFunc(x.found, func(t Trouble) bool { return t.Kind == cause })
	if of < 0 {
		return
	}
	top := x.found[of]
	var kept []Trouble
	for i, t := range x.found {
		switch {
		case i == of:
		case slices.Contains(kinds, t.Kind):
			top.Follows = append(top.Follows, t)
		default:
			kept = append(kept, t)
		}
	}
	x.found = append(kept, top)
}

// group is deaths of one cause, the newest first.
type group struct {
	kind   cause.Kind
	deaths []death
}

func (g *group) newest() death { return g.deaths[0] }

// groups sorts the deaths that matter by their cause: those of deployments that are still
// there, as long as they go on. What was lost with its host matters while it is missing.
func (x *inquest) groups() []group {
	f := x.facts
	type key struct {
		kind               cause.Kind
		container, subject string
		code               int
	}
	var order []key
	all := map[key]*group{}
	deaths := slices.Clone(f.deaths)
	slices.SortStableFunc(deaths, func(a, b death) int { return b.at.Compare(a.at) })
	for _, d := range deaths {
		kind := cause.Of(d.Reason)
		lost := !x.only && d.Loss() && f.Service.Running >= f.Service.Desired && !f.rollout.Active
		if kind == "" || lost || !x.goesOn(d) {
			continue
		}
		if kind == cause.Exits && (d.ExitCode == 126 || d.ExitCode == 127) {
			kind = cause.CommandMissing
		}
		k := key{kind: kind, container: d.Container, subject: d.Subject}
		if d.Stage == reason.Exit {
			k.code = d.ExitCode
		}
		if all[k] == nil {
			all[k] = &group{kind: kind}
			order = append(order, k)
		}
		all[k].deaths = append(all[k].deaths, d)
	}
	var out []group
	for _, k := range order {
		out = append(out, *all[k])
	}
	return out
}

// goesOn reports whether a death belongs to what is wrong now: that of a task of the primary
// deployment, or of one that worked and is still there. A rollout that another one took the
// place of before it was done is history.
func (x *inquest) goesOn(d death) bool {
	f := x.facts
	if x.only {
		return true
	}
	if f.age(d.at, backoff) > backoff && d.at != f.died.Last {
		return false
	}
	return len(f.Service.Deployments) == 0 || slices.ContainsFunc(f.Service.Deployments, func(x awsx.Deployment) bool {
		return of(d.task, x) && (x.ID == f.primary.ID || x.RolloutState == "COMPLETED" || x.RolloutState == "")
	})
}

// Now is the time of what is looked at.
func (a Around) Now() time.Time { return a.Evidence.Now }

// deaths tells of tasks that died, by cause.
func (x *inquest) deaths() {
	for _, g := range x.groups() {
		d := g.newest()
		t := Trouble{Kind: g.kind, Sure: Certain, Since: x.first(g), Cause: sentence(g), Short: d.Why(), Reason: d.Reason}
		t.rolls = slices.ContainsFunc(g.deaths, func(d death) bool { return x.facts.ofPrimary(d.task) })
		for _, d := range g.deaths {
			t.on = append(t.on, d.task.ContainerInstance)
		}
		t.later = t.rolls && x.served() && !slices.ContainsFunc(g.deaths, func(d death) bool { return !x.facts.ofPrimary(d.task) }) || x.overcome(d)
		t.Evidence = append(t.Evidence, Proof{d.at, deathLine(d).Text, InTasks})
		if n := len(g.deaths); n > 1 {
			t.Evidence = append(t.Evidence, Proof{Text: words.Count(n, "task") + " died so" + x.span(g), Where: InTasks})
		}
		if d.Text != "" && !strings.Contains(t.Cause, d.Text) && d.Stage != reason.Exit {
			t.Evidence = append(t.Evidence, Proof{Text: d.Text, Where: InTasks})
		}
		x.readLines(g, &t)
		if next := d.Next(); next != "" && t.Kind == g.kind && d.Stage != reason.Exit && g.kind != cause.ImageMissing {
			t.Next = append(t.Next, cause.Advice(next))
		}
		if x.died == nil {
			x.died = map[cause.Kind][]string{}
		}
		for _, d := range g.deaths {
			x.died[t.Kind] = append(x.died[t.Kind], d.task.StartedBy)
		}
		x.add(t)
	}
}

// overcome reports whether what kept a task from starting did not keep one that started after
// it: what comes and goes can wait for what goes on.
func (x *inquest) overcome(d death) bool {
	return d.task.StartedAt.IsZero() && slices.ContainsFunc(x.Evidence.Running, func(t awsx.Task) bool {
		return t.TaskDefinition == d.task.TaskDefinition && t.StartedAt.After(d.at)
	})
}

// first is when the deaths of a group began to follow each other.
func (x *inquest) first(g group) time.Time {
	at := g.deaths[0].at
	for _, d := range g.deaths[1:] {
		if at.Sub(d.at) > backoff {
			break
		}
		at = d.at
	}
	return at
}

func (x *inquest) span(g group) string {
	lives := time.Duration(0)
	for _, d := range g.deaths {
		if began := d.task.StartedAt; !began.IsZero() {
			lives = max(lives, d.at.Sub(began))
		}
	}
	if lives == 0 || lives > recent {
		return " within the hour"
	}
	return fmt.Sprintf(" within the hour, none of them ran for more than %s", lives.Round(time.Second))
}

// sentence says in one sentence of what tasks die.
func sentence(g group) string {
	d := g.newest()
	switch {
	case g.kind == cause.OutOfMemory:
		return "container " + cmp.Or(d.Container, "of a task") + " is killed: it needs more memory than its limit"
	case d.Stage == reason.Exit:
		return "container " + cmp.Or(d.Container, "of a task") + " ends by itself: " + d.Why()
	case d.Stage == reason.ContainerCheck:
		return "tasks are stopped: " + d.Why()
	case d.Stage == reason.Host:
		return "tasks were lost with what they ran on: " + d.Why()
	}
	return "tasks cannot start: " + d.Why()
}

// readLines looks in what the containers wrote for why they ended.
func (x *inquest) readLines(g group, t *Trouble) {
	if t.Kind != cause.Exits && t.Kind != cause.OutOfMemory && t.Kind != cause.ContainerUnwell {
		return
	}
	lines := x.wrote(g)
	if len(lines) == 0 && !x.LinesRead {
		return
	}
	if len(lines) == 0 {
		t.Evidence = append(t.Evidence, Proof{Text: "what it wrote last is not known: no line of it was found", Where: InLogs})
		return
	}
	if t.Kind == cause.Exits {
		if l, other := written.OtherArchitecture(lines); other {
			t.Kind, t.Cause = cause.WrongArchitecture, "the image was built for another architecture than the instance has: "+words.Telling(l.Text)
			t.Short = "built for other architecture" // a row quotes no line of a log
			t.Evidence = append(t.Evidence, Proof{l.At, words.Telling(l.Text), InLogs})
			return
		}
		if name, said, certain := written.MissingVariable(lines, x.given(g.newest()), x.tookAway); name != "" {
			t.Kind, t.Sure = cause.VariableMissing, sureIf(certain)
			t.Short = fmt.Sprintf("exit %d: %s not set", g.newest().ExitCode, name)
			t.Cause = fmt.Sprintf("container %s ends by itself (exit %d): it asks for the variable %s, which it is not given", g.newest().Container, g.newest().ExitCode, name)
			t.Evidence = append([]Proof{{said.At, words.Telling(said.Text), InLogs}}, t.Evidence...)
			return
		}
	}
	last := written.Telling(lines)
	t.Evidence = append(t.Evidence, Proof{last.At, words.Telling(last.Text), InLogs})
}

// sureIf is Certain, or Likely of what is not.
func sureIf(certain bool) Sureness {
	if certain {
		return Certain
	}
	return Likely
}

// wrote returns what the containers of a group's tasks wrote last, of the newest task of
// which something was read.
func (x *inquest) wrote(g group) []written.Line {
	for _, d := range g.deaths {
		for _, w := range x.Wrote {
			if w.Task == d.task.ID && (w.Container == d.Container || d.Container == "") && len(w.Lines) > 0 {
				return w.Lines
			}
		}
	}
	return nil
}

// given are the names of the variables and secrets that a container was given.
func (x *inquest) given(d death) map[string]bool {
	given := map[string]bool{}
	if td := x.Evidence.TaskDefinition(d.task.TaskDefinition); td != nil {
		if c, ok := td.Container(d.Container); ok {
			for _, v := range c.Env {
				given[v.Name] = true
			}
			for _, s := range c.Secrets {
				given[s.Name] = true
			}
		}
	}
	return given
}

// tookAway reports whether what changed took a variable or a secret away.
func (x *inquest) tookAway(name string) bool {
	return slices.ContainsFunc(x.Changes, func(c Change) bool {
		return c.Gone && c.Name == name && (c.Part == cause.PartVariable || c.Part == cause.PartSecret)
	})
}
