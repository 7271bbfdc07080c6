package document_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/document"
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
	got, err := document.Shown([]byte(doc))
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

// TestCommandsHideWhatTheirFlagsAnnounce is about the arguments of commands, in a list
// and as one text, in the JSON and in a difference.
func TestCommandsHideWhatTheirFlagsAnnounce(t *testing.T) {
	const doc = `{"family":"cache","containerDefinitions":[{"name":"app","image":"redis:7","memory":128,
		"command":["redis-server","--requirepass","Tr0ub4dor","--token=abc123tok","-u","admin:pw1234","--api-key","k-998877","--port","6380"],
		"entryPoint":["sh","-c","exec app --db-password hunter2pass --verbose"],
		"healthCheck":{"command":["CMD-SHELL","curl -u probe:pr0bepass http://localhost/"]},
		"dockerLabels":{"traefik.http.middlewares.auth.basicauth.users":"admin:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/"}}]}`
	other := strings.NewReplacer("Tr0ub4dor", "Tr1ub4dor", "hunter2pass", "hunter3pass").Replace(doc)
	shown, err := document.Shown([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	old, fresh, err := document.CompareDefinitions(revision(t, doc), revision(t, other))
	if err != nil {
		t.Fatal(err)
	}
	for what, s := range map[string]string{"the JSON": shown, "the old side": old, "the new side": fresh} {
		for _, secret := range []string{"ub4dor", "abc123tok", "pw1234", "k-998877", "hunter", "pr0bepass", "H6uskkkW"} {
			if strings.Contains(s, secret) {
				t.Errorf("%s shows %s:\n%s", what, secret, s)
			}
		}
		for _, plain := range []string{"--requirepass", "--port", "6380", "admin:" + clean.Mask, "--verbose", "curl -u probe:" + clean.Mask + " http://localhost/"} {
			if !strings.Contains(s, plain) {
				t.Errorf("%s lacks %s:\n%s", what, plain, s)
			}
		}
	}
	if n := strings.Count(fresh, clean.Mask+" changed"); n != 2 {
		t.Errorf("%d arguments are said to have changed, want 2:\n%s", n, fresh)
	}
}

func revision(t *testing.T, doc string) *awsx.TaskDefinition {
	t.Helper()
	td, err := awsx.ParseTaskDefinition(awsx.Document(doc), nil)
	if err != nil {
		t.Fatal(err)
	}
	return td
}

func TestJSONKeepsOrderAndMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := drawJSON(t, 3)
		raw, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := document.Shown(raw)
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
		if got, err := document.Shown([]byte(doc)); err == nil {
			t.Errorf("%q was shown as %q", doc, got)
		}
	}
}

// recurring is a revision that gives a secret to one variable and carries it in many
// other places.
const recurring = `{"family":"zebra-quartz-88","taskRoleArn":"arn:aws:iam::1:role/zebra-quartz-88","containerDefinitions":[{
	"name":"zebra-quartz-88","image":"registry/zebra-quartz-88:1",
	"environment":[{"name":"DB_PASSWORD","value":"zebra-quartz-88"},{"name":"FLAGS","value":"--pw zebra-quartz-88 --tls"},
		{"name":"USE_TOKEN","value":"true"},{"name":"KEY_COUNT","value":"1"},{"name":"KEY_STAGE","value":"prod"},{"name":"KEY_SET","value":"default"},
		{"name":"DB_URL","value":"postgres://app:opal-tiger@db/x"},{"name":"OTHER","value":"-w opal-tiger -h db/x"},
		{"name":"STAGE","value":"prod"},{"name":"MODE","value":"default"}],
	"secrets":[{"name":"API_KEY","valueFrom":"arn:aws:ssm:eu-west-1:1:parameter/zebra-quartz-88"}],
	"command":["sh","-c","mysql -pzebra-quartz-88 -h db"],"entryPoint":["/init","zebra-quartz-88"],
	"healthCheck":{"command":["CMD-SHELL","check zebra-quartz-88 true prod || exit 1"]},
	"logConfiguration":{"logDriver":"fluentd","options":{"labels":"zebra-quartz-88","tag":"prod","key":"zebra-quartz-99"}},
	"dockerLabels":{"note":"zebra-quartz-88"},"workingDirectory":"/srv/zebra-quartz-88","fieldOfTheFuture":["zebra-quartz-88"],
	"systemControls":[{"namespace":"n","value":"zebra-quartz-88"}]}],
	"tags":[{"key":"owner","value":"zebra-quartz-88"}]}`

