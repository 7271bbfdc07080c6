package inquiry

import (
	"strings"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/store"
	"gantry/internal/words"
)

// Target is a target of a service's groups with the task behind it and what its state
// means.
type Target struct {
	Group string // ARN
	// Task is the ARN of the task that is reached there; of one that has stopped where
	// Whose says so. It is empty when no task is known.
	Task  string
	Whose string // in words where no task that runs is behind it
	// Address is where the group reaches it; zero while that is not known.
	Address awsx.Address
	// State is the load balancer's, "not registered" or "not located" where it has none,
	// and "?" where it was not read.
	State string
	// Why is the reason in words, Next what to look at.
	Why, Next string
	// Routine is true for a target that serves or is on its way in or out.
	Routine bool
}

// At is the target's address in a cell, empty while it is not known.
func (t Target) At() string {
	return t.Address.String()
}

// Inside is the private address at which a target answers that is registered by its
// instance's id; empty for others, and while the machine was not read.
func (t Target) Inside(st *store.Store, id awsx.ContextID) string {
	m, read, _ := st.Machine(id, t.Address.ID)
	if !read || m.PrivateIP == "" {
		return ""
	}
	return awsx.Address{ID: m.PrivateIP, Port: t.Address.Port}.String()
}

// TargetIDs are the ids by which targets are registered: of instances, or addresses.
func TargetIDs(groups []awsx.Group) (ids []string) {
	for _, g := range groups {
		for _, t := range g.Targets {
			ids = words.AddNew(ids, t.ID)
		}
	}
	return ids
}

// Targets are the targets of a service's groups: those of each task first, then those
// that no task explains.
func Targets(s diagnose.Standing) []Target {
	checks := map[string]awsx.HealthCheck{}
	for _, g := range s.Evidence.Groups {
		checks[g.ARN] = g.Settings.Check
	}
	var all []Target
	joined := s.Joined()
	for _, task := range joined.Tasks {
		for _, x := range task.Targets {
			t := Target{Group: x.Group, Task: task.Task.ARN, Address: x.Address}
			switch x.Standing {
			case alb.Unread:
				t.State, t.Why = "?", "the group's health was not read"
			case alb.Unresolved:
				t.State, t.Why, t.Next = "not located", "its port or address is not known yet", "wait until the task runs and its port is bound"
			case alb.NotRegistered:
				t.State, t.Why, t.Next = "not registered", "the group has no target at "+t.At(), "look at the service's events: is it being registered, or does that fail?"
			case alb.Registered:
				t.reads(x.Health, checks[x.Group])
			}
			all = append(all, t)
		}
	}
	for _, u := range joined.Unmatched {
		t := Target{Group: u.Group, Task: u.Stopped, Address: awsx.Address{ID: u.Target.ID, Port: u.Target.Port}}
		t.reads(u.Target, checks[u.Group])
		switch {
		case u.Stopped != "":
			t.Whose = "a task that stopped"
		case u.Target.State == "initial": // tasks are read apart from targets
			t.Whose = "no task that was read yet"
		case u.Kind == alb.Foreign:
			t.Whose, t.Next = "no task of the service", "find out who registered it: another service, or somebody by hand"
		case u.Kind == alb.Undetermined:
			t.Whose = "perhaps a task that is not located yet"
		default:
			t.Whose = "no task that is known"
		}
		all = append(all, t)
	}
	return all
}

func (t *Target) reads(h awsx.TargetHealth, check awsx.HealthCheck) {
	means := reason.Target(h, check)
	t.State, t.Next, t.Routine = h.State, means.Next, means.Routine
	t.Why = strings.TrimSuffix(means.Why, " "+t.At())
}
