package reason

import "cmp"

// ReadLines is the advice to look into the log of what ended by itself.
const ReadLines = "read the last lines of the container's log"

// Next says what to look at or do about a reason; empty when there is nothing.
func (r Reason) Next() string {
	if r.Cause == Routine {
		return ""
	}
	if next := r.causeNext(); next != "" {
		return next
	}
	switch r.Stage {
	case None:
		if r.Cause == Unsaid {
			return ""
		}
	case Secret:
		return "check the execution role, the secret's ARN and the network"
	case Login, SecretOrLogin:
		return "check the execution role and the network"
	case EnvironmentFile:
		return "check the object in S3 and the execution role"
	case LogDriver:
		return "check that the log group exists and the execution role may write to it"
	case Volume:
		return "check the file system, its mount targets and the security group"
	case Create, Start:
		return "read the whole reason and the log"
	case BalancerCheck:
		return "check the grace period, the target's reason and the log"
	case ContainerCheck:
		return "check the health command and its start period"
	case Memory:
		return "raise the memory limit or find the leak"
	case Exit:
		return ReadLines
	case Role:
		return "check the role's trust relationship"
	case Placement:
		return "compare attributes, ports, CPU and memory with what a task needs"
	case Capacity:
		return "check capacity and quotas"
	case Host:
		return "check the instance and its agent"
	}
	return "read the whole reason"
}

// causeNext is the advice where the cause alone, or with its stage, gives it.
func (r Reason) causeNext() string {
	switch {
	case r.Stage == Pull && r.Cause == NotFound:
		return "push the tag or deploy one that exists"
	case r.Cause == LoginOrMissing:
		return "check the image's name, then the registry's credentials"
	case r.Cause == WantsLogin:
		return "give the task the registry's credentials"
	case r.Cause == Denied && r.Action != "":
		who := cmp.Or(principal(r.Principal), "the instance role (EC2) or the execution role (Fargate)")
		return "allow " + r.Action + " to " + who
	case r.Stage == Pull && r.Cause == Denied:
		return "check the registry's credentials and the pulling role"
	case r.Cause == NotResolved:
		return "check the name, the VPC's DNS settings and endpoints"
	case r.Cause == Refused:
		return "check the address and what listens there"
	case r.Stage == Start && r.Cause == TimedOut:
		return "the host is overloaded: look at its CPU, disk and agent"
	case r.Stage == NetworkInterface && r.Cause == TimedOut, r.Stage == Storage && r.Cause == TimedOut:
		return "nothing to repair if it passes; else check the subnet and the quotas"
	case r.Cause == TimedOut:
		return "check NAT, VPC endpoints and the security group"
	case r.Cause == Certificate:
		return "check the server's certificate and whom the host trusts"
	case r.Stage != Start && r.Stage != Create && r.Stage != Placement && r.Cause == Busy:
		return "try again: the fault is the server's own"
	case r.Stage == Pull && r.Cause == Throttled:
		return "log in to the registry or mirror the image in ECR"
	case r.Cause == Throttled:
		return "check the account's API quotas and who uses them"
	case r.Cause == Quota:
		return "raise the quota or stop what is not needed"
	case r.Cause == Disk:
		return "free or grow the instance's disk"
	case r.Cause == Platform:
		return "build the image for the instance's architecture"
	case r.Stage == NetworkInterface && r.Cause == NoRoom:
		return "free addresses or add a subnet"
	}
	return r.placeNext()
}

func (r Reason) placeNext() string {
	switch {
	case r.Stage == Start && (r.Cause == NotFound || r.Cause == Denied):
		return "check the image's entry point and command"
	case r.Cause == Busy && (r.Stage == Start || r.Stage == Placement):
		return "use dynamic host ports or add instances"
	case r.Stage == Placement && r.Lacking() == LacksAgent:
		return "check the container agent on the instance"
	case r.Stage == Placement && (r.Lacking() == LacksCPU || r.Lacking() == LacksMemory):
		return "compare what instances have left with what a task needs"
	case r.Stage == Capacity && r.Cause == NotFound:
		return "check the Auto Scaling group's activity and ECS_CLUSTER in its user data"
	case r.Stage == BalancerCheck && r.Cause == NotFound:
		return "the target group was deleted: recreate it or change the service's load balancers"
	case r.Cause == Protected:
		return "wait, or end the tasks' protection"
	case r.Stage == Capacity && r.Cause == NoRoom:
		return "try again later or in another availability zone"
	case r.Cause == Interrupted:
		return "nothing to repair; spread over more capacity"
	case r.Cause == Terminated:
		return "check the Auto Scaling group's activity"
	}
	return ""
}
