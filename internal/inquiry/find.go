package inquiry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// maxNames is how many names an error suggests.
const maxNames = 10

// FindCluster returns a cluster by name. The error names those there are, the
// likeliest first.
func (r Reader) FindCluster(ctx context.Context, name string) (awsx.Cluster, error) {
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return awsx.Cluster{}, err
	}
	var names []string
	var failed error
	for page, err := range account.Clusters(ctx) {
		if err != nil {
			failed = err
			continue
		}
		for _, c := range page.Items {
			if c.Name == name {
				return *c, nil
			}
			names = append(names, c.Name)
		}
	}
	if failed != nil {
		return awsx.Cluster{}, failed
	}
	return awsx.Cluster{}, fault.Errorf(fault.NotFound, "ecs:DescribeClusters", name, "no such cluster in %s; it has %s", r.Context, some(name, names))
}

// clusterOf returns the cluster of something that is named by its ARN or otherwise.
// An ARN of another region or account than the cluster's is said to be one.
func (r Reader) clusterOf(ctx context.Context, op, cluster, name string) (awsx.Cluster, error) {
	region, account, _, isARN := awsx.ARNParts(name)
	if isARN && region != r.Context.Region {
		return awsx.Cluster{}, elsewhere(op, name, "region", region, r.Context.Region)
	}
	c, err := r.FindCluster(ctx, cluster)
	if err != nil || !isARN {
		return c, err
	}
	if _, ours, _, _ := awsx.ARNParts(c.Ref.ARN); account != ours {
		return awsx.Cluster{}, elsewhere(op, name, "account", account, ours)
	}
	return c, nil
}

// elsewhere is the failure of an ARN that is of another place than the one asked.
func elsewhere(op, arn, what, whose, asked string) error {
	e := fault.Errorf(fault.NotFound, op, arn, "the ARN is of the %s %s, and this is %s", what, whose, asked)
	e.Fix = "choose the profile and region that it is of"
	return e
}

// FindService returns a service of a cluster by name.
func (r Reader) FindService(ctx context.Context, cluster, name string) (awsx.Service, error) {
	c, err := r.FindCluster(ctx, cluster)
	if err != nil {
		return awsx.Service{}, err
	}
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return awsx.Service{}, err
	}
	found, err := awsx.Collect(account.DescribeServices(ctx, c.Ref, []string{name}))
	for _, s := range found {
		if s.Status != "INACTIVE" {
			return s, nil
		}
	}
	if err != nil {
		return awsx.Service{}, err
	}
	all, _ := awsx.Collect(account.Services(ctx, c.Ref)) // for the names alone
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	return awsx.Service{}, fault.Errorf(fault.NotFound, "ecs:DescribeServices", name, "no such service in cluster %s; it has %s", cluster, some(name, names))
}

// FindTask returns a running task of a cluster by its id, the beginning of it, or
// its ARN. A task that has stopped is found by its whole id as well.
func (r Reader) FindTask(ctx context.Context, cluster, name string) (awsx.Task, error) {
	c, err := r.clusterOf(ctx, "find task", cluster, name)
	if err != nil {
		return awsx.Task{}, err
	}
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return awsx.Task{}, err
	}
	if id := awsx.ARNName(name); len(id) == taskIDLength {
		task, err := read.TaskNow(ctx, account, c.Ref.In(TaskARN(c.Ref, id)))
		if err == nil && name != id && task.Ref.ARN != name {
			return awsx.Task{}, fault.Errorf(fault.NotFound, "find task", name, "no such task in %s", r.Context)
		}
		return task, err
	}
	tasks, err := awsx.Collect(account.Tasks(ctx, awsx.TaskQuery{Cluster: c.Ref}))
	if err != nil {
		return awsx.Task{}, err
	}
	return OneTask(tasks, name, "the cluster's "+words.Count(len(tasks), "running task"))
}

// taskIDLength is the length of a task's id (ECS, since 2018).
const taskIDLength = 32

// TaskARN is the ARN of a task by its id, in the cluster that a resource lives in.
func TaskARN(in awsx.Ref, id string) string {
	return strings.Replace(in.Cluster, ":cluster/", ":task/", 1) + "/" + id
}

// OneTask finds a task by its id, its ARN or the beginning of its id. Among says
// in words whose tasks these are.
func OneTask(tasks []awsx.Task, name, among string) (awsx.Task, error) {
	id := awsx.ARNName(name)
	var found []awsx.Task
	for _, t := range tasks {
		if t.ID == id {
			return t, nil
		}
		if strings.HasPrefix(t.ID, id) {
			found = append(found, t)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return awsx.Task{}, fault.Errorf(fault.NotFound, "find task", name, "%d of %s have an id that begins so", len(found), among)
}

// FindInstance returns an instance of a cluster by its EC2 id, its container
// instance id or its ARN.
func (r Reader) FindInstance(ctx context.Context, cluster, name string) (awsx.Instance, error) {
	c, err := r.clusterOf(ctx, "find instance", cluster, name)
	if err != nil {
		return awsx.Instance{}, err
	}
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return awsx.Instance{}, err
	}
	instances, err := awsx.Collect(account.Instances(ctx, c.Ref))
	var names []string
	for _, i := range instances {
		if i.Ref.ARN == name || i.Ref.Name() == name || i.EC2ID == name && name != "" {
			return i, nil
		}
		names = append(names, cmp.Or(i.EC2ID, i.Ref.Name()))
	}
	if err != nil {
		return awsx.Instance{}, err
	}
	return awsx.Instance{}, fault.Errorf(fault.NotFound, "ecs:DescribeContainerInstances", name, "no such instance in cluster %s; it has %s", cluster, some(name, names))
}

// Tasks reads tasks of one cluster afresh. What ECS no longer knows is left out.
func (r Reader) Tasks(ctx context.Context, tasks []awsx.Ref) ([]awsx.Task, error) {
	q := awsx.TaskQuery{Cluster: tasks[0].ClusterRef()}
	for _, t := range tasks {
		q.ARNs = append(q.ARNs, t.ARN)
	}
	account, err := r.Store.Account(ctx, q.Cluster.Context)
	if err != nil {
		return nil, err
	}
	return awsx.Collect(account.Tasks(ctx, q))
}

// some lists names, those that look most like the wanted one first, not all of
// many.
func some(wanted string, names []string) string {
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(words.Unlike(wanted, a), words.Unlike(wanted, b)) })
	if len(names) > maxNames {
		return strings.Join(names[:maxNames], ", ") + " and " + words.Count(len(names)-maxNames, "other")
	}
	return strings.Join(names, ", ")
}
