package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// ErrEnded marks changes that ended between two calls because gantry was told to end.
var ErrEnded = errors.New("gantry was told to end")

// execute takes the steps in order and stops at the first that fails.
func execute(ctx context.Context, o RunOptions, res *Result) error {
	change := &awsx.Change{ID: o.ID, Record: func(c awsx.Call) error {
		err := o.Audit.Call(o.ID, o.Plan, c)
		if err != nil && slices.Contains(o.Override, check.Audit) {
			res.unkept(err)
			err = nil
		}
		if err == nil {
			res.Sent++
		}
		return err
	}}
	writing := awsx.WithChange(ctx, change)
	for i, step := range o.Plan.Steps {
		if o.Report != nil {
			o.Report(i, step.Describe())
		}
		if err := o.send(ctx, writing, i, &res.State); err != nil {
			return partial(res.State, err)
		}
		res.State.Steps = i + 1
	}
	return nil
}

// looker is a step that looks at the account right before its call: what it depends on
// may have moved since the plan was checked. Again is true when other calls, or other
// attempts at this one, came in between.
type looker interface {
	look(ctx context.Context, o RunOptions, again bool, st *State) error
}

// send makes the call of a step. One that is turned away for the moment did nothing and
// is sent again, with growing pauses. One whose outcome is unknown is resolved by
// reading; only RunTask is then sent again, under the same token, which starts nothing
// twice (ECS, Ensuring idempotency).
func (o RunOptions) send(ctx, writing context.Context, i int, st *State) error {
	step := o.Plan.Steps[i]
	until := time.Now().Add(o.patience())
	for attempt := 0; ; attempt++ {
		if l, ok := step.(looker); ok {
			if err := l.look(ctx, o, i+attempt > 0, st); err != nil {
				return err
			}
		}
		if o.ending() {
			return &fault.Error{Class: fault.Failed, Op: o.Plan.Intent.Action(), Resource: o.Plan.Target.ARN, Err: ErrEnded,
				Fix: "not done: " + step.Describe().Text}
		}
		err := o.run(writing, step, st)
		switch {
		case fault.Unknown(err):
			err = resolve(ctx, o.Account, step, st, err)
			if _, tokened := step.(*runTaskStep); err == nil || !tokened {
				return err
			}
		case fault.ClassOf(err) == fault.Invalid && o.doneAlready(ctx, step, st):
			return nil
		case !fault.Again(err):
			return err
		}
		wait := pause(attempt, fault.RetryAfter(err))
		if time.Now().Add(wait).After(until) || !o.rest(ctx, i, err, wait) {
			return turnedAway(err, attempt+1)
		}
	}
}

// run makes one attempt, which takes no longer than the change may when that was asked
// for; else the account's own bounds hold.
func (o RunOptions) run(writing context.Context, step Step, st *State) error {
	if o.Patience > 0 {
		bounded, cancel := context.WithTimeout(writing, o.patience())
		defer cancel()
		writing = bounded
	}
	return step.Run(writing, o.Account, st)
}

// doneAlready reports whether a call was refused since what it asks for is so: the network
// sent it twice, or somebody else asked for the same. Only of an end that can be read is
// that known.
func (o RunOptions) doneAlready(ctx context.Context, step Step, st *State) bool {
	switch step.(type) {
	case *stopStep, *deregisterStep:
		done, err := step.Resolve(ctx, o.Account, st)
		return done && err == nil
	}
	return false
}

// mostPatience is how long a call is sent again and again.
const mostPatience = 30 * time.Second

func (o RunOptions) patience() time.Duration {
	if o.Patience > 0 {
		return min(o.Patience, mostPatience)
	}
	return mostPatience
}

func (o RunOptions) ending() bool {
	select {
	case <-o.Ending:
		return true
	default:
		return false
	}
}

// longestPause is the longest pause between two attempts, but for one that the service
// asks for.
const longestPause = 8 * time.Second

// pause is how long to wait before the next attempt: as long as the service asks for, or
// twice as long as the last time, and a little more so that two do not keep step.
func pause(attempt int, asked time.Duration) time.Duration {
	wait := max(min(time.Second<<min(attempt, 10), longestPause), asked)
	return wait + time.Duration(rand.Int64N(int64(wait/4)))
}

// rest waits before a step's next attempt, says so, and reports whether there may be one.
func (o RunOptions) rest(ctx context.Context, i int, err error, wait time.Duration) bool {
	if o.Report != nil {
		d := o.Plan.Steps[i].Describe()
		d.Text = fmt.Sprintf("%s: %s, sent again in %s", d.Text, fault.ClassOf(err), wait.Round(time.Second))
		o.Report(i, d)
	}
	select {
	case <-ctx.Done():
	case <-o.Ending:
	case <-time.After(wait):
		return true
	}
	return false
}

