package step

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// ErrEnded marks changes that ended between two calls because gantry was told to end.
var ErrEnded = errors.New("gantry was told to end")

// On is what steps are carried out on.
type On struct {
	Account awsx.Account
	// Ending is closed when no further call is to be made; nil never is. A call
	// under way is finished and resolved.
	Ending <-chan struct{}
	// Patience bounds for how long a call that is turned away for the moment is sent
	// again; zero is half a minute, which it never exceeds.
	Patience time.Duration
	// Report is told when a call has to be repeated; it may be nil.
	Report func(Description)
	// Moved looks whether what the plan depends on is as it was. Where nothing can be
	// read, it returns nil.
	Moved func(ctx context.Context) error
	// Refuse makes the error of a step that is not sent: why, and what would help.
	Refuse func(fix, why string) error
	// Op and Resource are those of errors.
	Op, Resource string
}

// Send makes the call of a step. One that is turned away for the moment did nothing and
// is sent again, with growing pauses. One whose outcome is unknown is resolved by
// reading; only a tokened one is then sent again. Again says that other calls were made
// since the plan was checked; writing is the context of calls that change.
func (o On) Send(ctx, writing context.Context, s Step, again bool, st *State) error {
	until := time.Now().Add(o.patience())
	for attempt := 0; ; attempt++ {
		if err := s.Look(ctx, o, again || attempt > 0, st); err != nil {
			return err
		}
		if o.ending() {
			return &fault.Error{Class: fault.Failed, Op: o.Op, Resource: o.Resource, Err: ErrEnded,
				Fix: "not done: " + s.Describe().Text}
		}
		err := o.run(writing, s, st)
		switch {
		case fault.Unknown(err):
			if err = resolve(ctx, o.Account, s, st, err); err == nil || !s.Tokened() {
				return err
			}
		case fault.ClassOf(err) == fault.Invalid && o.doneAlready(ctx, s, st):
			return nil
		case !fault.Again(err):
			return err
		}
		wait := pause(attempt, fault.RetryAfter(err))
		if time.Now().Add(wait).After(until) || !o.rest(ctx, s, err, wait) {
			return turnedAway(err, attempt+1)
		}
	}
}

// run makes one attempt, which takes no longer than the change may when that was asked
// for; else the account's own bounds hold.
func (o On) run(writing context.Context, s Step, st *State) error {
	if o.Patience > 0 {
		bounded, cancel := context.WithTimeout(writing, o.patience())
		defer cancel()
		writing = bounded
	}
	return s.Run(writing, o.Account, st)
}

// doneAlready reports whether a call was refused since what it asks for is so. Only of an
// end that can be read is that known.
func (o On) doneAlready(ctx context.Context, s Step, st *State) bool {
	if !s.Ends() {
		return false
	}
	done, err := s.Resolve(ctx, o.Account, st)
	return done && err == nil
}

// mostPatience is how long a call is sent again and again.
const mostPatience = 30 * time.Second

func (o On) patience() time.Duration { return min(cmp.Or(o.Patience, mostPatience), mostPatience) }

// lookTime bounds a look at the account right before or after a call.
const lookTime = 4 * time.Second

// looking bounds a look at the account.
func (o On) looking(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, min(lookTime, o.patience()))
}

func (o On) ending() bool {
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
func (o On) rest(ctx context.Context, s Step, err error, wait time.Duration) bool {
	if o.Report != nil {
		d := s.Describe()
		d.Text = fmt.Sprintf("%s: %s, sent again in %s", d.Text, fault.ClassOf(err), wait.Round(time.Second))
		o.Report(d)
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
func resolve(ctx context.Context, r awsx.Reader, s Step, st *State, cause error) error {
	var readErr error
	for i := range resolveReads {
		if i > 0 {
			select {
			case <-ctx.Done():
				return unresolved(s, cause, ctx.Err())
			case <-time.After(resolvePause):
			}
		}
		done, err := s.Resolve(ctx, r, st)
		if done {
			return nil
		}
		readErr = err
	}
	return unresolved(s, cause, readErr)
}

// unresolved keeps the cause's class. The call is still marked unknown when
// reading failed as well, or did not tell.
func unresolved(s Step, cause, readErr error) error {
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
	out.Fix = "whether it took effect is not known: look before you repeat it: " + s.Describe().Text
	return &out
}
