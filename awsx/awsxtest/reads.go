package awsxtest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/fault"
)

// paged yields items in pages of at most size, as the scripts say.
func paged[T any](ctx context.Context, a *Account, op Op, resource string, size int, arn func(T) string, read func(*Data) ([]T, []awsx.Missing)) awsx.Pages[T] {
	return func(yield func(awsx.Page[T], error) bool) {
		if err := a.begin(ctx, op, resource); err != nil {
			yield(awsx.Page[T]{}, err)
			return
		}
		items, missing, lost := collect(a, op, arn, read)
		if a.PageSize > 0 {
			size = a.PageSize
		}
		for _, err := range lost {
			if !yield(awsx.Page[T]{}, err) {
				return
			}
		}
		total := len(items) + len(missing)
		if len(items) == 0 {
			yield(awsx.Page[T]{Missing: missing, Total: total, Complete: true}, nil)
			return
		}
		for part := range slices.Chunk(items, size) {
			if err := ctx.Err(); err != nil {
				yield(awsx.Page[T]{}, err)
				return
			}
			if !yield(awsx.Page[T]{Items: awsx.Own(part), Missing: missing, Total: total, Complete: true}, nil) {
				return
			}
			missing = nil
		}
	}
}

// collect reads the items and takes out those whose batch is to fail.
func collect[T any](a *Account, op Op, arn func(T) string, read func(*Data) ([]T, []awsx.Missing)) (items []T, missing []awsx.Missing, lost []error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	all, missing := read(&a.data)
	s := a.scripts[op]
	if s == nil || len(s.lost) == 0 {
		return all, missing, nil
	}
	for _, item := range all {
		if err := s.lost[arn(item)]; err == nil {
			items = append(items, item)
		} else if !slices.Contains(lost, err) {
			lost = append(lost, err)
		}
	}
	return items, missing, lost
}

// Clusters implements awsx.ClusterReader.
func (a *Account) Clusters(ctx context.Context) awsx.Pages[awsx.Cluster] {
	arn := func(c awsx.Cluster) string { return c.Ref.ARN }
	return paged(ctx, a, Clusters, "", 100, arn, func(d *Data) ([]awsx.Cluster, []awsx.Missing) {
		return slices.Clone(d.Clusters), nil
	})
}

// Services implements awsx.ServiceReader.
func (a *Account) Services(ctx context.Context, cluster awsx.Ref) awsx.Pages[awsx.Service] {
	return paged(ctx, a, Services, cluster.Cluster, 10, serviceARN, func(d *Data) (found []awsx.Service, _ []awsx.Missing) {
		for _, s := range d.Services {
			if s.Ref.Cluster == cluster.Cluster {
				found = append(found, cloneService(s))
			}
		}
		return found, nil
	})
}

// DescribeServices implements awsx.ServiceReader.
func (a *Account) DescribeServices(ctx context.Context, cluster awsx.Ref, arns []string) awsx.Pages[awsx.Service] {
	return paged(ctx, a, DescribeServices, strings.Join(arns, ","), 10, serviceARN, func(d *Data) (found []awsx.Service, missing []awsx.Missing) {
		for _, arn := range arns {
			i := slices.IndexFunc(d.Services, func(s awsx.Service) bool {
				return s.Ref.Cluster == cluster.Cluster && (s.Ref.ARN == arn || s.Name == arn)
			})
			if i < 0 {
				missing = append(missing, awsx.Missing{ARN: arn, Reason: "MISSING"})
				continue
			}
			found = append(found, cloneService(d.Services[i]))
		}
		return found, missing
	})
}

func serviceARN(s awsx.Service) string { return s.Ref.ARN }

// Tasks implements awsx.TaskReader.
func (a *Account) Tasks(ctx context.Context, q awsx.TaskQuery) awsx.Pages[awsx.Task] {
	arn := func(t awsx.Task) string { return t.Ref.ARN }
	resource := q.Cluster.Cluster
	if q.Service != "" {
		resource += "/" + q.Service
	}
	return paged(ctx, a, Tasks, resource, 100, arn, func(d *Data) (found []awsx.Task, _ []awsx.Missing) {
		for _, t := range d.Tasks {
			chosen := t.Ref.Cluster == q.Cluster.Cluster && (q.Service == "" || t.Group == "service:"+q.Service) && (t.DesiredStatus == "STOPPED") == q.Stopped
			chosen = chosen && (q.Instance == "" || t.ContainerInstance == q.Instance) && (q.StartedBy == "" || t.StartedBy == q.StartedBy)
			family, _ := awsx.SplitRevision(t.TaskDefinition)
			chosen = chosen && (q.Family == "" || q.Family == family)
			if len(q.ARNs) > 0 {
				chosen = slices.Contains(q.ARNs, t.Ref.ARN)
			}
			if chosen && (q.Known == nil || !q.Known(t.Ref.ARN)) {
				found = append(found, cloneTask(t))
			}
		}
		return found, nil
	})
}

