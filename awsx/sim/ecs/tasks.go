package ecs

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

type listTasksInput struct {
	listInput
	ContainerInstance string `json:"containerInstance"`
	DesiredStatus     string `json:"desiredStatus"`
	Family            string `json:"family"`
	LaunchType        string `json:"launchType"`
	ServiceName       string `json:"serviceName"`
	StartedBy         string `json:"startedBy"`
}

func (a *API) listTasks(in *listTasksInput) ([]byte, error) {
	c, err := a.findCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	keep, err := a.taskFilter(c, in)
	if err != nil {
		return nil, err
	}
	p := wire.Paging[*fleet.Task]{Key: func(t *fleet.Task) string { return fmt.Sprintf("%016x", t.Seq) }, Fallback: 100, Max: 100}
	rest, err := p.After(c.Tasks, in.NextToken)
	if err != nil {
		return nil, err
	}
	// One more than the largest page reports whether there is another.
	tasks := make([]*fleet.Task, 0, p.Max+1)
	for _, t := range rest {
		if keep(t) {
			if tasks = append(tasks, t); len(tasks) > p.Max {
				break
			}
		}
	}
	return listBy(p, &listInput{MaxResults: in.MaxResults}, "taskArns", tasks, func(t *fleet.Task) string { return t.ARN })
}

func (a *API) taskFilter(c *fleet.Cluster, in *listTasksInput) (func(*fleet.Task) bool, error) {
	desired := fleet.Running
	switch in.DesiredStatus {
	case "", fleet.Running:
	case fleet.Stopped, fleet.Pending: // no task has the desired status PENDING
		desired = in.DesiredStatus
	default:
		return nil, wire.Invalid("Invalid desiredStatus: " + in.DesiredStatus)
	}
	var of *fleet.Service
	if in.ServiceName != "" {
		if of = a.findService(c, in.ServiceName); of == nil {
			return nil, wire.Fail("ServiceNotFoundException", "Service not found.")
		}
	}
	var on *fleet.Instance
	if in.ContainerInstance != "" {
		if on = a.findInstance(c, in.ContainerInstance); on == nil {
			return nil, wire.Invalid("The referenced container instance was not found.")
		}
	}
	return func(t *fleet.Task) bool {
		return t.Desired == desired &&
			(of == nil || t.Service == of) &&
			(on == nil || t.Instance == on) &&
			(in.Family == "" || t.Def.Family == in.Family) &&
			(in.LaunchType == "" || in.LaunchType == launchOf(t)) &&
			(in.StartedBy == "" || t.StartedBy == in.StartedBy)
	}, nil
}

type describeTasksInput struct {
	Cluster string   `json:"cluster"`
	Tasks   []string `json:"tasks"`
	Include []string `json:"include"`
}

func (a *API) describeTasks(in *describeTasksInput) ([]byte, error) {
	tags := slices.Contains(in.Include, "TAGS")
	return a.describeEach(kindOfResource{"Tasks", "task", "tasks", 100}, in.Cluster, in.Tasks, func(c *fleet.Cluster, name string) []byte {
		if t := a.findTask(c, name); t != nil {
			return encodedTask(t, tags)
		}
		return nil
	})
}

type stopTaskInput struct {
	Cluster string `json:"cluster"`
	Task    string `json:"task"`
	Reason  string `json:"reason"`
}

func (a *API) stopTask(in *stopTaskInput) ([]byte, error) {
	c, err := a.clusterOf(in.Cluster, in.Task)
	if err != nil {
		return nil, err
	}
	if in.Task == "" {
		return nil, wire.Invalid("Task cannot be empty.")
	}
	t := a.findTask(c, in.Task)
	if t == nil {
		return nil, wire.Invalid("The referenced task was not found.")
	}
	reason := cmp.Or(in.Reason, "Task stopped by user")
	a.Stop(t, fleet.UserInitiated, reason)
	if t.Service != nil {
		t.Service.Steady = false
	}
	a.Look(t.Service, time.Second)
	return []byte(`{"task":` + string(encodedTask(t, false)) + `}`), nil
}

