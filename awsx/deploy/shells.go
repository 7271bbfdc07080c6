package deploy

import (
	"cmp"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/awsx/session"
)

// OpenShell begins a command in a container of a task, which ECS Exec joins with a terminal.
type OpenShell struct {
	// Container is a container's name; empty is the only one, or the one behind the service's
	// load balancer.
	Container string
	// Command is what runs, as ExecuteCommand takes it; empty is a shell.
	Command string
	// What says in words what it is, without what may be secret of it; empty is "a shell".
	What string
	// Plugin joins the session.
	Plugin session.Plugin
}

// OpenSession begins a shell on an instance, by Systems Manager.
type OpenSession struct{ Plugin session.Plugin }

// Forward joins a port of this machine with one of a container, or through it with one of
// another host.
type Forward struct {
	Container string
	Ports     session.Forwarding
	Plugin    session.Plugin
}

// AllowExec turns ECS Exec on for a service, or off, and starts its tasks anew: those that
// run keep what they were started with.
type AllowExec struct{ Off bool }

var _ = verbs.Add(OpenShell{})

// Action names the intent.
func (OpenShell) Action() string { return "shell" }

var _ = verbs.Add(OpenSession{})

// Action names the intent.
func (OpenSession) Action() string { return "session" }

var _ = verbs.Add(Forward{})

// Action names the intent.
func (Forward) Action() string { return "forward" }

var _ = verbs.Add(AllowExec{})

// Action names the intent.
func (AllowExec) Action() string { return "allow exec" }

func (OpenShell) reads() []read.Read { return shellReads() }
func (Forward) reads() []read.Read   { return shellReads() }

// shellReads minds which containers run: another than the one that was asked about is
// another's.
func shellReads() []read.Read {
	runs := read.Mind[awsx.Task]{What: "task's containers", Fact: func(t awsx.Task) string {
		names := []string{t.DesiredStatus}
		for _, c := range t.Containers {
			names = append(names, c.Name+" "+c.RuntimeID[:min(shownID, len(c.RuntimeID))])
		}
		return strings.Join(names, ", ")
	}}
	return []read.Read{read.Task(runs), read.Shelled()}
}

func (in OpenShell) draft(cur read.Current) (draft, error) {
	c, err := containerOf(cur, in.Container)
	if err != nil {
		return draft{}, err
	}
	command, what := in.Command, cmp.Or(in.What, "a shell")
	if command == "" {
		command = session.Shell()
		if cur.Definition != nil && strings.HasPrefix(cur.Definition.OS, "WINDOWS") {
			command = "powershell.exe"
		}
	}
	d := inContainer(cur, c, in.Plugin)
	d.after = what + " in container " + c.Name
	d.steps = []step.Step{&step.Exec{Task: cur.Task, What: what, Asked: awsx.ExecCommand{
		Task: cur.Task.Ref, Container: c.Name, RuntimeID: c.RuntimeID, Command: command,
	}}}
	return d, nil
}

func (in Forward) draft(cur read.Current) (draft, error) {
	c, err := containerOf(cur, in.Container)
	if err != nil {
		return draft{}, err
	}
	d := inContainer(cur, c, in.Plugin)
	d.after = in.Ports.Here(0) + " to " + in.Ports.There() + " through container " + c.Name
	d.steps = []step.Step{&step.StartSession{
		Context: cur.Target.Context, Asked: in.Ports.Request(awsx.ContainerTarget(cur.Task.Ref, c.RuntimeID)), At: step.OfTask(cur.Task),
		What: "a session that forwards " + in.Ports.Here(0) + " to " + in.Ports.There() + " through container " + c.Name + " of task " + cur.Task.ID,
	}}
	return d, nil
}

// inContainer begins the draft of a session with a container.
func inContainer(cur read.Current, c awsx.Container, p session.Plugin) draft {
	return draft{
		mend:  mending(cur),
		holds: true, before: "task " + cur.Task.ID + " of " + awsx.ARNName(cur.Task.TaskDefinition) + " " + cur.Task.LastStatus,
		leaves: "changes nothing by itself; what is done there is not recorded here",
		checks: append([]check.Finding{check.Joins(p)}, check.Shells(cur, c)...),
	}
}

// mending is what lets the service's tasks take shells; nil when they do, or there is none.
func mending(cur read.Current) *Mend {
	switch svc := cur.Service; {
	case cur.Task.ExecEnabled || svc.Name == "":
		return nil
	case svc.ExecEnabled:
		return &Mend{svc.Ref, Restart{}, "starts the tasks of " + svc.Name + " anew"}
	default:
		return &Mend{svc.Ref, AllowExec{}, "turns ECS Exec on for " + svc.Name + ", which starts its tasks anew"}
	}
}

// containerOf is the container of a name, or the one that is meant without.
func containerOf(cur read.Current, name string) (awsx.Container, error) {
	var names []string
	for _, c := range cur.Task.Containers {
		if c.Name == name || name == "" && len(cur.Task.Containers) == 1 {
			return c, nil
		}
		names = append(names, c.Name)
	}
	if name == "" {
		for _, lb := range cur.Service.LoadBalancers {
			if i := slices.Index(names, lb.Container); i >= 0 {
				return cur.Task.Containers[i], nil
			}
		}
		return awsx.Container{}, invalid("the task has %d containers: name one of %s", len(names), strings.Join(names, ", "))
	}
	return awsx.Container{}, invalid("the task has no container %s: its containers are %s", name, strings.Join(names, ", "))
}

func (OpenSession) reads() []read.Read {
	return []read.Read{read.Instance(), read.Node()}
}

func (in OpenSession) draft(cur read.Current) (draft, error) {
	i := cur.Instance
	if !strings.HasPrefix(i.EC2ID, "i-") && !strings.HasPrefix(i.EC2ID, "mi-") {
		return draft{}, invalid("the instance has no id by which Systems Manager knows it")
	}
	return draft{
		holds: true, before: "instance " + i.EC2ID + " " + i.Status, after: "a shell on " + i.EC2ID,
		leaves: "changes nothing by itself; what is done there is not recorded here",
		checks: []check.Finding{check.Joins(in.Plugin), check.NodeAnswers(cur)},
		steps: []step.Step{&step.StartSession{
			Context: cur.Target.Context, Asked: awsx.SessionRequest{Target: i.EC2ID}, What: "a shell on instance " + i.EC2ID,
			At: step.Touched{Names: []string{i.EC2ID}, Unknown: true},
		}},
	}, nil
}

func (AllowExec) reads() []read.Read {
	enabled := read.Mind[awsx.Service]{What: "service's ECS Exec", Fact: func(s awsx.Service) string { return onOff(s.ExecEnabled) }}
	return rolloutReads(read.Service(enabled), read.RoleForShells())
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func (in AllowExec) draft(cur read.Current) (draft, error) {
	on := !in.Off
	if cur.Service.ExecEnabled == on {
		return draft{}, nothingChanged("ECS Exec is "+onOff(on)+" already", "a restart starts the tasks anew that were started before")
	}
	d, err := redeploy(cur, cur.Definition)
	if err != nil {
		return d, err
	}
	d.checks = append(d.checks, check.MovedTags(cur))
	if on {
		d.checks = append(d.checks, check.Role(cur)...)
	}
	d.before, d.after = "ECS Exec "+onOff(!on), "ECS Exec "+onOff(on)+", all tasks started anew"
	d.steps = []step.Step{&step.Update{Before: cur.Service, Words: "turn ECS Exec " + onOff(on), Set: awsx.ServiceUpdate{ForceNew: true, ExecEnabled: &on}}}
	return d, nil
}