func recurs(t *testing.T) *awsx.TaskDefinition {
	t.Helper()
	td, err := awsx.ParseTaskDefinition(awsx.Document(recurring), []awsx.Tag{{Key: "owner", Value: "zebra-quartz-88"}})
	if err != nil {
		t.Fatal(err)
	}
	return td
}

// TestASecretIsHiddenWhereverItRecurs searches what the console shows of a revision,
// what is compared and what an editor is given.
func TestASecretIsHiddenWhereverItRecurs(t *testing.T) {
	shown, err := document.Shown([]byte(recurring))
	if err != nil {
		t.Fatal(err)
	}
	same, err := awsx.ParseTaskDefinition(awsx.Document(strings.Replace(recurring, `"DB_PASSWORD"`, `"LOGIN"`, 1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	old, fresh, err := document.CompareDefinitions(recurs(t), same)
	if err != nil {
		t.Fatal(err)
	}
	text, err := document.Redacted(recurs(t))
	if err != nil {
		t.Fatal(err)
	}
	// What the operator goes by stays: the family, the role, the container, the
	// image and the reference to a parameter.
	byName := []string{`"zebra-quartz-88"`, "role/zebra-quartz-88", `"zebra-quartz-88"`, "registry/zebra-quartz-88:1", "parameter/zebra-quartz-88"}
	for what, s := range map[string]string{"the JSON": shown, "the old side": old, "the new side": fresh, "the text for an editor": text} {
		if n := strings.Count(s, "zebra-quartz-88"); n != len(byName) {
			t.Errorf("%s has the value %d times, want it as %d names:\n%s", what, n, len(byName), s)
		}
		for _, name := range byName {
			if !strings.Contains(s, name) {
				t.Errorf("%s lacks %s", what, name)
			}
		}
		if strings.Contains(s, "zebra-quartz-99") {
			t.Errorf("%s shows an option that is called key", what)
		}
	}
	for _, plain := range []string{`"value": "prod"`, `"value": "default"`, `"tag": "prod"`, "true prod || exit 1", "mysql -p" + clean.Mask + " -h db", "-w " + clean.Mask + " -h db/x"} {
		if !strings.Contains(shown, plain) {
			t.Errorf("the JSON lacks %s:\n%s", plain, shown)
		}
	}
}

func TestValuesAreMaskedByTheSecretsOfTheirRevision(t *testing.T) {
	m := document.MaskingOf(recurs(t))
	for _, c := range []struct{ name, value, want string }{
		{"DB_PASSWORD", "anything", clean.Mask},
		{"JDBC", "jdbc:postgresql://db/app?user=a&password=b7c8", "jdbc:postgresql://db/app?user=a&password=" + clean.Mask},
		{"FLAGS", "--pw zebra-quartz-88", "--pw " + clean.Mask},
		{"STAGE", "prod", "prod"},
		{"MODE", "default", "default"},
	} {
		if got := m.Value(c.name, c.value); got != c.want || m.Hides(c.name, c.value) != (c.want != c.value) {
			t.Errorf("%s=%s is shown as %s", c.name, c.value, got)
		}
	}
	if got := m.Text("exec: zebra-quartz-88: not found"); got != "exec: "+clean.Mask+": not found" {
		t.Errorf("a reason says %s", got)
	}
	if got := document.MaskingOf(nil).Text("zebra-quartz-88"); got != "zebra-quartz-88" {
		t.Errorf("without a revision %s is shown", got)
	}
}
