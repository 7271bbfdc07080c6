package shells

import (
	"context"
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/session"
	"gantry/internal/plugin"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/modal"
	"gantry/views/changes"
	"gantry/views/wording"
)

// Shells opens sessions.
type Shells struct {
	Changes *changes.Changes
	// Joiner finds what joins sessions of a context from this machine. It is called off the
	// loop.
	Joiner func(ctx context.Context, id awsx.ContextID) (plugin.Joiner, error)
}

// Shell opens a shell in a container of a task.
func (s *Shells) Shell(task awsx.Task, container string) {
	s.inContainer("A shell in which container?", task, container, func(container string) {
		s.attend(task.Ref, func(p session.Plugin) deploy.Intent { return deploy.OpenShell{Container: container, Plugin: p} })
	})
}

// Session opens a shell on an instance.
func (s *Shells) Session(instance awsx.Ref) {
	s.attend(instance, func(p session.Plugin) deploy.Intent { return deploy.OpenSession{Plugin: p} })
}

// Forward asks for the ports, and forwards them through a container of a task.
func (s *Shells) Forward(task awsx.Task, container string) {
	s.inContainer("A forward through which container?", task, container, func(container string) { s.askPorts(task, container) })
}

// inContainer asks in which container of a task, where that is not known.
func (s *Shells) inContainer(title string, task awsx.Task, container string, then func(container string)) {
	if container != "" || len(task.Containers) < 2 {
		then(container)
		return
	}
	host := s.Changes.Deps.Host
	options := make([]modal.Option, len(task.Containers))
	for i, c := range task.Containers {
		options[i] = modal.Option{Name: c.Name, Detail: c.LastStatus}
	}
	host.Modal(modal.NewChoice(host.Theme(), modal.ChoiceOptions{
		Title: title, Options: options, Chosen: func(i int) { then(task.Containers[i].Name) },
	}))
}

// askPorts asks which local port leads where.
func (s *Shells) askPorts(task awsx.Task, container string) {
	host := s.Changes.Deps.Host
	host.Modal(form.New(host.Theme(), form.Options{
		Title: "Forward a port through task " + wording.ShortID(task.ID) + " of " + task.Ref.ClusterName(),
		Fields: []form.Field{{Label: "ports", Value: listens(task, container), Placeholder: "8080:80",
			Help: "LOCAL:PORT of the container, or LOCAL:HOST:PORT through it, such as 5432:db.internal:5432; nothing before the first colon takes a free port",
			Check: func(value string) error {
				if _, err := session.ParseForwarding(value); err != nil {
					cause, _ := changes.CauseOf(err)
					return errors.New(cause)
				}
				return nil
			}}},
		Submit: func(values []string) (tea.Cmd, error) {
			ports, err := session.ParseForwarding(values[0])
			if err != nil {
				return nil, err
			}
			s.propose(task.Ref, func(p session.Plugin) deploy.Intent {
				return deploy.Forward{Container: container, Ports: ports, Plugin: p}
			}, func(ctx context.Context) error { return plugin.Free(ports.Local) }, changes.Session{
				Hold: func(p deploy.Plan) holder {
					in := p.Intent.(deploy.Forward)
					return func(ctx context.Context, opened awsx.Session, tell func(string)) (deploy.Held, error) {
						return s.joiner(p, in.Plugin).Hold(ctx, opened, in.Ports, tell)
					}
				},
				Next: func(string, deploy.Plan) ui.Screen { return newForwards(s.Changes) },
			})
			return nil, nil
		},
	}))
}

// listens is a forwarding to the first port that a container is known to listen on.
func listens(task awsx.Task, container string) string {
	for _, c := range task.Containers {
		if container != "" && c.Name != container {
			continue
		}
		for _, b := range c.Bindings {
			if b.ContainerPort > 0 {
				local := b.ContainerPort
				if local < 1024 { // which only root listens on
					local += 8000
				}
				return fmt.Sprintf("%d:%d", local, b.ContainerPort)
			}
		}
	}
	return ""
}

// holder joins a session, as change.Job has it.
type holder = func(ctx context.Context, opened awsx.Session, tell func(words string)) (deploy.Held, error)

// attend proposes a session that the terminal is handed over to.
func (s *Shells) attend(target awsx.Ref, intent func(session.Plugin) deploy.Intent) {
	s.propose(target, intent, nil, func() changes.Session {
		hand := NewHandover()
		return changes.Session{
			Hold: func(p deploy.Plan) holder {
				return func(ctx context.Context, opened awsx.Session, _ func(string)) (deploy.Held, error) {
					return hand.hold(ctx, s.joiner(p, pluginOf(p.Intent)), opened)
				}
			},
			Next: func(job string, p deploy.Plan) ui.Screen { return NewSession(s.Changes, job, p, hand) },
		}
	}())
}

// pluginOf is what joins the session of an intent.
func pluginOf(intent deploy.Intent) session.Plugin {
	switch in := intent.(type) {
	case deploy.OpenShell:
		return in.Plugin
	case deploy.OpenSession:
		return in.Plugin
	}
	return session.Plugin{}
}

func (s *Shells) joiner(p deploy.Plan, found session.Plugin) plugin.Joiner {
	return plugin.Joiner{Plugin: found, Profile: p.Target.Context.Profile}
}

// propose shows the plan of a session. Before is asked off the loop as well; it may be nil.
func (s *Shells) propose(target awsx.Ref, intent func(session.Plugin) deploy.Intent, before func(context.Context) error, how changes.Session) {
	how.Intent = func(ctx context.Context) (deploy.Intent, error) {
		if before != nil {
			if err := before(ctx); err != nil {
				return nil, err
			}
		}
		j, err := s.Joiner(ctx, target.Context)
		return intent(j.Plugin), err
	}
	s.Changes.ProposeSession(intent(session.Plugin{}), how, nil, target)
}
