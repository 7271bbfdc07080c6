package elastic

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gantry/internal/clean"
	"gantry/logs"
)

// maxReason bounds what is quoted of an answer, in bytes before cleaning.
const maxReason = 300

// quote makes text of an answer fit for an error: shortened, without secrets, on
// one printable line.
func quote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "") + "…"
	}
	return clean.Line(clean.Redact(s))
}

// transportError classifies a request that got no answer.
func transportError(op string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	e := &logs.Error{Class: logs.Offline, Op: op, Err: errors.New(quote(err.Error()))}
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		expired   x509.CertificateInvalidError
		record    tls.RecordHeaderError
	)
	switch {
	case errors.Is(err, errTooLarge):
		e.Class, e.Err, e.Fix = logs.Failed, errTooLarge, "choose a smaller page or a shorter range"
	case errors.As(err, &authority):
		e.Fix = "give the CA file of the store's certificate"
	case errors.As(err, &hostname):
		e.Fix = "use the name that the certificate is made for"
	case errors.As(err, &expired):
		e.Fix = "the store's certificate has to be renewed"
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		e.Fix = "the store speaks plain HTTP: use an http:// address"
	default:
		e.Fix = "check the address and that the store is up"
	}
	return e
}

// failure is the body of an error answer, in the two forms it takes.
type failure struct {
	Error json.RawMessage `json:"error"`
}

type failureCause struct {
	Type      string         `json:"type"`
	Reason    string         `json:"reason"`
	RootCause []failureCause `json:"root_cause"`
	CausedBy  *failureCause  `json:"caused_by"`
}

// text returns the reason that says most.
func (c failureCause) text() string {
	if len(c.RootCause) > 0 && c.RootCause[0].Reason != "" {
		c = c.RootCause[0]
	}
	reason := c.Reason
	if c.CausedBy != nil && c.CausedBy.Reason != "" && !strings.Contains(reason, c.CausedBy.Reason) {
		reason += ": " + c.CausedBy.Reason
	}
	if reason == "" {
		reason = c.Type
	}
	return reason
}

// reasonOf returns the type and the cleaned reason of an error body: the store's
// JSON, or the beginning of whatever a proxy in between wrote.
func reasonOf(body []byte) (kind, reason string) {
	var f failure
	if json.Unmarshal(body, &f) == nil && len(f.Error) > 0 {
		var cause failureCause
		if json.Unmarshal(f.Error, &cause) == nil {
			kind = cause.Type
			if len(cause.RootCause) > 0 && cause.RootCause[0].Type != "" {
				kind = cause.RootCause[0].Type
			}
			return kind, quote(cause.text())
		}
		return "", quote(logs.Text(f.Error))
	}
	return "", quote(string(body))
}

// statusError classifies an answer that is an error.
func statusError(op string, status int, header http.Header, body []byte) error {
	kind, reason := reasonOf(body)
	e := &logs.Error{Op: op, Err: fmt.Errorf("HTTP %d", status)}
	if reason != "" {
		e.Err = fmt.Errorf("HTTP %d: %s", status, reason)
	}
	switch {
	case status == http.StatusUnauthorized:
		e.Class, e.Fix = logs.Expired, "check the log store's credentials"
	case status == http.StatusForbidden:
		e.Class, e.Fix = logs.Denied, "these credentials need read and view_index_metadata on the index"
	case status == http.StatusNotFound && kind == "index_not_found_exception":
		e.Class, e.Fix = logs.NotFound, "check the index setting"
	case status == http.StatusNotFound:
		e.Class, e.Fix = logs.NotFound, "check the address: this path is not a search API"
	case status == http.StatusTooManyRequests:
		e.Class = logs.Throttled
		if s, err := strconv.Atoi(header.Get("Retry-After")); err == nil && s > 0 {
			e.RetryAfter = min(time.Duration(s)*time.Second, 5*time.Minute)
		}
	case status == http.StatusServiceUnavailable && noShards(kind):
		e.Class, e.Fix = logs.Failed, "the cluster is red: have its unassigned shards looked at"
	case status >= 300 && status < 400:
		e.Class, e.Fix = logs.Invalid, "use the address that it redirects to: "+quote(header.Get("Location"))
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		e.Class = logs.Invalid
	default:
		e.Class = logs.Failed
	}
	return e
}

// noShards reports whether a failure is that no copy of any shard of the index is
// assigned to a node.
func noShards(kind string) bool {
	return kind == "search_phase_execution_exception" || kind == "no_shard_available_action_exception"
}

// notJSON is the failure of an answer that cannot be read. A page of HTML with
// status 200 is a proxy's login; anything that began as JSON was cut off.
func notJSON(op string, body []byte, err error) error {
	if trimmed := strings.TrimSpace(string(body[:min(len(body), maxReason)])); trimmed != "" && trimmed[0] != '{' {
		return &logs.Error{
			Class: logs.Invalid, Op: op,
			Err: fmt.Errorf("the answer is not a search answer: %s", quote(trimmed)),
			Fix: "check the address: something else answers there",
		}
	}
	return &logs.Error{Class: logs.Failed, Op: op, Err: fmt.Errorf("unreadable answer: %s", quote(err.Error()))}
}
