package awsxtest

import (
	"context"
	"slices"

	"gantry/awsx"
	"gantry/internal/clean"
	"gantry/internal/fault"
)

// ManagedNode implements awsx.SessionReader.
func (a *Account) ManagedNode(ctx context.Context, id string) (awsx.ManagedNode, error) {
	if err := a.begin(ctx, ManagedNode, id); err != nil {
		return awsx.ManagedNode{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	node, ok := a.data.Nodes[id]
	if !ok {
		return node, fault.Errorf(fault.NotFound, "ssm:DescribeInstanceInformation", id, "Systems Manager does not know this machine")
	}
	return node, nil
}

// DeniedActions implements awsx.SessionReader.
func (a *Account) DeniedActions(ctx context.Context, role string, actions []string) ([]string, error) {
	if err := a.begin(ctx, DeniedActions, role); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var denied []string
	for _, action := range actions {
		if slices.Contains(a.data.Denied, action) {
			denied = append(denied, action)
		}
	}
	return denied, nil
}

// ExecuteCommand implements awsx.SessionWriter.
func (a *Account) ExecuteCommand(ctx context.Context, c awsx.ExecCommand) (s awsx.Session, err error) {
	err = a.write(ctx, ExecuteCommand, "ExecuteCommand", c.Task.ARN, func() error {
		s = a.openSession("ecs-execute-command-", awsx.ContainerTarget(c.Task, c.RuntimeID))
		return nil
	})
	return s, err
}

// StartSession implements awsx.SessionWriter.
func (a *Account) StartSession(ctx context.Context, r awsx.SessionRequest) (s awsx.Session, err error) {
	err = a.write(ctx, StartSession, "StartSession", r.Target, func() error {
		s = a.openSession("tester-", r.Target)
		s.Document, s.Parameters = r.Document, r.Parameters
		return nil
	})
	return s, err
}

func (a *Account) openSession(prefix, target string) awsx.Session {
	id := prefix + a.hex(16)
	s := awsx.Session{ID: id, URL: "wss://session.invalid/" + id, Token: clean.Secret("token-of-" + id), Target: target,
		Region: a.ID.Region, Endpoint: "https://ssm." + a.ID.Region + ".amazonaws.com"}
	if a.data.Sessions == nil {
		a.data.Sessions = map[string]awsx.Session{}
	}
	a.data.Sessions[id] = s
	return s
}

// TerminateSession implements awsx.SessionWriter.
func (a *Account) TerminateSession(ctx context.Context, id string) error {
	return a.write(ctx, TerminateSession, "TerminateSession", id, func() error {
		delete(a.data.Sessions, id)
		return nil
	})
}
