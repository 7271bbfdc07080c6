package sdk

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"gantry/awsx"
)

type wireInstance struct {
	ContainerInstanceArn string `json:"containerInstanceArn"`
	EC2InstanceID        string `json:"ec2InstanceId"`
	Status               string `json:"status"`
	AgentConnected       bool   `json:"agentConnected"`
	VersionInfo          struct {
		AgentVersion string `json:"agentVersion"`
	} `json:"versionInfo"`
	Attributes []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"attributes"`
	Running      int            `json:"runningTasksCount"`
	Pending      int            `json:"pendingTasksCount"`
	Registered   []wireResource `json:"registeredResources"`
	Remaining    []wireResource `json:"remainingResources"`
	RegisteredAt epoch          `json:"registeredAt"`
}

type wireResource struct {
	Name           string   `json:"name"`
	IntegerValue   int      `json:"integerValue"`
	StringSetValue []string `json:"stringSetValue"`
}

// Instances lists (100 a call) and describes (100 a call) the container
// instances of a cluster.
func (a *Account) Instances(ctx context.Context, cluster awsx.Ref) awsx.Pages[awsx.Instance] {
	list := func(ctx context.Context, token *string) ([]string, *string, error) {
		if err := a.here(cluster); err != nil {
			return nil, nil, err
		}
		out, err := a.ecs.ListContainerInstances(ctx, &ecs.ListContainerInstancesInput{
			Cluster: aws.String(cluster.Cluster), MaxResults: aws.Int32(listPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.classify(ctx, cluster.Cluster, err)
		}
		return out.ContainerInstanceArns, out.NextToken, nil
	}
	keep := func(w *wireInstance) awsx.Instance { return a.instance(cluster.Cluster, w) }
	return gather(ctx, list, describeResources, func(ctx context.Context, arns []string) (page awsx.Page[awsx.Instance], err error) {
		_, err = a.ecs.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{
			Cluster: aws.String(cluster.Cluster), ContainerInstances: arns,
		}, decodePage(&page, "containerInstances", keep))
		return page, a.classify(ctx, cluster.Cluster, err)
	})
}

func (a *Account) instance(cluster string, w *wireInstance) awsx.Instance {
	i := awsx.Instance{
		Ref: a.ref(cluster, intern(w.ContainerInstanceArn)), EC2ID: w.EC2InstanceID, Status: intern(w.Status),
		AgentConnected: w.AgentConnected, AgentVersion: intern(w.VersionInfo.AgentVersion),
		Running: w.Running, Pending: w.Pending, RegisteredAt: w.RegisteredAt.time(),
	}
	for _, at := range w.Attributes {
		switch at.Name {
		case "ecs.availability-zone":
			i.AvailabilityZone = intern(at.Value)
		case "ecs.instance-type":
			i.InstanceType = intern(at.Value)
		}
	}
	for _, r := range w.Registered {
		switch r.Name {
		case "CPU":
			i.CPU.Registered = r.IntegerValue
		case "MEMORY":
			i.Memory.Registered = r.IntegerValue
		}
	}
	for _, r := range w.Remaining {
		switch r.Name {
		case "CPU":
			i.CPU.Remaining = r.IntegerValue
		case "MEMORY":
			i.Memory.Remaining = r.IntegerValue
		case "PORTS":
			// Among what remains, the service lists the ports that are in use.
			for _, p := range r.StringSetValue {
				if n, err := strconv.Atoi(p); err == nil {
					i.UsedPorts = append(i.UsedPorts, n)
				}
			}
		}
	}
	return i
}
