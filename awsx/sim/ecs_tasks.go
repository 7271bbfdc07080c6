package sim

import (
	"fmt"
	"strings"
	"time"
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

func (a *Account) listTasks(in *listTasksInput) ([]byte, error) {
	c, err := a.findCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	keep, err := a.taskFilter(c, in)
	if err != nil {
		return nil, err
	}
	p := paging[*task]{key: func(t *task) string { return fmt.Sprintf("%016x", t.seq) }, fallback: 100, max: 100}
	rest, err := p.after(c.tasks, in.NextToken)
	if err != nil {
		return nil, err
	}
	// One more than the largest page tells whether there is another.
	tasks := make([]*task, 0, p.max+1)
	for _, t := range rest {
		if keep(t) {
			if tasks = append(tasks, t); len(tasks) > p.max {
				break
			}
		}
	}
	return p.list("taskArns", tasks, "", in.MaxResults, func(t *task) string { return t.arn })
}

func (a *Account) taskFilter(c *cluster, in *listTasksInput) (func(*task) bool, error) {
	desired := running
	switch in.DesiredStatus {
	case "", running:
	case stopped, pending: // no task has the desired status PENDING
		desired = in.DesiredStatus
	default:
		return nil, invalid("Invalid desiredStatus: " + in.DesiredStatus)
	}
	var of *service
	if in.ServiceName != "" {
		if of = a.findService(c, in.ServiceName); of == nil {
			return nil, fail("ServiceNotFoundException", "Service not found.")
		}
	}
	var on *instance
	if in.ContainerInstance != "" {
		if on = a.findInstance(c, in.ContainerInstance); on == nil {
			return nil, invalid("The referenced container instance was not found.")
		}
	}
	return func(t *task) bool {
		return t.desired == desired &&
			(of == nil || t.service == of) &&
			(on == nil || t.instance == on) &&
			(in.Family == "" || t.def.family == in.Family) &&
			(in.LaunchType == "" || in.LaunchType == "EC2") &&
			(in.StartedBy == "" || t.startedBy == in.StartedBy)
	}, nil
}

type describeTasksInput struct {
	Cluster string   `json:"cluster"`
	Tasks   []string `json:"tasks"`
	Include []string `json:"include"`
}

func (a *Account) describeTasks(in *describeTasksInput) ([]byte, error) {
	tags := includes(in.Include, "TAGS")
	return a.describeEach(kindOfResource{"Tasks", "task", "tasks", 100}, in.Cluster, in.Tasks, func(c *cluster, name string) []byte {
		if t := a.findTask(c, name); t != nil {
			return t.encoded(tags)
		}
		return nil
	})
}

type stopTaskInput struct {
	Cluster string `json:"cluster"`
	Task    string `json:"task"`
	Reason  string `json:"reason"`
}

func (a *Account) stopTask(in *stopTaskInput) ([]byte, error) {
	c, err := a.clusterOf(in.Cluster, in.Task)
	if err != nil {
		return nil, err
	}
	if in.Task == "" {
		return nil, invalid("Task cannot be empty.")
	}
	t := a.findTask(c, in.Task)
	if t == nil {
		return nil, invalid("The referenced task was not found.")
	}
	reason := in.Reason
	if reason == "" {
		reason = "Task stopped by user"
	}
	a.stop(t, userInitiated, reason)
	if t.service != nil {
		t.service.steady = false
	}
	a.look(t.service, time.Second)
	return []byte(`{"task":` + string(t.encoded(false)) + `}`), nil
}

type taskDoc struct {
	ARN               string          `json:"taskArn"`
	ClusterARN        string          `json:"clusterArn"`
	DefinitionARN     string          `json:"taskDefinitionArn"`
	InstanceARN       string          `json:"containerInstanceArn"`
	Zone              string          `json:"availabilityZone"`
	LaunchType        string          `json:"launchType"`
	Group             string          `json:"group"`
	StartedBy         string          `json:"startedBy,omitempty"`
	Desired           string          `json:"desiredStatus"`
	Last              string          `json:"lastStatus"`
	Health            string          `json:"healthStatus"`
	CPU               string          `json:"cpu"`
	Memory            string          `json:"memory"`
	Connectivity      string          `json:"connectivity,omitempty"`
	ConnectivityAt    epoch           `json:"connectivityAt,omitzero"`
	CreatedAt         epoch           `json:"createdAt"`
	PullStartedAt     epoch           `json:"pullStartedAt,omitzero"`
	PullStoppedAt     epoch           `json:"pullStoppedAt,omitzero"`
	StartedAt         epoch           `json:"startedAt,omitzero"`
	StoppingAt        epoch           `json:"stoppingAt,omitzero"`
	ExecutionStopped  epoch           `json:"executionStoppedAt,omitzero"`
	StoppedAt         epoch           `json:"stoppedAt,omitzero"`
	StopCode          string          `json:"stopCode,omitempty"`
	StoppedReason     string          `json:"stoppedReason,omitempty"`
	Version           int             `json:"version"`
	ExecuteCommand    bool            `json:"enableExecuteCommand"`
	Containers        []containerDoc  `json:"containers"`
	Attachments       []attachmentDoc `json:"attachments"`
	Attributes        []nameText      `json:"attributes"`
	Overrides         map[string]any  `json:"overrides"`
	Tags              []tag           `json:"tags"`
	InferenceAccelers []string        `json:"inferenceAccelerators"`
}

type containerDoc struct {
	ARN         string         `json:"containerArn"`
	TaskARN     string         `json:"taskArn"`
	Name        string         `json:"name"`
	Image       string         `json:"image"`
	Digest      string         `json:"imageDigest,omitempty"`
	RuntimeID   string         `json:"runtimeId,omitempty"`
	Last        string         `json:"lastStatus"`
	ExitCode    *int           `json:"exitCode,omitempty"`
	Reason      string         `json:"reason,omitempty"`
	Bindings    []binding      `json:"networkBindings"`
	Interfaces  []interfaceDoc `json:"networkInterfaces"`
	Health      string         `json:"healthStatus"`
	CPU         string         `json:"cpu"`
	Memory      string         `json:"memory,omitempty"`
	Reservation string         `json:"memoryReservation,omitempty"`
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

// encoded is the task's description, kept until the task changes.
func (t *task) encoded(withTags bool) []byte {
	if withTags && len(t.tags) > 0 {
		doc := t.describe()
		doc.Tags = t.tags
		return encode(doc)
	}
	if t.doc == nil {
		t.doc = encode(t.describe())
	}
	return t.doc
}

func (t *task) describe() taskDoc {
	cpu, memory := t.def.needs()
	doc := taskDoc{
		ARN: t.arn, ClusterARN: t.cluster.arn, DefinitionARN: t.def.arn, InstanceARN: t.instance.arn,
		Zone: t.instance.az, LaunchType: "EC2", Group: t.group, StartedBy: t.startedBy,
		Desired: t.desired, Last: t.last, Health: t.health, CPU: itoa(cpu), Memory: itoa(memory),
		CreatedAt: epoch{t.createdAt}, PullStartedAt: epoch{t.pullStarted}, PullStoppedAt: epoch{t.pullStopped},
		StartedAt: epoch{t.startedAt}, StoppingAt: epoch{t.stoppingAt}, ExecutionStopped: epoch{t.execStopped},
		StoppedAt: epoch{t.stoppedAt}, StopCode: t.stopCode, StoppedReason: t.stopReason, Version: t.version,
		Containers: []containerDoc{}, Attachments: []attachmentDoc{}, Tags: []tag{}, InferenceAccelers: []string{},
		Attributes: []nameText{{"ecs.cpu-architecture", "x86_64"}},
		Overrides:  t.describeOverrides(),
	}
	if !t.pullStarted.IsZero() {
		doc.Connectivity, doc.ConnectivityAt = "CONNECTED", epoch{t.pullStarted}
	}
	for _, c := range t.containers {
		doc.Containers = append(doc.Containers, c.describe())
	}
	if n := t.eni; n != nil {
		doc.Attachments = append(doc.Attachments, attachmentDoc{
			ID: n.attachment, Type: "ElasticNetworkInterface", Status: t.attachmentStatus(),
			Details: []nameText{
				{"subnetId", n.subnet}, {"networkInterfaceId", n.id}, {"macAddress", n.mac},
				{"privateDnsName", "ip-" + strings.ReplaceAll(n.ip, ".", "-") + ".internal"}, {"privateIPv4Address", n.ip},
			},
		})
	}
	return doc
}

func (t *task) attachmentStatus() string {
	switch t.last {
	case provisioning:
		return "ATTACHING"
	case deprovisioning:
		return "DETACHING"
	case stopped:
		return "DELETED"
	}
	return "ATTACHED"
}

func (c *container) describe() containerDoc {
	doc := containerDoc{
		ARN: c.arn, TaskARN: c.task.arn, Name: c.def.name, Image: c.image, Digest: c.digest, RuntimeID: c.runtimeID,
		Last: c.last, ExitCode: c.exitCode, Reason: c.reason, Health: c.health, CPU: itoa(c.def.cpu),
		Bindings: append([]binding{}, c.bindings...), Interfaces: []interfaceDoc{},
	}
	if c.def.memory > 0 {
		doc.Memory = itoa(c.def.memory)
	}
	if c.def.reservation > 0 {
		doc.Reservation = itoa(c.def.reservation)
	}
	if n := c.task.eni; n != nil {
		doc.Interfaces = append(doc.Interfaces, interfaceDoc{n.attachment, n.ip})
	}
	return doc
}
