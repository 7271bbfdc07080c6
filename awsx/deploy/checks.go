package deploy

import (
	"errors"
	"fmt"

	"gantry/awsx/document"
	"gantry/internal/fault"
)

// The names of the checks, by which they are overridden.
const (
	CheckController   = "controller"
	CheckInProgress   = "in-progress"
	CheckRevision     = "revision"
	CheckImage        = "image"
	CheckPlatform     = "platform"
	CheckTag          = "tag"
	CheckStrategy     = "strategy"
	CheckPercent      = "min-max"
	CheckCapacity     = "capacity"
	CheckLoadBalancer = "load-balancer"
	CheckTargetGroup  = "target-group"
	CheckPorts        = "ports"
	CheckLogs         = "logs"
	CheckRoles        = "roles"
	CheckScaling      = "autoscaling"
	CheckBreaker      = "breaker"
	CheckAlarms       = "alarms"
	CheckFamily       = "family"
	CheckStack        = "stack"
)

// CheckNames returns every name that an override may give.
func CheckNames() []string {
	return []string{
		CheckController, CheckInProgress, CheckRevision, CheckImage, CheckPlatform, CheckTag, CheckStrategy,
		CheckPercent, CheckCapacity, CheckLoadBalancer, CheckTargetGroup, CheckPorts, CheckLogs, CheckRoles,
		CheckScaling, CheckBreaker, CheckAlarms, CheckFamily, CheckStack, CheckPlain, CheckReferences,
		CheckDrain, CheckUsers, OverrideAudit,
	}
}

// checker looks at one subject. It is pure; a Check without a name means that
// the draft does not touch the subject.
type checker func(cur Current, d draft) Check

// checkers returns the checks that any draft may need. Those of a single verb
// come with its draft.
func checkers() []checker {
	return []checker{
		checkController, checkInProgress, checkImages, checkPlatform, checkStrategy, checkPercent, checkCapacity,
		checkLoadBalancers, checkTargetGroups, checkPorts, checkLogs, checkRoles, checkScaling, checkBreaker,
		checkAlarms, checkFamily, checkStack,
	}
}

// runChecks runs the checks that matter to a draft on what was read.
func runChecks(cur Current, d draft) []Check {
	var checks []Check
	if d.tasks > 0 {
		d.tree = d.document(cur)
	}
	for _, look := range checkers() {
		if c := look(cur, d); c.Name != "" {
			checks = append(checks, c)
		}
	}
	checks = append(checks, d.checks...)
	for i := range checks {
		// A controller that owns the change makes the service refuse the call: no
		// urgency alters that.
		checks[i].Advice = d.effect.mitigation && checks[i].Name != CheckController
	}
	return checks
}

// onService reports whether the change is one of the service: a service is read
// beside other targets too.
func (cur Current) onService() bool {
	return cur.Service.Ref.ARN != "" && cur.Target.ARN == cur.Service.Ref.ARN
}

// newCount is the desired count that a draft sets, and whether it sets one.
func (d draft) newCount() (int, bool) {
	for _, s := range d.steps {
		if u, ok := s.(*updateStep); ok && u.update.Desired != nil {
			return *u.update.Desired, true
		}
	}
	return 0, false
}

// runs reports whether the draft starts tasks of a document.
func (d draft) runs() bool { return d.starts || d.tasks > 0 }

// document is what the tasks that a draft starts run; nil when it starts none of
// a document that is known.
func (d draft) document(cur Current) *document.Node {
	from := cur.Definition
	switch {
	case d.tree != nil:
		return d.tree
	case d.tasks > 0:
		from = cur.Wanted
	}
	if from == nil {
		return nil
	}
	tree, err := document.Registrable(from)
	if err != nil {
		return nil
	}
	return tree
}

func finding(name string, result CheckResult, format string, args ...any) Check {
	return Check{Name: name, Result: result, Text: fmt.Sprintf(format, args...)}
}

// whyUnread names the missing action when a read was denied.
func whyUnread(err error) string {
	var e *fault.Error
	if errors.As(err, &e) && e.Class == fault.Denied && e.Op != "" {
		return e.Op + " is denied"
	}
	return "not read, " + fault.ClassOf(err).String()
}
