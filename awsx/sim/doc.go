// Package sim is an AWS account that lives in memory: clusters whose services
// roll, crash, fail their health checks and heal, behind the wire protocols of
// ECS, Elastic Load Balancing, ECR, STS, Application Auto Scaling, CloudWatch
// alarms and CloudWatch Logs. An Account is an http.Handler, so the real SDK
// talks to it through RoundTripper, in tests under fake time, or over TCP.
//
// # Rooms
//
// This package is the door: it holds the lock, runs the agenda, answers calls, injects
// faults and lets tests intervene. What is in an account lives in the rooms below:
//
//	world             the clock, the agenda, random choices, names
//	wire              the protocols
//	taskdef ecr elb alarms schedules cwlogs
//	                  what stands by itself, each with its API where it has one
//	fleet             clusters, services, tasks and the control plane
//	ecs scaling machines
//	                  the APIs of ECS and of Application Auto Scaling over a fleet; what it
//	                  runs on: EC2 instances and the Auto Scaling groups that launch them
//	metrics           what CloudWatch measures of all that, and dashboards of it
//	output            what containers write
//	trail             CloudTrail: who called what
//	seed              the demo account, generated ones, the scenarios
//
// A room names only rooms above it in this list; fleet says what happens to whoever has
// to know (Fleet.Output, Updated, RolledBack). All of them share one lock, this
// package's: a call of one service reads and moves what others show, so that each room
// with a lock of its own would see half of a change. To add an AWS service, write a
// room with its operations and give it a row in services.go.
//
// # Model
//
// New builds the account with everything that should be running already
// running. Run moves it: an agenda holds what happens next, and each item is
// played at its own instant. A service's scheduler looks at the service when
// something about it changed; it starts what is missing below the upper bound
// of the deployment configuration and stops what is old above the lower one. A
// task passes every status of its life, with the durations of an instance that
// pulls from a registry nearby. A target is checked at its group's interval
// while the outcome is open, and left alone once it is not. Options.Speed
// shortens all of these.
//
// What a task does is a property of its image, see Behaviour: a person changes
// the outcome by deploying another tag, by setting the variable that the
// program asks for, or by going back.
//
// # Images worth deploying in the demo account
//
//	api-orders    v2.32.0      exits at start unless DB_URL is set
//	api-orders    v2.32.1      is well
//	api-checkout  v1.9.1       answers 503 after some minutes (runs at the start)
//	api-checkout  v1.9.2       is well
//	api-checkout  v1.10.0-rc1  never answers its health check
//	web           v5.3.0       listens where nobody reaches it
//	payments      v3.9.0       ignores SIGTERM
//	worker-mail   v1.5.0       crashes after 40 seconds, unseen by the breaker
//	catalog       v3.5.0       is well, and built for linux/arm64 too
//	catalog       v3.5.0-arm64 has no manifest for the instances
//	orders-migrate, a family that no service runs:
//	              revision 2   works for 30 seconds and ends with 0
//	              revision 1   works for 12 seconds and ends with 1
//	storefront, ranking and shipping, of the scenario BlueGreen:
//	              v1.2.0       is well (being deployed at the start)
//	              v1.3.0       exits at start
//	              v1.4.0       never answers its health check
//	any           other tags   cannot be pulled
//
// In a generated account v1.3.0 of a service is well and v1.4.0 needs DB_URL.
//
// # What surrounds the services
//
// The services sessions and recommendations are autoscaled: a minute after their
// count is not the one that the load asks for, it is moved there, within the
// bounds. There are alarms on api-orders, on api-checkout (on a metric, on metric
// maths and composite) and those of the scaling policies, all quiet. The alarm on
// unhealthy targets follows them, those of the policies what is scaled; the others
// change when SetAlarm says so: while one fires, the CPU or
// memory that it is on is above its threshold. Metrics follow the tasks, the load and the
// health of targets, with Container Insights of each task in prod and of services in
// preprod; each cluster has a dashboard. The service legacy
// and its target group carry the tag of a CloudFormation stack, web and its
// groups one of Terraform.
//
// # What the clusters run on
//
// The instances of each cluster are in an Auto Scaling group that launches, terminates and
// replaces: prod-ecs over a launch template, of which two instances have an older version;
// preprod-ecs over a launch configuration, at its maximum; staging-ecs by a capacity
// provider, whose managed scaling sets the count back two minutes after somebody else set
// it. Whatever is launched joins the cluster that its user data names: prod-canary names
// one that is not there. The image of prod-batch is lost, so nothing is launched. Scaling
// policies and scheduled actions are there to be read.
//
// # What tests can do to the account
//
// PushImage, SetBehaviour, DeleteImage, LoseImage, KillTask, EndTask, InterruptSpot,
// SetCapacity, SetAgentConnected, SetDemand, Autoscale, PutAlarm, SetAlarm, SetTag,
// SetContainerInsights, PutDashboard, OperatorDeploys, DeleteService, DeleteTargetGroup and
// DeregisterRevision change what a caller of the API could not, or somebody else would. A task ends for a reason
// of any wording by EndTask, or at its start by Behaviour.Refused; Say puts any wording
// among a service's events. Inject breaks calls.
//
// # What is left out
//
// Signatures are not checked, and every caller may do everything. Daemons and services
// behind classic load balancers are in scenarios of their own, and no balancer checks
// the latter. Traffic
// shifts between the target groups of an application load balancer alone, the
// functions of lifecycle hooks always succeed, and task sets are shown but not
// made or shifted. Placement spreads over zones and instances whatever the
// service's strategy says, and does not read constraints. Health checks of a
// load balancer are those of an application load balancer over HTTP. RunTask
// spreads as a service does, and reads no constraints or placement strategies; of a
// capacity provider strategy it takes the first. Scaling follows target
// tracking alone, without cooldowns, and policies are not made or removed by
// calls. Of CloudWatch there are alarms to read, whose
// only actions are scaling policies; metric maths are the four
// operations and a few functions, and there is no SEARCH. Of an image
// there are manifests, but no layers or configuration to download. Registries
// other than the account's own have every image. An operation that the account
// does not have is refused as AWS refuses one that does not exist.
package sim
