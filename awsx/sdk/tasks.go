package sdk

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
)

type wireTask struct {
	TaskArn              string          `json:"taskArn"`
	ClusterArn           string          `json:"clusterArn"`
	TaskDefinitionArn    string          `json:"taskDefinitionArn"`
	Group                string          `json:"group"`
	StartedBy            string          `json:"startedBy"`
	LastStatus           string          `json:"lastStatus"`
	DesiredStatus        string          `json:"desiredStatus"`
	HealthStatus         string          `json:"healthStatus"`
	LaunchType           string          `json:"launchType"`
	AvailabilityZone     string          `json:"availabilityZone"`
	ContainerInstanceArn string          `json:"containerInstanceArn"`
	CPU                  string          `json:"cpu"`
	Memory               string          `json:"memory"`
	StopCode             string          `json:"stopCode"`
	StoppedReason        string          `json:"stoppedReason"`
	EnableExecuteCommand bool            `json:"enableExecuteCommand"`
	Containers           []wireContainer `json:"containers"`
	Attachments          []struct {
		Type    string `json:"type"`
		Details []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"details"`
	} `json:"attachments"`
	CreatedAt  epoch           `json:"createdAt"`
	StartedAt  epoch           `json:"startedAt"`
	StoppingAt epoch           `json:"stoppingAt"`
	StoppedAt  epoch           `json:"stoppedAt"`
	Tags       json.RawMessage `json:"tags"`
}

type wireContainer struct {
	Name            string `json:"name"`
	Image           string `json:"image"`
	ImageDigest     string `json:"imageDigest"`
	RuntimeID       string `json:"runtimeId"`
	LastStatus      string `json:"lastStatus"`
	HealthStatus    string `json:"healthStatus"`
	ExitCode        *int   `json:"exitCode"`
	Reason          string `json:"reason"`
	NetworkBindings []struct {
		BindIP        string `json:"bindIP"`
		ContainerPort int    `json:"containerPort"`
		Range         string `json:"containerPortRange"`
		HostRange     string `json:"hostPortRange"`
		HostPort      int    `json:"hostPort"`
		Protocol      string `json:"protocol"`
	} `json:"networkBindings"`
	NetworkInterfaces []struct {
		PrivateIpv4Address string `json:"privateIpv4Address"`
		Ipv6Address        string `json:"ipv6Address"`
	} `json:"networkInterfaces"`
	ManagedAgents []struct {
		Name       string `json:"name"`
		LastStatus string `json:"lastStatus"`
		Reason     string `json:"reason"`
	} `json:"managedAgents"`
}

// Tasks lists (100 a call), unless the query names them, and describes (100 a
// call) the tasks that are not known.
func (a Account) Tasks(ctx context.Context, q awsx.TaskQuery) awsx.Pages[awsx.Task] {
	in := ecs.ListTasksInput{
		Cluster: aws.String(q.Cluster.Cluster), MaxResults: aws.Int32(listPage), DesiredStatus: types.DesiredStatusRunning,
		ServiceName: some(q.Service), ContainerInstance: some(q.Instance), Family: some(q.Family), StartedBy: some(q.StartedBy),
	}
	if q.Stopped {
		in.DesiredStatus = types.DesiredStatusStopped
	}
	list := func(ctx context.Context, token *string) ([]string, *string, error) {
		if err := a.Here(q.Cluster); err != nil {
			return nil, nil, err
		}
		if len(q.ARNs) > 0 {
			return q.ARNs, nil, nil
		}
		page := in
		page.NextToken = token
		out, err := a.ECS.ListTasks(ctx, &page)
		if err != nil {
			return nil, nil, a.Classify(ctx, q.Cluster.Cluster, err)
		}
		if q.Known != nil {
			return slices.DeleteFunc(out.TaskArns, q.Known), out.NextToken, nil
		}
		return out.TaskArns, out.NextToken, nil
	}
	return gather(ctx, list, describeResources, func(ctx context.Context, arns []string) (page awsx.Page[awsx.Task], err error) {
		page.Untagged, err = a.known.tags.Ask("ecs:DescribeTasks", func(tags bool) error {
			_, err := a.ECS.DescribeTasks(ctx, &ecs.DescribeTasksInput{
				Cluster: aws.String(q.Cluster.Cluster), Tasks: arns, Include: with(tags, types.TaskFieldTags),
			}, body.KnownPage(&page, "tasks", a.known.tasks.of(tags), func(w *wireTask) awsx.Task { return a.task(w, tags) }))
			return a.Classify(ctx, q.Cluster.Cluster, err)
		})
		return page, err
	})
}

// task is a task as it was sent; tags tells whether they were asked for.
func (a Account) task(w *wireTask, tags bool) awsx.Task {
	t := awsx.Task{
		Ref: a.Ref(intern(w.ClusterArn), w.TaskArn), ID: awsx.ARNName(w.TaskArn),
		TaskDefinition: intern(w.TaskDefinitionArn), Group: intern(w.Group), StartedBy: intern(w.StartedBy),
		LastStatus: intern(w.LastStatus), DesiredStatus: intern(w.DesiredStatus), Health: intern(w.HealthStatus),
		LaunchType: intern(w.LaunchType), AvailabilityZone: intern(w.AvailabilityZone),
		ContainerInstance: intern(w.ContainerInstanceArn), CPU: intern(w.CPU), Memory: intern(w.Memory),
		StopCode: intern(w.StopCode), StoppedReason: intern(w.StoppedReason), ExecEnabled: w.EnableExecuteCommand,
		CreatedAt: w.CreatedAt.time(), StartedAt: w.StartedAt.time(),
		StoppingAt: w.StoppingAt.time(), StoppedAt: w.StoppedAt.time(), Tags: a.known.tags.Of(w.Tags, tags),
	}
	if len(w.Containers) > 0 {
		t.Containers = make([]awsx.Container, len(w.Containers))
	}
	for i := range w.Containers {
		t.Containers[i] = container(&w.Containers[i])
	}
	for _, at := range w.Attachments {
		if at.Type != "ElasticNetworkInterface" {
			continue
		}
		var e awsx.ENI
		for _, d := range at.Details {
			switch d.Name {
			case "networkInterfaceId":
				e.ID = d.Value
			case "privateIPv4Address":
				e.PrivateV4 = d.Value
			case "privateIPv6Address":
				e.PrivateV6 = d.Value
			case "subnetId":
				e.SubnetID = intern(d.Value)
			}
		}
		t.ENIs = append(t.ENIs, e)
	}
	return t
}

func container(w *wireContainer) awsx.Container {
	c := awsx.Container{
		Name: intern(w.Name), Image: intern(w.Image), ImageDigest: intern(w.ImageDigest), RuntimeID: w.RuntimeID,
		LastStatus: intern(w.LastStatus), Health: intern(w.HealthStatus), ExitCode: or(w.ExitCode, awsx.Unset), Reason: intern(w.Reason),
	}
	if len(w.NetworkBindings) > 0 {
		c.Bindings = make([]awsx.Binding, len(w.NetworkBindings))
	}
	for i, b := range w.NetworkBindings {
		c.Bindings[i] = awsx.Binding{
			ContainerPort: b.ContainerPort, HostPort: b.HostPort, Protocol: intern(b.Protocol), BindIP: intern(b.BindIP),
			Range: intern(b.Range), HostRange: intern(b.HostRange),
		}
	}
	for _, agent := range w.ManagedAgents {
		if agent.Name == string(types.ManagedAgentNameExecuteCommandAgent) {
			c.ExecAgent = awsx.ManagedAgent{Status: intern(agent.LastStatus), Reason: intern(agent.Reason)}
		}
	}
	for _, n := range w.NetworkInterfaces {
		for _, ip := range []string{n.PrivateIpv4Address, n.Ipv6Address} {
			if ip != "" {
				c.Addresses = append(c.Addresses, ip)
			}
		}
	}
	return c
}
