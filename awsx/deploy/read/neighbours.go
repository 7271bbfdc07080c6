package read

import (
	"context"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/internal/crash"
	"gantry/internal/words"
)

// Peers are the service of the task that a change is of, with its tasks and how healthy
// they are.
func Peers() Read {
	return Read{name: "peers", ask: func(s *session) (func(*Current), error) {
		task, err := once(s, "task", s.readTask)
		if err != nil {
			return nil, err
		}
		cur := Current{Target: task.Ref, Task: task}
		readPeers(s.ctx, s.r, &cur)
		return func(to *Current) {
			to.Service, to.Definition, to.Tasks, to.Fleet, to.Health = cur.Service, cur.Definition, cur.Tasks, cur.Fleet, cur.Health
			to.Protection = cur.Protection
		}, nil
	}}
}

// Guests are the tasks on the instance that a change is of, the services that they
// belong to and the other instances.
func Guests() Read {
	return Read{name: "guests", ask: func(s *session) (func(*Current), error) {
		instance, err := once(s, "instance", s.readInstance)
		if err != nil {
			return nil, err
		}
		cur := Current{Target: instance.Ref}
		readGuests(s.ctx, s.r, &cur, s.held)
		return func(to *Current) {
			to.Tasks, to.Fleet, to.Hosted, to.Protection = cur.Tasks, cur.Fleet, cur.Hosted, cur.Protection
		}, nil
	}}
}

// readPeers reads the service of a task with its tasks and how healthy they are,
// to tell what stopping one leaves. What cannot be read leaves that unsaid.
func readPeers(ctx context.Context, r awsx.Reader, cur *Current) {
	name, ok := strings.CutPrefix(cur.Task.Group, "service:")
	if !ok {
		return
	}
	cur.Tasks.Done = true
	svc, err := ServiceNow(ctx, r, cur.Target.In(name))
	if err != nil {
		cur.Tasks.Err = err
		return
	}
	cur.Service = svc
	var wg crash.Group
	defer wg.Wait()
	wg.Go(func() {
		cur.Tasks.Value, cur.Tasks.Err = awsx.Collect(r.Tasks(ctx, awsx.TaskQuery{Cluster: svc.Ref.ClusterRef(), Service: svc.Name}))
	})
	wg.Go(func() {
		cur.Fleet.Done = true
		cur.Fleet.Value, cur.Fleet.Err = awsx.Collect(r.Instances(ctx, svc.Ref.ClusterRef()))
	})
	wg.Go(func() { cur.Protection = protection(ctx, r, cur.Target.ClusterRef(), []awsx.Task{cur.Task}) })
	wg.Go(func() {
		// An unread definition leaves the ports of its tasks unknown, no more.
		cur.Definition, _ = r.TaskDefinition(ctx, cur.Task.TaskDefinition)
	})
	arns := svc.TargetGroups()
	cur.Health = make([]Answer[awsx.GroupHealth], len(arns))
	for i, arn := range arns {
		wg.Go(func() {
			cur.Health[i].Value, cur.Health[i].Err = r.TargetHealth(ctx, arn)
			cur.Health[i].Value.TargetGroup, cur.Health[i].Done = arn, true
		})
	}
}

// protection reads which tasks of services are protected.
func protection(ctx context.Context, r awsx.ProtectionReader, cluster awsx.Ref, tasks []awsx.Task) (a Answer[[]awsx.Protection]) {
	var arns []string
	for _, t := range tasks {
		if strings.HasPrefix(t.Group, "service:") && t.DesiredStatus == "RUNNING" {
			arns = append(arns, t.Ref.ARN)
		}
	}
	if a.Done = true; len(arns) > 0 {
		a.Value, a.Err = r.TaskProtection(ctx, cluster, arns)
	}
	return a
}

// readGuests reads the tasks on an instance, the services that they belong to
// and the other instances.
func readGuests(ctx context.Context, r awsx.Reader, cur *Current, held Held) {
	cluster := cur.Target.ClusterRef()
	cur.Tasks.Done = true
	cur.Tasks.Value, cur.Tasks.Err = awsx.Collect(r.Tasks(ctx, awsx.TaskQuery{Cluster: cluster, Instance: cur.Target.ARN}))
	cur.Tasks.Value = slices.DeleteFunc(cur.Tasks.Value, func(t awsx.Task) bool { return t.ContainerInstance != cur.Target.ARN })
	var wg crash.Group
	defer wg.Wait()
	wg.Go(func() {
		cur.Fleet.Done = true
		if cur.Fleet.Value = held.Instances; held.Instances == nil {
			cur.Fleet.Value, cur.Fleet.Err = awsx.Collect(r.Instances(ctx, cluster))
		}
	})
	wg.Go(func() { cur.Protection = protection(ctx, r, cluster, cur.Tasks.Value) })
	var names []string
	for _, t := range cur.Tasks.Value {
		if name, ok := strings.CutPrefix(t.Group, "service:"); ok {
			names = words.AddNew(names, name)
		}
	}
	if len(names) > 0 {
		cur.Hosted.Done = true
		cur.Hosted.Value, cur.Hosted.Err = awsx.Collect(r.DescribeServices(ctx, cluster, names))
	}
}

// HealthyTasks returns the tasks that serve: running, not ill by their own health
// check, and healthy in each target group that they are in. Known is false when
// a group could not be read or a task not be found in it.
func (cur Current) HealthyTasks() (healthy map[string]bool, known bool) {
	in := alb.Input{
		Service: cur.Service, Tasks: cur.Tasks.Value,
		Definition: func(arn string) *awsx.TaskDefinition {
			if cur.Definition != nil && cur.Definition.ARN == arn {
				return cur.Definition
			}
			return nil
		},
		Instance: func(arn string) (awsx.Instance, bool) {
			for _, i := range cur.Fleet.Value {
				if i.Ref.ARN == arn {
					return i, true
				}
			}
			return awsx.Instance{}, false
		},
	}
	for _, h := range cur.Health {
		in.Groups = append(in.Groups, awsx.Group{ARN: h.Value.TargetGroup, Targets: h.Value.Targets, Read: h.Err == nil})
	}
	healthy, known = map[string]bool{}, cur.Tasks.Err == nil
	for i, found := range alb.Join(in).Tasks {
		t := cur.Tasks.Value[i]
		fine := t.LastStatus == "RUNNING" && t.DesiredStatus == "RUNNING" && t.Health != "UNHEALTHY"
		for _, target := range found.Targets {
			switch target.Standing {
			case alb.Registered:
				fine = fine && target.Health.State == "healthy"
			case alb.NotRegistered:
				fine = false
			default:
				known = known && !fine // of a task that does not serve anyway it does not matter
			}
		}
		healthy[t.Ref.ARN] = fine
	}
	return healthy, known
}
