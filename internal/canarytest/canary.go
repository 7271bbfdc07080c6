// Package canarytest plants secrets in a simulated account and hunts for them in
// whatever the console and the commands show, save and send. It is for tests.
package canarytest

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
)

const (
	region = "eu-west-1"
	arn    = "arn:aws:ecs:" + region + ":000000000000:"
)

// Secret is a secret that a test plants in the environment of a service, and what
// would give it away: the parts that no other text has.
type Secret struct {
	Name, Value string
	Parts       []string
}

// Secrets returns one secret of each kind that gantry has to know for one.
func Secrets() []Secret {
	return []Secret{
		{"ORDERS_DB_PASSWORD", "c4n'Pw=\"Zq7rT2wX9kLm", []string{"Zq7rT2wX9kLm", "Zq7rT2wX"}},
		{"UPSTREAM", "postgres://orders:cAnC0nnPw8Ty@db.internal:5432/orders?sslmode=require", []string{"cAnC0nnPw8Ty", "cAnC0nn"}},
		{"SESSION", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.cAnJwtS1gn4tur3", []string{"eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJjYW5hcnkifQ", "cAnJwtS1gn4tur3"}},
		{"UPLOADER", "AKIACANARY7ABCDEFGHI", []string{"AKIACANARY7ABCDEFGHI", "CANARY7ABC"}},
		{"CERTIFICATE", "-----BEGIN RSA PRIVATE KEY-----\ncAnPemL1neOneXyZ\ncAnPemL2neTwoXyZ\n-----END RSA PRIVATE KEY-----\n", []string{"cAnPemL1neOneXyZ", "cAnPemL2neTwoXyZ"}},
	}
}

// Typed is a canary that is typed during a test.
const Typed = "cAnFr3shV4lue"

// Plant deploys a revision of a service whose first container has the canaries in
// its environment, one of them in its command and one in its health check too, as
// somebody else would.
func Plant(t testing.TB, transport http.RoundTripper, cluster, service string) {
	t.Helper()
	id := awsx.ContextID{Profile: "other", Region: region}
	opener := sdk.NewStatic(access.Options{Transport: transport, Version: "test"}, access.Static{Region: region, AccessKey: "AKID", SecretKey: "SECRET"})
	account, err := opener.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	ctx := awsx.WithChange(t.Context(), &awsx.Change{ID: "chg-other", Record: func(awsx.Call) error { return nil }})
	svc, err := read.ServiceNow(ctx, account, awsx.Ref{Context: id, ARN: arn + "service/" + cluster + "/" + service, Cluster: arn + "cluster/" + cluster})
	if err != nil {
		t.Fatal(err)
	}
	td, err := account.TaskDefinition(ctx, svc.TaskDefinition)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(td.Raw, &doc); err != nil {
		t.Fatal(err)
	}
	for _, name := range document.ReadOnlyFields() {
		delete(doc, name)
	}
	container := doc["containerDefinitions"].([]any)[0].(map[string]any)
	env, _ := container["environment"].([]any)
	for _, c := range Secrets() {
		env = append(env, map[string]any{"name": c.Name, "value": c.Value})
	}
	container["environment"] = env
	container["command"] = []string{"serve", "--upstream", Secrets()[1].Value, "--password=Zq7rT2wX9kLm"}
	container["healthCheck"] = map[string]any{"command": []string{"CMD-SHELL", "curl -H 'Authorization: Bearer " + Secrets()[2].Value + "' localhost"}}
	container["dockerLabels"] = map[string]string{"api-token": "Zq7rT2wX9kLm"}
	body, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	own, err := account.RegisterTaskDefinition(ctx, body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := account.UpdateService(ctx, awsx.ServiceUpdate{Service: svc.Ref, TaskDefinition: &own.ARN}); err != nil {
		t.Fatal(err)
	}
}

// Hunt searches a text for canaries, also broken over lines and with its spaces
// taken out, as a narrow screen shows it.
func Hunt(t testing.TB, where, text string) {
	t.Helper()
	joined := strings.Join(strings.Fields(text), "")
	for _, c := range append(Secrets(), Secret{"typed", Typed, []string{Typed}}) {
		for _, part := range c.Parts {
			if strings.Contains(text, part) || strings.Contains(joined, part) {
				t.Errorf("%s shows %q of %s:\n%s", where, part, c.Name, linesWith(text, part))
				break
			}
		}
	}
}

// linesWith are the lines that have a part, or the whole text.
func linesWith(text, part string) string {
	var found []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			found = append(found, line)
		}
	}
	if len(found) == 0 {
		return text
	}
	return strings.Join(found, "")
}

// HuntFiles searches every file under a directory, and returns their names.
func HuntFiles(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		Hunt(t, path, string(data))
		names = append(names, filepath.Base(path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Drafts gives editors' files a directory of their own, and returns an editor that
// keeps a copy of what it is given in another one and changes the CPU shares.
func Drafts(t *testing.T) (tmp, copies, editor string) {
	copies, tmp = t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", tmp)
	return tmp, copies, `f() { cp "$1" ` + copies + `/$$ && sed -i 's/"cpu": [0-9]*/"cpu": 300/' "$1"; }; f`
}
