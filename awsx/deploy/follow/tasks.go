package follow

import (
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/words"
)

// observeTasks follows tasks to their end, an instance until it is empty of services'
// tasks, or a group.
func (f *Follower) observeTasks(p *Progress, o Observation) {
	p.Phase = PhaseRolling
	if f.spec.Group.ARN != "" {
		f.observeGroup(p, o)
		return
	}
	if f.spec.Instance.ARN != "" {
		f.observeDrain(p, o)
		return
	}
	known, forgotten := f.recall(o.Tasks)
	ended := 0
	for _, t := range known {
		switch t.LastStatus {
		case "RUNNING":
			p.Running++
		case "STOPPED":
			ended++
		case "DEPROVISIONING", "STOPPING", "DEACTIVATING":
			p.Draining++
		default:
			p.Pending++
		}
	}
	p.Desired = len(f.spec.Tasks)
	switch {
	case len(f.tasks) == 0:
		p.Phase = PhaseWaiting
	case ended+forgotten < p.Desired || forgotten > 0 && o.Err != nil:
	case f.spec.Exits:
		judgeExits(p, known, forgotten, f.spec.Essential)
	case forgotten > 0:
		p.end(Failed, lostSight(forgotten, p.Desired))
	default:
		p.end(Succeeded, fmt.Sprintf("%s stopped", words.Count(ended, "task")))
	}
	if p.Running == 0 && p.Draining > 0 {
		p.Phase = PhaseDraining
	}
}

// recall adds to the tasks of an observation those that were seen to have stopped
// before, and counts those that are not there without having been.
func (f *Follower) recall(seen []awsx.Task) (known []awsx.Task, forgotten int) {
	now := map[string]bool{}
	for _, t := range seen {
		now[t.Ref.ARN] = true
		f.tasks[t.Ref.ARN] = t
	}
	for _, ref := range f.spec.Tasks {
		if t := f.tasks[ref.ARN]; now[ref.ARN] || t.LastStatus == "STOPPED" {
			known = append(known, t)
		} else {
			forgotten++
		}
	}
	return known, forgotten
}

func lostSight(forgotten, of int) string {
	return fmt.Sprintf("ECS no longer knows %d of %s, so the end was not seen", forgotten, words.Count(of, "task"))
}

// judgeExits decides by the exit codes of tasks that have ended: a container
// that never ran, or ended with another code than 0, fails its task. So does an end
// that nobody saw.
func judgeExits(p *Progress, tasks []awsx.Task, forgotten int, essential []string) {
	var bad []string
	for _, t := range tasks {
		if why := exitOf(t, essential); why != "" {
			bad = append(bad, fmt.Sprintf("task %s: %s", t.ID[:min(8, len(t.ID))], why))
			p.Failed++
		}
	}
	if forgotten > 0 {
		bad = append(bad, lostSight(forgotten, p.Desired))
	}
	p.Stops = stopReasons(tasks, "")
	if len(bad) == 0 {
		p.Stops = nil
		p.end(Succeeded, fmt.Sprintf("%s ended with exit code 0", words.Count(len(tasks), "task")))
		return
	}
	p.end(Failed, bad[0])
	p.Verdict.Details = bad[1:]
}

// exitOf says why a task did not end well; empty when it did.
func exitOf(t awsx.Task, essential []string) string {
	for _, c := range t.Containers {
		switch {
		case len(essential) > 0 && !slices.Contains(essential, c.Name):
		case c.ExitCode == awsx.Unset:
			return reasonOf(t)
		case c.ExitCode != 0:
			text := fmt.Sprintf("container %s ended with exit code %d", c.Name, c.ExitCode)
			if c.Reason != "" {
				text += ": " + c.Reason
			}
			return text
		}
	}
	if len(t.Containers) == 0 {
		return reasonOf(t)
	}
	return ""
}

// observeDrain waits until the tasks of services have left an instance; tasks
// that belong to none stay (ECS, container instance draining).
func (f *Follower) observeDrain(p *Progress, o Observation) {
	if o.Instance.Ref.ARN == "" {
		p.Phase = PhaseWaiting
		return
	}
	p.Phase = PhaseDraining
	standalone := 0
	for _, t := range o.Tasks {
		if strings.HasPrefix(t.Group, "service:") {
			p.Draining++
		} else {
			standalone++
		}
	}
	f.seen = f.seen || o.Instance.Status == "DRAINING"
	switch {
	case f.seen && o.Instance.Status != "DRAINING":
		p.end(Superseded, fmt.Sprintf("the instance is %s again: somebody ended the drain", o.Instance.Status))
	case f.seen && p.Draining == 0 && o.Err == nil:
		text := "no task of a service is left on " + o.Instance.EC2ID
		var but []string
		if standalone > 0 {
			but = []string{fmt.Sprintf("%s of no service stay", words.Count(standalone, "task"))}
		}
		p.succeed(text, but)
	}
	f.confirm(p, o)
}
