package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"gantry/awsx"
	"gantry/internal/fault"
)

// guard stands first in the stack of every call: one that is not known to read
// is refused before credentials are looked up, unless a change permits it.
type guard struct {
	readOnly bool
	reads    map[awsx.Call]bool
	// names are those of all operations that read. A stack knows its operation but
	// not its service; that no service changes anything under the name of
	// another's read is tested.
	names map[string]bool
}

func newGuard(readOnly bool) guard {
	g := guard{readOnly: readOnly, reads: reads(), names: map[string]bool{}}
	for c := range g.reads {
		g.names[c.Operation] = true
	}
	return g
}

// install adds the guard to a configuration. It has to be done after the
// configuration was loaded: the clients that load credentials, STS AssumeRole
// among them, are made from it before and must stay free.
func (g guard) install(cfg *aws.Config) {
	cfg.APIOptions = append(cfg.APIOptions, g.attach)
}

func (g guard) attach(stack *middleware.Stack) error {
	if err := stack.Initialize.Add(g, middleware.Before); err != nil {
		return err
	}
	if g.names[stack.ID()] {
		return nil
	}
	// The SDK would repeat a call that may have been acted on: on a 500 or a
	// reset it registers a task definition three times.
	if _, err := stack.Finalize.Remove("Retry"); err != nil {
		return err
	}
	if err := stack.Build.Add(middleware.BuildMiddlewareFunc("GantryChangeAgent", nameChange), middleware.After); err != nil {
		return err
	}
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("GantryMarkSent", markSent), middleware.After)
}

// ID implements the SDK's middleware interface.
func (guard) ID() string { return "GantryGuard" }

// HandleInitialize lets reads pass and asks permission for everything else.
func (g guard) HandleInitialize(
	ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
) (middleware.InitializeOutput, middleware.Metadata, error) {
	call := called(ctx)
	if g.reads[call] {
		return next.HandleInitialize(ctx, in)
	}
	if err := g.permit(ctx, call); err != nil {
		return middleware.InitializeOutput{}, middleware.Metadata{}, err
	}
	sent := false
	out, md, err := next.HandleInitialize(context.WithValue(ctx, sentKey{}, &sent), in)
	if err != nil && sent {
		err = &sentError{err}
	}
	return out, md, err
}

// called names the call of a context. Every client says so itself before its
// stack runs; the SDK's own metadata is, by some clients, set in the stack only
// and after the guard.
func called(ctx context.Context) awsx.Call {
	return awsx.Call{Service: middleware.GetServiceID(ctx), Operation: middleware.GetOperationName(ctx)}
}

func (g guard) permit(ctx context.Context, call awsx.Call) error {
	op := iamName(call)
	refuse := func(fix, format string, args ...any) error {
		return &fault.Error{Class: fault.Denied, Op: op, Fix: fix, Err: fmt.Errorf(format, args...)}
	}
	if g.readOnly {
		return refuse("start gantry without read-only mode", "gantry is read-only")
	}
	change := awsx.ChangeFrom(ctx)
	if change == nil || change.ID == "" {
		return refuse("confirm the change first", "no confirmed change permits this call")
	}
	if change.Record == nil {
		return refuse("", "the change %s has no audit record", change.ID)
	}
	if err := change.Record(call); err != nil {
		return refuse("make the audit file writable", "the call cannot be recorded: %w", err)
	}
	return nil
}

type sentKey struct{}

// markSent notes that a call is handed to the transport, unless its context has
// ended. It is the innermost middleware: whatever fails before it has not left
// the machine.
func markSent(
	ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
) (middleware.DeserializeOutput, middleware.Metadata, error) {
	if err := ctx.Err(); err != nil {
		return middleware.DeserializeOutput{}, middleware.Metadata{}, err
	}
	if sent, ok := ctx.Value(sentKey{}).(*bool); ok {
		*sent = true
	}
	return next.HandleDeserialize(ctx, in)
}

// sentError wraps the failure of a mutating call that was handed to the
// transport, so that its outcome may be unknown.
type sentError struct{ error }

// Unwrap returns the failure itself.
func (e *sentError) Unwrap() error { return e.error }

func wasSent(err error) bool {
	var s *sentError
	return errors.As(err, &s)
}

// nameChange puts the id of the change into the user agent, which CloudTrail
// keeps beside each call.
func nameChange(
	ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler,
) (middleware.BuildOutput, middleware.Metadata, error) {
	req, ok := in.Request.(*smithyhttp.Request)
	if change := awsx.ChangeFrom(ctx); ok && change != nil {
		req.Header.Set("User-Agent", req.Header.Get("User-Agent")+" gantry-change/"+agentToken(change.ID))
	}
	return next.HandleBuild(ctx, in)
}

// agentToken keeps what a user agent's product version may hold.
func agentToken(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '-', r == '.', r == '_', r == '+':
			return r
		}
		return '-'
	}, s)
}
