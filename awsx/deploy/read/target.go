package read

import (
	"cmp"
	"context"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Service is the service that a change is of. Each minds that nobody deletes it.
func Service(minds ...Mind[awsx.Service]) Read {
	status := Mind[awsx.Service]{What: "service's status", Fact: func(s awsx.Service) string { return s.Status }}
	return required("service", func(cur *Current) *awsx.Service { return &cur.Service }, (*session).readService, append(minds, status)...)
}

func (s *session) readService() (awsx.Service, error) { return ServiceNow(s.ctx, s.r, s.target) }

func (s *session) service() (awsx.Service, error) { return once(s, "service", s.readService) }

// Task is the task that a change is of.
func Task(minds ...Mind[awsx.Task]) Read {
	return targeted(required("task", func(cur *Current) *awsx.Task { return &cur.Task }, (*session).readTask, minds...),
		func(cur *Current) awsx.Ref { return cur.Task.Ref })
}

func (s *session) readTask() (awsx.Task, error) { return TaskNow(s.ctx, s.r, s.target) }

// Instance is the instance that a change is of, named by its ARN or its EC2 id.
func Instance(minds ...Mind[awsx.Instance]) Read {
	return targeted(required("instance", func(cur *Current) *awsx.Instance { return &cur.Instance }, (*session).readInstance, minds...),
		func(cur *Current) awsx.Ref { return cur.Instance.Ref })
}

func (s *session) readInstance() (awsx.Instance, error) { return InstanceNow(s.ctx, s.r, s.target) }

// Target is the revision that a change is of. It may be named by family, which means
// its latest revision, or in short: the target becomes the ARN of what was found.
func Target(minds ...Mind[*awsx.TaskDefinition]) Read {
	return targeted(required("target", func(cur *Current) **awsx.TaskDefinition { return &cur.Wanted }, (*session).readTarget, minds...),
		func(cur *Current) awsx.Ref { return cur.Target.In(cur.Wanted.ARN) })
}

// TargetLike is Target, but that a family without a revision means the one that a service
// runs, when it runs that family: the latest may have been rolled back there.
func TargetLike(service string) Read {
	if service == "" {
		return Target()
	}
	return targeted(required("target", func(cur *Current) **awsx.TaskDefinition { return &cur.Wanted }, func(s *session) (*awsx.TaskDefinition, error) {
		if family, revision := awsx.SplitRevision(s.target.ARN); revision == "" {
			svc, err := s.like(service)
			if err != nil {
				return nil, err
			}
			if runs, _ := awsx.SplitRevision(svc.TaskDefinition); runs == family {
				return s.r.TaskDefinition(s.ctx, svc.TaskDefinition)
			}
		}
		return s.readTarget()
	}), func(cur *Current) awsx.Ref { return cur.Target.In(cur.Wanted.ARN) })
}

func (s *session) like(name string) (awsx.Service, error) {
	return once(s, "like "+name, func() (awsx.Service, error) { return ServiceNow(s.ctx, s.r, s.target.In(name)) })
}

func (s *session) readTarget() (*awsx.TaskDefinition, error) {
	return s.r.TaskDefinition(s.ctx, s.target.ARN)
}

// targeted makes what was found the target.
func targeted(r Read, found func(*Current) awsx.Ref) Read {
	ask := r.ask
	r.ask = func(s *session) (func(*Current), error) {
		put, err := ask(s)
		return func(cur *Current) {
			put(cur)
			cur.Target = found(cur)
		}, err
	}
	return r
}

// ServiceNow reads one service afresh; NotFound when it is not there.
func ServiceNow(ctx context.Context, r awsx.ServiceReader, service awsx.Ref) (awsx.Service, error) {
	list, err := awsx.Collect(r.DescribeServices(ctx, service.ClusterRef(), []string{service.ARN}))
	if len(list) > 0 {
		return list[0], nil
	}
	if err := cmp.Or(err, ctx.Err()); err != nil {
		return awsx.Service{}, err
	}
	return awsx.Service{}, fault.Errorf(fault.NotFound, "ecs:DescribeServices", service.ARN,
		"no such service in cluster %s", service.ClusterName())
}

// TaskNow reads one task afresh, running or stopped; NotFound when the service
// remembers neither.
func TaskNow(ctx context.Context, r awsx.TaskReader, task awsx.Ref) (awsx.Task, error) {
	list, err := awsx.Collect(r.Tasks(ctx, awsx.TaskQuery{Cluster: task.ClusterRef(), ARNs: []string{task.ARN}}))
	switch {
	case len(list) > 0:
		return list[0], nil
	case err != nil:
		return awsx.Task{}, err
	}
	return awsx.Task{}, fault.Errorf(fault.NotFound, "ecs:DescribeTasks", task.ARN, "no such task in cluster %s", task.ClusterName())
}

// InstanceNow reads one instance afresh, by its ARN or its EC2 id; NotFound when the
// cluster has none of the kind.
func InstanceNow(ctx context.Context, r awsx.InstanceReader, instance awsx.Ref) (awsx.Instance, error) {
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
