package awsx

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Unset is the value of a number that the service did not send and for which
// zero means something else.
const Unset = -1

// Cluster is an ECS cluster with the counts DescribeClusters gives.
type Cluster struct {
	Ref       Ref
	Name      string
	Status    string // ACTIVE, PROVISIONING, DEPROVISIONING, FAILED, INACTIVE
	Services  int    // active services
	Running   int    // running tasks
	Pending   int    // pending tasks
	Instances int    // registered container instances
	// CapacityProviders holds the names of the providers attached.
	CapacityProviders []string
	// Insights is the setting of Container Insights: disabled, enabled or enhanced; empty
	// where it was not told.
	Insights string
	Tags     Tags
}

// Service is an ECS service with its deployments and latest events.
type Service struct {
	Ref     Ref
	Name    string
	Status  string // ACTIVE, DRAINING, INACTIVE
	Desired int
	Running int
	Pending int
	// TaskDefinition is the ARN that the primary deployment runs.
	TaskDefinition     string
	LaunchType         string // EC2, FARGATE, EXTERNAL; empty with capacity providers
	CapacityProviders  CapacityStrategy
	SchedulingStrategy string // REPLICA, DAEMON
	Controller         string // ECS, CODE_DEPLOY, EXTERNAL; empty is ECS
	Strategy           string // ROLLING, BLUE_GREEN, LINEAR, CANARY; empty is ROLLING
	// ShiftTime is how long a deployment of another strategy than ROLLING waits as
	// it is configured to: between its shifts of traffic, and after the last one.
	ShiftTime         time.Duration
	MinHealthyPercent int // Unset when not sent
	MaxPercent        int // Unset when not sent
	Breaker           Breaker
	Alarms            DeploymentAlarms
	// GracePeriod is how long target health is ignored after a task starts.
	GracePeriod time.Duration
	// Deployments are as the API lists them, else as DeploymentsOf the task sets.
	Deployments   []Deployment
	Events        []ServiceEvent // newest first, at most 100
	LoadBalancers []LoadBalancer
	// Registries are the services of Cloud Map, by ARN, that the tasks are registered with.
	Registries []string
	// TaskSets holds what the controllers CODE_DEPLOY and EXTERNAL deploy.
	TaskSets []TaskSet
	// CurrentDeployment is the ARN of the running service deployment.
	CurrentDeployment    string
	PlacementConstraints []string // as type or type(expression)
	CreatedAt            time.Time
	CreatedBy            string
	// ExecEnabled is true when the tasks that the service starts take shells (ECS Exec).
	ExecEnabled bool
	Tags        Tags
}

// Primary returns the deployment with status PRIMARY, and whether there is one.
func (s Service) Primary() (Deployment, bool) {
	for _, d := range s.Deployments {
		if d.Status == "PRIMARY" {
			return d, true
		}
	}
	return Deployment{}, false
}

// TargetGroups returns the ARNs of the target groups that a service names, each
// once: those of a blue/green service in pairs.
func (s Service) TargetGroups() []string {
	var arns []string
	for _, lb := range s.LoadBalancers {
		for _, arn := range []string{lb.TargetGroup, lb.Alternate} {
			if arn != "" && !slices.Contains(arns, arn) {
				arns = append(arns, arn)
			}
		}
	}
	return arns
}

// Breaker is the deployment circuit breaker's setting.
type Breaker struct {
	Enabled  bool
	Rollback bool
	// Threshold is the configured number of failed tasks, or the share of the
	// desired count in percent when Percent is true; 0 is the service's own rule,
	// half the desired count, at least 3 and at most 200.
	Threshold int
	Percent   bool
	// Unbounded is true when the service does not keep the number that a share
	// comes to between 3 and 200 (UNBOUNDED_PERCENT).
	Unbounded bool
	// KeepsCount is true when a healthy task does not reset the count of failures
	// (resetOnHealthyTask false).
	KeepsCount bool
}

// DeploymentAlarms are the CloudWatch alarms that fail a deployment.
type DeploymentAlarms struct {
	Enabled  bool
	Rollback bool
	Names    []string
}

// TaskSet is a set of tasks that a deployment controller other than ECS made.
type TaskSet struct {
	ID             string
	ExternalID     string
	Status         string // PRIMARY, ACTIVE, DRAINING
	TaskDefinition string // ARN
	Desired        int    // computed from the scale and the service's desired count
	Running        int
	Pending        int
	// Scale is the share of the service's desired count, in percent.
	Scale     float64
	Stability string // STEADY_STATE, STABILIZING
	StartedBy string
	CreatedAt time.Time
}

