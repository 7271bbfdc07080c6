package diagnose

import (
	"fmt"
	"strings"

	"gantry/awsx"
)

// pullRules tell why an image could not be pulled.
var pullRules = []rule{
	{[]string{"no matching manifest"}, Cause{Kind: KindArchitecture, Text: "no image for this architecture", Next: "build the image for the instance's architecture"}},
	{[]string{"does not contain descriptor matching platform"}, Cause{Kind: KindArchitecture, Text: "no image for this architecture", Next: "build the image for the instance's architecture"}},
	{[]string{"no space left"}, Cause{Kind: KindDisk, Text: "disk full while pulling", Next: "free or grow the instance's disk"}},
	{[]string{"toomanyrequests"}, Cause{Kind: KindImageLimit, Text: "registry's pull limit reached", Next: "log in to the registry or mirror the image in ECR"}},
	{[]string{"i/o timeout"}, Cause{Kind: KindImageNetwork, Text: "registry unreachable", Next: "check NAT, VPC endpoints and the security group"}},
	{[]string{"request canceled"}, Cause{Kind: KindImageNetwork, Text: "registry unreachable", Next: "check NAT, VPC endpoints and the security group"}},
	{[]string{"deadline exceeded"}, Cause{Kind: KindImageNetwork, Text: "registry unreachable", Next: "check NAT, VPC endpoints and the security group"}},
	{[]string{"not authorized"}, Cause{Kind: KindImageDenied, Text: "not allowed to pull", Next: "allow ecr:BatchGetImage to the instance role (EC2) or the execution role (Fargate)"}},
	{[]string{"ecr:"}, Cause{Kind: KindImageDenied, Text: "not allowed to pull", Next: "allow ecr:BatchGetImage to the instance role (EC2) or the execution role (Fargate)"}},
	{[]string{"denied"}, Cause{Kind: KindImageDenied, Text: "not allowed to pull", Next: "check the registry's credentials and the pulling role"}},
	{[]string{"not found"}, Cause{Kind: KindImageMissing, Text: "no such image", Next: "push the tag or deploy one that exists"}},
	{[]string{"failed to resolve ref"}, Cause{Kind: KindImageMissing, Text: "no such image", Next: "push the tag or deploy one that exists"}},
	{[]string{"manifest unknown"}, Cause{Kind: KindImageMissing, Text: "no such image", Next: "push the tag or deploy one that exists"}},
}

// initRules tell why a task's resources could not be set up.
var initRules = []rule{
	{[]string{"secret"}, Cause{Kind: KindSecrets, Text: "cannot read its secrets", Next: "check the execution role, the secret's ARN and the network"}},
	{[]string{"registry auth"}, Cause{Kind: KindSecrets, Text: "cannot log in to the registry", Next: "check the execution role and the network"}},
	{[]string{"env file"}, Cause{Kind: KindEnvFile, Text: "cannot read its environment file", Next: "check the object in S3 and the execution role"}},
	{[]string{"environment file"}, Cause{Kind: KindEnvFile, Text: "cannot read its environment file", Next: "check the object in S3 and the execution role"}},
	{[]string{"log"}, Cause{Kind: KindLogDriver, Text: "cannot start its log driver", Next: "check that the log group exists and the execution role may write to it"}},
}

// Stopped is what a stopped task tells.
type Stopped struct {
	Cause
	// Failure is true unless the task was stopped on purpose: by scaling in, by
	// a deployment that replaced it, or by a user.
	Failure bool
	// Container is the container that ended the task; empty when it was none.
	Container string
	// ExitCode is that container's, awsx.Unset when it never exited.
	ExitCode int
}

