package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
	"gantry/internal/fault"
)

// notAuthorized finds the action and the resource in IAM's wording of a denial.
var notAuthorized = regexp.MustCompile(`not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?`)

// mayNotAssume finds who may not become what.
var mayNotAssume = regexp.MustCompile(`^User: (\S+) is not authorized to perform: sts:AssumeRole on resource: (\S+)\s*(.*)$`)

// Classify turns the failure of one call on one resource into a fault.Error, nil into nil. A
// context that has ended passes through as its own error, unless the call may
// have changed something: then the error says so and wraps it.
func (a *Account) Classify(ctx context.Context, resource string, err error) error {
	if err == nil {
		return nil
	}
	if own := fault.Of(err); own != nil {
		return own
	}
	e := &fault.Error{Resource: resource}
	// The innermost operation is the one that failed: it is another's than the
	// caller's when credentials had to be got first.
	var op *smithy.OperationError
	for inner := err; errors.As(inner, &op); inner = op.Err {
		e.Op = iamName(awsx.Call{Service: op.ServiceID, Operation: op.OperationName})
	}
	if ended := ctx.Err(); ended != nil {
		if !wasSent(err) || !outcomeOpen(err) {
			return ended
		}
		e.Class, e.Unknown, e.Err = fault.Offline, true, ended
		if errors.Is(ended, context.DeadlineExceeded) {
			e.Err = fmt.Errorf("no answer came in time: %w", ended)
		}
		return e
	}
	switch {
	case body.PageFailure(e, err):
	case a.credentialFailure(e, err):
	case apiCode(err) != "":
		a.apiFailure(e, err)
	case answered(err) && status(err)/100 != 2:
		e.Err = fmt.Errorf("HTTP %d without an answer of the API", status(err))
	case answered(err) && !isNetwork(err):
		e.Err = fmt.Errorf("the answer cannot be read: %w", root(err))
	case isInvalid(err):
		e.Class, e.Err = fault.Invalid, root(err)
	case isNetwork(err):
		e.Class, e.Err = fault.Offline, network(err)
	default:
		e.Err = root(err)
	}
	e.Again = a.session != nil && a.session.denial() != nil && gettingCredentials(err)
	if e.Class == fault.Expired {
		a.expired.Store(true)
		if a.session != nil {
			a.session.spent.Store(true)
		}
	}
	e.Unknown = wasSent(err) && outcomeOpen(err)
	if e.Unknown && e.Fix == "" {
		e.Fix = "read the resource to see whether the call was carried out"
	}
	return e
}

// apiFailure classifies an error that the service answered with.
func (a *Account) apiFailure(e *fault.Error, err error) {
	var api smithy.APIError
	errors.As(err, &api)
	code, message := api.ErrorCode(), strings.TrimSpace(api.ErrorMessage())
	e.Err = errors.New(code)
	if message != "" && message != code {
		e.Err = fmt.Errorf("%s: %s", code, message)
	}
	if clockFailure(e, err, code, message) {
		return
	}
	if e.Class = classOfCode(code, status(err), e.Op); strings.Contains(message, concurrentAttempts) {
		e.Class = fault.Throttled
	}
	switch e.Class {
	case fault.Denied:
		if m := mayNotAssume.FindStringSubmatch(message); m != nil && e.Op == opAssumeRole {
			e.Fix = "the policies of " + m[1] + " and the trust policy of " + m[2] + " must both allow it"
			if m[3] != "" { // such as: with an explicit deny in an identity-based policy
				e.Fix = "refused " + m[3] + "; " + e.Fix
			}
			return
		}
		if e.Op == opAssumeRole && strings.Contains(message, "MultiFactorAuthentication failed") {
			e.Fix = "the mfa_serial of the profile has to be a device of who asks: " + message
			return
		}
		e.Fix = "needs " + e.Op
		if m := notAuthorized.FindStringSubmatch(message); m != nil {
			e.Fix = "needs " + m[1]
			if m[2] != "" {
				e.Fix += " on " + m[2]
			}
		}
	case fault.Expired:
		e.Fix, e.Run = a.login.fix, a.login.run
	case fault.Throttled:
		e.RetryAfter = retryAfter(err)
	case fault.NotFound, fault.Invalid:
		if whose := a.elsewhere(e.Resource, message); whose != "" {
			e.Err = fmt.Errorf("%s: %w", whose, e.Err)
		}
	}
}

// notYours finds in the wording of ECS whose an identifier is, and who asked.
var notYours = regexp.MustCompile(`[Ii]dentifier is for (\S+?)\.? Your (accountId|region) is (\S+?)\.?$`)

// elsewhere says in words that what was asked about is of another account or region
// than the one that was asked; empty when it is not, as far as can be told.
func (a *Account) elsewhere(resource, message string) string {
	region, _, _, ok := awsx.ARNParts(resource)
	if ok && region != "" && region != a.cfg.Region {
		return fmt.Sprintf("the ARN is of the region %s, and %s was asked", region, a.cfg.Region)
	}
	m := notYours.FindStringSubmatch(message)
	switch {
	case m == nil:
		return ""
	case m[2] == "region":
		return fmt.Sprintf("the ARN is of the region %s, and %s was asked", m[1], m[3])
	}
	return fmt.Sprintf("the ARN is of the account %s, and the credentials are of %s", m[1], m[3])
}

