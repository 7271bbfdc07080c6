package views

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"gantry/ui"
)

// Background keeps running changes in the status line, whatever screen is shown.
type Background struct {
	Changer Changer

	jobs []Job
}

var _ ui.Background = (*Background)(nil)

// Open begins to watch the jobs.
func (b *Background) Open(ctx context.Context) tea.Cmd {
	b.jobs = b.Changer.Jobs()
	return watchJobs(ctx, b.Changer)
}

// Update takes the jobs as they are now.
func (b *Background) Update(msg tea.Msg) tea.Cmd {
	news, ok := msg.(jobsChanged)
	if !ok {
		return nil
	}
	b.jobs = b.Changer.Jobs()
	return news.next()
}

// Status says how the changes stand: each that runs, else how the last one ended.
func (b *Background) Status() string {
	var running []string
	last := ""
	for _, j := range b.jobs {
		if j.Ended {
			last = endedWords(j)
		} else {
			running = append(running, runningWords(j))
		}
	}
	if len(running) > 0 {
		return joinNonEmpty("; ", running...)
	}
	return last
}

func runningWords(j Job) string {
	what := j.Action + " " + j.Target.Name()
	if p := j.Progress; !p.At.IsZero() {
		return fmt.Sprintf("%s: %d/%d new, %d failed", what, p.Running, p.Desired, p.Failed)
	}
	return what + ": " + orDefault(j.Step, "starting")
}

func endedWords(j Job) string {
	what := j.Action + " " + j.Target.Name() + ": "
	switch {
	case j.Err != nil:
		cause, _ := causeOf(j.Err)
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
		case j.Ended:
		case j.Progress.At.IsZero():
			calling++
		default:
			following++
		}
	}
	switch {
	case calling > 0:
		return count(calling, "change") + " is making calls; gantry waits for them, and the rest goes on in ECS"
	case following > 0:
		return count(following, "deployment") + " is followed; it goes on in ECS without gantry"
	}
	return ""
}
