package changes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/fault"
	"gantry/internal/plugin"
)

// sessionFlags are the flags of commands that open a session.
type sessionFlags struct {
	command.Answer
	dryRun    bool
	container string
	override  []string
	timeout   time.Duration
}

func (f *sessionFlags) add(cmd *cobra.Command, timed bool) {
	fs := cmd.Flags()
	f.Answer.Add(cmd)
	fs.BoolVar(&f.dryRun, "dry-run", false, "show the plan with what is missing, and open nothing")
	fs.StringVarP(&f.container, "container", "c", "", "the container, by `name` (default: the only one, or the one behind the load balancer)")
	fs.StringArrayVar(&f.override, "override", nil, "go on although this `check` failed, may be repeated: "+strings.Join([]string{check.ExecAgent, check.TaskRole, check.NodeAgent, check.Audit}, ", "))
	if timed {
		command.DurationVar(cmd, &f.timeout, "timeout", 0, "end it after this long (default: never)")
	}
	cmd.PreRunE = func(*cobra.Command, []string) error {
		return positive(f.timeout)
	}
}

// joining is how a command joins the session that its plan opens.
type joining func(ctx context.Context, s awsx.Session, tell func(string)) (deploy.Held, error)

// shelled is a shell or a command that the plugin of this machine joins.
func shelled(in deploy.OpenShell) func(plugin.Joiner) deploy.Intent {
	return func(j plugin.Joiner) deploy.Intent {
		in.Plugin = j.Plugin
		return in
	}
}

// session plans what opens a session, asks, opens it and holds it as the command wants.
func (p program) session(ctx context.Context, f sessionFlags, find command.Finder, intent func(plugin.Joiner) deploy.Intent, join func(plugin.Joiner) joining) error {
	return p.With(ctx, func(a *app.App) error {
		target, err := find(ctx, a)
		if err != nil {
			return err
		}
		joiner, err := a.Joiner(ctx, target.Ref.Context)
		if err != nil {
			return err
		}
		plan, err := a.Changes.Plan(ctx, target.Ref, intent(joiner))
		if err != nil {
			return err
		}
		refused := p.mendable(blocked(plan, f.override), plan)
		if f.dryRun {
			p.printPlan(plan)
			return refused
		}
		if err := a.Gate.Allow(plan); err != nil {
			return err
		}
		p.brief(plan)
		if refused != nil {
			return refused
		}
		if err := f.Ask(ctx, p.Streams, plan.Consent(), plan.Intent.Action()+" "+plan.Target.ClusterName()+"/"+plan.Name()); err != nil {
			return err
		}
		return p.hold(ctx, a, plan, f, join(joiner))
	})
}

// hold opens the session and waits for its end.
func (p program) hold(ctx context.Context, a *app.App, plan deploy.Plan, f sessionFlags, join joining) error {
	var cancel context.CancelFunc = func() {}
	timed := ctx
	if f.timeout > 0 {
		timed, cancel = context.WithTimeout(ctx, f.timeout)
	}
	defer cancel()
	res, err := a.Carry(timed, plan, app.CarryOptions{
		Override: f.override, Hold: join, Progress: func(follow.Progress) {},
		Step: func(words string) {
			if !strings.HasPrefix(words, "begin ") { // the plan said that
				fmt.Fprintln(p.Err, printing.Shown(words))
			}
		},
	})
	p.warnOf(res)
	switch {
	case err != nil && ctx.Err() != nil:
		return &command.ExitError{Code: command.ExitInterrupt, Err: errors.New("interrupted")}
	case err != nil && timed.Err() != nil:
		return &command.ExitError{Code: command.ExitTimedOut, Err: fmt.Errorf("timed out after %s: the session is ended, and what it began may go on in the container", f.timeout)}
	case err != nil:
		return &command.ExitError{Code: codeOfRun(res, err), Err: err}
	}
	return nil
}

// brief says on a line what is opened, and what is not well with it: what else a plan tells
// is for --dry-run.
func (p program) brief(plan deploy.Plan) {
	fmt.Fprintln(p.Err, printing.Shown(fmt.Sprintf("%s %s/%s: %s", plan.Intent.Action(), plan.Target.ClusterName(), plan.Name(), plan.Summary())))
	for _, c := range worstLast(plan.Checks) {
		if c.Result == check.Warning || c.Result == check.Broken {
			fmt.Fprintln(p.Err, printing.Shown(fmt.Sprintf("  %-8s %s: %s", c.Result, c.Name, c.Text)))
		}
	}
}

// mendable adds to a refusal the command that mends it, where this one went.
func (p program) mendable(refused error, plan deploy.Plan) error {
	if refused == nil || plan.Mend == nil {
		return refused
	}
	verb := strings.ReplaceAll(plan.Mend.Intent.Action(), " ", "-")
	return command.Refuse("%w; to mend it: gantry %s %s/%s%s", refused, verb, plan.Target.ClusterName(), plan.Mend.Service.Name(), p.Whither())
}

// shellTarget looks CLUSTER/SERVICE or CLUSTER/TASK up. Of a service it is the running task
// that takes shells, the youngest of them, or else the youngest.
func shellTarget(target string) (command.Finder, error) {
	cluster, name, err := parseMember(target, "task", "CLUSTER/SERVICE or CLUSTER/TASK, such as prod/api or prod/2f1c9a7b")
	return func(ctx context.Context, a *app.App) (command.Found, error) {
		if _, _, _, arn := awsx.ARNParts(name); !arn {
			svc, err := a.FindService(ctx, cluster, name)
			if err == nil {
				return youngest(ctx, a, svc)
			}
			if fault.ClassOf(err) != fault.NotFound {
				return command.Found{}, err
			}
			task, taskErr := a.FindTask(ctx, cluster, name)
			if fault.ClassOf(taskErr) == fault.NotFound && taskErr != nil {
				return command.Found{}, err // it names the services that there are
			}
			return command.Found{Ref: task.Ref}, taskErr
		}
		task, err := a.FindTask(ctx, cluster, name)
		return command.Found{Ref: task.Ref}, err
	}, err
}

// youngest is the task of a service that a shell goes to.
func youngest(ctx context.Context, a *app.App, svc awsx.Service) (command.Found, error) {
	account, err := a.Store.Account(ctx, svc.Ref.Context)
	if err != nil {
		return command.Found{}, err
	}
	tasks, err := awsx.Collect(account.Tasks(ctx, awsx.TaskQuery{Cluster: svc.Ref.ClusterRef(), Service: svc.Name}))
	if len(tasks) == 0 {
		if err == nil {
			err = fault.Errorf(fault.NotFound, "ecs:ListTasks", svc.Ref.ARN, "no task of %s runs", svc.Name)
		}
		return command.Found{}, err
	}
	task := slices.MaxFunc(tasks, func(a, b awsx.Task) int {
		return cmp.Or(rank(a)-rank(b), a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID))
	})
	return command.Found{Ref: task.Ref}, nil
}

// rank puts tasks that run before others, and among them those that take shells.
func rank(t awsx.Task) int {
	n := 0
	if t.LastStatus == "RUNNING" {
		n += 2
	}
	if t.ExecEnabled {
		n++
	}
	return n
}
