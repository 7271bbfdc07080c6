package cause

import (
	"slices"

	"gantry/awsx/diagnose/reason"
)

// Kind is what kind of trouble a service is in. The words are stable.
type Kind string

// The kinds of trouble, by what they are about: the image, what else a task needs to start,
// how it ends, how it answers, where it runs, how it is deployed and scaled.
const (
	ImageMissing      Kind = "image missing"
	ImageDenied       Kind = "image denied"
	RegistryLogin     Kind = "registry login"
	RegistryUnreached Kind = "registry not reached"
	RegistryLimit     Kind = "registry limit"
	WrongArchitecture Kind = "wrong architecture"

	DiskFull       Kind = "disk full"
	SecretMissing  Kind = "secret missing"
	SecretKey      Kind = "secret without key"
	SecretDenied   Kind = "secret denied"
	SecretUnread   Kind = "secret not read"
	EnvFileUnread  Kind = "environment file not read"
	LogRefused     Kind = "log driver refused"
	VolumeFailed   Kind = "volume not mounted"
	RoleRefused    Kind = "role refused"
	SubnetFull     Kind = "subnet full"
	InterfaceSlow  Kind = "network interface"
	CommandMissing Kind = "command not found"
	RuntimeSlow    Kind = "runtime too slow"
	StartFailed    Kind = "start failed"
	StartsHang     Kind = "tasks do not come to run"

	VariableMissing Kind = "variable missing"
	OutOfMemory     Kind = "out of memory"
	Exits           Kind = "exits"

	ContainerUnwell Kind = "container check fails"
	PortWrong       Kind = "port wrong"
	StartsSlowly    Kind = "starts slowly"
	WrongAnswer     Kind = "check answered wrongly"
	CheckTimesOut   Kind = "check times out"
	CheckRefused    Kind = "check refused"
	CheckFails      Kind = "check fails"
	TargetUnused    Kind = "target not in use"
	NoTargets       Kind = "no targets"
	GroupGone       Kind = "target group gone"
	RuleShadowed    Kind = "rule shadowed"

	AgentsDisconnected Kind = "agents disconnected"
	CannotJoin         Kind = "instances join elsewhere"
	GroupCannotLaunch  Kind = "group cannot launch"
	GroupAtMaximum     Kind = "group at maximum"
	PortTaken          Kind = "host port taken"
	MemoryLacking      Kind = "memory lacking"
	CPULacking         Kind = "cpu lacking"
	NothingFits        Kind = "nothing fits"
	NoInstances        Kind = "no instances"
	NoCapacity         Kind = "no capacity"
	QuotaReached       Kind = "quota reached"
	SpotInterrupted    Kind = "spot interrupted"
	HostLost           Kind = "host lost"

	Deadlock         Kind = "percentages deadlock"
	AlarmFired       Kind = "deployment alarm"
	DeploymentFailed Kind = "deployment failed"
	RolledBack       Kind = "rolled back"
	Stuck            Kind = "deployment stuck"
	Autoscaled       Kind = "autoscaling undid a count"
	Throttling       Kind = "throttled"
	NeverStops       Kind = "tasks do not stop"
	NeverDrains      Kind = "instance does not drain"
	ScalingFails     Kind = "autoscaling fails"
	ScalingAtMaximum Kind = "autoscaling at its maximum"
	AlarmRings       Kind = "alarm rings"
	StrayTarget      Kind = "target of no task"
	Dependency       Kind = "dependency fails"
	SaidByECS        Kind = "said by ECS"
	NotExplained     Kind = "not explained"
)

// character is what a kind of trouble has by itself.
type character struct {
	kind Kind
	// needs is the evidence that it is told by, in words for the documentation.
	needs string
	// parts are those whose change may explain it.
	parts []Part
	// do is what helps, beside the advice that the reason gives.
	do []Step
}

