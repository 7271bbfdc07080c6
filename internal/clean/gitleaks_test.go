//go:build integration

package clean_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gantry/internal/clean"
)

// gitleaks is the scanner that is asked. It is run from the module proxy and is not
// in go.mod.
const gitleaks = "github.com/zricethezav/gitleaks/v8@v8.30.0"

// noSecrets are the beginnings of lines in which gitleaks finds what is none, with the
// reason. Not in the corpus are values of 32 or 40 digits behind the mere name of a
// vendor (DATADOG=…): gitleaks has rules for some, and in logs these are ids of
// commits and traces.
var noSecrets = map[string]string{
	"idempotency_key=": "made up by the sender to tell one request from another, and logged to find it again",
}

// finding is what gitleaks says of one secret.
type finding struct {
	RuleID    string
	Secret    string
	StartLine int
}

// TestWhatGitleaksFindsIsMasked holds the masking against a scanner that others keep,
// over a corpus of our making: a token of each vendor in several places, and the
// planted passwords.
func TestWhatGitleaksFindsIsMasked(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 11))
	var lines []string
	add := func(line string) { lines = append(lines, strings.ReplaceAll(line, "\n", " ")) }
	for range 3 {
		for vendor, token := range vendors(r) {
			name := strings.ToUpper(strings.NewReplacer(" ", "_", ".", "_", "-", "_").Replace(vendor))
			add(name + "=" + token)
			add("X" + fmt.Sprint(r.IntN(100)) + "=" + token)
			add(`{"name":"` + name + `","value":"` + token + `"}`)
			add("2026-01-01 INFO calling with " + token + " now")
		}
		for _, carrier := range carriers {
			add("app | " + fmt.Sprintf(carrier, draw(r, "{a 20}")))
		}
		for _, name := range []string{
			"ADAFRUIT", "ALGOLIA", "ASANA", "BITBUCKET", "CLOUDFLARE", "CODECOV", "COINBASE", "CONTENTFUL", "DATADOG", "DISCORD", "DRONECI", "DROPBOX",
			"ETSY", "FASTLY", "FINNHUB", "FLICKR", "FRESHBOOKS", "HEROKU", "HUBSPOT", "INTERCOM", "JFROG", "KRAKEN", "LAUNCHDARKLY", "LINKEDIN", "LOB",
			"MAILCHIMP", "MAPBOX", "MATTERMOST", "NETLIFY", "OKTA", "PLAID", "RAPIDAPI", "SENTRY", "SNYK", "SONAR", "SUMOLOGIC", "TRAVIS", "TWITCH",
			"TWITTER", "YANDEX", "ZENDESK",
		} {
			for _, form := range []string{"{h 32}", "{l 32}", "{a 40}", "{h 64}", "{h 8}-{h 4}-{h 4}-{h 4}-{h 12}"} {
				suffix := []string{"_API_KEY", "_TOKEN", "_SECRET", "_ACCESS_TOKEN", "_CLIENT_SECRET"}[r.IntN(5)]
				add(name + suffix + "=" + draw(r, form))
				add(strings.ToLower(name+suffix) + ": \"" + draw(r, form) + "\"")
			}
		}
	}
	for i := range 2000 {
		add(fill(r, ordinary[i%len(ordinary)]))
	}

	dir := t.TempDir()
	corpus, report := filepath.Join(dir, "corpus", "app.log"), filepath.Join(dir, "report.json")
	if err := os.MkdirAll(filepath.Dir(corpus), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(corpus, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", gitleaks, "dir", filepath.Dir(corpus),
		"--report-format", "json", "--report-path", report, "--exit-code", "0", "--no-banner", "--log-level", "error", "--max-decode-depth", "0")
	cmd.Dir = dir // outside of the module
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("gitleaks is needed: %v\n%s", err, out)
	}
	raw, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var found []finding
	if err := json.Unmarshal(raw, &found); err != nil {
		t.Fatal(err)
	}

	rules, shown := map[string]int{}, 0
	for _, f := range found {
		rules[f.RuleID]++
		if f.StartLine < 1 || f.StartLine > len(lines) {
			t.Fatalf("a finding in line %d of %d", f.StartLine, len(lines))
		}
		line := lines[f.StartLine-1]
		if name, _, _ := strings.Cut(line, "="); noSecrets[name+"="] != "" {
			continue
		}
		if got := clean.Redact(line); strings.Contains(got, f.Secret) {
			if shown++; shown <= 40 {
				t.Errorf("%s finds %s\n   in %s\n  and %s is shown", f.RuleID, f.Secret, line, got)
			}
		}
	}
	t.Logf("%d findings by %d rules in %d lines; %d are shown", len(found), len(rules), len(lines), shown)
	if len(rules) < 100 {
		t.Errorf("only %d rules found something: %v", len(rules), slices.Sorted(maps.Keys(rules)))
	}
}
