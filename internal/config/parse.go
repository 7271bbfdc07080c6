package config

import (
	"bytes"
	"errors"
	"io"
	"time"

	"go.yaml.in/yaml/v3"

	"gantry/awsx"
	"gantry/awsx/deploy/policy"
	"gantry/internal/clean"
	"gantry/ui/theme"
)

// parse reads the file into the configuration and returns the name of the
// context that it begins with.
func parse(cfg *Config, file string, data []byte, getenv func(string) string, judges []Judge) (begin string, err error) {
	p := &parser{file: file, getenv: getenv, places: map[string]*yaml.Node{}}
	cfg.NonProduction = policy.DefaultNonProduction()
	if n := p.document(data); n != nil {
		begin = p.root(cfg, n)
		p.judge(*cfg, n, judges)
	}
	p.chooseTheme(cfg)
	return begin, p.err()
}

// document returns the one YAML document that a file is, nil for none or for what is no
// YAML, which is a fault.
func (p *parser) document(data []byte) *yaml.Node {
	var doc, more yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(data))
	if err := documents.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		p.faults = append(p.faults, lineFault{0, p.syntax(err)})
		return nil
	}
	switch err := documents.Decode(&more); {
	case err == nil:
		p.fault(&more, "a second document begins here: the file is one, expected no line of --- between settings")
	case !errors.Is(err, io.EOF):
		p.faults = append(p.faults, lineFault{0, p.syntax(err)})
		return nil
	}
	if len(doc.Content) == 0 {
		return nil
	}
	return doc.Content[0]
}

func (p *parser) root(cfg *Config, n *yaml.Node) string {
	var begin string
	var beginAt *yaml.Node
	p.mapping(n, "the file", fields{
		"context":        func(v *yaml.Node) { begin, beginAt = p.text(v, "context"), v },
		"start":          func(v *yaml.Node) { cfg.Start = p.choice(v, "start", StartLast, StartClusters) },
		"contexts":       func(v *yaml.Node) { p.contexts(cfg, v) },
		"logs":           func(v *yaml.Node) { p.logs(&cfg.Logs, v) },
		"production":     func(v *yaml.Node) { p.production(cfg, v) },
		"rules":          func(v *yaml.Node) { cfg.Rules = p.rules(v) },
		"owners":         func(v *yaml.Node) { cfg.Owners = p.owners(v) },
		"keep_revisions": func(v *yaml.Node) { cfg.KeepRevisions = p.keepRevisions(v) },
		"notify":         func(v *yaml.Node) { p.notify(&cfg.Notify, v) },
		"writing":        func(v *yaml.Node) { p.writing(&cfg.Writing, v) },
		"memory":         func(v *yaml.Node) { p.memory(&cfg.Memory, v) },
		"refresh":        func(v *yaml.Node) { cfg.Refresh = p.duration(v, "refresh", time.Second, time.Hour) },
		"screen":         func(v *yaml.Node) { p.screen(&cfg.Screen, v) },
		"keys":           func(v *yaml.Node) { p.keys(&cfg.Keys, v) },
		"aliases":        func(v *yaml.Node) { cfg.Aliases = p.named(v, "aliases", "an alias", commandName) },
		"favourites":     func(v *yaml.Node) { cfg.Favourites = p.named(v, "favourites", "a favourite", digit) },
		"columns":        func(v *yaml.Node) { cfg.Columns = p.columns(v) },
		"commands":       func(v *yaml.Node) { cfg.Commands = p.commands(v); p.commanded = cfg.Commands },
	})
	for len(p.rest) > 0 {
		read := p.rest[0]
		p.rest = p.rest[1:]
		read()
	}
	if _, ok := cfg.named(begin); begin != "" && !ok {
		p.fault(beginAt, "context %q is not among contexts", begin)
	}
	return begin
}

func (p *parser) contexts(cfg *Config, n *yaml.Node) {
	p.pairs(n, "contexts", func(key, v *yaml.Node) {
		var id awsx.ContextID
		place := len(cfg.Contexts)
		p.mapping(v, "context "+key.Value, fields{
			"profile":  func(v *yaml.Node) { id.Profile = p.text(v, "profile") },
			"region":   func(v *yaml.Node) { id.Region = p.text(v, "region") },
			"endpoint": func(v *yaml.Node) { id.Endpoint = p.url(v, "endpoint") },
			// What a context leaves out is that of all, of which all is known only then.
			"logs": func(v *yaml.Node) {
				p.last(func() {
					if own := p.logsOf(cfg.Logs, v); p.probe == nil {
						cfg.Contexts[place].Logs = own
					}
				})
			},
		})
		cfg.Contexts = append(cfg.Contexts, NamedContext{Name: key.Value, ID: id})
	})
}

