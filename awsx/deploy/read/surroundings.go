package read

import (
	"context"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Surroundings are what bears on starting tasks of a service's revision, for the checks
// and for how long it may take: the alarms, the instances, what runs, who shares the
// family, the target groups, and how long deployments took.
func Surroundings() []Read {
	all := []Read{durations(), Alarms(), Fleet(), Tasks(), family(), groups(), details()}
	for i := range all {
		all[i] = all[i].Beside()
	}
	return all
}

func identity() Read {
	return Read{name: "identity", beside: true, ask: func(s *session) (func(*Current), error) {
		id, err := s.r.Identity(s.ctx)
		return func(cur *Current) {
			if err == nil {
				cur.Identity = id
			}
		}, err
	}}
}

// DurationsRead is how many of a service's deployments say how long one takes.
const DurationsRead = 10

// durations are as many of the service's deployments as tell how long one takes.
func durations() Read {
	r := answered("durations", func(cur *Current) *Answer[[]awsx.ServiceDeployment] { return &cur.History }, func(s *session) ([]awsx.ServiceDeployment, error) {
		return s.r.ServiceDeployments(s.ctx, s.target, DurationsRead)
	})
	r.name = "history" // which tells more, where a verb reads it
	return r
}

// Fleet is the instances of the target's cluster.
func Fleet() Read {
	return answered("fleet", func(cur *Current) *Answer[[]awsx.Instance] { return &cur.Fleet }, (*session).fleet)
}

func (s *session) fleet() ([]awsx.Instance, error) {
	if s.held.Instances != nil {
		return s.held.Instances, nil
	}
	return awsx.Collect(s.r.Instances(s.ctx, s.target.ClusterRef()))
}

// Tasks are those that the service runs.
func Tasks() Read {
	return answered("tasks", func(cur *Current) *Answer[[]awsx.Task] { return &cur.Tasks }, func(s *session) ([]awsx.Task, error) {
		return ofService(s, func(svc awsx.Service) ([]awsx.Task, error) {
			return awsx.Collect(s.r.Tasks(s.ctx, awsx.TaskQuery{Cluster: svc.Ref.ClusterRef(), Service: svc.Name}))
		})
	})
}

// family is the names of the other services that run the family in use.
func family() Read {
	return answered("family", func(cur *Current) *Answer[[]string] { return &cur.Family }, func(s *session) ([]string, error) {
		return ofService(s, func(svc awsx.Service) ([]string, error) {
			family, _ := awsx.SplitRevision(svc.TaskDefinition)
			names, err := s.relatives(family)
			return slices.DeleteFunc(names, func(name string) bool { return name == svc.Name }), err
		})
	})
}

// FamilyOfTarget is the names of the cluster's services that run the family of the
// target, which is a revision.
func FamilyOfTarget() Read {
	return answered("family", func(cur *Current) *Answer[[]string] { return &cur.Family }, func(s *session) ([]string, error) {
		family, _ := awsx.SplitRevision(s.target.ARN)
		return s.relatives(family)
	})
}

func groups() Read {
	return answered("groups", func(cur *Current) *Answer[[]awsx.TargetGroup] { return &cur.Groups }, func(s *session) ([]awsx.TargetGroup, error) {
		return ofGroups(s, s.r.TargetGroups)
	})
}

func details() Read {
	return answered("group details", func(cur *Current) *Answer[[]awsx.GroupDetails] { return &cur.Details }, func(s *session) ([]awsx.GroupDetails, error) {
		return ofGroups(s, s.r.GroupDetails)
	})
}

// ofService reads what the service has to be there for.
func ofService[T any](s *session, read func(awsx.Service) (T, error)) (value T, err error) {
	svc, err := s.service()
	if err != nil {
		return value, err
	}
	return read(svc)
}

// ofGroups reads something of the service's target groups, nothing when it has none.
func ofGroups[T any](s *session, read func(ctx context.Context, arns []string) ([]T, error)) ([]T, error) {
	return ofService(s, func(svc awsx.Service) ([]T, error) {
		if arns := svc.TargetGroups(); len(arns) > 0 {
			return read(s.ctx, arns)
		}
		return nil, nil
	})
}

// relatives names the services of the cluster that run a family.
// Where the services are not held, those with a running task are found by two
// calls, instead of one for every ten services.
func (s *session) relatives(family string) ([]string, error) {
	var names []string
	var err error
	if s.held.Services != nil {
		for _, other := range s.held.Services {
			if f, _ := awsx.SplitRevision(other.TaskDefinition); f == family && other.Status != "INACTIVE" {
				names = words.AddNew(names, other.Name)
			}
		}
	} else {
		var tasks []awsx.Task
		tasks, err = awsx.Collect(s.r.Tasks(s.ctx, awsx.TaskQuery{Cluster: s.target.ClusterRef(), Family: family}))
		for _, t := range tasks {
			if name, ok := strings.CutPrefix(t.Group, "service:"); ok {
				names = words.AddNew(names, name)
			}
		}
	}
	slices.Sort(names)
	return names, err
}

// Scaling is what Application Auto Scaling does with the service.
func Scaling(minds ...Mind[*awsx.ScalableTarget]) Read {
	return answered("scaling", func(cur *Current) *Answer[*awsx.ScalableTarget] { return &cur.Scaling }, func(s *session) (*awsx.ScalableTarget, error) {
		return readScaling(s.ctx, s.r, s.target)
	}, minds...)
}

// readScaling returns nil for a service that Application Auto Scaling does not
// know.
func readScaling(ctx context.Context, r awsx.ScalingReader, service awsx.Ref) (*awsx.ScalableTarget, error) {
	target, err := r.ScalableTarget(ctx, service)
	switch {
	case err == nil:
		return &target, nil
	case fault.ClassOf(err) == fault.NotFound:
		return nil, nil
	}
	return nil, err
}

// RunningDigests returns the digests that the running tasks of the revision in use were
// started from, by container. Tasks that could not be read leave it empty.
func (cur Current) RunningDigests() map[string][]string {
	if cur.Tasks.Err != nil {
		return nil
	}
	found := map[string][]string{}
	for _, t := range cur.Tasks.Value {
		if t.TaskDefinition != cur.Service.TaskDefinition {
			continue
		}
		for _, c := range t.Containers {
			if c.ImageDigest != "" {
				found[c.Name] = words.AddNew(found[c.Name], c.ImageDigest)
			}
		}
	}
	return found
}