// Deployment is one entry of a service's deployments list.
type Deployment struct {
	ID             string // ecs-svc/…
	Status         string // PRIMARY, ACTIVE, INACTIVE
	TaskDefinition string // ARN
	Desired        int
	Running        int
	Pending        int
	// Failed counts tasks that failed to reach RUNNING; the service resets it
	// when one does.
	Failed        int
	RolloutState  string // IN_PROGRESS, COMPLETED, FAILED; empty without one
	RolloutReason string
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// ServiceEvent is one line of a service's event log.
type ServiceEvent struct {
	ID      string
	At      time.Time
	Message string
}

// LoadBalancer binds a container port of a service to a target group.
type LoadBalancer struct {
	TargetGroup   string // ARN; empty for a classic load balancer
	Classic       string // classic load balancer name
	Container     string
	ContainerPort int
	// Alternate is the second target group (ARN) of a blue/green service, with
	// which the first swaps its role at each deployment; empty without one.
	Alternate string
	// ProductionRule and TestRule are the listener rules (ARN) whose traffic a
	// blue/green deployment shifts; empty without one.
	ProductionRule, TestRule string
}

// Other returns the other target group of a blue/green entry's pair.
func (l LoadBalancer) Other(group string) string {
	if group == l.TargetGroup {
		return l.Alternate
	}
	return l.TargetGroup
}

// Task is an ECS task.
type Task struct {
	Ref               Ref
	ID                string
	TaskDefinition    string // ARN
	Group             string // service:<name>, or family:<name>
	StartedBy         string // the deployment id for service tasks
	LastStatus        string // PROVISIONING … STOPPED
	DesiredStatus     string // RUNNING, STOPPED
	Health            string // HEALTHY, UNHEALTHY, UNKNOWN
	LaunchType        string
	AvailabilityZone  string
	ContainerInstance string // ARN; empty on Fargate
	CPU, Memory       string // task level, as sent
	StopCode          string
	StoppedReason     string
	// ExecEnabled is true when the task was started so that it takes shells (ECS Exec).
	ExecEnabled bool
	Containers  []Container
	ENIs        []ENI
	CreatedAt   time.Time
	StartedAt   time.Time
	StoppingAt  time.Time
	StoppedAt   time.Time
	Tags        Tags
}

// Container is one container of a task.
type Container struct {
	Name        string
	Image       string
	ImageDigest string
	RuntimeID   string // 64 hex digits on EC2; empty before it was created
	LastStatus  string
	Health      string
	// ExitCode is Unset until the container has exited.
	ExitCode int
	Reason   string
	// ExecAgent is the agent that takes shells; zero when the container has none.
	ExecAgent ManagedAgent
	Bindings  []Binding
	// Addresses holds the container's own interfaces' private IPs (awsvpc).
	Addresses []string
}

// ManagedAgent is how an agent that ECS runs inside a container stands.
type ManagedAgent struct {
	Status string // PENDING, RUNNING, STOPPED
	Reason string
}

// Binding is one network binding of a container: its port and the host's.
type Binding struct {
	ContainerPort int
	HostPort      int
	// Range and HostRange are such as 9000-9010 where a range of ports is bound; the
	// ports are 0 then.
	Range, HostRange string
	Protocol         string // tcp, udp
	BindIP           string // 0.0.0.0 and :: are the two halves of one binding
}

// PortWords is a port or a range of ports, empty while neither is known.
func PortWords(port int, ports string) string {
	if ports != "" || port == 0 {
		return ports
	}
	return strconv.Itoa(port)
}

// ENI is a task's elastic network interface (awsvpc).
type ENI struct {
	ID        string
	PrivateV4 string
	PrivateV6 string
	SubnetID  string
}

// Instance is a container instance registered in a cluster.
type Instance struct {
	Ref              Ref
	EC2ID            string
	PrivateIP        string // of the EC2 instance, empty until somebody read that as well
	Status           string // ACTIVE, DRAINING, REGISTERING, …
	AgentConnected   bool
	AgentVersion     string
	AvailabilityZone string
	InstanceType     string
	Running          int
	Pending          int
	CPU              Capacity // CPU units, 1024 a core
	Memory           Capacity // MiB
	GPUs             Capacity
	UsedPorts        []int // host ports in use, TCP
	UsedUDPPorts     []int // host ports in use, UDP
	// Attributes holds the instance's attributes, built in and custom; a value
	// may be empty.
	Attributes   map[string]string
	RegisteredAt time.Time
	// Tags are those of the container instance, which are not those of its machine unless
	// the agent is told to take them over (ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM).
	Tags Tags
}

// Address is where the host ports of tasks answer: the private address, and the EC2 id
// while that is not known.
func (i Instance) Address() string { return cmp.Or(i.PrivateIP, i.EC2ID) }

// Capacity is what an instance registered and what of it is left.
type Capacity struct{ Registered, Remaining int }

// TargetGroup is a target group with the settings of its health check.
type TargetGroup struct {
	ARN           string
	Name          string
	TargetType    string // instance, ip, lambda
	Protocol      string
	Port          int
	LoadBalancers []string // ARNs
	Check         HealthCheck
}

// GroupDetails is what of a target group is read beside its description.
type GroupDetails struct {
	ARN string
	// DeregistrationDelay is how long a target that leaves is drained (ELBv2,
	// deregistration_delay.timeout_seconds).
	DeregistrationDelay time.Duration
	Tags                []Tag
}

// HealthCheck is a target group's health check.
type HealthCheck struct {
	Enabled            bool
	Protocol           string
	Port               string // a number or traffic-port
	Path               string
	Matcher            string // accepted codes, such as 200 or 200-299
	Interval, Timeout  time.Duration
	Healthy, Unhealthy int // thresholds, in consecutive checks
}

// TargetHealth is the state of one registered target.
type TargetHealth struct {
	ID          string // instance id or IP
	Port        int
	Zone        string
	State       string // initial, healthy, unhealthy, unused, draining, unavailable
	Reason      string // Target.ResponseCodeMismatch, …
	Description string
}

// RuleWeights is what a listener rule sends to which target groups.
type RuleWeights struct {
	Rule    string         // ARN
	Weights map[string]int // by target group ARN; one that is missing gets nothing
}

// GroupHealth is the health of all targets of one target group.
type GroupHealth struct {
	TargetGroup string // ARN
	Targets     []TargetHealth
}