// StoppedTask classifies a stopped or stopping task by its stop code, the
// wording of its reason and its containers.
func StoppedTask(t awsx.Task) Stopped {
	s := Stopped{ExitCode: awsx.Unset}
	c, found := culprit(t.Containers)
	reason := t.StoppedReason
	if found && c.Reason != "" {
		reason = joined(c.Reason, reason)
	}
	lower := strings.ToLower(reason)
	switch {
	case strings.Contains(lower, "elb health checks"):
		s.fail(KindTarget, "task failed its target's health check", "check the grace period, the target's reason and the log")
	case strings.Contains(lower, "container health checks"):
		s.fail(KindContainer, "container health check failed", "check the health command and its start period")
	case strings.Contains(lower, "scaling activity initiated by"):
		s.Cause = Cause{Kind: KindScheduler, Text: "stopped by a deployment or by scaling in", Routine: true}
	case t.StopCode == "UserInitiated":
		s.Cause = Cause{Kind: KindUser, Text: joined("stopped by a user:", t.StoppedReason), Routine: true}
	case strings.Contains(lower, "cannotpull"):
		s.pull(reason, c)
	case strings.Contains(lower, "resourceinitializationerror"):
		s.classify(initRules, reason, Cause{Kind: KindInitialization, Text: detail(reason), Next: "read the whole reason"})
	case strings.Contains(lower, "outofmemory"):
		s.exit(c, KindMemory, "out of memory", "raise the memory limit or find the leak")
	case t.StopCode == "SpotInterruption" || strings.Contains(lower, "spot task was interrupted"):
		s.fail(KindSpot, "spot capacity taken back", "nothing to repair; spread over more capacity")
	case t.StopCode == "TerminationNotice" || strings.Contains(lower, "host ec2"):
		s.fail(KindHost, "instance terminated", "check the Auto Scaling group's activity")
	case t.StopCode == "InfrastructureHealth":
		s.fail(KindInfrastructure, joined("infrastructure:", t.StoppedReason), "check the instance and its agent")
	case t.StopCode == "EssentialContainerExited" || strings.Contains(lower, "essential container"):
		s.exit(c, KindExit, exitWords(c.ExitCode, t.StoppedReason), exitNext(c.ExitCode))
	case t.StopCode == "ServiceSchedulerInitiated":
		s.Cause = Cause{Kind: KindScheduler, Text: orElse(t.StoppedReason, "stopped by the scheduler"), Routine: true}
	default:
		s.fail(KindCannotStart, orElse(detail(reason), "failed to start"), "read the whole reason and the log")
		s.name(c)
	}
	s.Failure = !s.Routine
	return s
}

func (s *Stopped) fail(k Kind, text, next string) { s.Cause = Cause{Kind: k, Text: text, Next: next} }

func (s *Stopped) classify(rules []rule, reason string, other Cause) {
	c, ok := match(rules, reason)
	if !ok {
		c = other
	}
	s.Cause = c
}

func (s *Stopped) name(c awsx.Container) { s.Container, s.ExitCode = c.Name, c.ExitCode }

func (s *Stopped) pull(reason string, c awsx.Container) {
	s.classify(pullRules, reason, Cause{Kind: KindImage, Text: "cannot pull image", Next: "read the whole reason"})
	if c.Image != "" {
		s.Text += ": " + awsx.ARNName(c.Image)
	}
	s.name(c)
	s.ExitCode = awsx.Unset
}

func (s *Stopped) exit(c awsx.Container, k Kind, text, next string) {
	s.fail(k, text, next)
	s.name(c)
	switch {
	case c.Name == "" || c.ExitCode == awsx.Unset:
		s.Text = orElse(text, "essential container exited")
	case text == "":
		s.Text = fmt.Sprintf("exit %d", c.ExitCode)
	default:
		s.Text = fmt.Sprintf("exit %d: %s", c.ExitCode, text)
	}
}

// culprit returns the container that most probably ended the task. When one
// ends, the others are stopped by signal, so their 137 and 143 say the least;
// an exit code of 0 still ends a service's task.
func culprit(cs []awsx.Container) (awsx.Container, bool) {
	best, rank := awsx.Container{ExitCode: awsx.Unset}, 0
	for _, c := range cs {
		r := 0
		switch {
		case c.Reason != "":
			r = 6
		case c.ExitCode == awsx.Unset:
			r = 1
		case c.ExitCode == 0:
			r = 2
		case c.ExitCode == 143:
			r = 3
		case c.ExitCode == 137:
			r = 4
		default:
			r = 5
		}
		if r > rank {
			best, rank = c, r
		}
	}
	return best, rank > 1
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
	if strings.EqualFold(reason, "Essential container in task exited") {
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
	return "read the last lines of the container's log"
}

// detail drops the error's type from "CannotStartContainerError: what happened".
func detail(reason string) string {
	if kind, rest, ok := strings.Cut(reason, "Error: "); ok && !strings.Contains(kind, " ") {
		return rest
	}
	return reason
}
