package doctor

import (
	"context"
	"errors"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// sample is an account as far as it was read, for the reads that need something of
// what others found.
type sample struct {
	account    awsx.Account
	cluster    *awsx.Cluster
	service    *awsx.Service
	definition *awsx.TaskDefinition
}

// The reasons for which a read is not tried.
var (
	errNoCluster    = errors.New("no cluster was read")
	errNoService    = errors.New("no service was read")
	errNoDefinition = errors.New("no task definition was read")
	errNoGroup      = errors.New("the service has no target group")
	errNotInECR     = errors.New("the image is in no ECR repository")
)

// probe is one kind of read. It returns what it found in words, or one of the
// reasons for which it was not tried.
type probe struct {
	name, actions, loss string
	essential           bool
	read                func(ctx context.Context, s *sample) (string, error)
}

// Probe tries every kind of read once, on the named service or on the first
// that there is.
func Probe(ctx context.Context, account awsx.Account, cluster, service string) []Read {
	s := &sample{account: account}
	var reads []Read
	for _, p := range probes(cluster, service) {
		r := Read{Name: p.name, Actions: p.actions, Loss: p.loss, Essential: p.essential}
		r.Found, r.Err = p.read(ctx, s)
		switch {
		case fault.ClassOf(r.Err) == fault.NotFound:
			r.Found, r.Err = "may be read, and there is none", nil
		case errors.Is(r.Err, errNoCluster), errors.Is(r.Err, errNoService), errors.Is(r.Err, errNoDefinition),
			errors.Is(r.Err, errNoGroup), errors.Is(r.Err, errNotInECR):
			r.Skipped, r.Err = r.Err.Error(), nil
		}
		reads = append(reads, r)
	}
	return reads
}

func probes(cluster, service string) []probe {
	return []probe{
		{"clusters", "ecs:ListClusters, ecs:DescribeClusters", "nothing can be shown without it", true,
			func(ctx context.Context, s *sample) (string, error) { return s.readClusters(ctx, cluster) }},
		{"services", "ecs:ListServices, ecs:DescribeServices", "no service is shown", true,
			func(ctx context.Context, s *sample) (string, error) { return s.readServices(ctx, service) }},
		{"tasks", "ecs:ListTasks, ecs:DescribeTasks", "no task is shown, and no log line is found", true,
			func(ctx context.Context, s *sample) (string, error) {
				if s.service == nil {
					return "", errNoService
				}
				tasks, err := firstPage(s.account.Tasks(ctx, awsx.TaskQuery{Cluster: s.cluster.Ref, Service: s.service.Name}))
				return words.Count(len(tasks), "task"), err
			}},
		{"task definitions", "ecs:DescribeTaskDefinition", "neither logs nor changes know what runs", true,
			func(ctx context.Context, s *sample) (_ string, err error) {
				if s.service == nil {
					return "", errNoService
				}
				if s.definition, err = s.account.TaskDefinition(ctx, s.service.TaskDefinition); err != nil {
					return "", err
				}
				return awsx.ARNName(s.definition.ARN), nil
			}},
		{"revisions", "ecs:ListTaskDefinitions", "there is no list to go back to", false,
			func(ctx context.Context, s *sample) (string, error) {
				if s.definition == nil {
					return "", errNoDefinition
				}
				revisions, err := s.account.Revisions(ctx, s.definition.Family, 1)
				return words.Count(len(revisions), "revision"), err
			}},
		{"instances", "ecs:ListContainerInstances, ecs:DescribeContainerInstances", "ports lack their host, and capacity is unknown", false,
			func(ctx context.Context, s *sample) (string, error) {
				if s.cluster == nil {
					return "", errNoCluster
				}
				instances, err := firstPage(s.account.Instances(ctx, s.cluster.Ref))
				return words.Count(len(instances), "instance"), err
			}},
		{"deployments", "ecs:ListServiceDeployments, ecs:DescribeServiceDeployments", "a deployment is followed by the service alone", false,
			func(ctx context.Context, s *sample) (string, error) {
				if s.service == nil {
					return "", errNoService
				}
				deployments, err := s.account.ServiceDeployments(ctx, s.service.Ref, 1)
				return words.Count(len(deployments), "deployment"), err
			}},
		{"targets", "elasticloadbalancing:DescribeTargetGroups, elasticloadbalancing:DescribeTargetHealth", "target health is shown as ?", false, readTargets},
		{"images", "ecr:DescribeImages", "whether an image exists is not checked before a deployment", false, readImage},
		{"scaling", "application-autoscaling:DescribeScalableTargets, application-autoscaling:DescribeScalingPolicies", "what scales a service by itself is not known", false,
			func(ctx context.Context, s *sample) (string, error) {
				if s.service == nil {
					return "", errNoService
				}
				_, err := s.account.ScalableTarget(ctx, s.service.Ref)
				return "1 scalable target", err
			}},
		{"alarms", "cloudwatch:DescribeAlarms", "alarms are not shown, nor checked before a deployment", false,
			func(ctx context.Context, s *sample) (string, error) {
				alarms, err := s.account.AlarmsIn(ctx, "ALARM")
				return words.Count(len(alarms), "alarm") + " in ALARM", err
			}},
		{"schedules", "events:ListRules, events:ListTargetsByRule, scheduler:ListSchedules, scheduler:GetSchedule",
			"what starts tasks by itself is not shown, and no revision is known to be out of use", false,
			func(ctx context.Context, s *sample) (string, error) {
				starts, err := awsx.Collect(s.account.Schedules(ctx))
				return words.Count(len(starts), "schedule") + " of tasks", err
			}},
	}
}

func (s *sample) readClusters(ctx context.Context, wanted string) (string, error) {
	n := 0
	for page, err := range s.account.Clusters(ctx) {
		if err != nil {
			return "", err
		}
		n += len(page.Items)
		for _, c := range page.Items {
			if c.Name == wanted || wanted == "" && s.cluster == nil {
				s.cluster = c
			}
		}
	}
	return words.Count(n, "cluster"), nil
}

func (s *sample) readServices(ctx context.Context, wanted string) (string, error) {
	if s.cluster == nil {
		return "", errNoCluster
	}
	pages := s.account.Services(ctx, s.cluster.Ref)
	if wanted != "" {
		pages = s.account.DescribeServices(ctx, s.cluster.Ref, []string{wanted})
	}
	services, err := firstPage(pages)
	if len(services) > 0 {
		s.service = &services[0]
	}
	return words.Count(len(services), "service"), err
}

func readTargets(ctx context.Context, s *sample) (string, error) {
	if s.service == nil {
		return "", errNoService
	}
	for _, lb := range s.service.LoadBalancers {
		if lb.TargetGroup == "" {
			continue
		}
		if _, err := s.account.TargetGroups(ctx, []string{lb.TargetGroup}); err != nil {
			return "", err
		}
		health, err := s.account.TargetHealth(ctx, lb.TargetGroup)
		return words.Count(len(health.Targets), "target"), err
	}
	return "", errNoGroup
}

func readImage(ctx context.Context, s *sample) (string, error) {
	if s.definition == nil {
		return "", errNoDefinition
	}
	for _, c := range s.definition.Containers {
		ref, err := awsx.ParseReference(c.Image)
		if err != nil || !ref.ECR() {
			continue
		}
		_, err = s.account.Image(ctx, ref.Repository, ref.Lookup())
		return "1 image", err
	}
	return "", errNotInECR
}

// firstPage returns the first items of a listing; breaking off ends its calls.
func firstPage[T any](pages awsx.Pages[T]) ([]T, error) {
	for page, err := range pages {
		if err != nil || len(page.Items) > 0 {
			return awsx.Values(page.Items), err
		}
	}
	return nil, nil
}