// characters are all kinds, in the order in which they are told.
var characters = []character{
	{ImageMissing, "the stop reason of a task", []Part{PartImage}, []Step{{DoDeployImage, "push the tag, or deploy one that exists"}, back}},
	{ImageDenied, "the stop reason of a task", []Part{PartImage, PartRole}, []Step{back}},
	{RegistryLogin, "the stop reason of a task", []Part{PartImage, PartRole, PartSecret}, []Step{back}},
	{RegistryUnreached, "the stop reason of a task", []Part{PartImage}, nil},
	{RegistryLimit, "the stop reason of a task", []Part{PartImage}, nil},
	{WrongArchitecture, "the stop reason of a task, or the last line of a container that exits", []Part{PartPlatform, PartImage}, []Step{{DoDeployImage, "deploy an image of the instances' architecture"}, back}},
	{DiskFull, "the stop reason of a task", nil, []Step{{DoSeeInstances, "see which instance, and drain it"}}},
	{SecretMissing, "the stop reason of a task", []Part{PartSecret}, []Step{{DoEditEnvironment, "correct the reference"}, back}},
	{SecretKey, "the stop reason of a task", []Part{PartSecret}, []Step{{DoEditEnvironment, "correct the key in the reference"}, back}},
	{SecretDenied, "the stop reason of a task", []Part{PartSecret, PartRole}, []Step{back}},
	{SecretUnread, "the stop reason of a task", []Part{PartSecret, PartRole}, []Step{back}},
	{EnvFileUnread, "the stop reason of a task", []Part{PartVariable, PartRole}, []Step{back}},
	{LogRefused, "the stop reason of a task", []Part{PartLog, PartRole}, []Step{{DoEditRevision, "correct the log configuration"}, back}},
	{VolumeFailed, "the stop reason of a task", nil, []Step{{DoEditRevision, "correct the volume"}, back}},
	{RoleRefused, "the stop reason of a task, or an event", []Part{PartRole}, []Step{back}},
	{SubnetFull, "the stop reason of a task, or an event", nil, nil},
	{InterfaceSlow, "the stop reason of a task", nil, nil},
	{CommandMissing, "the stop reason of a task, or its exit code", []Part{PartCommand, PartImage}, []Step{{DoEditRevision, "correct the command"}, back}},
	{RuntimeSlow, "the stop reason of a task", nil, []Step{{DoSeeInstances, "see which instance, and drain it"}}},
	{StartFailed, "the stop reason of a task", []Part{PartImage, PartCommand, PartOther}, []Step{back}},
	{StartsHang, "tasks that were made long ago", nil, []Step{{DoSeeTasks, "see where they are"}, {DoSeeInstances, "see their instances and agents"}}},
	{VariableMissing, "the exit code of a task and its last lines", []Part{PartVariable, PartSecret, PartImage}, []Step{{DoEditEnvironment, "give it the variable"}, back}},
	{OutOfMemory, "the stop reason of a task", []Part{PartSize, PartImage}, []Step{{DoEditRevision, "raise the memory limit"}, back}},
	{Exits, "the exit code of a task, its last lines", []Part{PartImage, PartCommand, PartVariable, PartSecret}, []Step{{DoReadLines, "read its last lines"}, back}},
	{ContainerUnwell, "the health of tasks, or their stop reason", []Part{PartCheck, PartImage}, []Step{{DoReadLines, "read what it writes"}, {DoEditRevision, "correct the health command"}}},
	{PortWrong, "targets that are refused, and a line that names the port", []Part{PartPort, PartVariable, PartImage}, []Step{{DoEditRevision, "map the port that it listens on"}, back}},
	{StartsSlowly, "targets that are refused, and tasks stopped soon after their grace period", []Part{PartImage, PartSize}, []Step{{DoNothing, "lengthen the service's health check grace period"}}},
	{WrongAnswer, "the reason of targets, or of an event", []Part{PartImage, PartPort, PartVariable}, []Step{{DoSeeTargets, "see the check and its path"}, {DoReadLines, "read what it writes"}, back}},
	{CheckTimesOut, "the reason of targets, or of an event", []Part{PartPort, PartImage}, []Step{{DoSeeTargets, "see which targets"}, {DoReadLines, "read what it writes"}}},
	{CheckRefused, "the reason of targets, or of an event", []Part{PartPort, PartImage}, []Step{{DoReadLines, "read what it writes"}, {DoSeeTargets, "see the check and its port"}}},
	{CheckFails, "the reason of targets, or the stop reason of a task", []Part{PartImage, PartPort}, []Step{{DoSeeTargets, "see which targets"}}},
	{TargetUnused, "the reason of targets", []Part{PartPort}, []Step{{DoSeeRouting, "see which rules lead to the group"}}},
	{NoTargets, "the targets of the groups", []Part{PartPort}, []Step{{DoSeeTargets, "see the groups"}}},
	{GroupGone, "the target groups of the service, or an event", nil, []Step{{DoSeeRouting, "see where requests go"}}},
	{RuleShadowed, "the listeners' rules", nil, []Step{{DoSeeRouting, "see the rules in their order"}}},
	{AgentsDisconnected, "the container instances", nil, []Step{{DoSeeInstances, "see which, and replace them"}}},
	{CannotJoin, "the Auto Scaling groups and the cluster's instances", nil, []Step{{DoSeeGroups, "see the ECS_CLUSTER that the group sets"}}},
	{GroupCannotLaunch, "the activities of the Auto Scaling group", nil, []Step{{DoSeeGroups, "see its activities"}}},
	{GroupAtMaximum, "the Auto Scaling group, and an event that no instance fits", []Part{PartCount}, []Step{{DoSeeGroups, "raise its maximum"}}},
	{PortTaken, "an event, or the stop reason of a task", []Part{PartPort, PartCount}, []Step{{DoSeeInstances, "see where the port is taken"}, {DoEditRevision, "map a dynamic host port"}}},
	{MemoryLacking, "an event", []Part{PartSize, PartCount}, []Step{{DoSeeInstances, "see what is left"}, {DoSeeGroups, "add instances"}}},
	{CPULacking, "an event", []Part{PartSize, PartCount}, []Step{{DoSeeInstances, "see what is left"}, {DoSeeGroups, "add instances"}}},
	{NothingFits, "an event", []Part{PartOther, PartPlatform}, []Step{{DoSeeInstances, "see what instances offer"}}},
	{NoInstances, "an event", nil, []Step{{DoSeeGroups, "see why none comes"}}},
	{NoCapacity, "an event", nil, nil},
	{QuotaReached, "an event", nil, nil},
	{SpotInterrupted, "the stop code of a task", nil, nil},
	{HostLost, "the stop code of a task", nil, []Step{{DoSeeGroups, "see what ended the instance"}}},
	{Deadlock, "an event, or the percentages of the service", nil, []Step{{DoScale, "one task more or less gives room"}}},
	{AlarmFired, "an event", nil, []Step{{DoSeeEvents, "read which alarm"}}},
	{DeploymentFailed, "an event, or the deployments of the service", []Part{PartImage}, []Step{{DoSeeTasks, "read the first stopped task of that deployment"}, back}},
	{RolledBack, "an event, or the deployments of the service", []Part{PartImage}, nil},
	{Stuck, "the deployments of the service", nil, []Step{{DoSeeTasks, "see what the new tasks wait for"}, back}},
	{Autoscaled, "the activities of Application Auto Scaling, and the journal of changes", nil, []Step{{DoScale, "change the bounds with the count"}}},
	{Throttling, "an event", nil, []Step{{DoNothing, "find out who uses the quotas up, or have them raised"}}},
	{NeverStops, "tasks that were told to stop", nil, []Step{{DoSeeTasks, "see which"}}},
	{NeverDrains, "the container instances, and the percentages of the service or an event", nil, []Step{{DoScale, "one task more or less gives room"}, {DoSeeInstances, "see the instance"}}},
	{ScalingFails, "the activities of Application Auto Scaling", nil, []Step{{DoScale, "set the count by hand meanwhile"}}},
	{ScalingAtMaximum, "the bounds of the count, and the alarm that scales it", []Part{PartBounds}, []Step{{DoScale, "raise the maximum"}}},
	{AlarmRings, "the alarms that concern the service", []Part{PartImage, PartVariable, PartSize}, []Step{{DoSeeAlarms, "see what it measures"}, {DoReadLines, "read what it writes"}, back}},
	{StrayTarget, "the targets of the groups, related to the tasks", nil, []Step{{DoSeeTargets, "find out who registered it, and deregister it if nobody needs it"}}},
	{Dependency, "the newest lines of tasks that run", nil, []Step{{DoReadLines, "read the lines"}}},
	{SaidByECS, "an event", nil, []Step{{DoSeeEvents, "read the events"}}},
	{NotExplained, "the counts of tasks and targets", nil, []Step{{DoSeeTasks, "see the tasks"}, {DoSeeEvents, "read the events"}}},
}

