package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/internal/config"
)

// TestTheDocumentedExampleIsRead keeps the example one that works and the one that the
// documentation shows.
func TestTheDocumentedExampleIsRead(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```yaml\n"+config.Example+"```\n") {
		t.Error("the page of the configuration shows another example than internal/config/example.yaml")
	}
	got, err := config.Load(config.Flags{File: write(t, config.Example)}, env("LOGS_API_KEY", "key", "DEPLOYS_WEBHOOK", hook))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Rules) == 0 || got.KeepRevisions == 0 || !got.Notify.Wants("prod", "deploy") || len(got.Contexts) == 0 {
		t.Errorf("it sets %+v", got)
	}
}