type taskDoc struct {
	ARN               string          `json:"taskArn"`
	ClusterARN        string          `json:"clusterArn"`
	DefinitionARN     string          `json:"taskDefinitionArn"`
	InstanceARN       string          `json:"containerInstanceArn,omitempty"`
	Zone              string          `json:"availabilityZone"`
	LaunchType        string          `json:"launchType"`
	Provider          string          `json:"capacityProviderName,omitempty"`
	Platform          string          `json:"platformVersion,omitempty"`
	PlatformFamily    string          `json:"platformFamily,omitempty"`
	EphemeralStorage  map[string]int  `json:"ephemeralStorage,omitempty"`
	Group             string          `json:"group"`
	StartedBy         string          `json:"startedBy,omitempty"`
	Desired           string          `json:"desiredStatus"`
	Last              string          `json:"lastStatus"`
	Health            string          `json:"healthStatus"`
	CPU               string          `json:"cpu"`
	Memory            string          `json:"memory"`
	Connectivity      string          `json:"connectivity,omitempty"`
	ConnectivityAt    wire.Epoch      `json:"connectivityAt,omitzero"`
	CreatedAt         wire.Epoch      `json:"createdAt"`
	PullStartedAt     wire.Epoch      `json:"pullStartedAt,omitzero"`
	PullStoppedAt     wire.Epoch      `json:"pullStoppedAt,omitzero"`
	StartedAt         wire.Epoch      `json:"startedAt,omitzero"`
	StoppingAt        wire.Epoch      `json:"stoppingAt,omitzero"`
	ExecutionStopped  wire.Epoch      `json:"executionStoppedAt,omitzero"`
	StoppedAt         wire.Epoch      `json:"stoppedAt,omitzero"`
	StopCode          string          `json:"stopCode,omitempty"`
	StoppedReason     string          `json:"stoppedReason,omitempty"`
	Version           int             `json:"version"`
	ExecuteCommand    bool            `json:"enableExecuteCommand"`
	Containers        []containerDoc  `json:"containers"`
	Attachments       []attachmentDoc `json:"attachments"`
	Attributes        []nameText      `json:"attributes"`
	Overrides         map[string]any  `json:"overrides"`
	Tags              []world.Tag     `json:"tags"`
	InferenceAccelers []string        `json:"inferenceAccelerators"`
}

type containerDoc struct {
	ARN         string          `json:"containerArn"`
	TaskARN     string          `json:"taskArn"`
	Name        string          `json:"name"`
	Image       string          `json:"image"`
	Digest      string          `json:"imageDigest,omitempty"`
	RuntimeID   string          `json:"runtimeId,omitempty"`
	Last        string          `json:"lastStatus"`
	ExitCode    *int            `json:"exitCode,omitempty"`
	Reason      string          `json:"reason,omitempty"`
	Bindings    []fleet.Binding `json:"networkBindings"`
	Interfaces  []interfaceDoc  `json:"networkInterfaces"`
	Health      string          `json:"healthStatus"`
	CPU         string          `json:"cpu"`
	Memory      string          `json:"memory,omitempty"`
	Reservation string          `json:"memoryReservation,omitempty"`
	Agents      []agentDoc      `json:"managedAgents,omitempty"`
}

type agentDoc struct {
	Name      string     `json:"name"`
	Last      string     `json:"lastStatus"`
	StartedAt wire.Epoch `json:"lastStartedAt,omitzero"`
}

type interfaceDoc struct {
	AttachmentID string `json:"attachmentId"`
	PrivateIPv4  string `json:"privateIpv4Address"`
}

type attachmentDoc struct {
	ID      string     `json:"id"`
	Type    string     `json:"type"`
	Status  string     `json:"status"`
	Details []nameText `json:"details"`
}

// encodedTask is the task's description, kept until the task changes.
func encodedTask(t *fleet.Task, withTags bool) []byte {
	if t.Doc == nil {
		t.Doc = wire.Encode(describeTask(t))
	}
	if withTags && len(t.Tags) > 0 {
		return bytes.Replace(t.Doc, []byte(`,"tags":[]`), append([]byte(`,"tags":`), wire.Encode(t.Tags)...), 1)
	}
	return t.Doc
}

