package sdk

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"gantry/awsx"
	"gantry/internal/clean"
	"gantry/internal/fault"
)

// longSessionReason is how long the reason of a session may be (Systems Manager, StartSession).
const longSessionReason = 256

// ExecuteCommand begins a command in a container. It is always interactive: the service
// knows no other (ECS, ExecuteCommand).
func (a Account) ExecuteCommand(ctx context.Context, c awsx.ExecCommand) (awsx.Session, error) {
	const op = "ecs:ExecuteCommand"
	if err := a.Here(c.Task); err != nil {
		return awsx.Session{}, err
	}
	out, err := a.ECS.ExecuteCommand(ctx, &ecs.ExecuteCommandInput{
		Cluster: aws.String(c.Task.Cluster), Task: aws.String(c.Task.ARN), Container: some(c.Container), Command: aws.String(c.Command), Interactive: true,
	})
	if err != nil {
		return awsx.Session{}, a.Classify(ctx, c.Task.ARN, err)
	}
	s := out.Session
	if s == nil {
		s = &ecstypes.Session{}
	}
	return a.session(ctx, op, awsx.ContainerTarget(c.Task, c.RuntimeID), aws.ToString(s.SessionId), aws.ToString(s.StreamUrl), aws.ToString(s.TokenValue))
}

// StartSession begins a session with a machine or a container.
func (a Account) StartSession(ctx context.Context, r awsx.SessionRequest) (awsx.Session, error) {
	const op = "ssm:StartSession"
	if reason := []rune(r.Reason); len(reason) > longSessionReason {
		r.Reason = string(reason[:longSessionReason])
	}
	out, err := a.Parameters().StartSession(ctx, &ssm.StartSessionInput{
		Target: aws.String(r.Target), DocumentName: some(r.Document), Parameters: r.Parameters, Reason: some(r.Reason),
	})
	if err != nil {
		return awsx.Session{}, a.Classify(ctx, r.Target, err)
	}
	s, err := a.session(ctx, op, r.Target, aws.ToString(out.SessionId), aws.ToString(out.StreamUrl), aws.ToString(out.TokenValue))
	s.Document, s.Parameters = r.Document, r.Parameters
	return s, err
}

// session is what an answer says, with what the plugin wants beside it.
func (a Account) session(ctx context.Context, op, target, id, url, token string) (awsx.Session, error) {
	if id == "" || url == "" || token == "" {
		return awsx.Session{}, lost(op, target, "session", "it ends by itself when nobody joins it")
	}
	o := a.Parameters().Options()
	s := awsx.Session{ID: id, URL: url, Token: clean.Secret(token), Target: target, Region: o.Region, Endpoint: aws.ToString(o.BaseEndpoint)}
	if s.Endpoint == "" {
		if at, err := ssm.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, ssm.EndpointParameters{Region: aws.String(o.Region)}); err == nil {
			s.Endpoint = at.URI.String()
		}
	}
	return s, nil
}

// TerminateSession ends a session.
func (a Account) TerminateSession(ctx context.Context, id string) error {
	out, err := a.Parameters().TerminateSession(ctx, &ssm.TerminateSessionInput{SessionId: aws.String(id)})
	if err != nil {
		return a.Classify(ctx, id, err)
	}
	if out.SessionId == nil {
		return lost("ssm:TerminateSession", id, "session", "it ends by itself when nobody uses it")
	}
	return nil
}

// ManagedNode tells how the agent of a machine stands.
func (a Account) ManagedNode(ctx context.Context, id string) (awsx.ManagedNode, error) {
	out, err := a.Parameters().DescribeInstanceInformation(ctx, &ssm.DescribeInstanceInformationInput{
		Filters: []ssmtypes.InstanceInformationStringFilter{{Key: aws.String("InstanceIds"), Values: []string{id}}},
	})
	if err != nil {
		return awsx.ManagedNode{}, a.Classify(ctx, id, err)
	}
	for _, i := range out.InstanceInformationList {
		if aws.ToString(i.InstanceId) == id {
			return awsx.ManagedNode{Ping: string(i.PingStatus), AgentVersion: aws.ToString(i.AgentVersion), Platform: aws.ToString(i.PlatformName)}, nil
		}
	}
	return awsx.ManagedNode{}, fault.Errorf(fault.NotFound, "ssm:DescribeInstanceInformation", id, "Systems Manager does not know this machine")
}

// DeniedActions simulates a role's policies. An action is denied unless they allow it.
func (a Account) DeniedActions(ctx context.Context, role string, actions []string) ([]string, error) {
	out, err := a.Roles().SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(role), ActionNames: actions})
	if err != nil {
		return nil, a.Classify(ctx, role, err)
	}
	var denied []string
	for _, r := range out.EvaluationResults {
		if r.EvalDecision != iamtypes.PolicyEvaluationDecisionTypeAllowed {
			denied = append(denied, aws.ToString(r.EvalActionName))
		}
	}
	return denied, nil
}
