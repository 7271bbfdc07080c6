package sdk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
	"gantry/internal/fault"
)

type wireInstance struct {
	ContainerInstanceArn string `json:"containerInstanceArn"`
	EC2InstanceID        string `json:"ec2InstanceId"`
	Status               string `json:"status"`
	AgentConnected       bool   `json:"agentConnected"`
	VersionInfo          struct {
		AgentVersion string `json:"agentVersion"`
	} `json:"versionInfo"`
	Attributes   []wireAttribute `json:"attributes"`
	Running      int             `json:"runningTasksCount"`
	Pending      int             `json:"pendingTasksCount"`
	Registered   []wireResource  `json:"registeredResources"`
	Remaining    []wireResource  `json:"remainingResources"`
	RegisteredAt epoch           `json:"registeredAt"`
	Tags         json.RawMessage `json:"tags"`
}

type wireAttribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type wireResource struct {
	Name           string   `json:"name"`
	IntegerValue   int      `json:"integerValue"`
	StringSetValue []string `json:"stringSetValue"`
}

// Instances lists (100 a call) and describes (100 a call) the container
// instances of a cluster.
func (a Account) Instances(ctx context.Context, cluster awsx.Ref) awsx.Pages[awsx.Instance] {
	list := func(ctx context.Context, token *string) ([]string, *string, error) {
		if err := a.Here(cluster); err != nil {
			return nil, nil, err
		}
		out, err := a.ECS.ListContainerInstances(ctx, &ecs.ListContainerInstancesInput{
			Cluster: aws.String(cluster.Cluster), MaxResults: aws.Int32(listPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, cluster.Cluster, err)
		}
		return out.ContainerInstanceArns, out.NextToken, nil
	}
	var sets attributeSets
	return gather(ctx, list, describeResources, func(ctx context.Context, arns []string) (page awsx.Page[awsx.Instance], err error) {
		page.Untagged, err = a.known.tags.Ask("ecs:DescribeContainerInstances", func(tags bool) error {
			keep := func(w *wireInstance) awsx.Instance {
				i := a.instance(cluster.Cluster, w, &sets)
				i.Tags = a.known.tags.Of(w.Tags, tags)
				return i
			}
			_, err := a.ECS.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{
				Cluster: aws.String(cluster.Cluster), ContainerInstances: arns, Include: with(tags, types.ContainerInstanceFieldTags),
			}, body.Page(&page, "containerInstances", keep))
			return a.Classify(ctx, cluster.Cluster, err)
		})
		return page, err
	})
}

// attributeSets holds each set of attributes of a listing once. An instance has
// some forty, nearly all of them capabilities of its agent, and instances of one
// group in one zone have the same.
type attributeSets struct {
	mu   sync.Mutex
	sets map[string]map[string]string
}

// of returns the one set that holds these attributes; it must not be changed.
func (s *attributeSets) of(attributes []wireAttribute) map[string]string {
	if len(attributes) == 0 {
		return nil
	}
	slices.SortFunc(attributes, func(x, y wireAttribute) int { return cmp.Compare(x.Name, y.Name) })
	var b strings.Builder
	for _, at := range attributes {
		b.WriteString(at.Name)
		b.WriteByte(0)
		b.WriteString(at.Value)
		b.WriteByte(0)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if set, ok := s.sets[b.String()]; ok {
		return set
	}
	set := make(map[string]string, len(attributes))
	for _, at := range attributes {
		set[intern(at.Name)] = intern(at.Value)
	}
	if s.sets == nil {
		s.sets = map[string]map[string]string{}
	}
	s.sets[b.String()] = set
	return set
}

func (a Account) instance(cluster string, w *wireInstance, sets *attributeSets) awsx.Instance {
	i := awsx.Instance{
		Ref: a.Ref(cluster, intern(w.ContainerInstanceArn)), EC2ID: w.EC2InstanceID, Status: intern(w.Status),
		AgentConnected: w.AgentConnected, AgentVersion: intern(w.VersionInfo.AgentVersion),
		Running: w.Running, Pending: w.Pending, RegisteredAt: w.RegisteredAt.time(),
		Attributes: sets.of(w.Attributes),
	}
	i.AvailabilityZone, i.InstanceType = i.Attributes["ecs.availability-zone"], i.Attributes["ecs.instance-type"]
	for _, r := range w.Registered {
		switch r.Name {
		case "CPU":
			i.CPU.Registered = r.IntegerValue
		case "MEMORY":
			i.Memory.Registered = r.IntegerValue
		case "GPU": // a set of their ids
			i.GPUs.Registered = len(r.StringSetValue)
		}
	}
	for _, r := range w.Remaining {
		switch r.Name {
		case "CPU":
			i.CPU.Remaining = r.IntegerValue
		case "MEMORY":
			i.Memory.Remaining = r.IntegerValue
		case "GPU":
			i.GPUs.Remaining = len(r.StringSetValue)
		case "PORTS":
			// Among what remains, the service lists the ports that are in use.
			i.UsedPorts = ports(r.StringSetValue)
		case "PORTS_UDP":
			i.UsedUDPPorts = ports(r.StringSetValue)
		}
	}
	return i
}

func ports(texts []string) []int {
	var out []int
	for _, text := range texts {
		if n, err := strconv.Atoi(text); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// SetInstanceStatus sets a container instance to ACTIVE or DRAINING.
func (a Account) SetInstanceStatus(ctx context.Context, instance awsx.Ref, status string) (awsx.Instance, error) {
	const op = "ecs:UpdateContainerInstancesState"
	if err := a.Here(instance); err != nil {
		return awsx.Instance{}, err
	}
	to := types.ContainerInstanceStatus(status)
	if to != types.ContainerInstanceStatusActive && to != types.ContainerInstanceStatusDraining {
		return awsx.Instance{}, fault.Errorf(fault.Invalid, op, instance.ARN, "an instance can be set to ACTIVE or DRAINING, not to %q", status)
	}
	var page awsx.Page[awsx.Instance]
	keep := func(w *wireInstance) awsx.Instance { return a.instance(instance.Cluster, w, &attributeSets{}) }
	_, err := a.ECS.UpdateContainerInstancesState(ctx, &ecs.UpdateContainerInstancesStateInput{
		Cluster: aws.String(instance.Cluster), ContainerInstances: []string{instance.ARN}, Status: to,
	}, body.Page(&page, "containerInstances", keep))
	switch {
	case err != nil:
		return awsx.Instance{}, a.Classify(ctx, instance.ARN, err)
	case len(page.Missing) > 0:
		class := fault.Failed
		if strings.EqualFold(page.Missing[0].Reason, "MISSING") {
			class = fault.NotFound
		}
		return awsx.Instance{}, &fault.Error{Class: class, Op: op, Resource: instance.ARN, Err: refusals(page.Missing)}
	case len(page.Items) == 0:
		return awsx.Instance{}, lost(op, instance.ARN, "container instance", "read the instance to see whether its status was set")
	}
	return *page.Items[0], nil
}
