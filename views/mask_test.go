package views

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/internal/clean"
)

func TestJSONHidesWhatLooksSecretAndNothingElse(t *testing.T) {
	const doc = `{"containerDefinitions":[{"name":"api","environment":[
		{"name":"DB_PASSWORD","value":"hunter2"},
		{"value":"s3same","name":"API_TOKEN"},
		{"name":"LOG_LEVEL","value":"debug"},
		{"name":"DB_URL","value":"postgres://u:pw99@db/x"}],
		"secrets":[{"name":"KEY","valueFrom":"arn:aws:ssm:eu-west-1:1:parameter/key"}],
		"command":["run","--password=opensesame"],
		"logConfiguration":{"logDriver":"splunk","options":{"splunk-token":"tok77","tag":"x"}}}],
		"overrides":{"containerOverrides":[{"environment":[{"name":"SIGNING_KEY","value":"k55"}]}]},
		"tags":[{"key":"team","value":"payments"}],"cpu":256,"ratio":1.50,"createdAt":1.7612345678E9,"none":null,"empty":{},"list":[]}`
	got, err := maskJSON(json.RawMessage(doc))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"hunter2", "s3same", "pw99", "opensesame", "tok77", "k55"} {
		if strings.Contains(got, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	for _, plain := range []string{
		`"value": "debug"`, `"valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/key"`, `"tag": "x"`, `"value": "payments"`,
		`"cpu": 256`, `"ratio": 1.50`, `"createdAt": 1.7612345678E9`, `"none": null`, `"empty": {}`, `"list": []`,
		`"name": "DB_PASSWORD"`, `"value": "` + clean.Mask + `"`,
	} {
		if !strings.Contains(got, plain) {
			t.Errorf("%s is missing in\n%s", plain, got)
		}
	}
}

func TestJSONKeepsOrderAndMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := drawJSON(t, 3)
		raw, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := maskJSON(raw)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		var back any
		if err := json.Unmarshal([]byte(shown), &back); err != nil {
			t.Fatalf("%s: %v", shown, err)
		}
		var want any
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, back); d != "" {
			t.Fatalf("changed: %s", d)
		}
		compact := strings.Map(func(r rune) rune {
			if r == '\n' || r == ' ' {
				return -1
			}
			return r
		}, shown)
		if compact != string(raw) {
			t.Fatalf("order changed:\n%s\n%s", raw, compact)
		}
	})
}

// drawJSON makes a value without secrets and without spaces in its strings.
func drawJSON(t *rapid.T, depth int) any {
	kinds := 4
	if depth > 0 {
		kinds = 6
	}
	word := rapid.StringMatching(`[a-z]{0,6}`)
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return word.Draw(t, "string")
	case 1:
		return rapid.IntRange(-1e6, 1e6).Draw(t, "number")
	case 2:
		return rapid.Bool().Draw(t, "bool")
	case 3:
		return nil
	case 4:
		list := make([]any, rapid.IntRange(0, 3).Draw(t, "items"))
		for i := range list {
			list[i] = drawJSON(t, depth-1)
		}
		return list
	}
	object := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, "members") {
		object["m"+rapid.StringMatching(`[a-z]{1,4}`).Draw(t, "name")] = drawJSON(t, depth-1)
	}
	return object
}

func TestJSONThatIsNone(t *testing.T) {
	for _, doc := range []string{"", "{", `{"a":}`, "{} {}", "<html>"} {
		if got, err := maskJSON(json.RawMessage(doc)); err == nil {
			t.Errorf("%q was shown as %q", doc, got)
		}
	}
}
