package sim

import (
	"slices"
)

type listInstancesInput struct {
	listInput
	Filter string `json:"filter"`
	Status string `json:"status"`
}

func (a *Account) listInstances(in *listInstancesInput) ([]byte, error) {
	c, err := a.findCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if in.Filter != "" {
		return nil, invalid("Invalid expression: " + in.Filter + ": cluster query language is not available.")
	}
	instances := c.instances
	if in.Status != "" {
		instances = slices.DeleteFunc(slices.Clone(instances), func(i *instance) bool { return i.status != in.Status })
	}
	p := paging[*instance]{key: func(i *instance) string { return i.id }, fallback: 100, max: 100}
	return p.list("containerInstanceArns", instances, in.NextToken, in.MaxResults, func(i *instance) string { return i.arn })
}

type describeInstancesInput struct {
	Cluster   string   `json:"cluster"`
	Instances []string `json:"containerInstances"`
	Include   []string `json:"include"`
}

func (a *Account) describeInstances(in *describeInstancesInput) ([]byte, error) {
	tags := includes(in.Include, "TAGS")
	return a.describeEach(kindOfInstances(100), in.Cluster, in.Instances, func(c *cluster, name string) []byte {
		i := a.findInstance(c, name)
		if i == nil {
			return nil
		}
		doc := i.describe()
		if tags {
			doc.Tags = append(doc.Tags, i.tags...)
		}
		return encode(doc)
	})
}

func kindOfInstances(most int) kindOfResource {
	return kindOfResource{"Container instances", "container-instance", "containerInstances", most}
}

type instanceDoc struct {
	ARN          string         `json:"containerInstanceArn"`
	EC2          string         `json:"ec2InstanceId"`
	Status       string         `json:"status"`
	Connected    bool           `json:"agentConnected"`
	Running      int            `json:"runningTasksCount"`
	Pending      int            `json:"pendingTasksCount"`
	Registered   []resourceDoc  `json:"registeredResources"`
	Remaining    []resourceDoc  `json:"remainingResources"`
	RegisteredAt epoch          `json:"registeredAt"`
	Version      int            `json:"version"`
	VersionInfo  map[string]any `json:"versionInfo"`
	Attributes   []attributeDoc `json:"attributes"`
	Attachments  []string       `json:"attachments"`
	Tags         []tag          `json:"tags"`
}

// attributeDoc leaves the value of an attribute that is only present out.
type attributeDoc struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

type resourceDoc struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Double  float64  `json:"doubleValue"`
	Long    int      `json:"longValue"`
	Integer int      `json:"integerValue"`
	Strings []string `json:"stringSetValue,omitzero"`
}

func (i *instance) counts() (up, coming int) {
	for _, t := range i.tasks {
		switch t.last {
		case running:
			up++
		case provisioning, pending, activating:
			coming++
		}
	}
	return up, coming
}

func (i *instance) describe() instanceDoc {
	doc := instanceDoc{
		ARN: i.arn, EC2: i.ec2, Status: i.status, Connected: i.connected,
		Registered:   resources(i.cpu, i.memory, agentPorts(), nil),
		RegisteredAt: epoch{i.registeredAt}, Version: i.version,
		VersionInfo: map[string]any{"agentVersion": "1.89.2", "agentHash": "4ae6ac8f", "dockerVersion": "DockerVersion: 25.0.6"},
		Attributes: []attributeDoc{
			{"ecs.availability-zone", i.az}, {"ecs.instance-type", i.instanceType}, {"ecs.os-type", "linux"},
			{"ecs.cpu-architecture", "x86_64"}, {"ecs.ami-id", "ami-0d1f0b7e6a5c43921"}, {"ecs.subnet-id", subnetOf(i.az)},
			{"com.amazonaws.ecs.capability.docker-remote-api.1.19", ""}, {"com.amazonaws.ecs.capability.ecr-auth", ""},
			{"com.amazonaws.ecs.capability.logging-driver.gelf", ""}, {"com.amazonaws.ecs.capability.logging-driver.fluentd", ""},
			{"com.amazonaws.ecs.capability.logging-driver.json-file", ""}, {"com.amazonaws.ecs.capability.logging-driver.syslog", ""},
			{"com.amazonaws.ecs.capability.logging-driver.awslogs", ""}, {"com.amazonaws.ecs.capability.logging-driver.awsfirelens", ""},
			{"com.amazonaws.ecs.capability.task-iam-role", ""},
			{"ecs.capability.execution-role-awslogs", ""}, {"ecs.capability.task-eni", ""}, {"ecs.capability.container-health-check", ""},
		},
		Attachments: []string{}, Tags: []tag{},
	}
	doc.Running, doc.Pending = i.counts()
	tcp, udp := agentPorts(), []string{}
	numbers := make([]int, 0, len(i.static))
	for port := range i.static {
		numbers = append(numbers, port)
	}
	slices.Sort(numbers)
	for _, port := range numbers {
		if i.static[port] == "udp" {
			udp = append(udp, itoa(port))
		} else {
			tcp = append(tcp, itoa(port))
		}
	}
	doc.Remaining = resources(i.cpu-i.usedCPU, i.memory-i.usedMemory, tcp, udp)
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
