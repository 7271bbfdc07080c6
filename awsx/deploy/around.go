package deploy

import (
	"context"
	"slices"
	"strings"
	"sync"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// readSubject reads the task, instance or definition that an intent changes. A
// definition may be named by family, which means its latest revision, or in
// short: the target becomes the ARN of what was found.
func readSubject(ctx context.Context, r awsx.Reader, cur *Current, n needs) (err error) {
	switch n.subject {
	case ofTask:
		if cur.Task, err = ReadTask(ctx, r, cur.Target); err == nil {
			cur.Target = cur.Task.Ref
		}
	case ofInstance:
		if cur.Instance, err = readInstance(ctx, r, cur.Target); err == nil {
			cur.Target = cur.Instance.Ref
		}
	case ofDefinition:
		if cur.Wanted, err = r.TaskDefinition(ctx, cur.Target.ARN); err == nil {
			cur.Target.ARN = cur.Wanted.ARN
		}
	}
	return err
}

// ReadTask reads one task afresh, running or stopped; NotFound when the service
// remembers neither.
func ReadTask(ctx context.Context, r awsx.TaskReader, task awsx.Ref) (awsx.Task, error) {
	list, err := awsx.Collect(r.Tasks(ctx, awsx.TaskQuery{Cluster: task.ClusterRef(), ARNs: []string{task.ARN}}))
	switch {
	case len(list) > 0:
		return list[0], nil
	case err != nil:
		return awsx.Task{}, err
	}
	return awsx.Task{}, fault.Errorf(fault.NotFound, "ecs:DescribeTasks", task.ARN, "no such task in cluster %s", task.ClusterName())
}

func readInstance(ctx context.Context, r awsx.InstanceReader, instance awsx.Ref) (awsx.Instance, error) {
	list, err := awsx.Collect(r.Instances(ctx, instance.ClusterRef()))
	for _, i := range list {
		if i.Ref.ARN == instance.ARN || i.Ref.Name() == instance.Name() || i.EC2ID != "" && i.EC2ID == instance.ARN {
			return i, nil
		}
	}
	if err != nil {
		return awsx.Instance{}, err
	}
	return awsx.Instance{}, fault.Errorf(fault.NotFound, "ecs:DescribeContainerInstances", instance.ARN, "no such instance in cluster %s", instance.ClusterName())
}

// readAround reads what a draft itself depends on besides its target and
// definitions. What only matters to checks is read later, by readBeside.
func readAround(ctx context.Context, r awsx.Reader, cur *Current, n needs, held Held) error {
	switch {
	case n.subject == ofTask:
		readPeers(ctx, r, cur)
	case n.subject == ofInstance:
		readGuests(ctx, r, cur, held)
	case n.users:
		cur.Users = readUsers(ctx, r, cur.Wanted.Family)
	}
	if n.revisions {
		var err error
		if cur.Active, err = r.Revisions(ctx, cur.Wanted.Family, 0); err != nil {
			return err
		}
	}
	if n.scaled {
		cur.Scaling.Done = true
		target, err := r.ScalableTarget(ctx, cur.Target)
		if cur.Scaling.Err = err; err == nil {
			cur.Scaling.Value = &target
		}
	}
	if n.like != "" {
		svc, err := ReadService(ctx, r, cur.Target.In(n.like))
		if err != nil {
			return err
		}
		cur.Service = svc
	}
	if !n.raw {
		return nil
	}
	raw, err := r.Raw(ctx, awsx.KindService, cur.Service.Ref)
	cur.Raw = raw
	return err
}

// readPeers reads the service of a task with its tasks and how healthy they are,
// to tell what stopping one leaves. What cannot be read leaves that unsaid.
func readPeers(ctx context.Context, r awsx.Reader, cur *Current) {
	name, ok := strings.CutPrefix(cur.Task.Group, "service:")
	if !ok {
		return
	}
	cur.Tasks.Done = true
	svc, err := ReadService(ctx, r, cur.Target.In(name))
	if err != nil {
		cur.Tasks.Err = err
		return
	}
	cur.Service = svc
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		cur.Tasks.Value, cur.Tasks.Err = awsx.Collect(r.Tasks(ctx, awsx.TaskQuery{Cluster: svc.Ref.ClusterRef(), Service: svc.Name}))
	})
	wg.Go(func() {
		cur.Fleet.Done = true
		cur.Fleet.Value, cur.Fleet.Err = awsx.Collect(r.Instances(ctx, svc.Ref.ClusterRef()))
	})
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

// readGuests reads the tasks on an instance, the services that they belong to
// and the other instances.
func readGuests(ctx context.Context, r awsx.Reader, cur *Current, held Held) {
	cluster := cur.Target.ClusterRef()
	cur.Tasks.Done = true
	cur.Tasks.Value, cur.Tasks.Err = awsx.Collect(r.Tasks(ctx, awsx.TaskQuery{Cluster: cluster, Instance: cur.Target.ARN}))
	cur.Tasks.Value = slices.DeleteFunc(cur.Tasks.Value, func(t awsx.Task) bool { return t.ContainerInstance != cur.Target.ARN })
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		cur.Fleet.Done = true
		if cur.Fleet.Value = held.Instances; held.Instances == nil {
			cur.Fleet.Value, cur.Fleet.Err = awsx.Collect(r.Instances(ctx, cluster))
		}
	})
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

// healthyTasks returns the tasks that serve: running, not ill by their own health
// check, and healthy in each target group that they are in. Known is false when
// a group could not be read or a task not be found in it.
func healthyTasks(cur Current) (healthy map[string]bool, known bool) {
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

// look reads the target of a plan again.
func look(ctx context.Context, r awsx.Reader, p Plan) (f Facts, err error) {
	n := p.Intent.needs()
	switch n.subject {
	case ofService:
		if f.Service, err = ReadService(ctx, r, p.Target); err != nil {
			return f, err
		}
	case ofTask:
		f.Task, err = ReadTask(ctx, r, p.Target)
		return f, err
	case ofInstance:
		f.Instance, err = readInstance(ctx, r, p.Target)
		return f, err
	case ofDefinition:
		if f.Definition, err = r.TaskDefinition(ctx, p.Target.ARN); err == nil && n.users {
			f.Users = readUsers(ctx, r, f.Definition.Family)
		}
		return f, err
	}
	if n.scaled {
		target, err := r.ScalableTarget(ctx, p.Target)
		if err != nil {
			return f, err
		}
		f.Scaling = &target
	}
	if n.raw {
		if f.Raw, err = r.Raw(ctx, awsx.KindService, p.Target); err != nil {
			return f, err
		}
	}
	if n.record {
		cur := Current{Target: p.Target}
		readHistory(ctx, r, &cur)
		f.Record, err = cur.Record.Value, cur.Record.Err
	}
	return f, err
}
