package elastic

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gantry/internal/clean"
	"gantry/internal/fault"
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
	return clean.Shown(s)
}

// failure is the body of an error answer, in the two forms it takes; what stands
// before a store of Amazon's sends a message alone.
type failure struct {
	Error   json.RawMessage `json:"error"`
	Message string          `json:"message"`
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
	reason = cmp.Or(reason, c.Type)
	return reason
}

// reasonOf returns the type and the cleaned reason of an error body: the store's
// JSON, or the beginning of whatever a proxy in between wrote.
func reasonOf(body []byte) (kind, reason string) {
	var f failure
	if json.Unmarshal(body, &f) != nil || len(f.Error) == 0 && f.Message == "" {
		return "", quote(string(body))
	}
	if len(f.Error) == 0 {
		return "", quote(f.Message)
	}
	var cause failureCause
	if json.Unmarshal(f.Error, &cause) != nil {
		return "", quote(logs.Text(f.Error))
	}
	kind = cause.Type
	if len(cause.RootCause) > 0 && cause.RootCause[0].Type != "" {
		kind = cause.RootCause[0].Type
	}
	return kind, quote(cause.text())
}

// refusal classifies an answer that is an error.
func (s *Source) refusal(verb string, a reply) error {
	title, page := fault.WebPage(a.body)
	if page && !a.overburdened() {
		return s.notAStore(verb, fmt.Errorf("HTTP %d and a web page answer%s", a.status, quoted(title)))
	}
	kind, reason := reasonOf(a.body)
	if page {
		reason = "a web page answers" + quoted(title)
	}
	if a.stranger() {
		return s.notAStore(verb, fmt.Errorf("HTTP %d and no answer of a search engine: %s", a.status, reason))
	}
	e := &fault.Error{Op: s.op(verb), Err: fmt.Errorf("HTTP %d", a.status)}
	if reason != "" {
		e.Err = fmt.Errorf("HTTP %d: %s", a.status, reason)
	}
	switch status := a.status; {
	case s.access.kind == bySignature && signatureRefused(e, reason, s.access.signer):
	case status == http.StatusUnauthorized:
		e.Class, e.Fix = fault.Expired, s.access.unaccepted()
	case status == http.StatusForbidden:
		e.Class, e.Fix = fault.Denied, s.access.unauthorized()
	case status == http.StatusNotFound && kind == "index_not_found_exception":
		e.Class, e.Fix = fault.NotFound, "check the index setting"
	case status == http.StatusNotFound && kind == "no_such_remote_cluster_exception":
		e.Class, e.Fix = fault.NotFound, "check the cluster's name in the index setting, and that the cluster can be reached"
	case status == http.StatusNotFound:
		e.Class, e.Fix = fault.NotFound, "check the address: this path is not a search API"
	case status == http.StatusProxyAuthRequired:
		e.Class, e.Fix = fault.Denied, "give the proxy's user and password in HTTP_PROXY and HTTPS_PROXY"
	case status == http.StatusTooManyRequests:
		e.Class = fault.Throttled
		if s, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil && s > 0 {
			e.RetryAfter = min(time.Duration(s)*time.Second, 5*time.Minute)
		}
	case status == http.StatusServiceUnavailable && noShards(kind):
		e.Class, e.Fix = fault.Failed, "the cluster is red: have its unassigned shards looked at"
	case status >= 300 && status < 400:
		e.Class, e.Fix = fault.Invalid, "use the address that it redirects to: "+quote(a.header.Get("Location"))
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		e.Class = fault.Invalid
	default:
		e.Class = fault.Failed
	}
	return e
}

// signatureRefused fills e when a service of Amazon's did not accept a signature.
// It tells what is wrong in its words only, with one status for all of it.
func signatureRefused(e *fault.Error, reason string, signer Signer) bool {
	said := strings.ToLower(reason)
	switch {
	case strings.Contains(said, "security token") && (strings.Contains(said, "expired") || strings.Contains(said, "invalid")):
		e.Class, e.Fix = fault.Expired, signer.Rejected()
	case strings.Contains(said, "signature expired"), strings.Contains(said, "signature not yet current"):
		e.Class, e.Fix = fault.Invalid, "set this machine's clock"
	case strings.Contains(said, "credential should be scoped"), strings.Contains(said, "signature we calculated does not match"):
		e.Class, e.Fix = fault.Invalid, "check the service (es or aoss) and the region that requests are signed for"
	default:
		return false
	}
	return true
}

// noShards reports whether a failure is that no copy of any shard of the index is
// assigned to a node.
func noShards(kind string) bool {
	return kind == "search_phase_execution_exception" || kind == "no_shard_available_action_exception"
}

// unreadable is the failure of an answer that cannot be read. A page of HTML with
// status 200 is a proxy's login; anything that began as JSON was cut off.
func (s *Source) unreadable(verb string, body []byte, err error) error {
	if title, ok := fault.WebPage(body); ok {
		return s.notAStore(verb, fmt.Errorf("a web page answers%s", quoted(title)))
	}
	if trimmed := strings.TrimSpace(string(body[:min(len(body), maxReason)])); trimmed != "" && trimmed[0] != '{' {
		return s.notAStore(verb, fmt.Errorf("the answer is not a search answer: %s", quote(trimmed)))
	}
	return &fault.Error{Class: fault.Failed, Op: s.op(verb), Err: fmt.Errorf("unreadable answer: %s", quote(err.Error()))}
}

// notAStore is the failure of an answer that no search engine gives.
func (s *Source) notAStore(verb string, err error) error {
	return &fault.Error{Class: fault.Invalid, Op: s.op(verb), Err: err, Fix: "check the address: something else answers there, such as a login page"}
}

// overburdened reports whether what answers says that it, or the store behind it, has
// too much to do or is away: proxies say so with pages of their own.
func (a reply) overburdened() bool {
	return gatewayTrouble(a.status) || a.status == http.StatusTooManyRequests
}

// stranger reports whether an answer refuses a request in a way in which a search
// engine never does, without JSON. Proxies before one do so as well when it is
// down, or when they refuse, with other statuses.
func (a reply) stranger() bool {
	switch a.status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed:
		return len(a.body) > 0 && !json.Valid(a.body)
	}
	return false
}

// quoted is the title of a web page after a colon, empty where it has none.
func quoted(title string) string {
	if title == "" {
		return ""
	}
	return ": " + quote(title)
}
