package elastic

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"gantry/internal/clean"
	"gantry/internal/fault"
	"gantry/logs"
)

var _ logs.Examiner = (*Source)(nil)

// examined is how many of the newest documents are looked at.
const examined = 100

// Examine looks at everything that searches rest on.
func (s *Source) Examine(ctx context.Context, now time.Time, lately time.Duration, fields []string) logs.Examination {
	x := logs.Examination{Addresses: s.addresses, Index: clean.Line(s.cfg.Index), Access: s.access.kind.String(), Lately: lately}
	x.Greeting, x.GreetingErr = s.greet(ctx)
	if x.GreetingErr != nil && !answered(x.GreetingErr) {
		x.Unreached = true
		return x
	}
	page, err := s.Latest(ctx, logs.Query{}, logs.Range{}, examined)
	x.Newest, x.Partial, x.SearchErr = page.Entries, page.Partial, err
	x.NoIndex = err == nil && page.NoShards || fault.ClassOf(err) == fault.NotFound
	// What is wrong with a search may be a field that is missing.
	if x.NoIndex || err != nil && fault.ClassOf(err) != fault.Invalid {
		return x
	}
	x.Fields, x.FieldErr = s.uses(ctx, fields)
	x.Count, x.CountErr = s.Count(ctx, logs.Query{}, logs.Range{From: now.Add(-lately)})
	p, err := s.OpenPoint(ctx)
	if err == nil {
		err = p.Close(ctx)
	}
	x.PointErr = err
	return x
}

// answered reports whether an error is the answer of a search engine, which may
// refuse one request and take another.
func answered(err error) bool {
	switch fault.ClassOf(err) {
	case fault.Denied, fault.Expired, fault.NotFound, fault.Throttled, fault.Failed:
		return true
	case fault.Offline, fault.Invalid:
	}
	return false
}

// greet asks the store who it is.
func (s *Source) greet(ctx context.Context) (logs.Greeting, error) {
	const verb = "greet"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody)
	if err != nil {
		return logs.Greeting{}, err
	}
	res, err := s.carrier.Perform(req)
	if err != nil {
		return logs.Greeting{}, transportError(s.op(verb), err)
	}
	defer func() { _ = res.Body.Close() }()
	g := logs.Greeting{Local: time.Now(), Security: security(res.TLS)}
	g.Server, _ = http.ParseTime(res.Header.Get("Date"))
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return g, transportError(s.op(verb), err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return g, s.refusal(verb, reply{res.StatusCode, res.Header, body})
	}
	var hello struct {
		Cluster string `json:"cluster_name"`
		Version struct {
			Number       string `json:"number"`
			Distribution string `json:"distribution"`
		} `json:"version"`
	}
	if err := json.Unmarshal(body, &hello); err != nil {
		return g, s.unreadable(verb, body, err)
	}
	if hello.Version.Number == "" {
		return g, s.notAStore(verb, errors.New("what answers names no version of a search engine"))
	}
	g.Cluster, g.Version, g.Product = quote(hello.Cluster), quote(hello.Version.Number), "Elasticsearch"
	if hello.Version.Distribution == "opensearch" {
		g.Product = "OpenSearch"
	}
	return g, nil
}

func security(cs *tls.ConnectionState) *logs.Security {
	if cs == nil {
		return nil
	}
	sec := &logs.Security{Version: tls.VersionName(cs.Version)}
	if len(cs.PeerCertificates) > 0 {
		sec.Issuer, sec.Until = quote(cs.PeerCertificates[0].Issuer.String()), cs.PeerCertificates[0].NotAfter
	}
	return sec
}

// uses asks which fields the index has.
func (s *Source) uses(ctx context.Context, source []string) ([]logs.FieldUse, error) {
	uses := []logs.FieldUse{
		{Role: logs.RoleTimestamp, Wanted: []string{s.cfg.Timestamp}},
		{Role: logs.RoleMessage, Wanted: s.cfg.Message},
		{Role: logs.RoleLevel, Wanted: s.cfg.Level},
		{Role: logs.RoleSource, Wanted: source},
	}
	if s.cfg.Tiebreak != "" {
		uses = append(uses, logs.FieldUse{Role: logs.RoleTiebreak, Wanted: []string{s.cfg.Tiebreak}})
	}
	var names []string
	for _, u := range uses {
		names = append(names, u.Wanted...)
	}
	if err := s.probe(ctx, logs.Query{}, names...); err != nil {
		return nil, err
	}
	if s.caps.guessing() {
		return nil, &fault.Error{Class: fault.Denied, Op: s.op("field_caps"), Fix: s.access.unauthorized(),
			Err: errors.New("the store does not tell which fields there are, so all are tried")}
	}
	for i := range uses {
		uses[i].Found = slices.DeleteFunc(slices.Clone(uses[i].Wanted), func(f string) bool { return !s.caps.found(f) })
	}
	return uses, nil
}
