package ecs

import (
	"maps"
	"slices"
	"strconv"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

type listInstancesInput struct {
	listInput
	Filter string `json:"filter"`
	Status string `json:"status"`
}

func (a *API) listInstances(in *listInstancesInput) ([]byte, error) {
	c, err := a.findCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if in.Filter != "" {
		return nil, wire.Invalid("Invalid expression: " + in.Filter + ": cluster query language is not available.")
	}
	instances := c.Instances
	if in.Status != "" {
		instances = slices.DeleteFunc(slices.Clone(instances), func(i *fleet.Instance) bool { return i.Status != in.Status })
	}
	return list(&in.listInput, "containerInstanceArns", 100, instances, func(i *fleet.Instance) string { return i.ARN })
}

type describeInstancesInput struct {
	Cluster   string   `json:"cluster"`
	Instances []string `json:"containerInstances"`
	Include   []string `json:"include"`
}

func (a *API) describeInstances(in *describeInstancesInput) ([]byte, error) {
	tags := slices.Contains(in.Include, "TAGS")
	return a.describeEach(kindOfInstances(100), in.Cluster, in.Instances, func(c *fleet.Cluster, name string) []byte {
		i := a.findInstance(c, name)
		if i == nil {
			return nil
		}
		doc := describeInstance(i)
		if tags {
			doc.Tags = append(doc.Tags, i.Tags...)
		}
		return wire.Encode(doc)
	})
}

func kindOfInstances(most int) kindOfResource {
	return kindOfResource{"Container instances", "container-instance", "containerInstances", most}
}

type instanceDoc struct {
	ARN          string              `json:"containerInstanceArn"`
	EC2          string              `json:"ec2InstanceId"`
	Status       string              `json:"status"`
	Connected    bool                `json:"agentConnected"`
	Running      int                 `json:"runningTasksCount"`
	Pending      int                 `json:"pendingTasksCount"`
	Registered   []resourceDoc       `json:"registeredResources"`
	Remaining    []resourceDoc       `json:"remainingResources"`
	RegisteredAt wire.Epoch          `json:"registeredAt"`
	Version      int                 `json:"version"`
	VersionInfo  map[string]any      `json:"versionInfo"`
	Attributes   []taskdef.Attribute `json:"attributes"`
	Attachments  []string            `json:"attachments"`
	Tags         []world.Tag         `json:"tags"`
}

type resourceDoc struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Double  float64  `json:"doubleValue"`
	Long    int      `json:"longValue"`
	Integer int      `json:"integerValue"`
	Strings []string `json:"stringSetValue,omitzero"`
}

func describeInstance(i *fleet.Instance) instanceDoc {
	doc := instanceDoc{
		ARN: i.ARN, EC2: i.EC2, Status: i.Status, Connected: i.Connected,
		Registered:   resources(i.CPU, i.Memory, fleet.AgentPorts(), nil),
		RegisteredAt: wire.At(i.RegisteredAt), Version: i.Version,
		VersionInfo: map[string]any{"agentVersion": "1.89.2", "agentHash": "4ae6ac8f", "dockerVersion": "DockerVersion: 25.0.6"},
		Attributes: []taskdef.Attribute{
			{Name: "ecs.availability-zone", Value: i.Az}, {Name: "ecs.instance-type", Value: i.InstanceType}, {Name: "ecs.os-type", Value: "linux"},
			{Name: "ecs.cpu-architecture", Value: "x86_64"}, {Name: "ecs.ami-id", Value: i.Image}, {Name: "ecs.subnet-id", Value: world.SubnetOf(i.Az)},
			{Name: "com.amazonaws.ecs.capability.docker-remote-api.1.19"}, {Name: "com.amazonaws.ecs.capability.ecr-auth"},
			{Name: "com.amazonaws.ecs.capability.logging-driver.gelf"}, {Name: "com.amazonaws.ecs.capability.logging-driver.fluentd"},
			{Name: "com.amazonaws.ecs.capability.logging-driver.json-file"}, {Name: "com.amazonaws.ecs.capability.logging-driver.syslog"},
			{Name: "com.amazonaws.ecs.capability.logging-driver.awslogs"}, {Name: "com.amazonaws.ecs.capability.logging-driver.awsfirelens"},
			{Name: "com.amazonaws.ecs.capability.task-iam-role"},
			{Name: "ecs.capability.execution-role-awslogs"}, {Name: "ecs.capability.task-eni"}, {Name: "ecs.capability.container-health-check"},
		},
		Attachments: []string{}, Tags: []world.Tag{},
	}
	doc.Running, doc.Pending = i.Counts()
	tcp, udp := fleet.AgentPorts(), []string{}
	for _, port := range slices.Sorted(maps.Keys(i.Static)) {
		if i.Static[port] == "udp" {
			udp = append(udp, strconv.Itoa(port))
		} else {
			tcp = append(tcp, strconv.Itoa(port))
		}
	}
	doc.Remaining = resources(i.CPU-i.UsedCPU, i.Memory-i.UsedMemory, tcp, udp)
	return doc
}

// resources lists what an instance has or has left. The port sets are those in
// use, in both cases.
func resources(cpu, memory int, tcp, udp []string) []resourceDoc {
	if udp == nil {
		udp = []string{}
	}
	return []resourceDoc{
		{Name: "CPU", Type: "INTEGER", Integer: cpu},
		{Name: "MEMORY", Type: "INTEGER", Integer: memory},
		{Name: "PORTS", Type: "STRINGSET", Strings: tcp},
		{Name: "PORTS_UDP", Type: "STRINGSET", Strings: udp},
	}
}

type updateInstancesStateInput struct {
	Cluster   string   `json:"cluster"`
	Instances []string `json:"containerInstances"`
	Status    string   `json:"status"`
}

// updateInstancesState drains instances or takes them back. What a drain does to
// the tasks there is the scheduler's: see stopDraining. Standalone tasks stay
// (UpdateContainerInstancesState).
func (a *API) updateInstancesState(in *updateInstancesStateInput) ([]byte, error) {
	if in.Status != fleet.Active && in.Status != fleet.Draining {
		return nil, wire.Invalid("Container instance status should be one of [ACTIVE, DRAINING]")
	}
	return a.describeEach(kindOfInstances(10), in.Cluster, in.Instances, func(c *fleet.Cluster, name string) []byte {
		i := a.findInstance(c, name)
		if i == nil {
			return nil
		}
		a.SetInstanceStatus(i, in.Status)
		return wire.Encode(describeInstance(i))
	})
}