// Instances implements awsx.InstanceReader.
func (a *Account) Instances(ctx context.Context, cluster awsx.Ref) awsx.Pages[awsx.Instance] {
	arn := func(i awsx.Instance) string { return i.Ref.ARN }
	return paged(ctx, a, Instances, cluster.Cluster, 100, arn, func(d *Data) (found []awsx.Instance, _ []awsx.Missing) {
		for _, i := range d.Instances {
			if i.Ref.Cluster == cluster.Cluster {
				found = append(found, cloneInstance(i))
			}
		}
		return found, nil
	})
}

// TaskDefinition implements awsx.TaskDefinitionReader.
func (a *Account) TaskDefinition(ctx context.Context, id string) (*awsx.TaskDefinition, error) {
	if err := a.begin(ctx, TaskDefinition, id); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	family, revision := awsx.SplitRevision(id)
	for _, td := range slices.Backward(a.data.TaskDefinitions) {
		_, r := awsx.SplitRevision(td.ARN)
		if td.Family == family && (r == revision || revision == "" && td.Status == "ACTIVE") {
			return td, nil
		}
	}
	return nil, fault.Errorf(fault.NotFound, "ecs:DescribeTaskDefinition", id, "Unable to describe task definition.")
}

// Revisions implements awsx.TaskDefinitionReader.
func (a *Account) Revisions(ctx context.Context, family string, limit int) ([]string, error) {
	if err := a.begin(ctx, Revisions, family); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var arns []string
	for _, td := range slices.Backward(a.data.TaskDefinitions) {
		if td.Family == family && td.Status == "ACTIVE" && (limit <= 0 || len(arns) < limit) {
			arns = append(arns, td.ARN)
		}
	}
	return arns, nil
}

// TargetGroups implements awsx.TargetReader.
func (a *Account) TargetGroups(ctx context.Context, arns []string) ([]awsx.TargetGroup, error) {
	if err := a.begin(ctx, TargetGroups, strings.Join(arns, ",")); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []awsx.TargetGroup
	for _, g := range a.data.TargetGroups {
		if slices.Contains(arns, g.ARN) {
			g.LoadBalancers = slices.Clone(g.LoadBalancers)
			found = append(found, g)
		}
	}
	if len(arns) == 1 && len(found) == 0 {
		return nil, fault.Errorf(fault.NotFound, "elasticloadbalancing:DescribeTargetGroups", arns[0], "One or more target groups not found")
	}
	return found, nil
}