// turnedAway says how often a call was sent that did nothing.
func turnedAway(err error, attempts int) error {
	e := fault.Of(err)
	if e == nil || e.Unknown || attempts < 2 {
		return err
	}
	out := *e
	out.Err = fmt.Errorf("%w; sent %s", e.Err, words.Count(attempts, "time"))
	out.Fix = cmp.Or(out.Fix, "it was not done: try again later")
	return &out
}

// The service's reads lag its writes a little, so a call that seems not to have
// arrived is looked for a few times.
const (
	resolveReads = 4
	resolvePause = 2 * time.Second
)

// resolve finds out what became of a call whose answer was lost.
func resolve(ctx context.Context, r awsx.Reader, step Step, st *State, cause error) error {
	var readErr error
	for i := range resolveReads {
		if i > 0 {
			select {
			case <-ctx.Done():
				return unresolved(step, cause, ctx.Err())
			case <-time.After(resolvePause):
			}
		}
		done, err := step.Resolve(ctx, r, st)
		if done {
			return nil
		}
		readErr = err
	}
	return unresolved(step, cause, readErr)
}

// unresolved keeps the cause's class. The call is still marked unknown when
// reading failed as well, or did not tell.
func unresolved(step Step, cause, readErr error) error {
	out := *fault.Of(cause)
	out.Unknown, out.Fix = readErr != nil, "the account shows no trace of it: look again before you repeat it"
	if readErr == nil {
		return &out
	}
	reading := "reading back failed"
	if errors.As(readErr, new(read.Untold)) {
		reading = "reading back does not tell"
	}
	out.Err = fmt.Errorf("%w, and %s: %w", out.Err, reading, readErr)
	out.Fix = "whether it took effect is not known: look before you repeat it: " + step.Describe().Text
	return &out
}

// partial tells what a run that stopped half-way left behind.
func partial(st State, err error) error {
	if st.Registered == nil || st.Applied {
		return err
	}
	fix := "revision " + awsx.ARNName(st.Registered.ARN) + " was registered and is not in use: deploy it or deregister it"
	if fault.Unknown(err) {
		fix = "revision " + awsx.ARNName(st.Registered.ARN) + " was registered, and whether it is in use is not known: look at the service before you repeat this or deregister it"
	}
	e := fault.Of(err)
	if e == nil {
		return &fault.Error{Class: fault.Failed, Op: "deploy", Resource: st.Registered.ARN, Err: err, Fix: fix}
	}
	out := *e
	if out.Fix != "" {
		fix = out.Fix + "; " + fix
	}
	out.Fix = fix
	return &out
}

// failure says for the audit what became of a run that failed.
func failure(err error) string {
	switch {
	case fault.Unknown(err):
		return "unknown: " + fault.ClassOf(err).String()
	case errors.Is(err, ErrEnded):
		return "ended before the next call"
	}
	return "failed: " + fault.ClassOf(err).String()
}

// displaced says whose deployments a run took the place of.
func displaced(ctx context.Context, r awsx.TaskDefinitionReader, list []awsx.Deployment) []string {
	var lines []string
	for _, d := range list {
		line := "it took the place of " + d.ID + " of " + awsx.ARNName(d.TaskDefinition)
		if !d.CreatedAt.IsZero() {
			line += ", begun at " + d.CreatedAt.UTC().Format("15:04:05 UTC")
		}
		if by := registrant(ctx, r, d.TaskDefinition); by != "" {
			line += " (registered by " + by + ")"
		}
		lines = append(lines, line+": somebody else deployed a moment before")
	}
	return lines
}

// twinsOf names the revisions that came with the one that a run registered and say the same:
// RegisterTaskDefinition takes no client token (ECS, Ensuring idempotency), so that a call
// which the network sends twice is two revisions. Where nothing can be read, none is known.
func twinsOf(ctx context.Context, o RunOptions, st State) []string {
	own := st.Registered
	step, registers := o.Plan.Steps[0].(*registerStep)
	if own == nil || !registers {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, min(lookTime, o.patience()))
	defer cancel()
	latest, err := o.Account.TaskDefinition(ctx, step.family)
	sent, bad := document.Parse(step.doc)
	if err != nil || bad != nil {
		return nil
	}
	var twins []string
	for n := st.newest + 1; n <= min(latest.Revision, st.newest+mostRegistered); n++ {
		if n == own.Revision {
			continue
		}
		td, err := o.Account.TaskDefinition(ctx, step.family+":"+strconv.Itoa(n))
		if err != nil || td.Inactive() {
			continue
		}
		if found, err := document.Registrable(td); err == nil && document.Same(found, sent) && td.RegisteredBy == own.RegisteredBy {
			twins = append(twins, awsx.ARNName(td.ARN))
		}
	}
	return twins
}
