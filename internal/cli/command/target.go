package command

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/internal/app"
)

// Arguments wants exactly n arguments and says so in the command's own words.
func Arguments(n int) cobra.PositionalArgs { return ArgumentsWithin(n, n) }

// ArgumentsWithin wants at least and at most so many arguments.
func ArgumentsWithin(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return Usagef("expected: gantry %s", UsageOf(cmd))
		}
		return nil
	}
}

// UsageOf returns how a command is called, without the program itself.
func UsageOf(cmd *cobra.Command) string {
	use := cmd.Use
	for c := cmd.Parent(); c != nil && c.HasParent(); c = c.Parent() {
		use = c.Name() + " " + use
	}
	return use
}

// NoARN refuses an ARN as a target: it may be of another account or region than
// the one that is asked.
func NoARN(s string) error {
	_, _, resource, ok := awsx.ARNParts(s)
	if !ok {
		return nil
	}
	_, name, _ := strings.Cut(resource, "/")
	return Usagef("%q: expected names instead of an ARN, such as %s", s, name)
}

// ParseService splits CLUSTER/SERVICE.
func ParseService(s string) (cluster, service string, err error) {
	if err := NoARN(s); err != nil {
		return "", "", err
	}
	cluster, service, ok := strings.Cut(s, "/")
	if !ok || cluster == "" || service == "" || strings.Contains(service, "/") {
		return "", "", Usagef("%q: expected CLUSTER/SERVICE, such as prod/api", s)
	}
	return cluster, service, nil
}

// Found is what a command is about, as the account has it.
type Found struct {
	Ref     awsx.Ref
	Service *awsx.Service // nil when it is something else
}

// Events are those of a service from before a change, which are no news.
func (f Found) Events() []awsx.ServiceEvent {
	if f.Service == nil {
		return nil
	}
	return f.Service.Events
}

// Finder looks a command's target up.
type Finder func(ctx context.Context, a *app.App) (Found, error)

// ServiceNamed looks CLUSTER/SERVICE up.
func ServiceNamed(target string) (Finder, error) {
	cluster, name, err := ParseService(target)
	return func(ctx context.Context, a *app.App) (Found, error) {
		svc, err := a.FindService(ctx, cluster, name)
		return Found{svc.Ref, &svc}, err
	}, err
}

// WithService opens the application and calls f with it and with CLUSTER/SERVICE.
func (p *Program) WithService(ctx context.Context, target string, f func(*app.App, Found) error) error {
	find, err := ServiceNamed(target)
	if err != nil {
		return err
	}
	return p.With(ctx, func(a *app.App) error {
		found, err := find(ctx, a)
		if err != nil {
			return err
		}
		return f(a, found)
	})
}

// ParseRevision checks FAMILY:REVISION; with latest a family alone stands for its
// newest revision.
func ParseRevision(s string, latest bool) error {
	if err := NoARN(s); err != nil {
		return err
	}
	family, revision := awsx.SplitRevision(s)
	whole := !strings.Contains(s, "/") && family != ""
	switch {
	case !whole, strings.HasSuffix(s, ":"), strings.Trim(revision, "0123456789") != "":
		return Usagef("%q: expected FAMILY:REVISION, such as web:12", s)
	case revision == "" && !latest:
		return Usagef("%q: expected a revision as well, such as %s:12", s, s)
	}
	return nil
}
