package main

import (
	"encoding/json"
	"strings"
	"time"
)

// The bill of materials is CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/): what a
// program is made of, for whoever looks up which versions have faults.
type bill struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Time      string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	URL        string     `json:"purl,omitempty"`
	Licences   []licences `json:"licenses,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

// licences is an expression of SPDX.
type licences struct {
	Expression string `json:"expression"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// billOf is the bill of the program for a target. The sums are those of go.sum.
func billOf(r *release, t target, parts []part) ([]byte, error) {
	b := bill{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{
		Time: r.date.Format(time.RFC3339),
		Component: component{
			Type: "application", Ref: "gantry", Name: "gantry", Version: r.version, Licences: []licences{{"MIT"}},
			Properties: []property{{"gantry:commit", r.commit}, {"gantry:target", t.goos + "/" + t.arch}},
		},
	}}
	for _, p := range parts {
		url := "pkg:golang/" + p.Path + "@" + strings.ReplaceAll(p.Version, "+", "%2B")
		c := component{Type: "library", Ref: url, Name: p.Path, Version: p.Version, URL: url, Licences: []licences{{p.licence}}}
		if p.Sum != "" {
			c.Properties = []property{{"gantry:go.sum", p.Sum}}
		}
		b.Components = append(b.Components, c)
	}
	out, err := json.MarshalIndent(b, "", "  ")
	return append(out, '\n'), err
}
