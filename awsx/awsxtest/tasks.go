package awsxtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
)

// startTask adds a running task of a service and its target; the lock is held.
func (a *Account) startTask(s *awsx.Service, td *awsx.TaskDefinition, deployment, state, reason string) {
	n := len(a.data.Tasks)
	t := a.task(s, td, deployment)
	t.LastStatus, t.DesiredStatus, t.Health = "RUNNING", "RUNNING", "UNKNOWN"
	t.StartedAt = t.CreatedAt.Add(5 * time.Second)
	instance := a.instance(s.Ref.Cluster, n)
	if instance != nil {
		t.ContainerInstance, t.AvailabilityZone = instance.Ref.ARN, instance.AvailabilityZone
	}
	mapping := td.Containers[0].Ports[0]
	c := awsx.Container{
		Name: td.Containers[0].Name, Image: td.Containers[0].Image, ImageDigest: imageDigest(td.Containers[0].Image),
		RuntimeID: a.hex(16) + strings.Repeat("0", 48), LastStatus: "RUNNING", Health: "UNKNOWN", ExitCode: awsx.Unset,
	}
	target := awsx.TargetHealth{Port: mapping.HostPort, State: state, Reason: reason, Zone: t.AvailabilityZone}
	if instance != nil {
		target.ID = instance.EC2ID
	}
	switch td.NetworkMode {
	case "awsvpc":
		ip := fmt.Sprintf("10.0.%d.%d", n/250, n%250+4)
		t.ENIs = []awsx.ENI{{ID: "eni-" + a.hex(17), PrivateV4: ip, SubnetID: "subnet-0123456789abcdef0"}}
		c.Addresses = []string{ip}
		target.ID, target.Port = ip, mapping.ContainerPort
	case "bridge":
		target.Port = cmp.Or(target.Port, 32768+n)
		for _, ip := range []string{"0.0.0.0", "::"} {
			c.Bindings = append(c.Bindings, awsx.Binding{ContainerPort: mapping.ContainerPort, HostPort: target.Port, Protocol: "tcp", BindIP: ip})
		}
	}
	t.Containers = []awsx.Container{c}
	a.data.Tasks = append(a.data.Tasks, t)
	if instance != nil {
		instance.Running++
		instance.CPU.Remaining -= 128
		instance.Memory.Remaining -= 256
		if td.NetworkMode != "awsvpc" {
			instance.UsedPorts = append(instance.UsedPorts, target.Port)
		}
	}
	for _, lb := range s.LoadBalancers {
		h := a.data.Health[lb.TargetGroup]
		h.Targets = append(slices.Clone(h.Targets), target)
		a.data.Health[lb.TargetGroup] = h
	}
}

// stopTask adds a task of a service that stopped a minute ago; the lock is held.
func (a *Account) stopTask(s *awsx.Service, td *awsx.TaskDefinition, reason string) {
	t := a.task(s, td, s.Deployments[0].ID)
	t.LastStatus, t.DesiredStatus = "STOPPED", "STOPPED"
	t.StopCode, t.StoppedReason = "EssentialContainerExited", reason
	code := 1
	if strings.HasPrefix(reason, "CannotPull") || strings.HasPrefix(reason, "ResourceInitialization") {
		t.StopCode, code = "TaskFailedToStart", awsx.Unset
	}
	t.StoppingAt, t.StoppedAt = Now.Add(-time.Minute), Now.Add(-time.Minute)
	t.Containers = []awsx.Container{{
		Name: td.Containers[0].Name, Image: td.Containers[0].Image, LastStatus: "STOPPED", ExitCode: code,
	}}
	a.data.Tasks = append(a.data.Tasks, t)
}

func (a *Account) task(s *awsx.Service, td *awsx.TaskDefinition, deployment string) awsx.Task {
	id := a.hex(16) + a.hex(16)
	return awsx.Task{
		Ref: s.Ref.In(a.arn("task/" + s.Ref.ClusterName() + "/" + id)), ID: id, TaskDefinition: td.ARN,
		Group: "service:" + s.Name, StartedBy: deployment, LaunchType: "EC2", CPU: "128", Memory: "512",
		CreatedAt: Now.Add(-time.Hour),
	}
}

// Settle makes a service, named or by ARN, what it is when its newest deployment is
// complete: as many tasks as it wants run its task definition, healthy in their
// target groups, the older deployments are gone and the record of this one, if it has
// one, says how it ended.
func (a *Account) Settle(service string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.service(service)
	d := s.Deployments[0]
	d.Running, d.Pending, d.Desired = s.Desired, 0, s.Desired
	d.RolloutState, d.RolloutReason = "COMPLETED", "ECS deployment "+d.ID+" completed."
	s.Deployments = []awsx.Deployment{d}
	s.Running, s.Pending = s.Desired, 0
	a.data.Tasks = slices.DeleteFunc(slices.Clone(a.data.Tasks), func(t awsx.Task) bool {
		return t.Ref.Cluster == s.Ref.Cluster && t.Group == "service:"+s.Name && t.DesiredStatus == "RUNNING"
	})
	for _, lb := range s.LoadBalancers {
		a.data.Health[lb.TargetGroup] = awsx.GroupHealth{TargetGroup: lb.TargetGroup}
	}
	i := slices.IndexFunc(a.data.TaskDefinitions, func(td *awsx.TaskDefinition) bool { return td.ARN == s.TaskDefinition })
	for range s.Desired {
		a.startTask(s, a.data.TaskDefinitions[i], d.ID, "healthy", "")
	}
	if r := a.data.Record(s.CurrentDeployment); r != nil {
		r.Status, r.FinishedAt = "SUCCESSFUL", time.Now()
		if r.Rollback != nil {
			r.Status = "ROLLBACK_SUCCESSFUL"
		}
		s.CurrentDeployment = ""
	}
	a.event(s, "has reached a steady state.")
}

// event adds the newest event of a service, in the service's wording; the lock is
// held.
func (a *Account) event(s *awsx.Service, text string) {
	s.Events = append([]awsx.ServiceEvent{{ID: a.hex(32), At: time.Now(), Message: "(service " + s.Name + ") " + text}}, s.Events...)
}

// EndTask ends a task as the exit of its essential container does, all of its
// containers with this exit code.
func (a *Account) EndTask(arn string, exitCode int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	end(a.data.Task(arn), "EssentialContainerExited", "Essential container in task exited", exitCode)
}

// end makes a task STOPPED.
func end(t *awsx.Task, code, reason string, exitCode int) {
	t.LastStatus, t.DesiredStatus, t.StopCode, t.StoppedReason = "STOPPED", "STOPPED", code, reason
	t.StoppingAt, t.StoppedAt = time.Now(), time.Now()
	t.Containers = slices.Clone(t.Containers)
	for c := range t.Containers {
		t.Containers[c].LastStatus, t.Containers[c].ExitCode = "STOPPED", exitCode
	}
}

// instance returns an instance of a cluster, in turn, or nil when it has none.
func (a *Account) instance(cluster string, turn int) *awsx.Instance {
	var all []*awsx.Instance
	for i := range a.data.Instances {
		if a.data.Instances[i].Ref.Cluster == cluster {
			all = append(all, &a.data.Instances[i])
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[turn%len(all)]
}

func imageDigest(image string) string {
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		return digest(image[:i], image[i+1:])
	}
	return digest(image, "latest")
}
