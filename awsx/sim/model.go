package sim

import (
	"encoding/json"
	"time"
)

// The last known statuses of a task, in the order in which a task passes them.
const (
	provisioning   = "PROVISIONING"
	pending        = "PENDING"
	activating     = "ACTIVATING"
	running        = "RUNNING"
	deactivating   = "DEACTIVATING"
	stopping       = "STOPPING"
	deprovisioning = "DEPROVISIONING"
	stopped        = "STOPPED"
)

// Statuses of other resources.
const (
	active   = "ACTIVE"
	inactive = "INACTIVE"
	draining = "DRAINING"
	primary  = "PRIMARY"
)

// The health of a container or task, as ECS reports it.
const (
	healthUnknown   = "UNKNOWN"
	healthHealthy   = "HEALTHY"
	healthUnhealthy = "UNHEALTHY"
)

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type cluster struct {
	name, arn string
	services  []*service // by name
	byName    map[string]*service
	tasks     []*task // in order of creation, stopped ones included
	instances []*instance
	tags      []tag
}

type instance struct {
	arn, id, ec2, host, ip string
	az, instanceType       string
	cluster                *cluster
	cpu, memory            int // registered: CPU units, MiB
	usedCPU, usedMemory    int
	static                 map[int]string // reserved host ports, to their protocol
	dynamic                map[int]bool   // ephemeral host ports in use
	nextPort               int
	tasks                  []*task // not yet STOPPED
	connected              bool
	status                 string
	registeredAt           time.Time
	version                int
	tags                   []tag
}

type service struct {
	arn, name   string
	cluster     *cluster
	desired     int
	rolling     rollingConfig
	balancers   []serviceBalancer
	grace       *int // seconds
	def         *taskDefinition
	controller  string        // CODE_DEPLOY or EXTERNAL, empty for ECS itself
	deployments []*deployment // the PRIMARY first, then ACTIVE ones, newest first; task sets of another controller
	current     *rollout      // in progress, or the last one
	rollouts    []*rollout    // newest first
	events      []serviceEvent
	live        []*task // not yet STOPPED, oldest first
	settings    map[string]json.RawMessage
	tags        []tag
	createdAt   time.Time
	createdBy   string
	scaling     *scalable // nil: not autoscaled

	steady        bool // the steady state was announced and holds
	lookAt        time.Time
	looking       bool // a look of the scheduler is planned for lookAt
	lastComplaint complaint
	doc           []byte // the encoded description, nil after a change
}

// complaint remembers the last event of a kind that the scheduler repeats, so
// that it repeats it at a decent interval.
type complaint struct {
	message string
	at      time.Time
}

type serviceEvent struct {
	ID        string `json:"id"`
	CreatedAt epoch  `json:"createdAt"`
	Message   string `json:"message"`
}

// deployment is an entry of a service's deployments: one revision that the
// scheduler keeps some number of tasks of.
type deployment struct {
	id           string // ecs-svc/…
	status       string // PRIMARY or ACTIVE
	def          *taskDefinition
	want         int // tasks to keep of an ACTIVE deployment; the PRIMARY wants the desired count
	failed       int
	createdAt    time.Time
	updatedAt    time.Time
	rollout      string // IN_PROGRESS, COMPLETED or FAILED
	reason       string
	revision     *serviceRevision
	digests      map[string]string // image reference to the digest it was resolved to
	neverRan     int               // tasks in a row that stopped before they were RUNNING
	crashed      int               // tasks in a row that ran and stopped before they were healthy
	notBefore    time.Time         // backoff
	inconsistent bool              // the backoff was announced
	set          *taskSet          // of another controller than ECS
}

// rollout is a service deployment: the record of how a service went from one
// revision to another.
type rollout struct {
	arn              string
	service          *service
	status, reason   string
	createdAt        time.Time
	startedAt        time.Time
	updatedAt        time.Time
	finishedAt       time.Time
	stoppedAt        time.Time
	target           *serviceRevision
	sources          []*serviceRevision
	targetRequested  int
	config           rollingConfig
	failures         int
	threshold        int
	breaker          string      // DISABLED, MONITORING, MONITORING_COMPLETE or TRIGGERED
	watch            *alarmWatch // nil: no alarms are watched
	rollbackRevision *serviceRevision
	rollbackReason   string
	rollbackAt       time.Time
	shift            *shift // nil for a rolling deployment
}

type serviceRevision struct {
	arn       string
	service   *service
	def       *taskDefinition
	createdAt time.Time
	balancers []serviceBalancer // as the service has them
	resolved  []serviceBalancer // with the groups that the revision uses
	settings  map[string]json.RawMessage
	digests   map[string]string // shared with the deployment
}

// task is one run of a task definition. A standalone one has no service and no
// deployment.
type task struct {
	arn, id      string
	seq          uint64
	cluster      *cluster
	service      *service
	deployment   *deployment
	group        string
	startedBy    string
	def          *taskDefinition // with the overrides of a standalone task
	overrides    map[string]any  // as they were sent, nil without
	tags         []tag
	digests      map[string]string // image reference to digest, a service's task shares its deployment's
	instance     *instance
	desired      string
	last         string
	health       string
	stopCode     string
	stopReason   string
	containers   []*container
	eni          *networkInterface
	targets      []*target
	version      int
	createdAt    time.Time
	pullStarted  time.Time
	pullStopped  time.Time
	startedAt    time.Time
	stoppingAt   time.Time
	execStopped  time.Time
	stoppedAt    time.Time
	degradesAt   time.Time
	wasHealthy   bool // passed its checks at least once
	counted      bool // its failure was counted against the deployment
	announced    bool // the scheduler said that it replaces the task
	reservedCPU  int
	reservedMem  int
	staticPorts  []int
	dynamicPorts []int
	doc          []byte
}

type networkInterface struct {
	id, attachment, subnet, mac, ip string
}

type container struct {
	def        *containerDefinition
	arn        string
	task       *task
	image      string
	digest     string
	runtimeID  string
	dockerName string
	last       string
	health     string
	exitCode   *int
	reason     string
	bindings   []binding
	behaviour  Behaviour
	createdAt  time.Time
}

type binding struct {
	BindIP        string `json:"bindIP"`
	ContainerPort int    `json:"containerPort"`
	HostPort      int    `json:"hostPort"`
	Protocol      string `json:"protocol"`
}

type family struct {
	name      string
	revisions []*taskDefinition // in order of revision; one is never removed
}