// TargetHealth implements awsx.TargetReader.
func (a *Account) TargetHealth(ctx context.Context, targetGroup string) (awsx.GroupHealth, error) {
	if err := a.begin(ctx, TargetHealth, targetGroup); err != nil {
		return awsx.GroupHealth{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	h, ok := a.data.Health[targetGroup]
	if !ok {
		return awsx.GroupHealth{}, fault.Errorf(fault.NotFound, "elasticloadbalancing:DescribeTargetHealth", targetGroup, "One or more target groups not found")
	}
	h.Targets = slices.Clone(h.Targets)
	return h, nil
}

// RuleWeights implements awsx.TargetReader.
func (a *Account) RuleWeights(ctx context.Context, rules []string) ([]awsx.RuleWeights, error) {
	if err := a.begin(ctx, RuleWeights, rules[0]); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []awsx.RuleWeights
	for _, rule := range rules {
		if w, ok := a.data.Rules[rule]; ok {
			found = append(found, awsx.RuleWeights{Rule: rule, Weights: maps.Clone(w)})
		}
	}
	return found, nil
}

// Routes implements awsx.RoutingReader.
func (a *Account) Routes(ctx context.Context) awsx.Pages[awsx.Route] {
	return paged(ctx, a, Routes, "", 20, awsx.Route.Key, func(d *Data) ([]awsx.Route, []awsx.Missing) {
		return slices.Clone(d.Routes), nil
	})
}

// Repositories implements awsx.RepositoryReader: those that hold images.
func (a *Account) Repositories(ctx context.Context, names ...string) awsx.Pages[awsx.Repository] {
	host := fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/", Number, a.ID.Region)
	for _, name := range names {
		if err := a.repository(host + name); err != nil {
			return func(yield func(awsx.Page[awsx.Repository], error) bool) { yield(awsx.Page[awsx.Repository]{}, err) }
		}
	}
	return paged(ctx, a, Repositories, "", 1000, func(r awsx.Repository) string { return r.ARN }, func(d *Data) (found []awsx.Repository, _ []awsx.Missing) {
		for _, uri := range slices.Sorted(maps.Keys(d.Images)) {
			name := strings.TrimPrefix(uri, host)
			if len(names) == 0 || slices.Contains(names, name) {
				arn := fmt.Sprintf("arn:aws:ecr:%s:%s:repository/%s", a.ID.Region, Number, name)
				found = append(found, awsx.Repository{Name: name, URI: uri, ARN: arn})
			}
		}
		return found, nil
	})
}

// Images implements awsx.ImageReader.
func (a *Account) Images(ctx context.Context, repository string) awsx.Pages[awsx.Image] {
	digest := func(i awsx.Image) string { return i.Digest }
	return func(yield func(awsx.Page[awsx.Image], error) bool) {
		if err := a.repository(repository); err != nil {
			yield(awsx.Page[awsx.Image]{}, err)
			return
		}
		paged(ctx, a, Images, repository, 1000, digest, func(d *Data) ([]awsx.Image, []awsx.Missing) {
			return slices.Clone(d.Images[repository]), nil
		})(yield)
	}
}

// Image implements awsx.ImageReader.
func (a *Account) Image(ctx context.Context, repository, reference string) (awsx.Image, error) {
	if err := a.begin(ctx, Image, repository+":"+reference); err != nil {
		return awsx.Image{}, err
	}
	if err := a.repository(repository); err != nil {
		return awsx.Image{}, err
	}
	return a.image("ecr:DescribeImages", repository, reference)
}

func (a *Account) image(op, repository, reference string) (awsx.Image, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, i := range a.data.Images[repository] {
		if i.Digest == reference || slices.Contains(i.Tags, reference) {
			return i, nil
		}
	}
	return awsx.Image{}, fault.Errorf(fault.NotFound, op, repository+":"+reference, "the repository has no such image")
}

func (a *Account) repository(uri string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.data.Images[uri]; !ok {
		return fault.Errorf(fault.NotFound, "ecr:DescribeImages", uri, "the repository does not exist")
	}
	return nil
}

// Identity implements awsx.IdentityReader.
func (a *Account) Identity(ctx context.Context) (awsx.Identity, error) {
	if err := a.begin(ctx, Identity, ""); err != nil {
		return awsx.Identity{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.data.Identity, nil
}

// Raw implements awsx.RawReader. A task definition is its document; anything
// else is what Data.Raw holds for its ARN, or an object of its ARN and name.
func (a *Account) Raw(ctx context.Context, kind awsx.Kind, ref awsx.Ref) (json.RawMessage, error) {
	if err := a.begin(ctx, Raw, ref.ARN); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if raw, ok := a.data.Raw[ref.ARN]; ok {
		return slices.Clone(raw), nil
	}
	if kind == awsx.KindTaskDefinition {
		for _, td := range a.data.TaskDefinitions {
			if td.ARN == ref.ARN {
				return json.RawMessage(slices.Clone(td.Raw)), nil
			}
		}
		return nil, fault.Errorf(fault.NotFound, "ecs:DescribeTaskDefinition", ref.ARN, "Unable to describe task definition.")
	}
	prefix := map[awsx.Kind]string{
		awsx.KindCluster: "cluster", awsx.KindService: "service", awsx.KindTask: "task",
		awsx.KindInstance: "containerInstance", awsx.KindTargetGroup: "targetGroup",
	}[kind]
	return json.Marshal(map[string]string{prefix + "Arn": ref.ARN, prefix + "Name": ref.Name()})
}

// RawList implements awsx.RawLister: around what is scripted stands nothing.
func (a *Account) RawList(ctx context.Context, _ awsx.Kind, of awsx.Ref, _ ...string) ([]json.RawMessage, error) {
	return nil, a.begin(ctx, RawList, of.ARN)
}

func cloneService(s awsx.Service) awsx.Service {
	s.CapacityProviders = slices.Clone(s.CapacityProviders)
	s.Deployments = slices.Clone(s.Deployments)
	s.Events = slices.Clone(s.Events)
	s.LoadBalancers = slices.Clone(s.LoadBalancers)
	s.TaskSets = slices.Clone(s.TaskSets)
	s.Alarms.Names = slices.Clone(s.Alarms.Names)
	s.PlacementConstraints = slices.Clone(s.PlacementConstraints)
	s.Tags = append(awsx.Tags{}, s.Tags...) // read, whichever there are
	return s
}

func cloneInstance(i awsx.Instance) awsx.Instance {
	i.UsedPorts, i.UsedUDPPorts = slices.Clone(i.UsedPorts), slices.Clone(i.UsedUDPPorts)
	i.Attributes = maps.Clone(i.Attributes)
	i.Tags = append(awsx.Tags{}, i.Tags...)
	return i
}

func cloneTask(t awsx.Task) awsx.Task {
	t.Tags = append(awsx.Tags{}, t.Tags...)
	t.ENIs = slices.Clone(t.ENIs)
	t.Containers = slices.Clone(t.Containers)
	for i := range t.Containers {
		c := &t.Containers[i]
		c.Bindings, c.Addresses = slices.Clone(c.Bindings), slices.Clone(c.Addresses)
	}
	return t
}
