package access

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"

	"gantry/awsx"
	"gantry/internal/fault"
)

// opAssumeRole is the call that takes a role, as IAM spells it.
const opAssumeRole = "sts:AssumeRole"

// CodeRequest asks for the code that an MFA device shows.
type CodeRequest struct {
	// Profile is the one that is opened, Device the serial number of the device, such as
	// arn:aws:iam::123456789012:mfa/jo.
	Profile, Device string
	// Refused says why the code that was given before did not do; empty for the first.
	Refused string
}

// errNoCode is the end of a request that nobody answered.
var errNoCode = errors.New("no MFA code was given")

// session is one assumed role that wants a code: it is asked for once for all calls that
// wait, and again when the role's session has ended. The code is handed on and kept nowhere.
type session struct {
	profile string
	ask     func(context.Context, CodeRequest) (string, error)
	role    aws.CredentialsProvider // as the SDK has it from the profile
	cache   *aws.CredentialsCache
	// spent is set when a service refused what the session gave, or nobody gave a code: the
	// next opening begins another.
	spent atomic.Bool
	stamp string // of the files that it was begun with

	mu      sync.Mutex
	refused string
	denied  error // why the role is not given whatever the code: nobody is asked again meanwhile
}

// stands reports whether a session is the one that a profile has, by what the files are now:
// a denial stands as long as they are as they were.
func (s *session) stands(stamp string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.spent.Load() && (s.denied == nil || s.stamp == stamp)
}

// keep keeps a denial, nil for none.
func (s *session) keep(denial error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied = denial
}

func (s *session) denial() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.denied
}

// begin takes the role of the profile, unless it has one: what is open stays so.
func (s *session) begin(role aws.CredentialsProvider) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.role == nil {
		s.role = role
	}
}

// wantsCode reports whether a role on the way to a profile's credentials wants a code.
func wantsCode(shared config.SharedConfig) bool { return deviceOf(shared) != "" }

// deviceOf is the serial number of the device that shows the code.
func deviceOf(shared config.SharedConfig) string {
	for at := &shared; at != nil; at = at.Source {
		if at.MFASerial != "" {
			return at.MFASerial
		}
	}
	return ""
}

// asking has the SDK ask the session for codes.
func (s *session) asking() config.LoadOptionsFunc {
	return config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
		if device := aws.ToString(o.SerialNumber); device != "" {
			o.TokenProvider = func() (string, error) { return s.code(device) }
		}
	})
}

// code is the SDK's token provider, to which it gives no context: who asks knows when the
// program ends.
func (s *session) code(device string) (string, error) {
	s.mu.Lock()
	refused := s.refused
	s.mu.Unlock()
	code, err := s.ask(context.Background(), CodeRequest{Profile: s.profile, Device: device, Refused: refused})
	if err != nil || code == "" {
		s.spent.Store(true)
		return "", errNoCode
	}
	return code, nil
}

// Retrieve assumes the role, and asks again as long as the code is not accepted. A role that
// was denied stays so, and nobody is asked, until somebody says that it be tried again.
func (s *session) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if err := s.denial(); err != nil {
		return aws.Credentials{}, err
	}
	s.refuse("")
	for {
		creds, err := s.role.Retrieve(ctx)
		if err == nil || !codeRefused(err) {
			if roleDenied(err) {
				s.keep(err)
				return creds, err
			}
			s.spent.Store(err != nil) // the role may be another when the profile is opened next
			return creds, err
		}
		s.refuse("the code was not accepted; each one is good once")
	}
}

func (s *session) refuse(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = why
}

// codeRefused reports whether STS refused a code and nothing else (AssumeRole): a code that
// it does not take has the words below, one that is no code is a validation error. Of a
// device that is not the caller's it says that MultiFactorAuthentication failed as well.
func codeRefused(err error) bool {
	switch apiCode(err) {
	case "AccessDenied":
		return strings.Contains(err.Error(), "invalid MFA one time pass code")
	case "ValidationError":
		return strings.Contains(err.Error(), "tokenCode")
	}
	return false
}

// roleDenied reports whether STS answered that it gives no session of the role, which another
// code does not change.
func roleDenied(err error) bool {
	code := apiCode(err)
	if code == "" {
		return false
	}
	switch classOfCode(code, status(err), opAssumeRole) {
	case fault.Denied, fault.Invalid:
		return true
	}
	return false
}

// Again forgets that the role of a context was denied, and reports whether it was: the code
// is asked for once more.
func (o *Opener) Again(id awsx.ContextID) bool {
	o.mu.Lock()
	a := o.open[id]
	o.mu.Unlock()
	if a == nil || a.session == nil || a.session.denial() == nil {
		return false
	}
	a.session.keep(nil)
	return true
}

// sessionOf is the session of a profile that is open already, or a new one. Contexts of one
// profile share it, whatever their regions.
func (o *Opener) sessionOf(profile string) *session {
	o.sessionMu.Lock()
	defer o.sessionMu.Unlock()
	now := o.stamp()
	if s := o.sessions[profile]; s != nil && s.stands(now) {
		return s
	}
	s := &session{profile: profile, ask: o.options.Code, stamp: now}
	s.cache = aws.NewCredentialsCache(s)
	o.sessions[profile] = s
	return s
}

// AsksForCode reports whether the credentials of a context come with a code that somebody
// is asked for.
func (o *Opener) AsksForCode(ctx context.Context, id awsx.ContextID) bool {
	a, err := o.Account(ctx, id)
	return err == nil && a.session != nil
}
