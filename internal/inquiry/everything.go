package inquiry

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/timeline"
	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Everything is what of an account was read for its own sake.
type Everything struct {
	Clusters []awsx.Cluster
	Services []awsx.Service
	Tasks    []awsx.Task // those that run, and those that stopped of which ECS still tells
	// Partial holds what could not be read; the rest is good.
	Partial []error

	mu sync.Mutex
}

// How much of a service's past is read: where one service is asked for as much as the
// commands show, and the newest revisions of its family as well; else the last
// deployments, since each costs calls of a rate that the whole account shares.
const (
	deploymentsOfOne = 20
	deploymentsOfAll = 5
	revisionsOfOne   = 10
)

// How much is read of what the whole account did: a day, of which as many turns of alarms as
// a timeline reads, and of each name of a call the newest that one look-up answers, since two
// of those are allowed in a second.
const (
	historyOfAll = 24 * time.Hour
	turnsOfAll   = 1000
	callsOfAll   = 50
)

// Everything reads all that the screens and the commands show of an account, of one
// cluster, or of one service with the instances of its cluster.
func (r Reader) Everything(ctx context.Context, cluster, service string) (*Everything, error) {
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return nil, err
	}
	out := &Everything{}
	_, err = account.Identity(ctx)
	out.failed(err)
	if service != "" {
		svc, err := r.FindService(ctx, cluster, service)
		if err != nil {
			return nil, err
		}
		out.Services = []awsx.Service{svc}
	}
	if cluster != "" {
		c, err := r.FindCluster(ctx, cluster)
		if err != nil {
			return nil, err
		}
		out.Clusters = []awsx.Cluster{c}
	} else if out.Clusters, err = awsx.Collect(account.Clusters(ctx)); len(out.Clusters) == 0 && err != nil {
		return nil, err
	} else {
		out.failed(err)
	}
	var history crash.Group // CloudTrail is the slowest, and waits for no other
	history.Go(func() { out.history(ctx, account, r.Now()) })
	for _, c := range out.Clusters {
		out.cluster(ctx, account, c.Ref, service)
	}
	out.groups(ctx, account)
	ran := out.services(ctx, account, service != "")
	out.definitions(ctx, account, ran, service != "")
	_, err = awsx.Collect(account.Repositories(ctx))
	out.failed(err)
	_, err = awsx.Collect(account.Routes(ctx))
	out.failed(err)
	_, err = awsx.Collect(account.Schedules(ctx))
	out.failed(err)
	_, err = awsx.Collect(account.AllAlarms(ctx))
	out.failed(err)
	history.Wait()
	return out, ctx.Err()
}

// history reads how alarms turned and who called what, until now.
func (e *Everything) history(ctx context.Context, account awsx.Reader, now time.Time) {
	from := now.Add(-historyOfAll)
	_, err := account.AlarmTurns(ctx, "", from, now, turnsOfAll)
	e.failed(err)
	for _, name := range timeline.Calls() {
		if _, err := account.TrailEvents(ctx, name, from, now, callsOfAll); err != nil {
			e.failed(err)
			return // the next would fare no better
		}
	}
}

// failed notes what was not read. That something does not exist was read.
func (e *Everything) failed(err error) {
	if err == nil || fault.ClassOf(err) == fault.NotFound {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		e.Partial = append(e.Partial, joined.Unwrap()...)
		return
	}
	e.Partial = append(e.Partial, err)
}

// cluster reads what is in a cluster, or of one service of it.
func (e *Everything) cluster(ctx context.Context, account awsx.Reader, cluster awsx.Ref, service string) {
	if service == "" {
		found, err := awsx.Collect(account.Services(ctx, cluster))
		e.failed(err)
		e.Services = append(e.Services, found...)
	}
	for _, stopped := range []bool{false, true} {
		found, err := awsx.Collect(account.Tasks(ctx, awsx.TaskQuery{Cluster: cluster, Service: service, Stopped: stopped}))
		e.failed(err)
		e.Tasks = append(e.Tasks, found...)
	}
	var served []string
	for _, t := range e.Tasks {
		if t.Ref.ClusterRef() == cluster && t.DesiredStatus == "RUNNING" && strings.HasPrefix(t.Group, "service:") {
			served = append(served, t.Ref.ARN)
		}
	}
	if len(served) > 0 {
		_, err := account.TaskProtection(ctx, cluster, served)
		e.failed(err)
	}
	hosts, err := awsx.Collect(account.Instances(ctx, cluster))
	e.failed(err)
	var ids []string
	for _, i := range hosts {
		ids = added(ids, i.EC2ID)
	}
	if len(ids) > 0 {
		_, err = account.Machines(ctx, ids)
		e.failed(err)
	}
}

// groups reads the Auto Scaling groups, what they launch, and what is theirs.
func (e *Everything) groups(ctx context.Context, account awsx.Reader) {
	_, err := account.CapacityProviders(ctx)
	e.failed(err)
	groups, err := awsx.Collect(account.ScalingGroups(ctx))
	e.failed(err)
	Each(groups, func(g awsx.ScalingGroup) {
		if g.Source != (awsx.LaunchSource{}) {
			_, err := account.Launch(ctx, g.Source)
			e.failed(err)
		}
		_, err := account.GroupPolicies(ctx, g.Name)
		e.failed(err)
		_, err = account.GroupActivities(ctx, g.Name, activitiesOfAll)
		e.failed(err)
		_, err = account.GroupSchedules(ctx, g.Name)
		e.failed(err)
	})
}

