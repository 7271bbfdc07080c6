package timeline

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"gantry/awsx"
	"gantry/awsx/alarms"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/timeline"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/internal/words"
)

// How much is read of what costs calls.
const (
	// deployedAtMost is of how many services of a cluster the record of deployments is read:
	// those that were deployed last.
	deployedAtMost = 20
	// recordsOfOne is how many deployments of a service are looked at, as many as one call
	// describes; revisionsOfOne how many of the newest revisions of its family.
	recordsOfOne   = 20
	revisionsOfOne = 5
	scalingsRead   = 500
	turnsRead      = 1000
)

// The steps of a reading, which name what they read.
const (
	stepPast        = "past"
	stepJournal     = "journal"
	stepDeployments = "deployments"
	stepScaling     = "scaling"
	stepGroups      = "groups"
	stepAlarms      = "alarms"
	stepTrail       = "trail"
)

type step struct {
	name string
	read func(*reading)
}

// round are the steps of one reading of everything.
func (t *Teller) round() (steps []step) {
	steps = append(steps, step{stepPast, (*reading).past}, step{stepJournal, (*reading).journal})
	if t.wants(timeline.Deployment, timeline.Revision) {
		steps = append(steps, step{stepDeployments, (*reading).deployments})
	}
	if t.wants(timeline.Scaling) {
		steps = append(steps, step{stepScaling, (*reading).scaling})
	}
	onInstances := slices.ContainsFunc(t.live.services, func(s awsx.Service) bool { return !s.OnFargate() })
	if onInstances && t.wants(timeline.Instances, timeline.Change) {
		steps = append(steps, step{stepGroups, (*reading).groups})
	}
	if t.wants(timeline.Alarm) {
		steps = append(steps, step{stepAlarms, (*reading).alarms})
	}
	if t.wants(timeline.Change, timeline.Revision) {
		steps = append(steps, t.trail.steps()...)
	}
	return steps
}

// reading is one step.
type reading struct {
	*Teller
	ctx  context.Context
	from time.Time
	now  time.Time
	live live

	entries []timeline.Entry
	unread  []error
	keep    func(*trail) // puts aside what is no entry yet
}

// failed notes what was not read. That there is none of it was read.
func (r *reading) failed(err error) bool {
	if err != nil && fault.ClassOf(err) != fault.NotFound && r.ctx.Err() == nil {
		r.unread = append(r.unread, err)
	}
	return err != nil
}

func (r *reading) account() (awsx.Account, bool) {
	account, err := r.Store.Account(r.ctx, r.Of.Context)
	return account, !r.failed(err)
}

// past reads what was seen before.
func (r *reading) past() {
	p := r.Store.Past()
	stopped, err := p.Stopped(r.ctx, r.Of, r.from)
	r.failed(err)
	events, err := p.Events(r.ctx, r.Of, r.from)
	r.failed(err)
	r.keep = func(t *trail) { t.stopped, t.events = stopped, events }
	groups := map[string]awsx.Ref{}
	var arns []string
	for _, s := range r.live.services {
		for _, arn := range s.TargetGroups() {
			groups[arn], arns = s.Ref, append(arns, arn)
		}
	}
	if len(arns) == 0 || !r.wants(timeline.Target) {
		return
	}
	changes, err := p.TargetChanges(r.ctx, r.Of.Context, r.from, arns...)
	r.failed(err)
	r.entries = timeline.Targets(changes, func(group string) awsx.Ref { return groups[group] })
}

// journal reads what was changed from this machine.
func (r *reading) journal() {
	if r.Journal == nil || !r.wants(timeline.Change) {
		return
	}
	made, err := r.Journal(r.Of)
	r.failed(err)
	byName := r.byNameOf(r.live)
	for i := range made {
		made[i].Service = byName[made[i].Target]
	}
	r.keep = func(t *trail) { t.made = made }
}

func (r *reading) byNameOf(l live) map[string]awsx.Ref {
	return (&Teller{live: l}).byName()
}

// deployments reads the records of deployments, and the revisions that they deployed with what
// these changed.
func (r *reading) deployments() {
	account, ok := r.account()
	if !ok {
		return
	}
	services := r.live.services
	if r.whole() {
		services = r.deployed()
	}
	for _, s := range services {
		records, err := account.ServiceDeployments(r.ctx, s.Ref, recordsOfOne)
		r.failed(err)
		records = slices.DeleteFunc(records, func(d awsx.ServiceDeployment) bool {
			return d.Ended() && d.Began().Before(r.from) && d.Over().Before(r.from)
		})
		ran := r.ran(account, records)
		r.entries = append(r.entries, timeline.Deployed(s.Ref, records, func(arn string) string { return awsx.ARNName(ran[arn]) })...)
		r.revisions(account, s, records, ran)
		if fault.ClassOf(err) == fault.Denied {
			break // the next would fare no better
		}
	}
}

