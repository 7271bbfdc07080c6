package config

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestEverySettingIsDescribed, and nothing that is none.
func TestEverySettingIsDescribed(t *testing.T) {
	used := map[string]bool{}
	var walk func(*shape)
	walk = func(s *shape) {
		if s.path != "" && s.Description == "" {
			t.Errorf("%s has no description", s.path)
		}
		used[s.Description] = true
		for _, part := range parts(s) {
			walk(part)
		}
	}
	walk(schema())
	walk(themeShape())
	for path, text := range descriptions {
		if !used[text] {
			t.Errorf("%s is described and is no setting", path)
		}
	}
}

// TestThePublishedSchemaIsTheOneThatIsRead compares the file that editors are pointed at.
func TestThePublishedSchemaIsTheOneThatIsRead(t *testing.T) {
	for name, want := range map[string][]byte{"config.json": Schema(), "theme.json": ThemeSchema()} {
		b, err := os.ReadFile(filepath.Join("..", "..", "docs", "schema", name))
		if err != nil || string(b) != string(want) {
			t.Errorf("docs/schema/%s is not what gantry config schema or theme-schema prints (%v): write it anew", name, err)
		}
	}
}

// TestTheSchemaTakesTheExample that the documentation shows.
func TestTheSchemaTakesTheExample(t *testing.T) {
	if faults := against(t, Example); len(faults) > 0 {
		t.Errorf("it finds %s", faults)
	}
}

// TestTheSchemaAndTheReaderRefuseTheSame holds them against each other: what is in no file,
// and what is of another kind than what stands there.
func TestTheSchemaAndTheReaderRefuseTheSame(t *testing.T) {
	for yaml, good := range map[string]bool{
		"":                               true,
		"logs:":                          true,
		"refresh: 10":                    true,
		"refresh: 90s":                   true,
		"refresh: soon":                  false,
		"refresh: [1]":                   false,
		"colour: blue":                   false,
		"logs: {host: x}":                false,
		"logs: [x]":                      false,
		"logs: {endpoints: https://a.b}": true,
		"logs: {endpoints: [https://a.b, 'http://c:1']}":            true,
		"logs: {endpoints: a.b}":                                    false,
		"logs: {levels: {audit: info}}":                             true,
		"logs: {levels: {audit: loud}}":                             false,
		"logs: {api-key: abc}":                                      false,
		"logs: {api-key: {vault: abc}}":                             false,
		"logs: {overrides: [{service: a, index: b}]}":               true,
		"logs: {overrides: {service: a}}":                           false,
		"logs: {overrides: [{service: a, overrides: []}]}":          false,
		"contexts: {a: {profile: b, logs: {index: c}}}":             true,
		"contexts: {a: {profile: b, logs: {port: 9}}}":              false,
		"contexts: {a: {account: b}}":                               false,
		"contexts: [a]":                                             false,
		"rules: [{deny: true}]":                                     true,
		"rules: [{deny: maybe}]":                                    false,
		"rules: [{confirm: twice}]":                                 false,
		"rules: [{max_bulk: 0}]":                                    false,
		"rules: [deny]":                                             false,
		"keep_revisions: 0":                                         true,
		"keep_revisions: 1":                                         false,
		"keep_revisions: many":                                      false,
		"memory: off":                                               true,
		"memory: {days: 3}":                                         true,
		"memory: {megabytes: 1}":                                    false,
		"memory: 3":                                                 false,
		"writing: {arm: off}":                                       true,
		"writing: {arm: false}":                                     true,
		"writing: {arm: 5}":                                         true,
		"writing: {arm: {}}":                                        false,
		"writing: {readonly: 1}":                                    false,
		"screen: {colours: pink}":                                   false,
		"screen: {sync: auto, mouse: true}":                         true,
		"screen: {theme: nord, animation: false}":                   true,
		"screen: {theme: [nord]}":                                   false,
		"screen: {animation: slow}":                                 false,
		"keys: {bind: {logs: L, targets: [t, T]}}":                  true,
		"keys: {bind: {logs: {a: b}}}":                              false,
		"keys: {bind: [logs]}":                                      false,
		"production: {except: dev, profiles: [a], accounts: ['1']}": true,
		"production: {names: [dev]}":                                false,
		"production: {look: {word: LIVE, colour: magenta}}":         true,
		"production: {look: [{cluster: 'pay-*', word: PAY}, {colour: 208}]}": true,
		"production: {look: LIVE}":                                     false,
		"production: {look: {word: 'TWO WORDS'}}":                      false,
		"production: {look: [{word: FARTOOLONGFORABADGE}]}":            false,
		"production: {look: {service: api, word: LIVE}}":               false,
		"notify: {clusters: [a], actions: deploy}":                     true, // but for the webhook that it lacks
		"context: {a: b}":                                              false,
		"logs: {sigv4: {service: es}, endpoints: 'https://x'}":         true,
		"logs: {sigv4: {service: s3}}":                                 false,
		"logs: {client-cert: a, client-key: b, tiebreak: seq}":         true,
		"logs: {overrides: [{cluster: '*', filter: 'a:b', user: {}}]}": false,
	} {
		file := filepath.Join(t.TempDir(), "gantry.yaml")
		if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(Flags{File: file}, func(string) string { return "" })
		if together := err != nil && strings.Contains(err.Error(), "expected a webhook, found none"); (err == nil || together) != good {
			t.Errorf("%q is read with %v", yaml, err)
		}
		if faults := against(t, yaml); (len(faults) == 0) != good {
			t.Errorf("%q has for the schema %q", yaml, faults)
		}
	}
}