// back is the step to what worked before.
var back = Step{DoRollBack, "go back to what worked"}

// Rank is the kind's place in the order in which troubles are told.
func (k Kind) Rank() int {
	return slices.IndexFunc(characters, func(c character) bool { return c.kind == k })
}

// Parts are those parts of a service whose change may explain a trouble of the kind.
func (k Kind) Parts() []Part { return characters[k.Rank()].parts }

// Steps are what helps, beside the advice that the reason gives.
func (k Kind) Steps() []Step { return characters[k.Rank()].do }

// Checks are the kinds of targets that fail, as they do where a program is not there.
var Checks = []Kind{CheckRefused, CheckTimesOut, WrongAnswer, CheckFails, StartsSlowly, NoTargets}

// Lacks are the kinds of what no instance has room for.
var Lacks = []Kind{MemoryLacking, CPULacking, PortTaken, NothingFits, NoInstances}

// Need is a kind of trouble with the evidence that it is told by.
type Need struct {
	Kind  Kind
	Needs string
}

// Kinds returns every kind, in the order in which troubles are told.
func Kinds() []Need {
	all := make([]Need, len(characters))
	for i, c := range characters {
		all[i] = Need{c.kind, c.needs}
	}
	return all
}

// Of returns the kind of trouble that a reason tells of; empty when it tells of none
// by itself: health checks have reasons of their own, and what a person or the scheduler
// does is no trouble.
func Of(r reason.Reason) Kind {
	switch r.Stage {
	case reason.Pull:
		return pullKind(r.Cause)
	case reason.Login:
		return RegistryLogin
	case reason.Secret, reason.SecretOrLogin:
		switch {
		case r.Key != "":
			return SecretKey
		case r.Cause == reason.NotFound, r.Cause == reason.BadInput:
			return SecretMissing
		case r.Cause == reason.Denied:
			return SecretDenied
		}
		return SecretUnread
	case reason.NetworkInterface:
		if r.Cause == reason.NoRoom {
			return SubnetFull
		}
		return InterfaceSlow
	case reason.Create, reason.Start, reason.Storage:
		return startKind(r)
	case reason.BalancerCheck:
		if r.Cause == reason.NotFound {
			return GroupGone
		}
		return ""
	case reason.Capacity:
		switch r.Cause {
		case reason.Quota:
			return QuotaReached
		case reason.NotFound:
			return NoInstances
		}
		return NoCapacity
	case reason.Placement:
		return placeKind(r)
	case reason.Host:
		switch r.Cause {
		case reason.Interrupted:
			return SpotInterrupted
		case reason.Routine:
			return ""
		}
		return HostLost
	}
	return stageKinds[r.Stage]
}

