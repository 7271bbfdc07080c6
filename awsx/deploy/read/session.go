package read

import (
	"strings"

	"gantry/awsx"
)

// shellActions are what the role of a task must be allowed for shells (ECS Exec, task role).
func shellActions() []string {
	return []string{
		"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
	}
}

// Shelled are the service and the definition of the task that a change is of, and what its
// role may not do of what shells need. What cannot be read leaves that unsaid.
func Shelled() Read {
	return Read{name: "shelled", ask: func(s *session) (func(*Current), error) {
		task, err := once(s, "task", s.readTask)
		if err != nil {
			return nil, err
		}
		var found Current
		if name, ok := strings.CutPrefix(task.Group, "service:"); ok {
			if svc, err := ServiceNow(s.ctx, s.r, task.Ref.In(name)); err == nil {
				found.Service = svc
			}
		}
		if td, err := s.r.TaskDefinition(s.ctx, task.TaskDefinition); err == nil {
			found.Definition = td
			found.Denied = deniedShells(s, td)
		}
		return func(cur *Current) {
			cur.Service, cur.Definition, cur.Denied = found.Service, found.Definition, found.Denied
		}, nil
	}}
}

// RoleForShells is what the role of the definition in use may not do of what shells need.
func RoleForShells() Read {
	return Read{name: "role for shells", beside: true, ask: func(s *session) (func(*Current), error) {
		td, err := once(s, "definition", s.definition)
		if err != nil {
			return nil, err
		}
		denied := deniedShells(s, td)
		return func(cur *Current) { cur.Denied = denied }, nil
	}}
}

func deniedShells(s *session, td *awsx.TaskDefinition) Answer[[]string] {
	if !strings.HasPrefix(td.TaskRole, "arn:") {
		return Answer[[]string]{}
	}
	denied, err := s.r.DeniedActions(s.ctx, td.TaskRole, shellActions())
	return Answer[[]string]{Value: denied, Err: err, Done: true}
}

// Node is what Systems Manager knows of the instance that a change is of.
func Node() Read {
	return answered("node", func(cur *Current) *Answer[awsx.ManagedNode] { return &cur.Node }, func(s *session) (awsx.ManagedNode, error) {
		instance, err := once(s, "instance", s.readInstance)
		if err != nil {
			return awsx.ManagedNode{}, err
		}
		return s.r.ManagedNode(s.ctx, instance.EC2ID)
	})
}
