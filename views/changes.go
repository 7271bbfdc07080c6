package views

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/form"
)

// Changer makes changes for the console: plans them, carries them out apart from
// any screen, and tells how they stand. Its methods other than Plan answer from
// memory.
type Changer interface {
	// Plan reads what the intent depends on and builds the plan; it waits.
	Plan(ctx context.Context, service awsx.Ref, intent deploy.Intent) (deploy.Plan, error)
	// Start carries a plan out and returns the job's id.
	Start(plan deploy.Plan, override []string) (string, error)
	// Job returns a job by id; Jobs all that run, oldest first, and the latest
	// that ended.
	Job(id string) (Job, bool)
	Jobs() []Job
	// Subscribe is sent one value after any number of changes to jobs.
	Subscribe() (changed <-chan struct{}, stop func())
	// Reveal records that secrets of a service are shown; an error forbids it.
	Reveal(service awsx.Ref) error
}

// Job is a change under way, or one that ended.
type Job struct {
	ID       string
	Target   awsx.Ref
	Action   string
	Summary  string
	Step     string // the call being made, in words; empty while ECS works
	Started  time.Time
	Progress deploy.Progress
	Ended    bool
	Result   deploy.Result
	Err      error
}

// Changes opens the screens that change a service.
type Changes struct {
	Deps    *Deps
	Changer Changer
}

// Image opens the images of a service's repositories.
func (c *Changes) Image(service awsx.Ref) tea.Cmd {
	c.Deps.Host.Push(newImages(c, service))
	return nil
}

// Env opens the editor of a service's variables.
func (c *Changes) Env(service awsx.Ref) tea.Cmd {
	c.Deps.Host.Push(newEnvironment(c, service))
	return nil
}

// Restart plans a new deployment of what runs.
func (c *Changes) Restart(service awsx.Ref) tea.Cmd {
	c.propose(service, deploy.Restart{}, nil)
	return nil
}

// RollBack opens the revisions of a service's family.
func (c *Changes) RollBack(service awsx.Ref) tea.Cmd {
	c.Deps.Host.Push(newRevisions(c, service))
	return nil
}

// Scale asks for a count and plans it.
func (c *Changes) Scale(service awsx.Ref) tea.Cmd {
	field := form.Field{
		Label: "tasks", Help: "the number of tasks to run, 0 or more",
		Check: func(s string) error {
			_, err := parseCount(s)
			return err
		},
	}
	if desired, ok := c.desired(service); ok {
		field.Value = strconv.Itoa(desired)
	}
	c.Deps.Host.Modal(form.New(c.Deps.Host.Theme(), form.Options{
		Title:  "Scale " + service.ClusterName() + "/" + service.Name(),
		Fields: []form.Field{field},
		Submit: func(values []string) (tea.Cmd, error) {
			n, err := parseCount(values[0])
			if err == nil {
				c.propose(service, deploy.Scale{Count: n}, nil)
			}
			return nil, err
		},
	}))
	return nil
}

// desired is the count that the services' watch last saw.
func (c *Changes) desired(service awsx.Ref) (int, bool) {
	w := c.Deps.Store.Services(service.ClusterRef())
	defer w.Close()
	for _, s := range w.Snapshot().Items {
		if s.Ref == service {
			return s.Desired, true
		}
	}
	return 0, false
}

func parseCount(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q: expected a whole number, 0 or more", s)
	}
	return n, nil
}

// propose shows the plan of an intent. Started is called on the loop once the
// plan is being carried out; it may be nil.
func (c *Changes) propose(service awsx.Ref, intent deploy.Intent, started func()) {
	c.Deps.Host.Push(newPlanScreen(c, service, intent, started))
}

// crumb is where a screen about a service stands.
func crumb(service awsx.Ref) string {
	return service.Context.String() + " " + service.ClusterName() + " " + service.Name()
}

// header is the chrome of a screen about a service.
func (c *Changes) header(service awsx.Ref, name string) ui.Header {
	return ui.Header{
		Badge: c.Deps.badge(service.ClusterRef()),
		Crumb: crumb(service) + " " + name,
		Scope: c.Deps.Policy.Scope(service.ClusterRef()),
	}
}