func describeTask(t *fleet.Task) taskDoc {
	cpu, memory := t.Def.Needs()
	doc := taskDoc{
		ARN: t.ARN, ClusterARN: t.Cluster.ARN, DefinitionARN: t.Def.ARN, InstanceARN: t.Instance.ARN,
		Zone: t.Instance.Az, LaunchType: launchOf(t), Provider: t.Provider, Group: t.Group, StartedBy: t.StartedBy,
		Desired: t.Desired, Last: t.Last, Health: t.Health, CPU: strconv.Itoa(cpu), Memory: strconv.Itoa(memory),
		CreatedAt: wire.At(t.CreatedAt), PullStartedAt: wire.At(t.PullStarted), PullStoppedAt: wire.At(t.PullStopped),
		StartedAt: wire.At(t.StartedAt), StoppingAt: wire.At(t.StoppingAt), ExecutionStopped: wire.At(t.ExecStopped),
		StoppedAt: wire.At(t.StoppedAt), StopCode: t.StopCode, StoppedReason: t.StopReason, Version: t.Version, ExecuteCommand: t.Exec,
		Containers: []containerDoc{}, Attachments: []attachmentDoc{}, Tags: []world.Tag{}, InferenceAccelers: []string{},
		Attributes: []nameText{{"ecs.cpu-architecture", "x86_64"}},
		Overrides:  describeOverrides(t),
	}
	if !t.PullStarted.IsZero() {
		doc.Connectivity, doc.ConnectivityAt = "CONNECTED", wire.At(t.PullStarted)
	}
	if t.Instance.Fargate {
		doc.Platform, doc.PlatformFamily, doc.EphemeralStorage = fleet.Platform, "Linux", map[string]int{"sizeInGiB": 20}
	}
	for _, c := range t.Containers {
		doc.Containers = append(doc.Containers, describeContainer(c))
	}
	if n := t.ENI; n != nil {
		doc.Attachments = append(doc.Attachments, attachmentDoc{
			ID: n.Attachment, Type: "ElasticNetworkInterface", Status: attachmentStatus(t),
			Details: []nameText{
				{"subnetId", n.Subnet}, {"networkInterfaceId", n.ID}, {"macAddress", n.MAC},
				{"privateDnsName", "ip-" + strings.ReplaceAll(n.IP, ".", "-") + ".internal"}, {"privateIPv4Address", n.IP},
			},
		})
	}
	return doc
}

// launchOf is the launch type of a task, whatever chose it.
func launchOf(t *fleet.Task) string {
	if t.Instance.Fargate {
		return fleet.LaunchFargate
	}
	return fleet.LaunchEC2
}

func attachmentStatus(t *fleet.Task) string {
	switch t.Last {
	case fleet.Provisioning:
		return "ATTACHING"
	case fleet.Deprovisioning:
		return "DETACHING"
	case fleet.Stopped:
		return "DELETED"
	}
	return "ATTACHED"
}

func describeContainer(c *fleet.Container) containerDoc {
	doc := containerDoc{
		ARN: c.ARN, TaskARN: c.Task.ARN, Name: c.Def.Name, Image: c.Image, Digest: c.Digest, RuntimeID: c.RuntimeID,
		Last: c.Last, ExitCode: c.ExitCode, Reason: c.Reason, Health: c.Health, CPU: strconv.Itoa(c.Def.CPU),
		Bindings: append([]fleet.Binding{}, c.Bindings...), Interfaces: []interfaceDoc{},
	}
	if c.Def.Memory > 0 {
		doc.Memory = strconv.Itoa(c.Def.Memory)
	}
	if c.Def.Reservation > 0 {
		doc.Reservation = strconv.Itoa(c.Def.Reservation)
	}
	if status, since := c.ExecAgent(); status != "" {
		doc.Agents = []agentDoc{{"ExecuteCommandAgent", status, wire.At(since)}}
	}
	if n := c.Task.ENI; n != nil {
		doc.Interfaces = append(doc.Interfaces, interfaceDoc{n.Attachment, n.IP})
	}
	return doc
}
