package follow

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
)

// identifiers are the parts of a reason that differ from task to task: ARNs,
// task ids, instance ids, addresses with ports.
var identifiers = regexp.MustCompile(`arn:[a-z-]+:[^\s)]+|\b[0-9a-f]{32}\b|\bi-[0-9a-f]{8,17}\b|\b[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]+)?\b`)

// stopReasons groups stopped tasks by reason, the most frequent first. A
// deployment id chooses its own tasks, an empty one all. Tasks that scaling or
// the replacement by a deployment ended did nothing wrong and are left out.
func stopReasons(tasks []awsx.Task, deployment string) []StopReason {
	byText := map[string]*StopReason{}
	for _, t := range tasks {
		if deployment != "" && t.StartedBy != deployment || scaledIn(t) {
			continue
		}
		why := reasonOf(t)
		s := byText[why]
		if s == nil {
			s = &StopReason{Text: why}
			byText[why] = s
		}
		s.Count++
		if s.Task == "" || t.StoppedAt.After(s.At) {
			s.Task, s.At = t.ID, t.StoppedAt
		}
	}
	var list []StopReason
	for _, why := range slices.Sorted(maps.Keys(byText)) {
		list = append(list, *byText[why])
	}
	slices.SortStableFunc(list, func(a, b StopReason) int { return cmp.Compare(b.Count, a.Count) })
	return list
}

// scaledIn reports whether the scheduler stopped a task because it was no
// longer wanted.
func scaledIn(t awsx.Task) bool {
	r := reason.Read(t.StoppedReason)
	return r.Stage == reason.Scheduler && r.Cause == reason.Routine
}

// reasonOf says in one line why a task stopped, without what differs between
// tasks. The container's own words say more than "essential container exited".
func reasonOf(t awsx.Task) string {
	text := t.StoppedReason
	for _, c := range t.Containers {
		switch {
		case c.Reason != "":
			text = c.Name + ": " + c.Reason
			if c.ExitCode != awsx.Unset {
				text += fmt.Sprintf(" (exit %d)", c.ExitCode)
			}
		case c.ExitCode > 0 && strings.HasPrefix(t.StoppedReason, "Essential container"):
			text = fmt.Sprintf("%s exited with code %d", c.Name, c.ExitCode)
		default:
			continue
		}
		break
	}
	text = cmp.Or(text, t.StopCode, "no reason given")
	return identifiers.ReplaceAllStringFunc(text, func(id string) string {
		if strings.HasPrefix(id, "arn:") {
			return kindOf(id)
		}
		return "…"
	})
}

// since returns the tasks that stopped after a change began.
func since(tasks []awsx.Task, start time.Time) []awsx.Task {
	return slices.DeleteFunc(slices.Clone(tasks), func(t awsx.Task) bool {
		return t.StoppedAt.Before(start.Add(-clockSkew))
	})
}

// kindOf returns what an ARN says that is the same for all of its kind: the middle
// of a resource in three parts, such as a target group's name or a task's cluster,
// else the name.
func kindOf(arn string) string {
	if parts := strings.Split(arn, "/"); len(parts) == 3 {
		return parts[1]
	}
	return awsx.ARNName(arn)
}