// deployed are the services of a cluster that were deployed within the range, the newest
// first, as many as are read.
func (r *reading) deployed() []awsx.Service {
	newest := func(s awsx.Service) (at time.Time) {
		for _, d := range s.Deployments {
			if d.CreatedAt.After(at) {
				at = d.CreatedAt
			}
		}
		for _, e := range s.Events { // of one that went back the old deployment is left
			if !e.At.After(at) || e.At.Before(r.from) {
				break
			}
			if kind := reason.ReadEvent(e.Message).Kind; kind == reason.RollingBack || kind == reason.DeploymentFailed {
				return e.At
			}
		}
		return at
	}
	all := slices.DeleteFunc(slices.Clone(r.live.services), func(s awsx.Service) bool { return newest(s).Before(r.from) })
	slices.SortStableFunc(all, func(a, b awsx.Service) int { return newest(b).Compare(newest(a)) })
	if more := len(all) - deployedAtMost; more > 0 {
		all = all[:deployedAtMost]
		r.unread = append(r.unread, fault.Errorf(fault.Invalid, "ecs:ListServiceDeployments", r.Of.ARN,
			"the deployments of %s more are told by what the services list: look at one of them for its record", words.Count(more, "service")))
	}
	return all
}

// ran reads which task definitions service revisions ran, by their ARNs.
func (r *reading) ran(account awsx.DeploymentReader, records []awsx.ServiceDeployment) map[string]string {
	var arns []string
	for _, d := range records {
		arns = append(arns, d.Revisions()...)
	}
	slices.Sort(arns)
	arns = slices.DeleteFunc(slices.Compact(arns), func(arn string) bool { return arn == "" })
	ran := map[string]string{}
	if len(arns) == 0 {
		return ran
	}
	found, err := account.ServiceRevisions(r.ctx, arns)
	r.failed(err)
	for _, x := range found {
		ran[x.ARN] = x.TaskDefinition
	}
	return ran
}

// revisions reads the task definitions that were registered within the range and that a
// service deployed, or might.
func (r *reading) revisions(account awsx.TaskDefinitionReader, s awsx.Service, records []awsx.ServiceDeployment, ran map[string]string) {
	before := map[string]string{} // what ran before each, by ARN
	wanted := []string{s.TaskDefinition}
	for _, d := range records {
		td := ran[d.Target.ARN]
		wanted = append(wanted, td)
		for _, source := range d.Sources {
			if was := ran[source.ARN]; was != "" && was != td {
				before[td] = was
			}
		}
	}
	if family, _ := awsx.SplitRevision(s.TaskDefinition); !r.whole() && family != "" {
		newest, err := account.Revisions(r.ctx, family, revisionsOfOne)
		r.failed(err)
		wanted = append(wanted, newest...)
	}
	slices.Sort(wanted)
	for _, arn := range slices.Compact(wanted) {
		if arn == "" {
			continue
		}
		td, err := r.Store.TaskDefinition(r.ctx, r.Of.Context, arn)
		if r.failed(err) || td.RegisteredAt.Before(r.from) {
			continue
		}
		was, _ := r.Store.TaskDefinition(r.ctx, r.Of.Context, cmp.Or(before[arn], numberedBefore(arn))) // the one before may be gone
		r.entries = append(r.entries, timeline.Registered(s.Ref, td, was))
	}
}

// numberedBefore is the revision of the number before, empty for the first.
func numberedBefore(arn string) string {
	_, revision := awsx.SplitRevision(arn)
	n, err := strconv.Atoi(revision)
	if err != nil || n < 2 {
		return ""
	}
	return arn[:len(arn)-len(revision)] + strconv.Itoa(n-1)
}