func parts(s *shape) []*shape {
	out := slices.Clone(s.AnyOf)
	for _, part := range s.Properties {
		out = append(out, part)
	}
	if others, ok := s.Others.(*shape); ok {
		out = append(out, others)
	}
	if s.Items != nil {
		out = append(out, s.Items)
	}
	return out
}

// against returns what a file has that the schema does not take.
func against(t *testing.T, text string) []string {
	t.Helper()
	var doc any
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return schema().refuses(doc)
}

// refuses judges by the words of JSON Schema that shape has.
func (s *shape) refuses(v any) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, s.path+": "+fmt.Sprintf(format, args...)) }
	if len(s.AnyOf) > 0 && !slices.ContainsFunc(s.AnyOf, func(o *shape) bool { return len(o.refuses(v)) == 0 }) {
		fault("none fits %v", v)
	}
	if s.Enum != nil && !slices.Contains(s.Enum, v) {
		fault("%v is none of %v", v, s.Enum)
	}
	types := []string{}
	switch kinds := s.Type.(type) {
	case string:
		types = append(types, kinds)
	case []string:
		types = kinds
	}
	kind := map[bool]string{true: "null"}[v == nil]
	switch v := v.(type) {
	case string:
		kind = "string"
		if s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(v) {
			fault("%q is not like %s", v, s.Pattern)
		}
		if len(v) < s.MinLength {
			fault("%q is too short", v)
		}
	case bool:
		kind = "boolean"
	case int:
		kind = "integer"
		if s.Minimum != nil && v < *s.Minimum {
			fault("%d is less than %d", v, *s.Minimum)
		}
		if slices.Contains(types, "number") {
			kind = "number"
		}
	case float64:
		kind = "number"
	case []any:
		kind = "array"
		for _, item := range v {
			if s.Items != nil {
				faults = append(faults, s.Items.refuses(item)...)
			}
		}
	case map[string]any:
		kind = "object"
		for name, value := range v {
			part, known := s.Properties[name]
			if others, ok := s.Others.(*shape); !known && ok {
				part, known = others, true
			}
			if !known {
				if s.Others == false {
					fault("%s is unknown", name)
				}
				continue
			}
			faults = append(faults, part.refuses(value)...)
		}
	}
	if len(types) > 0 && !slices.Contains(types, kind) {
		fault("%v is %s, not %s", v, kind, types)
	}
	return faults
}
