package store

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/internal/crash"
)

// How old readings of target groups may get, and how often that is looked at; how many
// are read at a time is for targetPace.
const (
	suspectAge = 10 * time.Second
	calmAge    = 30 * time.Second // on screen, where nothing is wrong; a screen of 40 rows takes an eighth of the grant so
	restAge    = 5 * time.Minute
	restPause  = time.Second   // after a failure that is no group's own, and while nobody looks
	tick       = restPause / 4 // so soon is read what scrolls into view
	failedAge  = time.Minute   // before a group that fails on its own is tried again
	parallel   = 10
	// visibleWait is how long an account that turns calls away is left alone at most while
	// somebody looks.
	visibleWait = 5 * time.Second
	// Each telling makes watchers look at all they show: newsTold is how often
	// they are told of readings, sameTold when those brought nothing new.
	newsTold = 2 * tick
	sameTold = 10 * time.Second
	// troubleFor is how long an event that alarms makes its service a suspect.
	troubleFor = 15 * time.Minute
)

// Targets watches the target groups of a cluster's services, by ARN. A group
// that was not read yet is there with Read false. Visible keys may be the ARNs
// of services or of target groups.
func (s *Store) Targets(cluster awsx.Ref) *Watch[GroupState] {
	key := pollKey{cluster.Context, kindTargets, cluster.ARN, cluster.ARN}
	return watch(s, key, func() pace { return pace{restAge, time.Second} }, func() source[GroupState] {
		return newTargetSource(s, cluster)
	})
}

// targetSource reads a few groups a tick, as its pace allows: of what is visible, of suspects
// and of the rest whichever is overdue the most.
type targetSource struct {
	store   *Store
	cluster awsx.Ref

	// These belong to the poll goroutine.
	services *Watch[awsx.Service]
	pace     targetPace
	waiting  []string // groups that are due, the most urgent first
	ahead    int      // visible groups in a row that were read while suspects may have waited

	failed uint64 // the snapshot of services whose error was passed on

	told bool // something was published, be it that there is no group

	mu     sync.Mutex
	wanted []*wantedGroup
	// revision is that of the services that wanted was made from, and weighed when: what an
	// event is a reason for passes with time.
	revision uint64
	weighed  time.Time
	// shifting are the entries with a pair of groups, those whose service is in
	// trouble or in a deployment apart.
	shifting, moving []awsx.LoadBalancer
	table            *table[GroupState]
	filled           time.Time // when a snapshot was last made
	rev              uint64    // of the readings in it
}

func newTargetSource(s *Store, cluster awsx.Ref) *targetSource {
	t := &targetSource{store: s, cluster: cluster, pace: newTargetPace()}
	t.table = newTable(func(g *GroupState) (name, key string) { return "", g.ARN })
	t.table.alike = (*GroupState).alike
	t.table.same = func(old, new *GroupState) bool { return old.ReadAt.Equal(new.ReadAt) && old.alike(new) }
	return t
}

// wantedGroup is a group that some service names.
type wantedGroup struct {
	arn      string
	services []string
	suspect  bool // one of its services is in trouble
}

func (t *targetSource) release() {
	if t.services != nil {
		t.services.Close()
		t.services = nil
	}
}

func (t *targetSource) key(arn string) groupKey { return groupKey{t.cluster.Context, arn} }

func (t *targetSource) fill(s *Snapshot[GroupState]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := wall()
	t.filled, t.rev = now, t.store.groups.revision()
	t.table.sweep++
	s.Done, s.Total = 0, len(t.wanted)
	t.store.groups.look(t.cluster.Context, func(of func(string) *groupReading) {
		for _, w := range t.wanted {
			g, known := of(w.arn), t.table.held(w.arn)
			if g != nil && g.believed(now) {
				s.Done++
			}
			if known != nil && g.stands(known, now) && slices.Equal(known.Services, w.services) {
				t.table.stay(0, w.arn)
				continue
			}
			state := g.state(w.arn, now)
			state.Services = w.services
			t.table.put(0, state)
		}
	})
	t.table.drop(0)
	t.table.publish(s)
}

func (t *targetSource) poll(ctx context.Context, d demand, landed func()) outcome {
	services, err := t.awaitServices(ctx, d)
	if err != nil {
		return outcome{err: err, until: services.due}
	}
	news := t.want(services)
	account, err := t.store.opener.Open(ctx, t.cluster.Context)
	if err != nil {
		return outcome{err: err}
	}
	// What is visible may have been told while this waited for services and credentials.
	asked := d.refresh
	d = d.latest()
	d.refresh = d.refresh || asked
	chosen := t.choose(d)
	// What is due and had to wait is looked at soon, and what scrolls into view (patient).
	next, patient := tick, d.idle || len(t.waiting) == 0
	if patient {
		next = restPause
	}
	if len(chosen) == 0 {
		quiet := t.told && !news && !t.worthTelling()
		t.told = true
		return outcome{next: next, patient: patient, quiet: quiet}
	}
	t.told = true
	begun := wall()
	// A deployment that somebody follows reads groups too, and goes first.
	ctx = awsx.WithPriority(ctx, max(awsx.PriorityOf(ctx), awsx.Sweeping))
	failed := t.read(ctx, account, chosen, func() {
		if t.worthTelling() {
			landed()
		}
	})
	t.pace.learns(failed.all, len(chosen), wall().Sub(begun), wall())
	o := failed.outcome(len(chosen), next)
	o.patient = patient && len(failed.all) == 0
	if len(d.visible) > 0 && !d.idle {
		o.ceiling = visibleWait
	}
	o.quiet = !news && o.err == nil && len(o.partial) == 0 && !t.worthTelling()
	return o
}

