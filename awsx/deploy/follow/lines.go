package follow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
)

// Lines returns the progress as text, a line a subject. It may hold words of
// the service and is not cleaned.
func (p Progress) Lines() []string {
	lines := []string{p.counts()}
	if p.Stage != "" {
		lines = append(lines, "stage: "+p.Stage)
	}
	for _, s := range p.Shares {
		lines = append(lines, s.String())
	}
	if p.Paused != nil {
		lines = append(lines, pauseWords(*p.Paused))
	}
	for _, g := range p.Groups {
		lines = append(lines, g.String())
	}
	for _, s := range p.Stops {
		lines = append(lines, s.String())
	}
	for _, e := range p.Events {
		lines = append(lines, e.At.UTC().Format("15:04:05")+" "+e.Message)
	}
	if p.Err != nil {
		lines = append(lines, p.blindWords())
	}
	if p.Verdict != nil {
		lines = append(lines, string(p.Verdict.Outcome)+": "+p.Verdict.Text)
		lines = append(lines, slices.Clone(p.Verdict.Details)...)
	}
	return lines
}

// counts is the first line: the tasks, the breaker where there is one, the time.
func (p Progress) counts() string {
	if p.ReadAt.IsZero() && p.Running+p.Desired+p.Draining == 0 {
		return fmt.Sprintf("%s: nothing was read yet; %s of at most %s", p.Phase, p.Elapsed.Round(time.Second), p.Timeout.Round(time.Second))
	}
	text := fmt.Sprintf("%s: %d of %d running, %d pending, %d failed; %d old still running",
		p.Phase, p.Running, p.Desired, p.Pending, p.Failed, p.Draining)
	if p.Breaker != (Gauge{}) {
		text += "; breaker " + p.Breaker.String()
	}
	text += "; " + p.Elapsed.Round(time.Second).String()
	if p.Expected > 0 {
		text += " of about " + p.Expected.Round(time.Second).String() + ","
	}
	if p.Timeout > 0 {
		text += " of at most " + p.Timeout.Round(time.Second).String()
	}
	return text
}

// blindWords says why nothing is read, and since when.
func (p Progress) blindWords() string {
	if p.ReadAt.IsZero() || !p.blind {
		return "not read: " + p.Err.Error()
	}
	return fmt.Sprintf("not read since %s: %s", clock(p.ReadAt), p.Err)
}

// String counts the targets by state, after the group's name and role.
func (g GroupProgress) String() string {
	var states []string
	for _, s := range g.States {
		states = append(states, fmt.Sprintf("%d %s", s.Count, s.State))
	}
	if len(states) == 0 {
		states = []string{"no targets"}
	}
	name := awsx.GroupName(g.TargetGroup)
	if g.Role != "" {
		name += " (" + g.Role + ")"
	}
	return "targets of " + name + ": " + strings.Join(states, ", ")
}

// pauseWords tells what a paused deployment waits for.
func pauseWords(h awsx.LifecycleHook) string {
	text := "paused: waits to be continued"
	if !h.ExpiresAt.IsZero() {
		text += fmt.Sprintf(" until %s, then %s", h.ExpiresAt.UTC().Format("15:04:05 UTC"), strings.ToLower(cmp.Or(h.TimeoutAction, "none")))
	}
	return text
}
