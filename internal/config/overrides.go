package config

import (
	"fmt"
	"path"
	"path/filepath"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"

	"gantry/awsx"
	"gantry/logs/ecslog"
)

// LogOverride says where and how the lines of some services are found.
type LogOverride struct {
	// Cluster and Service are globs; empty matches any.
	Cluster, Service string
	// At is the place in the file, such as config.yaml:12.
	At string
	// Store is complete: what the override leaves out is taken over. It has no
	// overrides.
	Store Logs
	// Filter takes the place of the derived query; nil leaves it.
	Filter *ecslog.Template
}

// Override returns the first override for a service, nil when there is none. A task
// of no service has an empty one.
func (l Logs) Override(cluster, service string) *LogOverride {
	matches := func(glob, name string) bool {
		ok, err := path.Match(glob, name)
		return glob == "" || ok && err == nil
	}
	i := slices.IndexFunc(l.Overrides, func(o LogOverride) bool { return matches(o.Cluster, cluster) && matches(o.Service, service) })
	if i < 0 {
		return nil
	}
	return &l.Overrides[i]
}

// Same reports whether two settings are of one store that is read alike.
func (l Logs) Same(other Logs) bool {
	l.Overrides, other.Overrides = nil, nil
	return reflect.DeepEqual(l, other)
}

// LogsOf returns the settings of a context, and whether they are its own.
func (c Config) LogsOf(id awsx.ContextID) (l Logs, own bool) {
	i := slices.IndexFunc(c.Contexts, func(n NamedContext) bool { return n.ID == id })
	if i < 0 {
		// The region of a context that names none comes from elsewhere.
		i = slices.IndexFunc(c.Contexts, func(n NamedContext) bool {
			return n.ID == awsx.ContextID{Profile: id.Profile, Endpoint: id.Endpoint}
		})
	}
	if i < 0 || c.Contexts[i].Logs == nil {
		return c.Logs, false
	}
	return *c.Contexts[i].Logs, true
}

// documents keeps how documents look and drops where they are and how one gets
// there: credentials are for one place.
func (l Logs) documents() Logs {
	return Logs{Index: l.Index, Timestamp: l.Timestamp, Message: l.Message, Level: l.Level, Levels: l.Levels, Tiebreak: l.Tiebreak, Awslogs: l.Awslogs}
}

// anonymous drops the credentials.
func (l Logs) anonymous() Logs {
	l.User, l.Password, l.APIKey, l.Bearer, l.SigV4 = "", "", "", "", Signature{}
	return l
}

// based returns what a mapping of log settings takes over of others: everything, or
// without credentials where it has some of its own, or how documents look where it
// names another place.
func based(l Logs, n *yaml.Node) Logs {
	l.Overrides = nil
	switch {
	case hasKey(n, "endpoints", "cloud-id"):
		return l.documents()
	case hasKey(n, "user", "password", "api-key", "bearer", "sigv4"):
		return l.anonymous()
	}
	return l
}

func hasKey(n *yaml.Node, keys ...string) bool {
	if n.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if slices.Contains(keys, n.Content[i].Value) {
			return true
		}
	}
	return false
}

// logsOf reads the settings of a context, which has overrides of its own alone.
func (p *parser) logsOf(of Logs, n *yaml.Node) *Logs {
	l := based(of, n)
	p.logs(&l, n)
	return &l
}

// overrides reads the list in the order in which it is tried.
func (p *parser) overrides(of Logs, n *yaml.Node) (list []LogOverride) {
	p.each(n, "overrides", func(item *yaml.Node) { list = append(list, p.override(of, item)) })
	return list
}

func (p *parser) override(of Logs, n *yaml.Node) LogOverride {
	o := LogOverride{At: fmt.Sprintf("%s:%d", filepath.Base(p.file), n.Line), Store: based(of, n)}
	keys := p.store(&o.Store)
	keys["cluster"] = func(v *yaml.Node) { o.Cluster = p.glob(v, "cluster") }
	keys["service"] = func(v *yaml.Node) { o.Service = p.glob(v, "service") }
	keys["filter"] = func(v *yaml.Node) {
		text := p.text(v, "filter")
		if text == "" {
			return
		}
		var err error
		if o.Filter, err = ecslog.ParseTemplate(text); err != nil {
			p.fault(v, "filter: %w", err)
		}
	}
	p.mapping(n, "override", keys)
	p.consistent(o.Store, n)
	if o.Cluster == "" && o.Service == "" {
		p.fault(n, "override: expected a cluster, a service or both: globs for whose lines it is")
	}
	if o.Filter == nil && o.Store.Same(of) && !hasKey(n, "filter") {
		p.fault(n, "override: it changes nothing, expected one of %s", oneOf(slices.DeleteFunc(keys.names(), func(name string) bool {
			return name == "cluster" || name == "service"
		})))
	}
	return o
}