func (p *parser) production(cfg *Config, n *yaml.Node) {
	p.mapping(n, "production", fields{
		"except":   func(v *yaml.Node) { cfg.NonProduction = p.list(v, "except", p.glob) },
		"profiles": func(v *yaml.Node) { cfg.NonProductionProfiles = p.list(v, "profiles", p.glob) },
		"accounts": func(v *yaml.Node) { cfg.NonProductionAccounts = p.list(v, "accounts", p.glob) },
		"look":     func(v *yaml.Node) { cfg.Looks = p.looks(v) },
	})
}

func (p *parser) writing(w *Writing, n *yaml.Node) {
	p.mapping(n, "writing", fields{
		"readonly": func(v *yaml.Node) { w.ReadOnly = p.flag(v, "readonly") },
		"arm": func(v *yaml.Node) {
			if off(v) {
				w.Arm = 0
				return
			}
			w.Arm = p.minutes(v, "arm")
			p.either(shape{Enum: []any{"off", false}})
		},
	})
}

// memory reads for how long what was seen is kept, and in how much room: too little of it
// would forget within the hour for which ECS tells by itself.
func (p *parser) memory(m *Memory, n *yaml.Node) {
	if off(n) {
		*m = Memory{}
		return
	}
	p.mapping(n, "memory", fields{
		"days":      func(v *yaml.Node) { m.Days = p.number(v, "days", 1) },
		"megabytes": func(v *yaml.Node) { m.Megabytes = p.number(v, "megabytes", 4) },
	})
	p.either(shape{Enum: []any{"off", false}})
}

// off reports whether something is switched off; YAML readers before 1.2 take a bare off
// for false.
func off(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.Value == "off" || n.Value == "false")
}

func (p *parser) screen(s *Screen, n *yaml.Node) {
	p.mapping(n, "screen", fields{
		"color":      func(v *yaml.Node) { s.NoColor = !p.flag(v, "color") },
		"ascii":      func(v *yaml.Node) { s.ASCII = p.flag(v, "ascii") },
		"mouse":      func(v *yaml.Node) { s.Mouse = p.flag(v, "mouse") },
		"theme":      func(v *yaml.Node) { s.Theme, p.themeAt = p.text(v, "theme"), v },
		"colours":    func(v *yaml.Node) { s.Theme = p.choice(v, "colours", theme.OldDefault, "blue-orange") },
		"animation":  func(v *yaml.Node) { s.Still = !p.flag(v, "animation") },
		"hints":      func(v *yaml.Node) { s.Hints = p.flag(v, "hints") },
		"background": func(v *yaml.Node) { s.Background = p.choice(v, "background", "auto", "dark", "light") },
		"sync":       func(v *yaml.Node) { s.Sync = p.choice(v, "sync", "auto", "on", "off") },
	})
}

func (p *parser) keys(k *Keys, n *yaml.Node) {
	p.mapping(n, "keys", fields{
		"preset": func(v *yaml.Node) { k.Preset = p.choice(v, "preset", "k9s", "vim") },
		"bind": func(v *yaml.Node) {
			k.Bind = map[string][]string{}
			p.pairs(v, "bind", func(key, v *yaml.Node) {
				p.note("keys.bind."+key.Value, key)
				k.Bind[key.Value] = p.list(v, key.Value, p.text)
			})
		},
	})
}

// secret reads a secret from where it is kept: the file itself may be shared or
// checked in, so it holds the name of a variable or of a file.
func (p *parser) secret(n *yaml.Node, what string) clean.Secret {
	if n.Kind != yaml.MappingNode && p.probe == nil {
		p.fault(n, "%s: expected {env: NAME} or {file: PATH}; a secret does not belong into this file", what)
		return ""
	}
	var value clean.Secret
	found := 0
	p.mapping(n, what, fields{
		"env": func(v *yaml.Node) {
			found++
			name := p.text(v, what)
			if value = clean.Secret(p.getenv(name)); value == "" && name != "" {
				p.fault(v, "%s: the environment variable %s is not set", what, name)
			}
		},
		"file": func(v *yaml.Node) {
			found++
			value = p.contents(v, what)
		},
	})
	if found != 1 {
		p.fault(n, "%s: expected either env or file", what)
	}
	return value
}
