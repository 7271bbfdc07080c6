package access

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Signer signs requests to Amazon OpenSearch with the credentials of a context.
// The context is opened at each request, so that a login renews it.
type Signer struct {
	opener          *Opener
	id              awsx.ContextID
	service, region string
	signer          *v4.Signer
}

// Signer returns a signer for a service (es for domains, aoss for serverless
// collections) of a region; an empty region is the context's own. It makes no
// call.
func (o *Opener) Signer(id awsx.ContextID, service, region string) *Signer {
	return &Signer{opener: o, id: id, service: service, region: region, signer: v4.NewSigner()}
}

// Sign adds the headers of a signature to a request whose body is given beside
// it. The error is a fault.Error, of class expired when there are no credentials.
func (s *Signer) Sign(r *http.Request, body []byte) error {
	ctx := r.Context()
	a, err := s.opener.Account(ctx, s.id)
	if err != nil {
		return signingError(err)
	}
	creds, err := a.retrieve(ctx)
	if err != nil {
		return signingError(err)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	// Serverless collections want the header on each request, domains may have it.
	r.Header.Set("X-Amz-Content-Sha256", hash)
	region := s.region
	if region == "" {
		region = a.ECS.Options().Region
	}
	// Without a length the signer leaves Content-Length out of what it signs:
	// serverless collections refuse a signature over it.
	sized := *r
	sized.ContentLength = 0
	if err := s.signer.SignHTTP(ctx, creds, &sized, hash, s.service, region, time.Now()); err != nil {
		return &fault.Error{Class: fault.Failed, Err: err}
	}
	return nil
}

// Rejected has the credentials loaded anew by the next request, and returns how a
// person renews them.
func (s *Signer) Rejected() string {
	s.opener.mu.Lock()
	defer s.opener.mu.Unlock()
	a := s.opener.open[s.id]
	if a == nil {
		return ""
	}
	a.expired.Store(true)
	return a.login.fix
}

// signingError makes the failed operation a part of the cause: the caller names
// its own operation, the request that could not be signed.
func signingError(err error) error {
	e := fault.Of(err)
	if e == nil {
		return err
	}
	cause := e.Err
	if e.Op != "" {
		cause = fmt.Errorf("%s: %w", e.Op, e.Err)
	}
	return &fault.Error{Class: e.Class, Fix: e.Fix, Err: cause}
}