// activitiesOfAll is how much is read of what each group, and each scaled service, did.
const activitiesOfAll = 20

// Each does something for many, some of them at the same time.
func Each[T any](items []T, do func(T)) {
	EachPlace(len(items), func(i int) { do(items[i]) })
}

// EachPlace does something for each place of a list of n, some of them at the same time.
func EachPlace(n int, do func(i int)) {
	for first := 0; first < n; first += definitionsAtOnce {
		var group crash.Group
		for i := first; i < min(first+definitionsAtOnce, n); i++ {
			group.Go(func() { do(i) })
		}
		group.Wait()
	}
}

// services reads what belongs to each service, tags included, and the target groups
// of all. It returns the task definitions that they ran.
func (e *Everything) services(ctx context.Context, account awsx.Reader, one bool) (ran []string) {
	var groups, rules []string
	for _, svc := range e.Services {
		groups = added(groups, svc.TargetGroups()...)
		for _, lb := range svc.LoadBalancers {
			rules = added(rules, lb.ProductionRule, lb.TestRule)
		}
	}
	byCluster := map[awsx.Ref][]string{}
	for _, svc := range e.Services {
		byCluster[svc.Ref.ClusterRef()] = append(byCluster[svc.Ref.ClusterRef()], svc.Ref.ARN)
	}
	for cluster, arns := range byCluster {
		for part := range slices.Chunk(arns, describedAtOnce) {
			_, err := awsx.Collect(account.DescribeServices(ctx, cluster, part))
			e.failed(err)
		}
	}
	depth := deploymentsOfAll
	if one {
		depth = deploymentsOfOne
	}
	Each(e.Services, func(svc awsx.Service) {
		list, err := account.ServiceDeployments(ctx, svc.Ref, depth)
		e.failed(err)
		var revisions []string
		for _, d := range list {
			revisions = added(revisions, d.Revisions()...)
		}
		if len(revisions) > 0 {
			found, err := account.ServiceRevisions(ctx, revisions)
			e.failed(err)
			e.mu.Lock()
			for _, r := range found {
				ran = added(ran, r.TaskDefinition)
			}
			e.mu.Unlock()
		}
		if _, err = account.ScalableTarget(ctx, svc.Ref); err == nil {
			_, err = account.ScalingActivities(ctx, svc.Ref, activitiesOfAll)
			e.failed(err)
			_, err = account.ScheduledScaling(ctx, svc.Ref)
		}
		e.failed(err)
	})
	if len(groups) > 0 {
		_, err := account.TargetGroups(ctx, groups)
		e.failed(err)
		_, err = account.GroupDetails(ctx, groups)
		e.failed(err)
	}
	if len(rules) > 0 {
		_, err := account.RuleWeights(ctx, rules)
		e.failed(err)
	}
	Each(groups, func(arn string) {
		_, err := account.TargetHealth(ctx, arn)
		e.failed(err)
	})
	return ran
}

// describedAtOnce is how many services one call may name (ECS, DescribeServices).
const describedAtOnce = 10

// definitions reads the revisions that run, ran or are being deployed, and their
// images as the registry has them.
func (e *Everything) definitions(ctx context.Context, account awsx.Reader, arns []string, one bool) {
	for _, svc := range e.Services {
		arns = added(arns, svc.TaskDefinition)
		for _, d := range svc.Deployments {
			arns = added(arns, d.TaskDefinition)
		}
		family, _ := awsx.SplitRevision(svc.TaskDefinition)
		if one && family != "" {
			newest, err := account.Revisions(ctx, family, revisionsOfOne)
			e.failed(err)
			arns = added(arns, newest...)
		}
	}
	var images []string
	for _, t := range e.Tasks {
		arns = added(arns, t.TaskDefinition)
	}
	Each(arns, func(arn string) {
		td, err := account.TaskDefinition(ctx, arn)
		if e.failed(err); err != nil {
			return
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, c := range td.Containers {
			images = added(images, c.Image)
		}
	})
	Each(images, func(image string) {
		ref, err := awsx.ParseReference(image)
		if err != nil || !ref.ECR() {
			return
		}
		_, err = account.Image(ctx, ref.Repository, ref.Lookup())
		e.failed(err)
		_, err = account.Platforms(ctx, ref.Repository, ref.Lookup())
		e.failed(err)
	})
}

// Summary says how much was read, in words.
func (e *Everything) Summary() string {
	return strings.Join([]string{
		words.Count(len(e.Clusters), "cluster"), words.Count(len(e.Services), "service"), words.Count(len(e.Tasks), "task"),
	}, ", ")
}

// added adds those of names that are new and not empty.
func added(list []string, names ...string) []string {
	for _, name := range names {
		if name != "" {
			list = words.AddNew(list, name)
		}
	}
	return list
}
