package changes

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx/deploy/follow"
	"gantry/awsx/diagnose/cause"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/incident"
	"gantry/views/prose"
	"gantry/views/wording"
)

// paras tell the story with its end first: how it stands, then what was asked,
// then the evidence, with the lines of tasks unless they stand elsewhere.
func (s *followScreen) paras(lines bool) []prose.Para {
	var d prose.Document
	if !s.known {
		d.Line(theme.Dim, "this change ended long ago and is no longer kept in memory; the audit file has it")
		return d.Paras
	}
	here := s.changes.Deps.Host.Now().Location()
	s.standing(&d, here)
	d.Field(s.job.Action, brief(s.job.Summary))
	d.FieldAs(theme.Accent, "next", s.advice())
	if s.job.Result.AuditErr != nil {
		d.FieldAs(theme.Failed, "audit", theme.StatusFailed.Glyph()+" the record is incomplete: "+s.job.Result.AuditErr.Error())
	}
	if len(s.found) > 0 {
		d.Heading("What is wrong")
	}
	for _, t := range s.found {
		d.Paras = append(d.Paras, incident.Paras(t, s.changes.Deps.Now(), func(cause.Do) string { return "" })...)
	}
	if !s.job.Progress.At.IsZero() {
		s.rollout(&d)
		s.stops(&d)
		if of := s.taskLines(); lines && len(of) > 0 {
			d.Paras = append(append(d.Paras, prose.Para{}), of...)
		}
		s.events(&d, here)
	}
	return d.Paras
}

// standing is the first line: the verdict, or how far the change has come.
func (s *followScreen) standing(d *prose.Document, here *time.Location) {
	say := func(st theme.Status, words string) {
		d.Paras = append(d.Paras, prose.Para{Text: st.Glyph() + " " + words, Role: st.Role()})
	}
	j, p := s.job, s.job.Progress
	switch {
	case !j.Over() && p.At.IsZero() && j.Step != "":
		say(theme.StatusPending, "calling: "+j.Step)
	case !j.Over() && p.At.IsZero():
		say(theme.StatusPending, "waiting for the first reading")
	case s.paused():
		say(theme.StatusPending, pauseWords(p, here))
	case !j.Over():
		say(theme.StatusPending, phaseWords(p)+": "+s.progressWords())
	case j.Err != nil:
		cause, fix := CauseOf(j.Err)
		say(theme.StatusFailed, cause)
		d.FieldAs(theme.Accent, "fix", fix)
	case j.Result.Verdict == nil:
		say(theme.StatusOK, "done")
	default:
		v := *j.Result.Verdict
		say(outcomeStatus(v), string(v.Outcome)+": "+v.Text)
		for _, detail := range s.details(v) {
			d.Line(theme.Text, detail)
		}
	}
}

// phaseWords say where a rollout is: a deployment that shifts traffic by its stage,
// since old tasks that stay for a way back are not draining.
func phaseWords(p follow.Progress) string {
	if p.Stage != "" && (p.Phase == follow.PhaseRolling || p.Phase == follow.PhaseDraining) {
		return wording.StageWords(p.Stage)
	}
	return string(p.Phase)
}

// progressWords count what the change is about: tasks of a deployment, tasks that
// run or stop by themselves, tasks that leave an instance.
func (s *followScreen) progressWords() string {
	p := s.job.Progress
	switch s.Service.Noun() {
	case "instance":
		return wording.Count(p.Draining, "task") + " of services still on the instance"
	case "task":
		return wording.Count(p.Running+p.Pending+p.Draining, "task") + " still to stop"
	case "revision":
		return fmt.Sprintf("%d of %s ended", s.ended(), wording.Count(p.Desired, "task"))
	}
	return fmt.Sprintf("%d of %s running", p.Running, wording.Count(p.Desired, "task"))
}

// ended is how many of the tasks that were run have ended.
func (s *followScreen) ended() int {
	p := s.job.Progress
	return max(0, p.Desired-p.Running-p.Pending-p.Draining)
}

// pauseWords tell what a pause waits for, and what ends it when nobody does.
func pauseWords(p follow.Progress, here *time.Location) string {
	words := "paused"
	if p.Stage != "" {
		words += " at " + wording.StageWords(p.Stage)
	}
	h := p.Paused
	if h.ExpiresAt.IsZero() {
		return words + " until somebody continues it"
	}
	words += " until " + h.ExpiresAt.In(here).Format("15:04")
	switch h.TimeoutAction {
	case "ROLLBACK":
		words += ", then ECS rolls it back"
	case "CONTINUE":
		words += ", then ECS continues it"
	}
	return words
}

func outcomeStatus(v follow.Verdict) theme.Status {
	switch v.Outcome {
	case follow.Succeeded:
		return theme.StatusOK
	case follow.SucceededBut, follow.TimedOut, follow.Superseded, follow.Stopped:
		return theme.StatusDegraded
	}
	return theme.StatusFailed
}

// details are what a verdict adds to what stands on the screen anyway: one that is
// good says all in its text.
func (s *followScreen) details(v follow.Verdict) []string {
	if v.Good() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(v.Details), func(detail string) bool {
		if strings.Contains(v.Text, detail) {
			return true
		}
		return slices.ContainsFunc(s.job.Progress.Stops, func(stop follow.StopReason) bool { return stop.String() == detail })
	})
}

// advice says what an operator would do next.
func (s *followScreen) advice() string {
	j := s.job
	keys := s.changes.Deps.Host
	logs, back := keys.Key(views.ActLogs)+" reads the logs", keys.Key(views.ActUndo)+" plans the way back"
	switch {
	case s.paused():
		return keys.Key(actContinue) + " plans to continue it, " + back
	case !j.Over() && len(j.Progress.Stops) > 0 && views.NotAService(s.Service) == "":
		return back + ", " + logs
	case !j.Over():
		return ""
	case s.unmade():
		return "nothing was changed; " + keys.Key(actPlanAnew) + " plans anew"
	case j.Err != nil || j.Result.Verdict == nil || j.Result.Verdict.Good() || views.NotAService(s.Service) != "":
		return ""
	}
	switch j.Result.Verdict.Outcome {
	case follow.RolledBack:
		return "what was asked for does not run; " + logs
	case follow.Superseded:
		return "somebody else changed the service meanwhile: look before changing it again"
	case follow.TimedOut:
		return "gantry stopped watching, ECS goes on; " + logs
	}
	return back + ", " + logs
}

// unmade tells that the change ended before anything was changed.
func (s *followScreen) unmade() bool {
	r := s.job.Result.State
	return s.Intent != nil && s.job.Over() && s.job.Err != nil && !r.Applied && r.Registered == nil
}

// stops lists why tasks of the change stopped, the most frequent reason first.
func (s *followScreen) stops(d *prose.Document) {
	if len(s.job.Progress.Stops) == 0 {
		return
	}
	d.Heading("Stopped tasks")
	for _, stop := range s.job.Progress.Stops {
		d.FieldAs(theme.Failed, fmt.Sprintf("%d x", stop.Count), stop.Text)
	}
}

// events lists the service's own words, newest first, without the name that each
// of them begins with.
func (s *followScreen) events(d *prose.Document, here *time.Location) {
	if len(s.job.Progress.Events) == 0 {
		return
	}
	d.Heading("Events")
	for _, e := range slices.Backward(s.job.Progress.Events) {
		words := wording.Named(strings.TrimPrefix(e.Message, "(service "+s.Service.Name()+") "))
		d.Field(e.At.In(here).Format("15:04:05"), words)
	}
}
