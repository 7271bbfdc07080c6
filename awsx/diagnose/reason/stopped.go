package reason

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
)

// Stopped is what a stopped task tells.
type Stopped struct {
	Reason
	// Failure is true unless the task was stopped on purpose (by scaling in, by a
	// deployment that replaced it, by a person, for maintenance), or nothing that
	// is known tells how it ended.
	Failure bool
	// Container is the container that ended the task; empty when it was none.
	Container string
	// ExitCode is that container's, awsx.Unset when it never exited.
	ExitCode int

	why, next string
}

// Why says in a few words why the task stopped.
func (s Stopped) Why() string { return s.why }

// Next says what to look at or do; empty when there is nothing to do.
func (s Stopped) Next() string { return s.next }

// StoppedAt returns when a stopped or stopping task ended; zero when it says
// nothing about it.
func StoppedAt(t awsx.Task) time.Time {
	if !t.StoppedAt.IsZero() {
		return t.StoppedAt
	}
	return t.StoppingAt
}

// StoppedTask reads a stopped or stopping task: its stop code, its reason and
// those of its containers. Only an essential container ends a task; td tells which
// are, and may be nil when it was not read.
func StoppedTask(t awsx.Task, td *awsx.TaskDefinition) Stopped {
	s := Stopped{Reason: Read(t.StoppedReason), ExitCode: awsx.Unset}
	c := culprit(t, td)
	whole := t.StoppedReason
	if c.Reason != "" {
		whole = joined(t.StoppedReason, "("+c.Name+": "+c.Reason+")")
		// A container's own words say more than "Task failed to start", unless the
		// scheduler or a person ended the task.
		if inner := Read(c.Reason); inner.Known() && !s.decided() || t.StoppedReason == "" {
			s.Reason = inner
		}
	}
	s.place(t.StopCode)
	if s.Stage == None && telling(c.ExitCode) {
		s.Stage = Exit
	}
	switch s.Stage {
	case Pull:
		if s.Subject == "" || s.Cause == Platform && c.Image != "" {
			s.Subject = c.Image // which says more than the platform that it lacks
		}
		s.Container = c.Name
	case Create, Start:
		s.Container, s.ExitCode = c.Name, c.ExitCode
	case Memory, Exit:
		s.exited(c, t.StoppedReason)
	}
	s.Failure = s.Known() && s.Cause != Routine
	s.why, s.next = cmp.Or(s.why, s.Reason.Why()), cmp.Or(s.next, s.Reason.Next())
	s.why = cmp.Or(s.why, t.StopCode, "stopped without a reason")
	s.Text = whole
	return s
}

// decided reports whether the task's own reason tells all: who or what outside
// of it ended it, whatever its containers wrote when they were stopped.
func (s *Stopped) decided() bool {
	switch s.Stage {
	case Scheduler, Person, Host, BalancerCheck, ContainerCheck:
		return true
	}
	return false
}

// place gives the stage of the task's stop code to a reason whose text tells none.
// The codes are those of the ECS API (Task, stopCode).
func (s *Stopped) place(code string) {
	switch {
	case code == "UserInitiated" && s.Cause != Routine:
		s.Stage, s.Cause = Person, Routine
	case s.Stage == Exit || s.Stage == None && code == "EssentialContainerExited":
		s.Stage = Exit
	case s.Stage != None:
	case code == "SpotInterruption":
		s.Stage, s.Cause = Host, Interrupted
	case code == "TerminationNotice":
		s.Stage, s.Cause = Host, Terminated
	case code == "InfrastructureHealth":
		s.Stage, s.Cause = Host, Unhealthy
	case code == "TaskFailedToStart":
		s.Stage = Start
	case code == "ServiceSchedulerInitiated":
		s.Stage, s.Cause = Scheduler, Routine
		s.why = cmp.Or(s.Text, "stopped by the scheduler")
	}
}

// exited says how the container that ended the task ended.
func (s *Stopped) exited(c awsx.Container, taskReason string) {
	s.Container, s.ExitCode = c.Name, c.ExitCode
	text := exitWords(c.ExitCode, taskReason)
	if s.Stage == Memory {
		text = "out of memory"
	} else {
		s.next = exitNext(c.ExitCode)
	}
	switch {
	case c.Name == "" || c.ExitCode == awsx.Unset:
		s.why = cmp.Or(text, "essential container exited")
	case text == "":
		s.why = fmt.Sprintf("exit %d", c.ExitCode)
	default:
		s.why = fmt.Sprintf("exit %d: %s", c.ExitCode, text)
	}
}

// culprit returns the container that most probably ended the task, without a name
// when none did. When one ends, the others are stopped by signal, so their 137 and
// 143 say the least; an exit code of 0 still ends a service's task. One that is
// not essential ends none, but can keep a task from starting.
func culprit(t awsx.Task, td *awsx.TaskDefinition) awsx.Container {
	best, rank := awsx.Container{ExitCode: awsx.Unset}, 0
	for _, c := range t.Containers {
		r := 0 // how much it speaks for this container
		switch {
		case t.StopCode == "EssentialContainerExited" && !essential(c.Name, td):
		case c.Reason != "" && Read(c.Reason).Known():
			r = 6
		case telling(c.ExitCode):
			r = 5
		case c.ExitCode == 137:
			r = 4
		case c.ExitCode == 143:
			r = 3
		case c.ExitCode == 0:
			r = 2
		default:
			r = 1
		}
		if r > rank {
			best, rank = c, r
		}
	}
	return best
}

// telling reports whether an exit code tells of a failure of the program itself.
func telling(code int) bool {
	return code != awsx.Unset && code != 0 && code != 137 && code != 143
}

// essential reports whether a container is essential, as it is unless its
// definition says otherwise.
func essential(name string, td *awsx.TaskDefinition) bool {
	if td == nil {
		return true
	}
	c, ok := td.Container(name)
	return !ok || c.Essential
}

// exitWords prefers what a well-known exit code means over the service's
// sentence. The one that is the same for every exit says nothing.
func exitWords(code int, reason string) string {
	switch code {
	case 0:
		return "finished, but a service's task should not"
	case 126:
		return "command is not executable"
	case 127:
		return "command not found"
	case 137:
		return "killed (memory or stop timeout)"
	case 139:
		return "segmentation fault"
	case 143:
		return "terminated by signal"
	}
	if strings.EqualFold(strings.TrimSuffix(reason, "."), "Essential container in task exited") {
		return ""
	}
	return reason
}

func exitNext(code int) string {
	switch code {
	case 126, 127:
		return "check the image's entry point and command"
	case 137:
		return "compare the memory limit with its use; read the log"
	}
	return ReadLines
}