// stageKinds are the kinds of stages whose cause makes no difference.
var stageKinds = map[reason.Stage]Kind{
	reason.EnvironmentFile: EnvFileUnread,
	reason.LogDriver:       LogRefused,
	reason.Volume:          VolumeFailed,
	reason.Role:            RoleRefused,
	reason.ContainerCheck:  ContainerUnwell,
	reason.Memory:          OutOfMemory,
	reason.Exit:            Exits,
}

func pullKind(c reason.Cause) Kind {
	switch c {
	case reason.NotFound, reason.BadInput:
		return ImageMissing
	case reason.Denied:
		return ImageDenied
	case reason.WantsLogin, reason.LoginOrMissing:
		return RegistryLogin
	case reason.NotResolved, reason.Refused, reason.TimedOut, reason.Certificate, reason.Busy:
		return RegistryUnreached
	case reason.Throttled:
		return RegistryLimit
	case reason.Disk:
		return DiskFull
	case reason.Platform:
		return WrongArchitecture
	}
	return StartFailed
}

func startKind(r reason.Reason) Kind {
	switch r.Cause {
	case reason.Platform:
		return WrongArchitecture
	case reason.NotFound, reason.Denied:
		if r.Stage == reason.Start && r.Action == "" {
			return CommandMissing
		}
	case reason.Busy:
		if r.Stage == reason.Start {
			return PortTaken
		}
	case reason.Disk:
		return DiskFull
	case reason.TimedOut:
		if r.Stage == reason.Storage {
			return VolumeFailed
		}
		return RuntimeSlow
	}
	return StartFailed
}

func placeKind(r reason.Reason) Kind {
	switch r.Lacking() {
	case reason.LacksPort:
		return PortTaken
	case reason.LacksCPU:
		return CPULacking
	case reason.LacksMemory:
		return MemoryLacking
	case reason.LacksAgent:
		return AgentsDisconnected
	}
	return NothingFits
}
