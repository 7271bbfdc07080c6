package deploy

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

// ErrRefused marks changes that gantry itself refused before anything was sent:
// read-only mode, policy, a failed check, drift, an audit file that cannot be
// written.
var ErrRefused = errors.New("refused")

// Gate decides whether a plan may be carried out now.
type Gate interface {
	// Allow returns nil, or an error that says why not and what would help.
	Allow(p Plan) error
}

// Audit is the journal of changes. A record is on disk when a method returns
// without an error.
type Audit interface {
	// Begin names the checks that somebody overrode.
	Begin(id string, p Plan, overridden []string) error
	Call(id string, p Plan, c awsx.Call) error
	// End takes the outcome in words, and the state for what the run made.
	End(id string, p Plan, outcome string, made step.State) error
}

// RunOptions is what carrying out a plan needs. Account, Plan, Gate and Audit
// are required.
type RunOptions struct {
	ID      string // the change's id, see NewID
	Account awsx.Account
	Plan    Plan
	Gate    Gate
	Audit   Audit
	// Override names failed checks that do not stand in the way, and may name
	// OverrideAudit.
	Override []string
	// Follow waits for the verdict between the last step and the end of the
	// audit; nil ends the run once the calls are made.
	Follow func(ctx context.Context, spec follow.Spec) (follow.Verdict, error)
	// Hold joins the session that the run opened, and returns when it is over; nil ends such
	// a session at once.
	Hold func(s awsx.Session) (Held, error)
	// Prune carries out the change that ends older revisions, as one of its own; nil has it
	// made here.
	Prune func(p Plan) (Result, error)
	// Report is told of each step before it is taken, and again when its call has to be
	// repeated; it may be nil.
	Report func(step int, d step.Description)
	// Ending is closed when no further call is to be made; nil never is. A call
	// under way is finished and resolved.
	Ending <-chan struct{}
	// Patience bounds for how long a call that is turned away for the moment is sent
	// again; zero is half a minute, which it never exceeds.
	Patience time.Duration
}

// Result is what a run came to.
type Result struct {
	ID    string
	State step.State
	// Sent is how many mutating calls were made, whatever came of them.
	Sent int
	// Outcome says of a session how long it lasted and how it ended; empty for others.
	Outcome string
	// Spec is what to follow; its Deployment is empty for a change of the count.
	Spec follow.Spec
	// Verdict is nil when nothing was followed to its end.
	Verdict *follow.Verdict
	// Left is a revision that the run registered and did not get deployed: it can
	// be deployed, or ended by Deregister. Nil when there is none, and when it is
	// not known whether the service runs it.
	Left *awsx.TaskDefinition
	// Pruned is what became of older revisions after a success, nil when none
	// were to go.
	Pruned *Pruned
	// Beside says in a line each what the run came upon: deployments of others that it
	// took the place of, as they began between its last look at the service and its call,
	// and revisions that are like the one that it registered.
	Beside []string
	// AuditErr is set when the change was made and the audit file did not take
	// a record of it.
	AuditErr error
}

// NewID returns a new change id. It ends up in the audit file and in the user
// agent, so it is short and plain.
func NewID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails (Go 1.24)
	return "chg-" + hex.EncodeToString(b[:])
}

// Run carries a plan out: gate, preflight, a fresh look for drift, the audit's
// begin record, the steps one by one, the follow, the end record. A call whose
// answer is lost is resolved by reading; one that was turned away for the moment is
// sent again. An error before the first call wraps ErrRefused or comes from reading;
// later ones come with a Result that says what was done.
func Run(ctx context.Context, o RunOptions) (Result, error) {
	res := Result{ID: o.ID, State: step.State{Change: o.ID}}
	if err := admit(ctx, o); err != nil {
		return res, err
	}
	if err := o.Audit.Begin(o.ID, o.Plan, o.Override); err != nil {
		if !slices.Contains(o.Override, check.Audit) {
			return res, refusal(fault.Failed, o.Plan, "override the check "+check.Audit+" to go on without a record", "the audit record cannot be written: %w", err)
		}
		res.AuditErr = err
	}
	started := time.Now()
	err := execute(ctx, o, &res)
	res.Beside = displaced(ctx, o.Account, res.State.Displaced)
	var twins []string
	if r, ok := o.Plan.Steps[0].(*step.Register); ok {
		twins = r.Twins(ctx, o.on(), res.State)
	}
	for _, name := range twins {
		res.Beside = append(res.Beside, name+" says the same as "+awsx.ARNName(res.State.Registered.ARN)+" and came at the same time, as when the network sends a call twice: nothing uses it, and it can be deregistered")
	}
	outcome := "done"
	switch {
	case err != nil:
		outcome = failure(err)
		if res.State.Registered != nil && !res.State.Applied {
			outcome += ", left " + awsx.ARNName(res.State.Registered.ARN)
			if !fault.Unknown(err) {
				res.Left = res.State.Registered
			}
		}
	case o.Plan.holds:
		outcome, err = hold(ctx, o, &res)
	default:
		res.Spec = o.Plan.followFrom(res.State, started)
		if o.Follow != nil && o.Plan.Follows() {
			outcome, err = followed(ctx, o, &res)
		}
	}
	for _, d := range res.State.Displaced {
		outcome += ", displaced " + awsx.ARNName(d.TaskDefinition)
	}
	for _, name := range twins {
		outcome += ", twin " + name
	}
	if endErr := o.Audit.End(o.ID, o.Plan, outcome, res.State); endErr != nil {
		res.unkept(endErr)
	}
	if res.Verdict != nil && res.Verdict.Good() {
		res.Pruned = prune(ctx, o)
	}
	return res, err
}

