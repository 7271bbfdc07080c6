package fleet

import (
	"encoding/json"
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// The last known statuses of a task, in the order in which a task passes them.
const (
	Provisioning   = "PROVISIONING"
	Pending        = "PENDING"
	activating     = "ACTIVATING"
	Running        = "RUNNING"
	deactivating   = "DEACTIVATING"
	stopping       = "STOPPING"
	Deprovisioning = "DEPROVISIONING"
	Stopped        = "STOPPED"
)

// Statuses of other resources.
const (
	Active   = "ACTIVE"
	inactive = "INACTIVE"
	Draining = "DRAINING"
	Primary  = "PRIMARY"
)

// The health of a container or task, as ECS reports it.
const (
	healthUnknown   = "UNKNOWN"
	HealthHealthy   = "HEALTHY"
	healthUnhealthy = "UNHEALTHY"
)

// What Container Insights tells of a cluster, as its setting has it.
const (
	InsightsOff      = "disabled"
	InsightsOn       = "enabled"  // of the cluster and its services
	InsightsEnhanced = "enhanced" // of tasks too
)

// Cluster is a cluster with what is in it.
type Cluster struct {
	Name, ARN string
	Services  []*Service // by name
	ByName    map[string]*Service
	Tasks     []*Task // in order of creation, stopped ones included
	Instances []*Instance
	Providers []string // capacity providers, by name
	Default   []Share  // the strategy of what names none
	Insights  string   // an Insights constant
	Tags      []world.Tag
}

// Instance is a container instance, with what is reserved and used of it.
type Instance struct {
	ARN, ID, EC2, Host, IP string
	Az, InstanceType       string
	Image                  string // AMI
	Cluster                *Cluster
	CPU, Memory            int // registered: CPU units, MiB
	UsedCPU, UsedMemory    int
	Static                 map[int]string // reserved host ports, to their protocol
	Dynamic                map[int]bool   // ephemeral host ports in use
	NextPort               int
	Tasks                  []*Task // not yet STOPPED
	Connected              bool
	Status                 string
	RegisteredAt           time.Time
	Version                int
	Tags                   []world.Tag
	Provider               string // the capacity provider that it belongs to, empty for none
	Fargate                bool   // it is no instance that anybody sees, see FargateHost
}

// Service is a service with its deployments and tasks.
type Service struct {
	ARN, Name   string
	Cluster     *Cluster
	Desired     int
	Status      string // empty while it is ACTIVE, see Delete
	Rolling     Config
	Balancers   []Balancer
	Classic     []ClassicBalancer
	Forgotten   bool // the scheduler does not look after it
	Daemon      bool // one task on each instance, which is its desired count
	Grace       *int // seconds
	Def         *taskdef.Definition
	LaunchType  string        // EC2 when empty; a capacity provider strategy is among the settings
	Controller  string        // CODE_DEPLOY or EXTERNAL, empty for ECS itself
	Deployments []*Deployment // the PRIMARY first, then ACTIVE ones, newest first; task sets of another controller
	Current     *Rollout      // in progress, or the last one
	Rollouts    []*Rollout    // newest first
	Events      []ServiceEvent
	Live        []*Task // not yet STOPPED, oldest first
	Settings    map[string]json.RawMessage
	Tags        []world.Tag
	CreatedAt   time.Time
	CreatedBy   string

	Steady        bool  // the steady state was announced and holds
	moving        *Task // started to level the zones, and not healthy yet
	uneven        bool  // the zones were found not to be level
	lookAt        time.Time
	looking       bool // a look of the scheduler is planned for lookAt
	lastComplaint complaint
	Doc           []byte // the encoded description, nil after a change
}

// ClassicBalancer is an entry of a service behind a classic load balancer. Nothing
// routes to it, and nobody checks its instances.
type ClassicBalancer struct {
	Name, Container string
	Port            int
}

// complaint remembers the last event of a kind that the scheduler repeats, so
// that it repeats it at a decent interval.
type complaint struct {
	message string
	at      time.Time
}

// ServiceEvent is something that the scheduler said about a service.
type ServiceEvent struct {
	ID        string     `json:"id"`
	CreatedAt wire.Epoch `json:"createdAt"`
	Message   string     `json:"message"`
}

// Deployment is an entry of a service's deployments: one revision that the
// scheduler keeps some number of tasks of.
type Deployment struct {
	ID           string // ecs-svc/…
	Status       string // PRIMARY or ACTIVE
	Def          *taskdef.Definition
	want         int // tasks to keep of an ACTIVE deployment; the PRIMARY wants the desired count
	Failed       int
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Rollout      string // IN_PROGRESS, COMPLETED or FAILED
	Reason       string
	Revision     *Revision
	digests      map[string]string // image reference to the digest it was resolved to
	NeverRan     int               // tasks in a row that stopped before they were RUNNING
	Crashed      int               // tasks in a row that ran and stopped before they were healthy
	notBefore    time.Time         // backoff
	Inconsistent bool              // the backoff was announced
	Set          *TaskSet          // of another controller than ECS
}

// Rollout is a service deployment: the record of how a service went from one
// revision to another.
type Rollout struct {
	ARN              string
	Service          *Service
	Status, Reason   string
	CreatedAt        time.Time
	StartedAt        time.Time
	UpdatedAt        time.Time
	FinishedAt       time.Time
	StoppedAt        time.Time
	Target           *Revision
	Sources          []*Revision
	TargetRequested  int
	Config           Config
	Failures         int
	Threshold        int
	Breaker          string      // DISABLED, MONITORING, MONITORING_COMPLETE or TRIGGERED
	Watch            *AlarmWatch // nil: no alarms are watched
	RollbackRevision *Revision
	RollbackReason   string
	RollbackAt       time.Time
	Shift            *Shift // nil for a rolling deployment
}

// Revision is a service revision: what a deployment deploys.
type Revision struct {
	ARN       string
	Service   *Service
	Def       *taskdef.Definition
	CreatedAt time.Time
	Balancers []Balancer // as the service has them
	Resolved  []Balancer // with the groups that the revision uses
	Settings  map[string]json.RawMessage
	Digests   map[string]string // shared with the deployment
}

// Task is one run of a task definition. A standalone one has no service and no
// deployment.
type Task struct {
	ARN, ID        string
	Seq            uint64
	Cluster        *Cluster
	Service        *Service
	deployment     *Deployment
	Group          string
	StartedBy      string
	Def            *taskdef.Definition // with the overrides of a standalone task
	Overrides      map[string]any      // as they were sent, nil without
	Tags           []world.Tag
	Digests        map[string]string // image reference to digest, a service's task shares its deployment's
	Instance       *Instance
	Provider       string // capacity provider, empty for a launch type
	Desired        string
	Last           string
	Health         string
	StopCode       string
	StopReason     string
	Containers     []*Container
	ENI            *Interface
	Targets        []*registration
	Version        int
	CreatedAt      time.Time
	PullStarted    time.Time
	PullStopped    time.Time
	StartedAt      time.Time
	StoppingAt     time.Time
	ExecStopped    time.Time
	StoppedAt      time.Time
	DegradesAt     time.Time
	Exec           bool // it was started so that it takes shells
	WasHealthy     bool // passed its checks at least once
	Counted        bool // its failure was counted against the deployment
	Announced      bool // the scheduler said that it replaces the task
	ProtectedUntil time.Time
	reservedCPU    int
	reservedMem    int
	staticPorts    []int
	DynamicPorts   []int
	Doc            []byte
}

// Interface is the network interface of a task of its own.
type Interface struct {
	ID, Attachment, Subnet, MAC, IP string
}

// Container is a container of a task.
type Container struct {
	Def        *taskdef.Container
	ARN        string
	Task       *Task
	Image      string
	Digest     string
	RuntimeID  string
	DockerName string
	Last       string
	Health     string
	ExitCode   *int
	Reason     string
	Bindings   []Binding
	Behaviour  ecr.Behaviour
	CreatedAt  time.Time
}

// Binding is a port of a container and where the instance listens for it.
type Binding struct {
	BindIP        string `json:"bindIP"`
	ContainerPort int    `json:"containerPort"`
	HostPort      int    `json:"hostPort"`
	Protocol      string `json:"protocol"`
}
