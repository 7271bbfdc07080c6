package tasks

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose/reason"
	"gantry/ui/table"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/livetable"
	"gantry/views/wording"
)

// stateCell says what the task does, in the scheduler's words, under the sign of
// how that stands.
func (r *taskRow) stateCell() table.Cell {
	word := strings.ToLower(r.task.LastStatus)
	switch {
	case r.stray != nil:
		word = r.stray.Kind.String()
	case !r.remembered.IsZero():
		word = "remembered"
	case r.task.DesiredStatus == "STOPPED" && r.task.LastStatus == "RUNNING":
		word = "to stop"
	}
	return table.Cell{Text: r.status.Glyph() + " " + word, Role: r.status.Role()}
}

func (r *taskRow) healthCell() table.Cell {
	switch r.task.Health {
	case "HEALTHY":
		return table.Cell{Text: "ok", Role: theme.OK}
	case "UNHEALTHY":
		return table.Cell{Text: "unhealthy", Role: theme.Degraded}
	}
	// ECS says UNKNOWN of a task without a health command as well.
	return table.Cell{Text: "-", Role: theme.Dim}
}

// portsText lists container ports with the host's, the load-balanced ones first.
func (r *taskRow) portsText() string {
	if r.stray != nil {
		return ">" + strconv.Itoa(r.stray.Target.Port)
	}
	list := r.byBalance()
	parts := make([]string, len(list))
	for i, p := range list {
		parts[i] = portText(p)
	}
	return strings.Join(parts, " ")
}

func (r *taskRow) balanced(p alb.Port) int {
	for _, lb := range r.facts.Service.LoadBalancers {
		if lb.Container == p.Container && lb.ContainerPort == p.ContainerPort {
			return 0
		}
	}
	return 1
}

// portText is a container port and the host's port that leads to it; one that is
// not bound yet is unread.
func portText(p alb.Port) string {
	s := p.Inside() + ">" + cmp.Or(p.Outside(), livetable.Unread)
	if p.Protocol != "tcp" {
		s += "/" + p.Protocol
	}
	return s
}

// addressCell is where the task listens first, and whether the host's agent answers; the
// host alone where it does not listen.
func (r *taskRow) addressCell() table.Cell {
	all := r.addresses()
	switch {
	case r.stray != nil:
		return table.Cell{Text: all[0]}
	case r.host != nil:
		c := table.Cell{Text: r.hostAddress()}
		if len(all) > 0 {
			c.Text = all[0]
		}
		if !r.host.AgentConnected {
			c.Text += " agent off"
			c.Role = theme.Degraded
		}
		return c
	case r.task.ContainerInstance != "" && r.remembered.IsZero():
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}
	}
	if len(all) > 0 {
		return table.Cell{Text: all[0]}
	}
	for _, p := range r.ports {
		if p.Host != "" {
			return table.Cell{Text: p.Host}
		}
	}
	return table.Cell{Text: strings.ToLower(r.task.LaunchType), Role: theme.Dim}
}

// targetCell is the task's state in each of its groups, worst in colour.
func (r *taskRow) targetCell() table.Cell {
	if r.stray != nil {
		return table.Cell{Text: r.stray.Target.State, Role: HealthStatus(r.stray.Target.State).Role()}
	}
	if len(r.targets) == 0 {
		return table.Cell{Text: "-", Role: theme.Dim}
	}
	// Of several groups the states are counted, the worst first: their names, which the
	// evidence has, would push the states out of the cell.
	list := slices.Clone(r.targets)
	slices.SortStableFunc(list, func(a, b alb.Target) int {
		return cmp.Compare(targetStatus(b).Severity(), targetStatus(a).Severity())
	})
	c := table.Cell{Text: targetWord(list[0]), Role: targetStatus(list[0]).Role()}
	if len(list) == 1 {
		return c
	}
	var parts []string
	for i := 0; i < len(list); {
		word, n := targetWord(list[i]), 0
		for ; i < len(list) && targetWord(list[i]) == word; i++ {
			n++
		}
		parts = append(parts, strconv.Itoa(n)+" "+word)
	}
	c.Text = strings.Join(parts, ", ")
	return c
}

// shortGroup names a target's group, by the load balancer for a classic one.
func shortGroup(t alb.Target) string {
	if t.Group == "" {
		return "classic"
	}
	return awsx.GroupName(t.Group)
}

// targetWord is a target's state in a word.
func targetWord(t alb.Target) string {
	switch t.Standing {
	case alb.Unread:
		return livetable.Unread
	case alb.Unresolved:
		return "? address"
	case alb.NotRegistered:
		return "absent"
	}
	return t.Health.State
}

// revisionCell marks the tasks of the revision that is being rolled out.
func (r *taskRow) revisionCell() table.Cell {
	_, rev := awsx.SplitRevision(r.task.TaskDefinition)
	if r.fresh {
		return table.Cell{Text: rev + " new", Role: theme.Accent}
	}
	return table.Cell{Text: rev}
}

// ageCell is how long ago a task started; how long ago it ended, of a stopped one.
func (r *taskRow) ageCell(now time.Time) table.Cell {
	if r.stopped {
		at := reason.StoppedAt(r.task)
		if at.IsZero() {
			return table.Cell{}
		}
		return table.Cell{Text: text.Ago(now.Sub(at)), Role: theme.Dim}
	}
	return table.Cell{Text: wording.Since(r.began(), now)}
}

// reasonCell is the one line that explains a task that is not well.
func (r *taskRow) reasonCell() table.Cell {
	return table.Cell{Text: r.reason(), Role: r.status.Role()}
}

func (r *taskRow) reason() string {
	switch {
	case r.stray != nil:
		return strayWords(*r.stray)
	case r.stopped:
		return cmp.Or(r.unseen, r.ended.Why())
	}
	for _, want := range [...]theme.Status{theme.StatusDegraded, theme.StatusUnknown, theme.StatusPending} {
		for _, t := range r.targets {
			if targetStatus(t) == want {
				return r.facts.targetWords(t)
			}
		}
	}
	if r.task.Health == "UNHEALTHY" {
		return "the container's health command fails"
	}
	return ""
}

// protectedCell says until when the task is protected; nothing for one that is not.
func (r *taskRow) protectedCell(now time.Time) table.Cell {
	if !r.protected.After(now) {
		return table.Cell{}
	}
	return table.Cell{Text: "until " + wording.Clock(r.protected, now), Role: theme.Accent}
}
