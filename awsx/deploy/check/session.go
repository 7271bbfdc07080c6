package check

import (
	"cmp"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/session"
	"gantry/internal/fault"
)

// Joins tells whether a session can be joined from this machine.
func Joins(p session.Plugin) Finding {
	final := func(format string, args ...any) Finding {
		f := finding(Plugin, Broken, format, args...)
		f.Final = true
		return f
	}
	switch {
	case p.Instead != "":
		return final("%s", p.Instead)
	case p.Path == "":
		return final("%s is not on PATH: AWS documents how to install it (Session Manager plugin)", session.PluginName)
	case !p.Hides():
		return finding(Plugin, Warning, "%s takes the session's token on its command line, which whoever may list this machine's processes reads: versions from 1.2.497.0 on do not",
			strings.TrimSpace(session.PluginName+" "+p.Version))
	}
	return finding(Plugin, OK, "%s %s", session.PluginName, p.Version)
}

// Real warns of an account that is not, on which a program is run that is.
func Real(instead string) Finding {
	return finding(Program, Warning, "%s: the program is a real one all the same, and reaches what it is told to", instead)
}

// Shells tells what keeps a container of the task from taking a session: the container
// itself, the flag of the service or of the task, the agent, and the role.
func Shells(cur read.Current, c awsx.Container) []Finding {
	return append([]Finding{running(cur.Task, c), flag(cur), agent(cur, c)}, Role(cur)...)
}

func running(t awsx.Task, c awsx.Container) Finding {
	if t.LastStatus == "RUNNING" && c.LastStatus == "RUNNING" {
		return finding(Container, OK, "%s is RUNNING", c.Name)
	}
	f := finding(Container, Broken, "%s is %s, and its task %s", c.Name, cmp.Or(c.LastStatus, "?"), cmp.Or(t.LastStatus, "?"))
	f.Final = true // ECS refuses the call
	return f
}

func flag(cur read.Current) Finding {
	if cur.Task.ExecEnabled {
		return finding(ExecFlag, OK, "the task was started with ECS Exec on")
	}
	f := finding(ExecFlag, Broken, "the task was started with ECS Exec off, and it belongs to no service: run another with it on")
	switch {
	case cur.Service.Name != "" && cur.Service.ExecEnabled:
		f.Text = "the task was started before ECS Exec was turned on for service " + cur.Service.Name + ": a forced deployment starts it anew"
	case strings.HasPrefix(cur.Task.Group, "service:"):
		f.Text = "ECS Exec is off for service " + strings.TrimPrefix(cur.Task.Group, "service:") + ": turn it on, which starts its tasks anew"
	}
	f.Final = true // ECS refuses the call
	return f
}

func agent(cur read.Current, c awsx.Container) Finding {
	because := ""
	if c.ExecAgent.Reason != "" {
		because = ": " + c.ExecAgent.Reason
	}
	if tree := documentOf(cur.Definition); tree != nil && c.ExecAgent.Status != "RUNNING" {
		if def := tree.Container(c.Name); def != nil && def.Truth("readonlyRootFilesystem") {
			because += "; its root file system is read-only, and the agent has to write to /var/lib/amazon/ssm and /var/log/amazon/ssm"
		}
	}
	switch c.ExecAgent.Status {
	case "RUNNING":
		return finding(ExecAgent, OK, "the agent in %s is RUNNING", c.Name)
	case "":
		if !cur.Task.ExecEnabled {
			return finding(ExecAgent, Skipped, "there is no agent without the flag%s", because)
		}
		return finding(ExecAgent, Broken, "no agent runs in %s%s", c.Name, because)
	case "PENDING":
		return finding(ExecAgent, Broken, "the agent in %s is still starting%s", c.Name, because)
	}
	return finding(ExecAgent, Broken, "the agent in %s is %s%s", c.Name, c.ExecAgent.Status, because)
}

// Role tells whether the role of the tasks may open the channels that shells need.
func Role(cur read.Current) []Finding {
	td := cur.Definition
	switch {
	case td == nil:
		return []Finding{finding(TaskRole, Skipped, "the task definition could not be read")}
	case td.TaskRole == "" && (cur.Task.LaunchType == "FARGATE" || cur.Service.LaunchType == "FARGATE"):
		return []Finding{finding(TaskRole, Broken, "%s has no task role, whose permissions the agent needs", awsx.ARNName(td.ARN))}
	case td.TaskRole == "":
		return []Finding{finding(TaskRole, Warning, "%s has no task role: the agent needs the permissions of its instance's role", awsx.ARNName(td.ARN))}
	case !cur.Denied.Done:
		return []Finding{finding(TaskRole, Skipped, "nobody asked what %s may do", awsx.ARNName(td.TaskRole))}
	case cur.Denied.Err != nil:
		return []Finding{finding(TaskRole, Skipped, "what %s may do is not known: %s", awsx.ARNName(td.TaskRole), read.Why(cur.Denied.Err))}
	case len(cur.Denied.Value) > 0:
		return []Finding{finding(TaskRole, Broken, "%s may not %s", awsx.ARNName(td.TaskRole), strings.Join(cur.Denied.Value, ", "))}
	}
	return []Finding{finding(TaskRole, OK, "%s may open the channels of Systems Manager", awsx.ARNName(td.TaskRole))}
}

// NodeAnswers tells whether the agent on an instance answers.
func NodeAnswers(cur read.Current) Finding {
	n := cur.Node
	switch {
	case fault.ClassOf(n.Err) == fault.NotFound && n.Err != nil:
		return finding(NodeAgent, Broken, "Systems Manager does not know %s: its agent does not run, or the instance's role or network does not let it", cur.Instance.EC2ID)
	case n.Err != nil:
		return finding(NodeAgent, Skipped, "whether its agent answers is not known: %s", read.Why(n.Err))
	case !n.Value.Online():
		return finding(NodeAgent, Broken, "the agent on %s is %s", cur.Instance.EC2ID, cmp.Or(n.Value.Ping, "?"))
	}
	return finding(NodeAgent, OK, "the agent on %s is Online, version %s", cur.Instance.EC2ID, n.Value.AgentVersion)
}
