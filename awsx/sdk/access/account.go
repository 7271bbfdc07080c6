package access

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
	"gantry/internal/fault"
)

// Account is one opened context: its clients, and what their calls have in common. It is
// safe for concurrent use and owns no goroutine between calls.
type Account struct {
	id      awsx.ContextID
	login   login    // how its credentials are renewed
	session *session // nil where no MFA code is wanted
	// beaten is the profile that keys of the environment win over, if they are used.
	beaten string
	// expired is set when a service or a source of credentials said that they
	// will not do: the opener then loads the configuration anew.
	expired atomic.Bool
	// Metered counts what the account is charged for by the piece: metrics requested.
	Metered atomic.Int64

	cfg      aws.Config
	endpoint endpoint
	Clients
}

func newAccount(id awsx.ContextID, l loaded, o Options) *Account {
	cfg := l.cfg.Copy()
	cfg.Retryer = retryer
	cfg.HTTPClient = plainBodies{cfg.HTTPClient}
	// The SDK would log to standard error, in the middle of a drawn screen.
	cfg.Logger = logging.Nop{}
	cfg.APIOptions = slices.Clone(cfg.APIOptions)
	cfg.APIOptions = append(cfg.APIOptions, newLimiter().attach, body.RefusePages)
	if o.Version != "" {
		cfg.APIOptions = append(cfg.APIOptions, awsmiddleware.AddUserAgentKeyValue("gantry", o.Version))
	}
	newGuard(o.ReadOnly).install(&cfg)
	if o.Record != nil {
		cfg.HTTPClient = recordingClient{cfg.HTTPClient, o.Record}
	}

	a := &Account{id: id, login: l.login, session: l.session, beaten: l.beaten, cfg: cfg}
	if l.endpoint != "" {
		a.endpoint.url = &l.endpoint
	}
	for _, api := range apis() {
		api.open(&a.Clients, cfg, a.endpoint)
	}
	return a
}

// ClientConfig returns what a client of one more service is made from, so that its
// calls are guarded, limited and repeated as those of all others are. The base
// endpoint is to be set on the client unless it is nil: in the configuration it
// would lose against the environment's variable of the service.
func (a *Account) ClientConfig() (cfg aws.Config, endpoint *string) {
	return a.cfg.Copy(), a.endpoint.url
}

// Identity asks STS whose credentials these are.
func (a *Account) Identity(ctx context.Context) (awsx.Identity, error) {
	out, err := a.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return awsx.Identity{}, a.Classify(ctx, "", err)
	}
	who := awsx.Identity{Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn)}
	// They were good a moment ago: this is their cache.
	if creds, err := a.retrieve(ctx); err == nil && creds.Source == config.CredentialsSourceName {
		who.Environment, who.Beaten = true, a.beaten
	}
	return who, nil
}

// Ref returns a reference to a resource of this context.
func (a *Account) Ref(cluster, arn string) awsx.Ref {
	return awsx.Ref{Context: a.id, Cluster: cluster, ARN: arn}
}

// Here refuses a reference of another context: it would be looked up in the
// wrong account, or changed there.
func (a *Account) Here(ref awsx.Ref) error {
	if ref.Context == a.id {
		return nil
	}
	return &fault.Error{Class: fault.Invalid, Op: "address", Resource: ref.ARN,
		Err: fmt.Errorf("the reference belongs to %s, this account is %s", ref.Context, a.id)}
}
