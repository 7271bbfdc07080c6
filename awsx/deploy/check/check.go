package check

import (
	"fmt"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
)

// The names of the checks, by which they are overridden.
const (
	Status       = "status" // which cannot be overridden
	Controller   = "controller"
	InProgress   = "in-progress"
	Revision     = "revision"
	Record       = "record"
	Image        = "image"
	Platform     = "platform"
	Tag          = "tag"
	Strategy     = "strategy"
	Percent      = "min-max"
	Capacity     = "capacity"
	Providers    = "providers"
	LoadBalancer = "load-balancer"
	TargetGroup  = "target-group"
	Ports        = "ports"
	Logs         = "logs"
	Roles        = "roles"
	Scaling      = "autoscaling"
	Breaker      = "breaker"
	Alarms       = "alarms"
	Family       = "family"
	Stack        = "stack"
	Owner        = "owner"
	PlainSecret  = "plain-secret"
	Variables    = "variables"
	References   = "secret-reference"
	Drain        = "drain"
	InUse        = "in-use"
	Protection   = "protection"
	Secrets      = "secrets"
	Plugin       = "plugin"    // which cannot be overridden
	Container    = "container" // nor can this
	ExecFlag     = "exec-flag" // nor this
	ExecAgent    = "exec-agent"
	TaskRole     = "task-role"
	NodeAgent    = "ssm-agent"
	Program      = "program"
	// OverrideAudit is the name by which a change goes on without an audit record.
	Audit = "audit"
)

// Names returns every name that an override may give.
func Names() []string {
	return []string{
		Controller, InProgress, Revision, Record, Image, Platform, Tag, Strategy,
		Percent, Capacity, Providers, LoadBalancer, TargetGroup, Ports, Logs, Roles, Secrets,
		Scaling, Breaker, Alarms, Family, Stack, Owner, PlainSecret, Variables, References,
		Drain, InUse, Protection, ExecAgent, TaskRole, NodeAgent, Audit,
	}
}

// Change is what a verb comes to, as far as checks look at it.
type Change struct {
	// Tree is the document that would run, nil when the change is of none. Register
	// is true when it is registered first; else Revision names it, an ARN.
	Tree     *document.Node
	Register bool
	Revision string
	// Starts is true when the change starts a deployment, which one of the count or
	// the settings alone does not (ECS, UpdateService).
	Starts bool
	// Tasks is how many tasks of the wanted revision are run without a service.
	Tasks int
	// Count is the desired count that is set; nil when none is.
	Count *int
	// Names is true when a call names a revision, for whose roles IAM then asks; one
	// that forces or stops a deployment names none.
	Names bool
	// Cancels is true when the deployment in progress is rolled back.
	Cancels bool
	// Mitigation is true when the change mends an incident: checks are advice then.
	Mitigation bool
}

// count is the desired count that is set, and whether one is.
func (d Change) count() (int, bool) {
	if d.Count == nil {
		return 0, false
	}
	return *d.Count, true
}

// runs reports whether the change starts tasks of a document.
func (d Change) runs() bool { return d.Starts || d.Tasks > 0 }

// Document is what the tasks that the change starts run; nil when it starts none of a
// document that is known.
func (d Change) Document(cur read.Current) *document.Node {
	from := cur.Definition
	switch {
	case d.Tree != nil:
		return d.Tree
	case d.Tasks > 0:
		from = cur.Wanted
	}
	return documentOf(from)
}

// documentOf is a revision's document as it would be registered; nil when there is none.
func documentOf(td *awsx.TaskDefinition) *document.Node {
	if td == nil {
		return nil
	}
	tree, err := document.Registrable(td)
	if err != nil {
		return nil
	}
	return tree
}

// checker looks at one subject. It is pure; a finding without a name means that the
// change does not touch the subject.
type checker func(cur read.Current, d Change) Finding

// checkers returns the checks that any change may need. Those of a single verb come
// with the verb.
func checkers() []checker {
	return []checker{
		checkStatus, checkController, checkInProgress, checkImages, checkPlatform, checkStrategy, checkPercent, checkCapacity,
		checkLoadBalancers, checkTargetGroups, checkEmptied, checkPorts, checkVariables, checkLogs, checkRoles, checkNeeds, checkScaling, checkBreaker,
		checkAlarms, checkFamily, checkStack,
	}
}

// Run runs the checks that matter to a change on what was read, and adds those
// that its verb made itself.
func Run(cur read.Current, d Change, own []Finding) []Finding {
	var checks []Finding
	if d.Tasks > 0 {
		d.Tree = d.Document(cur)
	}
	for _, look := range checkers() {
		if c := look(cur, d); c.Name != "" {
			checks = append(checks, c)
		}
	}
	checks = append(checks, own...)
	for i := range checks {
		// A controller that owns the change makes the service refuse the call: no
		// urgency alters that.
		checks[i].Advice = d.Mitigation && checks[i].Name != Controller && !checks[i].Final
	}
	return checks
}

// onService reports whether the change is one of the service: a service is read
// beside other targets too.
func onService(cur read.Current) bool {
	return cur.Service.Ref.ARN != "" && cur.Target.ARN == cur.Service.Ref.ARN
}

func finding(name string, result Result, format string, args ...any) Finding {
	return Finding{Name: name, Result: result, Text: fmt.Sprintf(format, args...)}
}

// Finding is what one preflight check found.
type Finding struct {
	Name   string // short and stable, as it is overridden by
	Result Result
	Text   string
	// Advice is true when the check does not stand in the way, whatever its
	// result: a mitigation is not held up by the incident it mends.
	Advice bool
	// Final is true when nobody can go on although the check failed.
	Final bool
}

// Remedy says what to do about a finding that stands in the way: mend it, or what else
// an override would be.
func (f Finding) Remedy(override string) string {
	if f.Final {
		return "final: nothing overrides it"
	}
	return "mend it, or " + override
}

// Result is the result of a check.
type Result string

// The results of a check.
const (
	OK      Result = "ok"
	Warning Result = "warning"
	Broken  Result = "failed"
	Skipped Result = "skipped"
)