// scaling reads what Application Auto Scaling did.
func (r *reading) scaling() {
	account, ok := r.account()
	if !ok {
		return
	}
	if !r.whole() {
		did, err := account.ScalingActivities(r.ctx, r.Of, scalingsRead/10)
		r.failed(err)
		r.entries = timeline.Did(timeline.Scaling, r.Of, r.Of.Name(), did)
		return
	}
	did, err := account.ClusterScalings(r.ctx, r.Of, r.from, scalingsRead)
	r.failed(err)
	byName := r.byNameOf(r.live)
	of := map[string][]awsx.ScalingActivity{}
	for _, a := range did {
		of[a.Service] = append(of[a.Service], a)
	}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		r.entries = append(r.entries, timeline.Did(timeline.Scaling, byName[name], name, of[name])...)
	}
}

// groups reads what the Auto Scaling groups of the cluster did: of a service those that one of
// its capacity providers scales, and those of whose instances its tasks run on one, or did.
func (r *reading) groups() {
	fleet, partial, err := r.Fleet(r.ctx, r.Of.ClusterRef())
	r.failed(err)
	for _, err := range partial {
		r.failed(err)
	}
	var names []string
	for _, g := range fleet.Here {
		if !r.whole() && !r.standsOn(g) {
			continue
		}
		names = append(names, g.Group.Name)
		r.entries = append(r.entries, timeline.Did(timeline.Instances, awsx.Ref{}, g.Group.Name, g.Doings.Activities)...)
	}
	r.keep = func(t *trail) { t.groups = names }
}

// standsOn reports whether the service that is told of gets instances of a group, or has tasks
// there.
func (r *reading) standsOn(g inquiry.Group) bool {
	scales := slices.ContainsFunc(g.Providers, func(p awsx.CapacityProvider) bool {
		return slices.ContainsFunc(r.live.services, func(s awsx.Service) bool { return slices.Contains(s.CapacityProviders.Names(), p.Name) })
	})
	if scales {
		return true
	}
	instances := r.Store.Instances(r.Of.ClusterRef())
	defer instances.Close()
	return slices.ContainsFunc(instances.Snapshot().Values(), func(i awsx.Instance) bool {
		return r.live.hosts[i.Ref.ARN] && slices.ContainsFunc(g.Group.Members, func(m awsx.Member) bool { return m.ID == i.EC2ID })
	})
}

// alarms reads how the alarms that concern the service or the cluster turned. Where their
// history is not told, each is told as it stands.
func (r *reading) alarms() {
	service := r.Of
	if r.whole() {
		service = awsx.Ref{}
	}
	found, unread, err := r.Reader.Alarms(r.ctx, r.Of.ClusterRef(), service)
	r.failed(err)
	for _, err := range unread {
		r.failed(err)
	}
	r.balanced()
	byName := map[string]inquiry.Alarm{}
	for _, a := range found {
		byName[a.Name] = a
	}
	account, ok := r.account()
	if len(found) == 0 || !ok {
		return
	}
	turns, err := account.AlarmTurns(r.ctx, "", r.from, r.now, turnsRead)
	if r.failed(err) {
		turns = nil
		for _, a := range found {
			turns = append(turns, awsx.AlarmTurn{Alarm: a.Name, At: a.Since, To: a.State, Reason: a.Reason})
		}
	} else if len(turns) == turnsRead {
		r.unread = append(r.unread, fault.Errorf(fault.Invalid, "cloudwatch:DescribeAlarmHistory", "",
			"the alarms of the account turned more often than the %s that are read: what was before %s was not", words.Count(turnsRead, "time"), turns[len(turns)-1].At.UTC().Format(time.RFC3339)))
	}
	for _, t := range turns {
		a, ours := byName[t.Alarm]
		if !ours {
			continue
		}
		var of awsx.Ref
		if refs := a.Of(); len(refs) == 1 && refs[0].ARN != refs[0].Cluster {
			of = refs[0]
		}
		was := a.Alarm
		was.State = t.To
		r.entries = append(r.entries, timeline.Turned(t, of, t.To == alarms.Ringing && !alarms.Rings(was) || alarms.Routine(a.Alarm)))
	}
}

// balanced notes which rules lead to the services, as far as the store has read them.
func (r *reading) balanced() {
	routes := r.Store.Routes(r.Of.Context)
	defer routes.Close()
	to := map[string]awsx.Ref{}
	for _, s := range r.live.services {
		for _, arn := range s.TargetGroups() {
			to[arn] = s.Ref
		}
	}
	for _, route := range routes.Snapshot().Values() {
		for _, rule := range alb.RulesOf(route) {
			for _, action := range rule.Actions {
				for _, g := range action.Groups {
					if of, ours := to[g.Group]; ours {
						to[rule.ARN] = of
					}
				}
			}
		}
	}
	r.keep = func(t *trail) { t.balanced = to }
}
