package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/internal/config"
)

// TestTheDocumentedExampleIsRead keeps the documented configuration one that works.
func TestTheDocumentedExampleIsRead(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(page), "```yaml\n")
	example, _, ok := strings.Cut(after, "```")
	if !ok {
		t.Fatal("there is no example")
	}
	got, err := config.Load(config.Flags{File: write(t, example)}, env("LOGS_API_KEY", "key", "DEPLOYS_WEBHOOK", hook))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Rules) == 0 || got.KeepRevisions == 0 || !got.Notify.Wants("prod", "deploy") || len(got.Contexts) == 0 {
		t.Errorf("it sets %+v", got)
	}
}
