package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Clock asks STS who calls, and reads the date off its answer.
func (o *Opener) Clock(ctx context.Context, id awsx.ContextID) (awsx.Clock, error) {
	a, err := o.Account(ctx, id)
	if err != nil {
		return awsx.Clock{}, err
	}
	out, err := a.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return awsx.Clock{}, a.Classify(ctx, "", err)
	}
	var c awsx.Clock
	c.Server, _ = awsmiddleware.GetServerTime(out.ResultMetadata)
	c.Local, _ = awsmiddleware.GetResponseAt(out.ResultMetadata)
	return c, nil
}

// skewed is the difference between clocks from which on a refused signature is put
// down to it. AWS bears five minutes; the date of an answer has taken its way.
const skewed = 4 * time.Minute

// signedAt finds in the wording of a refused signature when it was made and what the
// time was at AWS then.
var signedAt = regexp.MustCompile(`(\d{8}T\d{6}Z) is (?:now earlier|still later) than \d{8}T\d{6}Z \((\d{8}T\d{6}Z) [+-]`)

// clockFailure fills e when a call was refused because the clocks differ. It is no
// matter of credentials: new ones would be refused as well.
func clockFailure(e *fault.Error, err error, code, message string) bool {
	c, told := clockOf(err, message)
	switch code {
	case "RequestTimeTooSkewed", "RequestInTheFuture":
	case "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure", "RequestExpired":
		// These have other causes too, unless the clocks differ.
		if !told && (c.Server.IsZero() || c.Ahead().Abs() < skewed) {
			return false
		}
	default:
		return false
	}
	words := "differs from that of AWS"
	if !c.Server.IsZero() {
		words = "is " + c.Words("AWS")
	}
	e.Class, e.Fix, e.Err = fault.Failed, awsx.ClockFix, fmt.Errorf("this machine's clock %s: %w", words, e.Err)
	return true
}

// clockOf measures the difference between clocks by what a refusal says, and else
// by the date of the answer. Told is true when the refusal blames the time.
func clockOf(err error, message string) (c awsx.Clock, told bool) {
	if m := signedAt.FindStringSubmatch(message); m != nil {
		const form = "20060102T150405Z"
		local, err1 := time.Parse(form, m[1])
		server, err2 := time.Parse(form, m[2])
		if err1 == nil && err2 == nil {
			return awsx.Clock{Server: server, Local: local}, true
		}
	}
	told = strings.Contains(message, "Signature expired") || strings.Contains(message, "Signature not yet current")
	var resp *smithyhttp.ResponseError
	if !errors.As(err, &resp) || resp.Response == nil || resp.Response.Response == nil {
		return c, told
	}
	if server, perr := http.ParseTime(resp.Response.Header.Get("Date")); perr == nil {
		c = awsx.Clock{Server: server, Local: time.Now()}
	}
	return c, told
}
