package awsx

import (
	"context"
	"strings"

	"gantry/internal/clean"
)

// Session is a session of Systems Manager that waits for its plugin: who has the token may
// join it.
type Session struct {
	ID    string
	URL   string // of its stream, wss://…
	Token clean.Secret
	// Target is what it leads to, as Systems Manager names it.
	Target string
	// Region and Endpoint are those of Systems Manager, for the plugin.
	Region, Endpoint string
	// Document and Parameters are those by which it was asked for; empty for a shell.
	Document   string
	Parameters map[string][]string
}

// ExecCommand is one ExecuteCommand call.
type ExecCommand struct {
	Task      Ref
	Container string
	// RuntimeID is the container's, by which Systems Manager names it.
	RuntimeID string
	// Command is split into words as a shell would, and no shell runs it (the agent in the
	// container, session plugin).
	Command string
}

// SessionRequest is one StartSession call.
type SessionRequest struct {
	Target     string
	Document   string // empty for a shell
	Parameters map[string][]string
	Reason     string // at most 256 characters, which the account's history keeps
}

// ContainerTarget names a container as Systems Manager does (ECS Exec: ecs:, the cluster's
// name, the task's id and the container's runtime id).
func ContainerTarget(task Ref, runtimeID string) string {
	return "ecs:" + task.ClusterName() + "_" + task.Name() + "_" + runtimeID
}

// ManagedNode is what Systems Manager knows of a machine.
type ManagedNode struct {
	Ping         string // Online, ConnectionLost, Inactive
	AgentVersion string
	Platform     string // such as Amazon Linux
}

// Online reports whether the agent answers.
func (n ManagedNode) Online() bool { return strings.EqualFold(n.Ping, "Online") }

// SessionReader reads what sessions depend on.
type SessionReader interface {
	// ManagedNode tells how the agent of a machine stands, by its EC2 id; NotFound when
	// Systems Manager does not know it.
	ManagedNode(ctx context.Context, id string) (ManagedNode, error)
	// DeniedActions tells which of some actions the policies of a role do not allow, by the
	// role's ARN. Policies of resources, and those of the organization, may deny more.
	DeniedActions(ctx context.Context, role string, actions []string) ([]string, error)
}

// SessionWriter opens and ends sessions.
type SessionWriter interface {
	// ExecuteCommand begins a command in a container and returns the session that leads to it.
	ExecuteCommand(ctx context.Context, c ExecCommand) (Session, error)
	// StartSession begins a session with a machine or a container.
	StartSession(ctx context.Context, r SessionRequest) (Session, error)
	// TerminateSession ends a session, which cannot be joined again.
	TerminateSession(ctx context.Context, id string) error
}
