package access

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"gantry/awsx"
)

// Options are what contexts are opened with.
type Options struct {
	// ReadOnly refuses every call that is not known to read, whatever permits it.
	ReadOnly bool
	// Version is gantry's own, for the user agent.
	Version string
	// Transport carries the requests; nil is the SDK's own, with the proxy and
	// the certificates that the environment names.
	Transport http.RoundTripper
	// AttemptTimeout bounds one attempt of a call, answer included; 0 is 15 s.
	AttemptTimeout time.Duration
	// Code is asked for the code of an MFA device, from any goroutine; an error or an empty
	// code says that nobody gives one. Nil has nobody to ask: a profile that wants a code
	// cannot be opened then.
	Code func(context.Context, CodeRequest) (string, error)
	// Record is shown each call of the opened accounts, with its answer or with the
	// error in its place; nil shows them to nobody.
	Record func(r *http.Request, sent []byte, status int, answer []byte, err error)
}

func (o Options) attemptTimeout() time.Duration {
	if o.AttemptTimeout > 0 {
		return o.AttemptTimeout
	}
	return 15 * time.Second
}

// httpClient returns what the SDK sends with. A client of the SDK's own kind
// lets it add the certificates of AWS_CA_BUNDLE.
func (o Options) httpClient() aws.HTTPClient {
	if o.Transport == nil {
		return awshttp.NewBuildableClient().WithTimeout(o.attemptTimeout())
	}
	return &http.Client{
		Transport: o.Transport, Timeout: o.attemptTimeout(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// plainBodies sends each request with a body that can only be read. The SDK closes a body
// as soon as the answer begins. One that can also write itself out then fails, where a
// reading ends, and the transport, if it had yet to see the body's end, closes the
// connection before the answer was read (smithy-go 1.28, safeWriteToReadCloser).
type plainBodies struct{ client aws.HTTPClient }

// Do sends a request.
func (c plainBodies) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r = r.WithContext(r.Context()) // a copy
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.client.Do(r)
}

// Static describes an account that is reached without any configuration of the
// machine: the simulator's.
type Static struct {
	Region    string
	AccessKey string
	SecretKey string
	// Endpoint is the base URL of every service. Empty is a name that cannot be
	// resolved, so that only a transport that needs no name gets anywhere.
	Endpoint string
}

// unresolvable is in the top-level domain that RFC 6761 keeps from ever existing.
const unresolvable = "http://aws.invalid"

// Opener opens contexts. It is safe for concurrent use.
type Opener struct {
	options Options
	load    func(context.Context, awsx.ContextID) (loaded, error)
	// stamp is of the files that load reads, as they are.
	stamp func() string

	mu     sync.Mutex
	open   map[awsx.ContextID]*Account
	stamps map[awsx.ContextID]string // from before each was opened

	sessionMu sync.Mutex
	sessions  map[string]*session // of roles that want a code, by profile
}

func newOpener(o Options, stamp func() string, load func(context.Context, awsx.ContextID) (loaded, error)) *Opener {
	return &Opener{options: o, load: load, stamp: stamp, open: map[awsx.ContextID]*Account{}, stamps: map[awsx.ContextID]string{}, sessions: map[string]*session{}}
}

// loaded is the configuration of a context.
type loaded struct {
	cfg aws.Config
	// endpoint overrides every client's base endpoint when it is not empty.
	endpoint string
	login    login
	session  *session // nil where no code is wanted
	beaten   string   // what AWS_PROFILE names, if keys of the environment may win over it
}

// New returns an opener of real contexts: profiles, regions, roles and SSO are
// the SDK's, from the shared config and the environment.
func New(o Options) *Opener {
	opener := newOpener(o, sharedStamp, nil)
	opener.load = opener.loadShared
	return opener
}

// NewStatic returns an opener whose accounts are all reached through the given
// transport with literal keys. Nothing of the environment or the shared config
// is read: an AWS_ENDPOINT_URL there would send a demo's changes to a real
// account.
func NewStatic(o Options, s Static) *Opener {
	return newOpener(o, func() string { return "" }, func(_ context.Context, id awsx.ContextID) (loaded, error) {
		endpoint := s.Endpoint
		if id.Endpoint != "" {
			endpoint = id.Endpoint
		}
		endpoint = cmp.Or(endpoint, unresolvable)
		region := cmp.Or(id.Region, s.Region)
		return loaded{endpoint: endpoint, login: login{fix: "use other keys"}, cfg: aws.Config{
			Region:      region,
			Credentials: credentials.NewStaticCredentialsProvider(s.AccessKey, s.SecretKey, ""),
			HTTPClient:  o.httpClient(),
		}}, nil
	})
}

// Account returns the account of a context. It makes no call; it may read the
// shared config, and does again once the credentials turned out to have expired:
// keys that a login wrote there are only read when it is loaded. The error is a
// fault.Error: Invalid without a region or with a profile that is not there,
// Expired when the profile asks for an MFA code.
func (o *Opener) Account(ctx context.Context, id awsx.ContextID) (*Account, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if a, ok := o.open[id]; ok && !a.expired.Load() {
		return a, nil
	}
	o.stamps[id] = o.stamp()
	l, err := o.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if l.cfg.Region == "" {
		return nil, noRegion(id)
	}
	a := newAccount(id, l, o.options)
	o.open[id] = a
	return a, nil
}

// Resolve fills the region and the base endpoint that a context leaves to the
// machine, as Open will use them. It makes no call. A region that nothing names
// stays empty, and so does a profile: which credentials of the default chain
// win is the SDK's to say.
func (o *Opener) Resolve(ctx context.Context, id awsx.ContextID) (awsx.ContextID, error) {
	l, err := o.load(ctx, id)
	if err != nil {
		return id, err
	}
	id.Region = l.cfg.Region
	if id.Endpoint == "" && l.cfg.BaseEndpoint != nil {
		id.Endpoint = *l.cfg.BaseEndpoint
	}
	return id, nil
}

// retryer returns the SDK's standard retryer for reads, bounded so that a
// failing account shows within seconds: pollers come back by themselves. What
// failed to get credentials is not tried again here, since each source of
// credentials has tried as often as it makes sense for it.
func retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = 3
		o.MaxBackoff = 2 * time.Second
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
			if gettingCredentials(err) {
				return aws.FalseTernary
			}
			return aws.UnknownTernary
		})}, o.Retryables...)
	})
}
