package resources

import (
	"context"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/internal/inquiry"
	"gantry/logs"
	"gantry/views"
	"gantry/views/lastlines"
	"gantry/views/livetable"
	"gantry/views/tasks"
)

const (
	// closeLines is the most lines that are read of a task or a service.
	closeLines = 30
	// errorsIn is how many of a service's newest lines are looked through for errors,
	// errorsFor how far back, and errorsAgain how soon that is done again.
	errorsIn    = 300
	errorsFor   = time.Hour
	errorsAgain = time.Minute
	// earlier is how many deployments before the newest are told of.
	earlier = 3
	// closeups bounds the services of which that is kept.
	closeups = 50
)

// closeup is what was read about a service because somebody looked at its row: nothing of
// it is read for any other row.
type closeup struct {
	// died is the task that died last, whose lines these are.
	died  awsx.Task
	lines lastlines.Lines
	// errors are a living service's newest, oldest first; read says that they were
	// looked for, and at what time.
	errors []logs.Entry
	read   time.Time
	// past are the service's deployments, newest first, as they stood when its own
	// deployments were as record says; asked is when they were asked for.
	past   []inquiry.Deployment
	record string
	asked  time.Time
	// turn counts the readings.
	turn int
	// after is the revision that was deployed last, and before what it took the place of,
	// by their ARNs.
	before, after string
}

// closer reads closeups, and keeps them. The loop and commands share it.
type closer struct {
	deps *views.Deps

	mu   sync.Mutex
	seen map[string]closeup // by the service's ARN
	said map[string]said    // by the same
}

// said is why a service stands as it does, as its row was judged after a reading.
type said struct {
	row  *serviceRow
	turn int
	why  string
}

func (c *closer) of(service awsx.Ref) closeup {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[service.ARN]
}

// why says why the service of a row stands as it does, by all that was read of it: what the
// task that died last wrote tells more than what ECS says of it. It reads nothing.
func (c *closer) why(r *serviceRow) string {
	if r.Finding.Why == "" {
		return ""
	}
	arn := r.service().Ref.ARN
	c.mu.Lock()
	known, is := c.seen[arn], c.said[arn]
	c.mu.Unlock()
	if known.turn == 0 {
		return r.Finding.Why
	}
	if is.row != r || is.turn != known.turn {
		is = said{r, known.turn, evidence{row: r, Around: r.around(), closeup: known}.judged().Finding.Why}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.said[arn] = is
	}
	return is.why
}

// study reads what is not known yet about the service of a row, and tells whether that
// brought anything. It waits.
func (c *closer) study(ctx context.Context, r *serviceRow) (changed bool) {
	ref := r.service().Ref
	was := c.of(ref)
	now := was
	recorded := c.recall(ctx, *r.service(), &now)
	now.before, now.after = inquiry.ChangeOf(*r.service(), now.past)
	definitions := []string{now.before, now.after, r.service().TaskDefinition}
	for _, d := range now.past[:min(len(now.past), 1+earlier)] {
		definitions = append(definitions, d.Revision.TaskDefinition)
	}
	died, dead := r.lastDead()
	if dead {
		definitions = append(definitions, died.TaskDefinition)
	}
	changed = livetable.CacheDefinitions(ctx, c.deps.Store, ref.Context, definitions) || recorded || now.before != was.before || now.after != was.after
	around := r.around()
	switch {
	case c.deps.Lines.Open == nil || !around.Evidence.StoppedRead:
	case dead && (was.died.ID != died.ID || was.lines.Again):
		now.died, now.errors = died, nil
		now.lines = lastlines.Read(ctx, c.deps.Lines, died.Ref, around.Evidence.Stopped, closeLines)
		changed = true
	case !dead && c.deps.Now().Sub(was.read) >= errorsAgain:
		now.died, now.lines = awsx.Task{}, lastlines.Lines{}
		now.errors, now.read = c.newestErrors(ctx, r), c.deps.Now()
		changed = true
	}
	if ctx.Err() != nil || !changed {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil || len(c.seen) >= closeups {
		c.seen, c.said = map[string]closeup{}, map[string]said{}
	}
	now.turn++
	c.seen[ref.ARN] = now
	return true
}

// recall reads the service's deployments once more when something began or ended since,
// and tells whether that brought them. ECS keeps none for those that others deploy.
func (c *closer) recall(ctx context.Context, s awsx.Service, now *closeup) bool {
	primary, _ := s.Primary()
	record := primary.ID + " " + primary.RolloutState + " " + s.CurrentDeployment
	if primary.ID == "" || record == now.record || c.deps.Now().Sub(now.asked) < errorsAgain {
		return false
	}
	now.asked = c.deps.Now()
	account, err := c.deps.Store.Account(ctx, s.Ref.Context)
	if err != nil {
		return false
	}
	past, err := inquiry.Deployments(ctx, account, s.Ref)
	if err != nil && len(past) == 0 {
		return false
	}
	now.past, now.record = past, record
	return true
}

// newestErrors are the errors among the newest lines of a service. A store that does not
// answer has none to show: the log screen says why.
func (c *closer) newestErrors(ctx context.Context, r *serviceRow) (errors []logs.Entry) {
	entries, err := c.deps.Lines.Lately(ctx, r.around().Stand(), c.deps.Now().Add(-errorsFor), errorsIn)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if severe(e) {
			errors = append(errors, e)
		}
	}
	return errors[max(0, len(errors)-closeLines):]
}

// worstFirst orders targets for a reader.
func worstFirst(list []awsx.TargetHealth) []awsx.TargetHealth {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b awsx.TargetHealth) int {
		return tasks.HealthStatus(b.State).Severity() - tasks.HealthStatus(a.State).Severity()
	})
	return out
}
