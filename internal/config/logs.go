package config

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"gantry/internal/clean"
)

// Logs says where log lines are found. Without endpoints or a cloud id there are
// none.
type Logs struct {
	Endpoints []string          // base URLs of one Elasticsearch or OpenSearch cluster
	CloudID   string            // a deployment of Elastic Cloud, in place of Endpoints
	Index     string            // index name or pattern
	Timestamp string            // field with a line's time
	Message   []string          // fields with a line's text, the first that a document has; empty takes the usual ones
	Level     []string          // fields with a line's level, likewise
	Levels    map[string]string // what words and numbers of loggers stand for: one of LevelNames
	Tiebreak  string            // field that orders lines of one time; empty for none

	// Awslogs says where the lines of containers that log through awslogs are:
	// FromCloudWatch or FromDocuments.
	Awslogs string

	// At most one kind of credentials is set.
	User     string
	Password clean.Secret
	APIKey   clean.Secret
	Bearer   clean.Secret
	SigV4    Signature

	CAFile      string // PEM certificates to trust in place of the system's
	Fingerprint string // SHA-256 of the certificate to trust, or of its authority's
	ClientCert  string // PEM certificate to show, and the file with its key
	ClientKey   string

	// Kibana and Dashboards are where a browser shows the lines; at most one is set.
	Kibana     string // base URL of Kibana
	Dashboards string // base URL of OpenSearch Dashboards

	// Overrides are for some services, in the order in which they are tried.
	Overrides []LogOverride
}

// The places where lines of awslogs can be read.
const (
	FromCloudWatch = "cloudwatch"
	FromDocuments  = "documents" // the store that they are forwarded to
)

// LevelNames are the levels that the configuration can name.
var LevelNames = []string{"trace", "debug", "info", "warn", "error", "fatal"}

// Signature says how requests to Amazon OpenSearch are signed; without a service
// they are not.
type Signature struct {
	Service string // es or aoss
	Profile string // empty is that of the context
	Region  string // empty is that of the endpoint's name, or of the context
}

// The services of Amazon OpenSearch, as signatures name them.
const (
	Domains     = "es"
	Collections = "aoss"
)

// Configured reports whether a store is named.
func (l Logs) Configured() bool { return len(l.Endpoints) > 0 || l.CloudID != "" }

func (p *parser) logs(l *Logs, n *yaml.Node) {
	keys := p.store(l)
	keys["overrides"] = func(v *yaml.Node) {
		// What they leave out is the store's, of which all is known only then.
		p.last(func() { l.Overrides = p.overrides(*l, v) })
	}
	p.mapping(n, "logs", keys)
	p.consistent(*l, n)
}

// store reads the settings of one store.
func (p *parser) store(l *Logs) fields {
	return fields{
		"endpoints": func(v *yaml.Node) { l.Endpoints = p.list(v, "endpoints", p.url) },
		"cloud-id":  func(v *yaml.Node) { l.CloudID = p.text(v, "cloud-id") },
		"index":     func(v *yaml.Node) { l.Index = p.text(v, "index") },
		"timestamp": func(v *yaml.Node) { l.Timestamp = p.text(v, "timestamp") },
		"message":   func(v *yaml.Node) { l.Message = p.list(v, "message", p.text) },
		"level":     func(v *yaml.Node) { l.Level = p.list(v, "level", p.text) },
		"levels": func(v *yaml.Node) {
			l.Levels = map[string]string{}
			p.pairs(v, "levels", func(key, value *yaml.Node) {
				l.Levels[strings.ToLower(key.Value)] = p.choice(value, "levels: "+key.Value, LevelNames...)
			})
		},
		"tiebreak":    func(v *yaml.Node) { l.Tiebreak = p.text(v, "tiebreak") },
		"awslogs":     func(v *yaml.Node) { l.Awslogs = p.choice(v, "awslogs", FromCloudWatch, FromDocuments) },
		"user":        func(v *yaml.Node) { l.User = p.text(v, "user") },
		"password":    func(v *yaml.Node) { l.Password = p.secret(v, "password") },
		"api-key":     func(v *yaml.Node) { l.APIKey = p.secret(v, "api-key") },
		"bearer":      func(v *yaml.Node) { l.Bearer = p.secret(v, "bearer") },
		"sigv4":       func(v *yaml.Node) { l.SigV4 = p.signature(v) },
		"ca-file":     func(v *yaml.Node) { l.CAFile = p.path(v, "ca-file") },
		"fingerprint": func(v *yaml.Node) { l.Fingerprint = p.text(v, "fingerprint") },
		"client-cert": func(v *yaml.Node) { l.ClientCert = p.path(v, "client-cert") },
		"kibana":      func(v *yaml.Node) { l.Kibana = p.url(v, "kibana") },
		"dashboards":  func(v *yaml.Node) { l.Dashboards = p.url(v, "dashboards") },
		"client-key":  func(v *yaml.Node) { l.ClientKey = p.path(v, "client-key") },
	}
}

// consistent checks what the settings of one store say together.
func (p *parser) consistent(l Logs, n *yaml.Node) {
	kinds := 0
	for _, set := range []bool{l.User != "" || l.Password != "", l.APIKey != "", l.Bearer != "", l.SigV4.Service != ""} {
		if set {
			kinds++
		}
	}
	if kinds > 1 {
		p.fault(n, "logs: expected one of user and password, api-key, bearer, sigv4, found %d of them", kinds)
	}
	if (l.User == "") != (l.Password == "") {
		p.fault(n, "logs: expected user and password together, found one of them")
	}
	if (l.ClientCert == "") != (l.ClientKey == "") {
		p.fault(n, "logs: expected client-cert and client-key together, found one of them")
	}
	if len(l.Endpoints) > 0 && l.CloudID != "" {
		p.fault(n, "logs: expected either endpoints or cloud-id, found both")
	}
	if l.Kibana != "" && l.Dashboards != "" {
		p.fault(n, "logs: expected either kibana or dashboards, found both")
	}
	if l.CAFile != "" && l.Fingerprint != "" {
		p.fault(n, "logs: expected either ca-file or fingerprint, found both")
	}
}

func (p *parser) signature(n *yaml.Node) Signature {
	var s Signature
	p.mapping(n, "sigv4", fields{
		"service": func(v *yaml.Node) { s.Service = p.choice(v, "service", Domains, Collections) },
		"profile": func(v *yaml.Node) { s.Profile = p.text(v, "profile") },
		"region":  func(v *yaml.Node) { s.Region = p.text(v, "region") },
	})
	if s.Service == "" {
		p.fault(n, "sigv4: expected a service: %s for a domain, %s for a serverless collection", Domains, Collections)
	}
	return s
}
