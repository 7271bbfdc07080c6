package changes

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy/follow"
	"gantry/ui"
	"gantry/ui/theme"
	"gantry/views/wording"
)

// Background keeps running changes in the status line, whatever screen is shown.
type Background struct {
	Runner *change.Runner
	// Key is the key that lists the changes; nil mentions none.
	Key func() string

	jobs []change.Status
	read map[string]bool // those whose end was seen
}

var _ ui.Background = (*Background)(nil)

// Open begins to watch the jobs.
func (b *Background) Open(ctx context.Context) tea.Cmd {
	jobs := WatchJobs(ctx, b.Runner)
	b.jobs = b.Runner.Jobs()
	return jobs
}

// Update takes the jobs as they are now.
func (b *Background) Update(msg tea.Msg) tea.Cmd {
	news, ok := msg.(JobsChanged)
	if !ok {
		return nil
	}
	b.jobs = b.Runner.Jobs()
	return news.Next()
}

// Read notes that it was seen how the changes ended that have. While others run these are
// said instead, and no end is seen.
func (b *Background) Read() {
	if len(worstFirst(b.jobs)) > 0 {
		return
	}
	b.read = map[string]bool{}
	for _, j := range b.jobs {
		b.read[j.ID] = true
	}
}

// Status says how the changes stand: those that run, the worst first, else how the worst
// of those ended whose end was not seen, of several the last. One of another account names it.
func (b *Background) Status(place string) string {
	running := worstFirst(b.jobs)
	switch len(running) {
	case 0:
		unread := slices.DeleteFunc(slices.Clone(b.jobs), func(j change.Status) bool { return b.read[j.ID] })
		if len(unread) == 0 {
			return ""
		}
		slices.Reverse(unread)
		worst := slices.MaxFunc(unread, func(a, b change.Status) int { return urgency(a) - urgency(b) })
		return endedWords(worst, elsewhere(worst, place))
	case 1:
		return runningWords(running[0], elsewhere(running[0], place))
	}
	head := wording.Count(len(running), "change")
	if b.Key != nil {
		head += " (" + b.Key() + " lists them)"
	}
	words := make([]string, len(running))
	for i, j := range running {
		words[i] = runningWords(j, elsewhere(j, place))
	}
	return head + ": " + wording.JoinNonEmpty("; ", words...)
}

// worstFirst are the changes that run, those in trouble first. Of several at one
// target only the newest matters: it replaces what the others follow.
func worstFirst(jobs []change.Status) []change.Status {
	var running []change.Status
	for _, j := range slices.Backward(jobs) {
		if !j.Over() && !slices.ContainsFunc(running, func(newer change.Status) bool { return newer.Target == j.Target }) {
			running = append(running, j)
		}
	}
	slices.Reverse(running)
	slices.SortStableFunc(running, func(a, b change.Status) int { return urgency(b) - urgency(a) })
	return running
}

// urgency orders changes: first what fails, then what waits for somebody.
func urgency(j change.Status) int {
	n := 2 * jobStatus(j).Severity()
	if !j.Over() && j.Progress.Paused != nil {
		n++
	}
	return n
}

// elsewhere names the account of a change that is not of a place.
func elsewhere(j change.Status, place string) string {
	context := j.Target.Context.String()
	if context == place {
		return ""
	}
	_, account, _, _ := awsx.ARNParts(j.Target.ARN)
	return " in " + context + " (account " + account + ")"
}

func runningWords(j change.Status, where string) string {
	if j.Progress.At.IsZero() {
		return jobName(j) + where + ": " + cmp.Or(j.Step, "starting")
	}
	words := jobName(j) + where + ": "
	switch {
	case j.Progress.Paused != nil:
		words += "paused, "
	case jobStatus(j) == theme.StatusDegraded:
		words = theme.StatusDegraded.Glyph() + " " + words
	}
	return words + progressCounts(j)
}

// progressCounts are the counts of a change that is followed, in few words.
func progressCounts(j change.Status) string {
	p := j.Progress
	switch j.Target.Noun() {
	case "instance":
		return wording.Count(p.Draining, "task") + " left"
	case "task", "revision":
		return cmp.Or(wording.JoinNonEmpty(", ", some(p.Pending, "starting"), some(p.Running, "running"), some(p.Draining, "stopping"), some(p.Failed, "failed")), "ended")
	}
	words := fmt.Sprintf("%d/%d new, %d failed", p.Running, p.Desired, p.Failed)
	if p.Phase == follow.PhaseRollingBack {
		words = "rolling back"
	}
	if p.Stage != "" {
		words = wording.StageWords(p.Stage) + ", " + words
	}
	return words
}

func endedWords(j change.Status, where string) string {
	what := jobName(j) + where + ": "
	switch {
	case j.Err != nil:
		cause, _ := CauseOf(j.Err)
		return what + cause
	case j.Result.Verdict != nil:
		return what + string(j.Result.Verdict.Outcome)
	}
	return what + "done"
}

// Busy says what quitting would interrupt or leave alone.
func (b *Background) Busy() string {
	calling, following := 0, 0
	for _, j := range b.jobs {
		switch {
		case j.Over():
		case j.Progress.At.IsZero():
			calling++
		default:
			following++
		}
	}
	switch {
	case calling > 0:
		return wording.Count(calling, "change") + " is making calls; gantry waits for them, and the rest goes on in ECS"
	case following > 0:
		return wording.Count(following, "deployment") + " is followed; it goes on in ECS without gantry"
	}
	return ""
}
