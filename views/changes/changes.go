package changes

import (
	"context"
	"errors"
	"strings"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/read"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/views"
	"gantry/views/livetable"
)

// Changes opens the screens that change a service.
type Changes struct {
	Deps *views.Deps
	// Desk plans changes and carries them out apart from any screen.
	Desk *change.Desk
	// Reveal records that secrets of a service are shown; an error forbids it.
	Reveal func(service awsx.Ref) error
	// Lines finds what a container wrote before it failed.
	Lines inquiry.Lines
	// NewDeployments makes the screen that a follow gives way to when there is nothing
	// to follow.
	NewDeployments func(service awsx.Ref) ui.Screen
	// NewRevisions makes the screen that a roll back gives way to when no record says
	// what to go back to, and why says so.
	NewRevisions func(service awsx.Ref, why string) ui.Screen
}

// DefinitionInUse reads the revision that a service runs now.
func (c *Changes) DefinitionInUse(ctx context.Context, service awsx.Ref) (*awsx.TaskDefinition, error) {
	account, err := c.Deps.Store.Account(ctx, service.Context)
	if err != nil {
		return nil, err
	}
	svc, err := read.ServiceNow(ctx, account, service)
	if err != nil {
		return nil, err
	}
	return c.Deps.Store.TaskDefinition(ctx, service.Context, svc.TaskDefinition)
}

// Plan shows the plan of one intent for all of some targets. Started is called on the loop
// once it is being carried out; it may be nil.
func (c *Changes) Plan(intent deploy.Intent, started func(), targets ...awsx.Ref) {
	c.Deps.Host.Push(NewPlan(c, intent, func(string) {
		if started != nil {
			started()
		}
	}, targets...))
}

// Propose shows the plan of an intent. Started is called on the loop with the
// job's id once the plan is being carried out; it may be nil.
func (c *Changes) Propose(service awsx.Ref, intent deploy.Intent, started func(job string)) {
	c.Deps.Host.Push(NewPlan(c, intent, started, service))
}

// Proposal is what somebody wants to happen to a service.
type Proposal struct {
	Service awsx.Ref
	Intent  deploy.Intent
	started func(job string)
}

// ServiceTable is a table whose rows are proposed as changes of one service.
type ServiceTable[T any] struct {
	*livetable.Screen[T]
	Changes *Changes
	Service awsx.Ref
}

// Propose shows the plan of an intent for the service, and clears the marks once it is carried out.
func (s *ServiceTable[T]) Propose(intent deploy.Intent) {
	s.Changes.Propose(s.Service, intent, func(string) { s.Act() })
}

// CauseOf is what an error says without the call that the screen is about anyway,
// and what to do about it. Refusals of gantry's own and input that does not fit
// explain themselves; of others the call is half of the explanation.
func CauseOf(err error) (cause, fix string) {
	var e *fault.Error
	if !errors.As(err, &e) || e.Err == nil {
		return err.Error(), ""
	}
	if e.Class == fault.Invalid && e.Op == "plan" || errors.Is(err, deploy.ErrRefused) {
		return e.Err.Error(), e.Fix
	}
	return err.Error(), ""
}

// brief drops a registry that a summary names more than once: it stays the same,
// and the difference spells it.
func brief(summary string) string {
	for word := range strings.FieldsSeq(summary) {
		ref, err := awsx.ParseReference(strings.TrimSuffix(word, ","))
		if err != nil || !ref.ECR() {
			continue
		}
		if host := word[:strings.IndexByte(word, '/')+1]; strings.Count(summary, host) > 1 {
			return strings.ReplaceAll(summary, host, "")
		}
	}
	return summary
}
