package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/internal/app"
)

// arguments wants exactly n arguments and says so in the command's own words.
func arguments(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef("expected: gantry %s", usageOf(cmd))
		}
		return nil
	}
}

// noCommand refuses what is no command, and names those that look like it.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usagef("there is no command %q: did you mean %s?", args[0], strings.Join(near, " or "))
	}
	return usagef("there is no command %q; see gantry --help", args[0])
}

func usageOf(cmd *cobra.Command) string {
	use := cmd.Use
	for c := cmd.Parent(); c != nil && c.HasParent(); c = c.Parent() {
		use = c.Name() + " " + use
	}
	return use
}

// noARN refuses an ARN as a target: it may be of another account or region than
// the one that is asked.
func noARN(s string) error {
	_, _, resource, ok := awsx.ARNParts(s)
	if !ok {
		return nil
	}
	_, name, _ := strings.Cut(resource, "/")
	return usagef("%q: expected names instead of an ARN, such as %s", s, name)
}

// parseService splits CLUSTER/SERVICE.
func parseService(s string) (cluster, service string, err error) {
	if err := noARN(s); err != nil {
		return "", "", err
	}
	cluster, service, ok := strings.Cut(s, "/")
	if !ok || cluster == "" || service == "" || strings.Contains(service, "/") {
		return "", "", usagef("%q: expected CLUSTER/SERVICE, such as prod/api", s)
	}
	return cluster, service, nil
}

// found is what a command is about, as the account has it.
type found struct {
	ref     awsx.Ref
	service *awsx.Service // nil when it is something else
}

// events are those of a service from before a change, which are no news.
func (f found) events() []awsx.ServiceEvent {
	if f.service == nil {
		return nil
	}
	return f.service.Events
}

// finder looks a command's target up.
type finder func(ctx context.Context, a *app.App) (found, error)

// serviceNamed looks CLUSTER/SERVICE up.
func serviceNamed(target string) (finder, error) {
	cluster, name, err := parseService(target)
	return func(ctx context.Context, a *app.App) (found, error) {
		svc, err := a.FindService(ctx, cluster, name)
		return found{svc.Ref, &svc}, err
	}, err
}

// parseMember splits CLUSTER/NAME, where the name may also be an ARN, and so may
// the whole: the cluster then comes from it. An ARN is compared with those that
// the account names, so one of another account or region is not found.
func parseMember(s, kind, example string) (cluster, name string, err error) {
	if _, _, resource, ok := awsx.ARNParts(s); ok {
		parts := strings.Split(resource, "/")
		if len(parts) != 3 || parts[0] != kind {
			return "", "", usagef("%q: expected the ARN of a %s, or %s", s, kind, example)
		}
		return parts[1], s, nil
	}
	cluster, name, ok := strings.Cut(s, "/")
	_, _, _, isARN := awsx.ARNParts(name)
	if !ok || cluster == "" || name == "" || strings.Contains(name, "/") && !isARN {
		return "", "", usagef("%q: expected %s", s, example)
	}
	return cluster, name, nil
}

// taskNamed looks CLUSTER/TASK up.
func taskNamed(target string) (finder, error) {
	cluster, name, err := parseMember(target, "task", "CLUSTER/TASK, such as prod/2f1c9a7b")
	return func(ctx context.Context, a *app.App) (found, error) {
		task, err := a.FindTask(ctx, cluster, name)
		return found{ref: task.Ref}, err
	}, err
}

// instanceNamed looks CLUSTER/INSTANCE up.
func instanceNamed(target string) (finder, error) {
	cluster, name, err := parseMember(target, "container-instance", "CLUSTER/INSTANCE, such as prod/i-0863dc1371644bceb")
	return func(ctx context.Context, a *app.App) (found, error) {
		instance, err := a.FindInstance(ctx, cluster, name)
		return found{ref: instance.Ref}, err
	}, err
}

// parseRevision checks FAMILY:REVISION; with latest a family alone stands for its
// newest revision.
func parseRevision(s string, latest bool) error {
	if err := noARN(s); err != nil {
		return err
	}
	family, revision := awsx.SplitRevision(s)
	whole := !strings.Contains(s, "/") && family != ""
	switch {
	case !whole, strings.HasSuffix(s, ":"), strings.Trim(revision, "0123456789") != "":
		return usagef("%q: expected FAMILY:REVISION, such as web:12", s)
	case revision == "" && !latest:
		return usagef("%q: expected a revision as well, such as %s:12", s, s)
	}
	return nil
}