// worthTelling reports whether there is something that the last snapshot lacks, be
// it only that what it holds is still so.
func (t *targetSource) worthTelling() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := sameTold
	if t.rev != t.store.groups.revision() {
		wait = newsTold
	}
	return time.Since(t.filled) >= wait
}

// awaitServices waits until the cluster's services are known at least in part, or could
// not be read once more: an error that was passed on already is that of an earlier try.
func (t *targetSource) awaitServices(ctx context.Context, d demand) (*Snapshot[awsx.Service], error) {
	if t.services == nil {
		t.services = t.store.Services(t.cluster)
	}
	t.services.Need(Need{Idle: true})
	if d.refresh && t.services.Snapshot().Err != nil {
		t.failed = t.services.Snapshot().Seq
		t.services.Refresh()
	}
	for {
		s := t.services.Snapshot()
		switch {
		case len(s.Items) > 0 || !s.At.IsZero():
			return s, nil
		case s.Err != nil && s.Seq != t.failed:
			t.failed = s.Seq
			return s, s.Err
		}
		select {
		case <-t.services.Changed():
		case <-ctx.Done():
			return t.services.Snapshot(), ctx.Err()
		}
	}
}

// want lists the groups that services name and reports whether the list is new.
func (t *targetSource) want(s *Snapshot[awsx.Service]) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := wall()
	if t.revision == s.Rev && now.Sub(t.weighed) < troubleFor/15 {
		return false
	}
	t.revision, t.weighed = s.Rev, now
	byARN := map[string]*wantedGroup{}
	var wanted []*wantedGroup
	var shifting, moving []awsx.LoadBalancer
	for _, x := range s.Items {
		bad := t.suspect(x, now)
		for _, lb := range x.LoadBalancers {
			switch {
			case lb.Alternate == "":
			case bad:
				moving = append(moving, lb)
			default:
				shifting = append(shifting, lb)
			}
		}
		for _, arn := range x.TargetGroups() {
			w := byARN[arn]
			if w == nil {
				w = &wantedGroup{arn: arn}
				byARN[w.arn] = w
				wanted = append(wanted, w)
			}
			if !slices.Contains(w.services, x.Ref.ARN) {
				w.services = append(w.services, x.Ref.ARN)
			}
			w.suspect = w.suspect || bad
		}
	}
	slices.SortFunc(wanted, func(a, b *wantedGroup) int { return cmp.Compare(a.arn, b.arn) })
	same := slices.EqualFunc(wanted, t.wanted, func(a, b *wantedGroup) bool {
		return a.arn == b.arn && slices.Equal(a.services, b.services)
	})
	t.wanted, t.shifting, t.moving = wanted, shifting, moving
	return !same
}

// suspect reports whether a service gives reason to look at its targets.
func (t *targetSource) suspect(s *awsx.Service, now time.Time) bool {
	if s.Running < s.Desired || len(s.Deployments) > 1 {
		return true
	}
	if d, ok := s.Primary(); ok && d.RolloutState != "" && d.RolloutState != "COMPLETED" {
		return true
	}
	for _, e := range s.Events {
		if now.Sub(e.At) > troubleFor {
			break
		}
		if t.store.alarming(e.Message) {
			return true
		}
	}
	return false
}

// read reads the chosen groups, a few at a time.
func (t *targetSource) read(ctx context.Context, r awsx.TargetReader, arns []string, landed func()) *failures {
	t.mu.Lock()
	shifting, moving := t.shifting, t.moving
	t.mu.Unlock()
	// Before the groups, so that no reading of these is judged without them.
	t.store.groups.weigh(ctx, r, t.cluster.Context, moving, suspectAge)
	t.store.groups.weigh(ctx, r, t.cluster.Context, shifting, restAge)
	f := &failures{}
	each(arns, func(arn string) {
		if f.hopeless() {
			return
		}
		f.add(t.store.groups.read(ctx, r, t.key(arn), 0))
		landed()
	})
	if len(f.all) == 0 && (t.store.groups.lacks(t.cluster.Context, arns) || !t.pace.fresh) {
		f.add(t.store.groups.describe(ctx, r, t.cluster.Context, t.undescribed(arns)))
	}
	return f
}

// undescribed lists groups by how soon their settings are of use: those that were read now,
// those that will be, all.
func (t *targetSource) undescribed(read []string) iter.Seq[string] {
	t.mu.Lock()
	wanted := t.wanted
	t.mu.Unlock()
	return func(yield func(string) bool) {
		for _, arn := range slices.Concat(read, t.waiting) {
			if !yield(arn) {
				return
			}
		}
		for _, w := range wanted {
			if !yield(w.arn) {
				return
			}
		}
	}
}

// each calls do for every name, at most a few at a time, and waits for all.
func each(names []string, do func(string)) {
	var wg crash.Group
	slots := make(chan struct{}, parallel)
	for _, name := range names {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			do(name)
		})
	}
	wg.Wait()
}

// sortedTargets returns targets by id and port, so that a table of them stands
// still between readings.
func sortedTargets(in []awsx.TargetHealth) []awsx.TargetHealth {
	out := slices.Clone(in)
	slices.SortFunc(out, func(a, b awsx.TargetHealth) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Zone, b.Zone))
	})
	return out
}