// unkept notes why a record was not taken, each reason once.
func (r *Result) unkept(err error) {
	if r.AuditErr == nil || !strings.Contains(r.AuditErr.Error(), err.Error()) {
		r.AuditErr = errors.Join(r.AuditErr, err)
	}
}

// admit passes the gates and makes sure that the target is what the plan says.
func admit(ctx context.Context, o RunOptions) error {
	for _, name := range o.Override {
		if !slices.Contains(check.Names(), name) {
			return invalid("there is no check %q to override: expected one of %s", name, strings.Join(check.Names(), ", "))
		}
	}
	if o.Plan.Denied != "" {
		return refusal(fault.Denied, o.Plan, "", "a rule of the configuration denies this: %s", o.Plan.Denied)
	}
	if err := o.Gate.Allow(o.Plan); err != nil {
		return err
	}
	if blocking := o.Plan.Blocking(o.Override...); len(blocking) > 0 {
		var names, texts []string
		for _, c := range blocking {
			names = append(names, c.Name)
			texts = append(texts, c.Name+": "+c.Text)
		}
		return refusal(fault.Denied, o.Plan, blocking[0].Remedy("override "+strings.Join(names, " and ")), "%s", strings.Join(texts, "; "))
	}
	now, err := read.Again(ctx, o.Account, o.Plan.Target, o.Plan.Intent.reads(), o.Plan.Preconditions)
	if err != nil {
		return err
	}
	return drift(ctx, o, now)
}

// drift refuses when something that the plan touches moved since.
func drift(ctx context.Context, o RunOptions, now read.Current) error {
	var moved []string
	for _, c := range o.Plan.Preconditions {
		if is := c.Now(now); is != c.Was {
			moved = append(moved, fmt.Sprintf("the %s was %s and is %s", c.What, cmp.Or(c.Was, "none"), cmp.Or(is, "none")))
		}
	}
	if len(moved) == 0 {
		return nil
	}
	if o.Plan.starts {
		if by := registrant(ctx, o.Account, now.Service.TaskDefinition); by != "" {
			moved = append(moved, awsx.ARNName(now.Service.TaskDefinition)+" was registered by "+by)
		}
	}
	return refusal(fault.Drift, o.Plan, "look again and plan anew", "%s", strings.Join(moved, "; "))
}

// registrant tells who registered a revision, empty when that is unknown.
func registrant(ctx context.Context, r awsx.TaskDefinitionReader, arn string) string {
	td, err := r.TaskDefinition(ctx, arn)
	if err != nil {
		return ""
	}
	return awsx.ARNName(td.RegisteredBy)
}

func refusal(c fault.Class, p Plan, fix, format string, args ...any) error {
	return &fault.Error{Class: c, Op: p.Intent.Action(), Resource: p.Target.ARN, Fix: fix,
		Err: fmt.Errorf("%w: %w", ErrRefused, fmt.Errorf(format, args...))}
}

// followed waits for the verdict and says for the audit what came of it.
func followed(ctx context.Context, o RunOptions, res *Result) (string, error) {
	verdict, err := o.Follow(ctx, res.Spec)
	if err != nil {
		return "done, not followed to its end", err
	}
	if verdict.Outcome == follow.Superseded && verdict.Other != "" {
		if by := registrant(ctx, o.Account, verdict.Other); by != "" {
			verdict.Details = append(verdict.Details, awsx.ARNName(verdict.Other)+" was registered by "+by)
		}
	}
	verdict.Details = append(verdict.Details, res.Beside...)
	res.Verdict = &verdict
	return string(verdict.Outcome), nil
}
