package deploy

import (
	"context"
	"slices"
	"strings"
	"sync"

	"gantry/awsx"
	"gantry/awsx/deploy/follow"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// beside asks for what only checks and estimates need, side by side and as soon
// as enough is known to ask. A failure there is told by the check concerned and
// stops nothing. The answers come into Current together, once all are there.
type beside struct {
	ctx  context.Context
	r    awsx.Reader
	held Held
	wg   sync.WaitGroup

	mu      sync.Mutex
	answers []func(*Current)
	images  map[string]bool // that were asked about
}

// ask reads something in a goroutine of its own; field is where its answer goes.
func ask[T any](b *beside, read func() (T, error), field func(*Current) *Answer[T]) {
	b.wg.Go(func() {
		value, err := read()
		b.answered(func(cur *Current) { *field(cur) = Answer[T]{Value: value, Err: err, Done: true} })
	})
}

func (b *beside) answered(put func(*Current)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers = append(b.answers, put)
}

// into waits for the answers and puts them in.
func (b *beside) into(cur *Current) {
	b.wg.Wait()
	for _, put := range b.answers {
		put(cur)
	}
	b.answers = nil
}

// early asks what the target's name is enough for.
func (b *beside) early(target awsx.Ref, n needs) {
	b.wg.Go(func() {
		if id, err := b.r.Identity(b.ctx); err == nil {
			b.answered(func(cur *Current) { cur.Identity = id })
		}
	})
	if n.scaling {
		ask(b, func() (*awsx.ScalableTarget, error) { return readScaling(b.ctx, b.r, target) },
			func(cur *Current) *Answer[*awsx.ScalableTarget] { return &cur.Scaling })
	}
	if n.rollout && n.subject == ofService && !n.history {
		// How long such a change takes is all that is wanted of them.
		ask(b, func() ([]awsx.ServiceDeployment, error) {
			return b.r.ServiceDeployments(b.ctx, target, follow.DurationsRead)
		},
			func(cur *Current) *Answer[[]awsx.ServiceDeployment] { return &cur.History })
	}
	if n.rollout {
		ask(b, func() ([]awsx.Alarm, error) { return readAlarms(b.ctx, b.r) },
			func(cur *Current) *Answer[[]awsx.Alarm] { return &cur.Alarms })
		b.fleet(target)
	}
}

// fleet asks for the instances of the target's cluster.
func (b *beside) fleet(target awsx.Ref) {
	ask(b, func() ([]awsx.Instance, error) {
		if b.held.Instances != nil {
			return b.held.Instances, nil
		}
		return awsx.Collect(b.r.Instances(b.ctx, target.ClusterRef()))
	}, func(cur *Current) *Answer[[]awsx.Instance] { return &cur.Fleet })
}

// service asks what has to do with a service that is rolled out.
func (b *beside) service(svc awsx.Service, n needs) {
	if !n.rollout {
		return
	}
	b.tasks(svc)
	ask(b, func() ([]string, error) { return b.relatives(svc) },
		func(cur *Current) *Answer[[]string] { return &cur.Family })
	arns := svc.TargetGroups()
	if len(arns) == 0 {
		return
	}
	ask(b, func() ([]awsx.TargetGroup, error) { return b.r.TargetGroups(b.ctx, arns) },
		func(cur *Current) *Answer[[]awsx.TargetGroup] { return &cur.Groups })
	ask(b, func() ([]awsx.GroupDetails, error) { return b.r.GroupDetails(b.ctx, arns) },
		func(cur *Current) *Answer[[]awsx.GroupDetails] { return &cur.Details })
}

// tasks asks for what the service runs.
func (b *beside) tasks(svc awsx.Service) {
	ask(b, func() ([]awsx.Task, error) {
		return awsx.Collect(b.r.Tasks(b.ctx, awsx.TaskQuery{Cluster: svc.Ref.ClusterRef(), Service: svc.Name}))
	}, func(cur *Current) *Answer[[]awsx.Task] { return &cur.Tasks })
}

// relatives names the other services of the cluster that run the family in use.
// Where the services are not held, those with a running task are found by two
// calls, instead of one for every ten services.
func (b *beside) relatives(svc awsx.Service) ([]string, error) {
	family, _ := awsx.SplitRevision(svc.TaskDefinition)
	var names []string
	var err error
	if b.held.Services != nil {
		for _, other := range b.held.Services {
			if f, _ := awsx.SplitRevision(other.TaskDefinition); f == family && other.Status != "INACTIVE" {
				names = words.AddNew(names, other.Name)
			}
		}
	} else {
		var tasks []awsx.Task
		tasks, err = awsx.Collect(b.r.Tasks(b.ctx, awsx.TaskQuery{Cluster: svc.Ref.ClusterRef(), Family: family}))
		for _, t := range tasks {
			if name, ok := strings.CutPrefix(t.Group, "service:"); ok {
				names = words.AddNew(names, name)
			}
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == svc.Name })
	slices.Sort(names)
	return names, err
}

// draft asks what only a draft tells: which images would run, and whether more
// tasks than now.
func (b *beside) draft(cur Current, d draft, n needs) {
	if wanted, ok := d.newCount(); ok && wanted > cur.Service.Desired {
		b.fleet(cur.Target)
		b.tasks(cur.Service)
		b.wg.Go(func() {
			// Who scales needs no right to read definitions.
			if td, err := b.r.TaskDefinition(b.ctx, cur.Service.TaskDefinition); err == nil {
				b.answered(func(cur *Current) { cur.Definition = td })
			}
		})
	}
	if d.tasks > 0 {
		b.fleet(cur.Target)
	}
	if n.rollout || d.tasks > 0 {
		b.ask(imagesOf(d.document(cur))...)
		b.ask(d.ask...)
	}
}

// ask asks ECR about images, each once.
func (b *beside) ask(images ...string) {
	for _, image := range images {
		ref, err := awsx.ParseReference(image)
		if err != nil || !ref.ECR() || b.images[image] {
			continue
		}
		b.images[image] = true
		b.wg.Go(func() {
			var state ImageState
			var both sync.WaitGroup
			both.Go(func() { state.Image, state.Err = b.r.Image(b.ctx, ref.Repository, ref.Lookup()) })
			both.Go(func() { state.Platforms, state.PlatformErr = b.r.Platforms(b.ctx, ref.Repository, ref.Lookup()) })
			both.Wait()
			b.answered(func(cur *Current) { cur.Images[image] = state })
		})
	}
}

// readScaling returns nil for a service that Application Auto Scaling does not
// know.
func readScaling(ctx context.Context, r awsx.ScalingReader, service awsx.Ref) (*awsx.ScalableTarget, error) {
	target, err := r.ScalableTarget(ctx, service)
	switch {
	case err == nil:
		return &target, nil
	case fault.ClassOf(err) == fault.NotFound:
		return nil, nil
	}
	return nil, err
}

// alarmLevels is how many levels of composite alarms are taken apart, each by a
// call of its own.
const alarmLevels = 2

// readAlarms reads the alarms that are in ALARM, and those that the composites
// among them are made of: whose they are shows in no other way.
func readAlarms(ctx context.Context, r awsx.AlarmReader) ([]awsx.Alarm, error) {
	alarms, err := r.AlarmsIn(ctx, "ALARM")
	known := map[string]bool{}
	for _, a := range alarms {
		known[a.Name] = true
	}
	level := alarms
	for range alarmLevels {
		var names []string
		for _, a := range level {
			for _, name := range alarmsInRule(a.Rule) {
				if !known[name] {
					known[name] = true
					names = append(names, name)
				}
			}
		}
		if err != nil || len(names) == 0 {
			break
		}
		level, err = r.AlarmsByName(ctx, names)
		alarms = append(alarms, level...)
	}
	return alarms, err
}

// runningDigests collects the digests of the tasks that run the revision in
// use. Tasks that cannot be read leave it empty, which the check tells.
func runningDigests(tasks Answer[[]awsx.Task], svc awsx.Service) map[string][]string {
	if tasks.Err != nil {
		return nil
	}
	found := map[string][]string{}
	for _, t := range tasks.Value {
		if t.TaskDefinition != svc.TaskDefinition {
			continue
		}
		for _, c := range t.Containers {
			if c.ImageDigest != "" {
				found[c.Name] = words.AddNew(found[c.Name], c.ImageDigest)
			}
		}
	}
	return found
}