// classOfCode maps the error codes of the APIs in use. An unknown code goes by
// the status: what was refused with a 4xx will be refused again.
func classOfCode(code string, status int, op string) fault.Class {
	switch {
	case isThrottle(code):
		return fault.Throttled
	case code == "ClientException" && op == "ecs:DescribeTaskDefinition":
		// The service has no code of its own for a revision that is not there.
		return fault.NotFound
	case strings.HasSuffix(code, "NotFound"), strings.HasSuffix(code, "NotFoundException"):
		return fault.NotFound
	}
	switch code {
	case "NoSuchEntity": // of IAM
		return fault.NotFound
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "BlockedException":
		return fault.Denied
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException",
		"InvalidSignatureException", "SignatureDoesNotMatch", "MissingAuthenticationToken", "IncompleteSignature",
		"MissingAuthenticationTokenException", "IncompleteSignatureException", "AuthFailure", "InvalidToken":
		return fault.Expired
	case "NotInSnapshot": // of package replay
		return fault.Unrecorded
	case "UnknownOperationException", "InvalidAction", "InternalFailure", "NotImplemented":
		return fault.Failed
	}
	if status/100 == 4 {
		return fault.Invalid
	}
	return fault.Failed
}

// concurrentAttempts is how ECS words it, under the code ClientException, that two
// revisions of a family are registered at the same time (RegisterTaskDefinition).
const concurrentAttempts = "Too many concurrent attempts"

// isThrottle reports whether a code turns a call away for the moment. A concurrent
// update is refused before it begins (Application Auto Scaling,
// ConcurrentUpdateException).
func isThrottle(code string) bool {
	switch code {
	case "Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded", "RequestThrottled",
		"RequestThrottledException", "TooManyRequestsException", "SlowDown", "PriorRequestNotComplete", "ConcurrentUpdateException",
		"ResourceContention": // of Auto Scaling: another update is pending
		return true
	}
	return false
}

// codeForm is how the APIs spell their codes. A proxy that answers in JSON has words
// of its own in the same place.
var codeForm = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)*$`)

// noCode is what the SDK puts in place of a code that an answer does not have.
const noCode = "UnknownError"

// apiCode returns the code that the service answered with, empty when it
// answered with none.
func apiCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() != noCode && codeForm.MatchString(api.ErrorCode()) {
		return api.ErrorCode()
	}
	return ""
}

// status returns the HTTP status of the answer, 0 when none came.
func status(err error) int {
	var resp *smithyhttp.ResponseError
	if errors.As(err, &resp) && resp.Response != nil && resp.Response.Response != nil {
		return resp.HTTPStatusCode()
	}
	return 0
}

func answered(err error) bool { return status(err) != 0 }

// outcomeOpen reports whether a call that was sent may have been acted on
// although it failed. Only the API itself can say that it was not, by one of its
// codes for what the caller did wrong or did too often: a status alone, 408 and 503
// included, may come from whatever stands between. A connection that was never made
// is an outcome too.
func outcomeOpen(err error) bool {
	s, code := status(err), apiCode(err)
	switch {
	case s == 0:
		return !neverConnected(err)
	case isThrottle(code):
		return false
	}
	return code == "" || s/100 != 4 || s == http.StatusRequestTimeout
}

func neverConnected(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial"
}

func isInvalid(err error) bool {
	var params smithy.InvalidParamsError
	var paramsPtr *smithy.InvalidParamsError
	var ser *smithy.SerializationError
	return errors.As(err, &params) || errors.As(err, &paramsPtr) || errors.As(err, &ser)
}

func isNetwork(err error) bool {
	var send *smithyhttp.RequestSendError
	var netErr net.Error
	return errors.As(err, &send) || errors.As(err, &netErr) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF)
}

// network says in few words why no answer came.
func network(err error) error {
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("the name %s cannot be resolved", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("the connection was refused")
	case errors.Is(err, syscall.ECONNRESET):
		return errors.New("the connection was reset")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the connection was closed before the answer was complete")
	case errors.As(err, &netErr) && netErr.Timeout():
		return errors.New("no answer came in time")
	}
	return root(err)
}

// root returns the innermost cause: the layers of the SDK repeat the operation
// and the status, which fault.Error says once.
func root(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// retryAfter reads the answer's Retry-After header, in seconds.
func retryAfter(err error) time.Duration {
	var resp *smithyhttp.ResponseError
	if !errors.As(err, &resp) || resp.Response == nil || resp.Response.Response == nil {
		return 0
	}
	seconds, perr := strconv.Atoi(resp.Response.Header.Get("Retry-After"))
	if perr != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
