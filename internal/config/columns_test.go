package config_test

import (
	"slices"
	"strings"
	"testing"

	"gantry/internal/config"
)

// TestColumnsAreTags, by screen, in their order.
func TestColumnsAreTags(t *testing.T) {
	cfg, err := config.Load(config.Flags{File: write(t, "columns:\n  services: [\"tag:cost center\", tag:aws:ecs:clusterName]\n  task: tag:yard\n")}, env())
	if err != nil || !slices.Equal(cfg.Columns["services"], []string{"cost center", "aws:ecs:clusterName"}) || !slices.Equal(cfg.Columns["task"], []string{"yard"}) {
		t.Errorf("%v, %v", cfg.Columns, err)
	}
	for yaml, want := range map[string]string{
		"columns: [tag:a]":                              ":1: columns: expected a mapping of names to values, found a list",
		"columns:\n  services: [name]":                  `:2: columns: services: expected tag:KEY, found "name"`,
		"columns:\n  services: [\"tag:\"]":              `:2: columns: services: expected tag:KEY, found "tag:"`,
		"columns:\n  services: [[tag:a]]":               ":2: columns: services: expected tag:KEY, found a list",
		"columns:\n  services: [tag:a, b, tag:a]":       ":2: columns: services: expected tag:KEY",
		"columns:\n  services: [tag:a, tag:a]":          ":2: columns: services: a tag is named twice",
		"columns:\n  services: [tag:a]\n  services: []": `:3: columns: "services" is set on line 2 already`,
	} {
		if _, err := config.Load(config.Flags{File: write(t, yaml)}, env()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", yaml, err, want)
		}
	}
}
