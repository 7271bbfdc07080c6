package app

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/awsx/sdk"
	"gantry/internal/config"
)

// Canary is a secret that a test plants in the environment of a service, and what
// would give it away: the parts that no other text has.
type Canary struct {
	Name, Value string
	Parts       []string
}

// Canaries returns one secret of each kind that gantry has to know for one.
func Canaries() []Canary {
	return []Canary{
		{"ORDERS_DB_PASSWORD", "c4n'Pw=\"Zq7rT2wX9kLm", []string{"Zq7rT2wX9kLm", "Zq7rT2wX"}},
		{"UPSTREAM", "postgres://orders:cAnC0nnPw8Ty@db.internal:5432/orders?sslmode=require", []string{"cAnC0nnPw8Ty", "cAnC0nn"}},
		{"SESSION", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.cAnJwtS1gn4tur3", []string{"eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJjYW5hcnkifQ", "cAnJwtS1gn4tur3"}},
		{"UPLOADER", "AKIACANARY7ABCDEFGHI", []string{"AKIACANARY7ABCDEFGHI", "CANARY7ABC"}},
		{"CERTIFICATE", "-----BEGIN RSA PRIVATE KEY-----\ncAnPemL1neOneXyZ\ncAnPemL2neTwoXyZ\n-----END RSA PRIVATE KEY-----\n", []string{"cAnPemL1neOneXyZ", "cAnPemL2neTwoXyZ"}},
	}
}

// fresh is a canary that is typed during a test.
const fresh = "cAnFr3shV4lue"

// Plant deploys a revision of a service whose first container has the canaries in
// its environment, one of them in its command and one in its health check too, as
// somebody else would.
func Plant(t testing.TB, transport http.RoundTripper, cluster, service string) {
	t.Helper()
	opener := sdk.NewStatic(sdk.Options{Transport: transport, Version: "test"}, sdk.Static{Region: simRegion, AccessKey: "AKID", SecretKey: "SECRET"})
	account, err := opener.Open(t.Context(), awsx.ContextID{Profile: "other", Region: simRegion})
	if err != nil {
		t.Fatal(err)
	}
	ctx := awsx.WithChange(t.Context(), &awsx.Change{ID: "chg-other", Record: func(awsx.Call) error { return nil }})
	svc := serviceOf(t, account, cluster, service)
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
	for _, c := range Canaries() {
		env = append(env, map[string]any{"name": c.Name, "value": c.Value})
	}
	container["environment"] = env
	container["command"] = []string{"serve", "--upstream", Canaries()[1].Value, "--password=Zq7rT2wX9kLm"}
	container["healthCheck"] = map[string]any{"command": []string{"CMD-SHELL", "curl -H 'Authorization: Bearer " + Canaries()[2].Value + "' localhost"}}
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

func serviceOf(t testing.TB, account awsx.Account, cluster, name string) awsx.Service {
	t.Helper()
	for clusters, err := range account.Clusters(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range clusters.Items {
			if c.Name != cluster {
				continue
			}
			for page, err := range account.Services(t.Context(), c.Ref) {
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range page.Items {
					if s.Name == name {
						return s
					}
				}
			}
		}
	}
	t.Fatalf("no service %s in %s", name, cluster)
	return awsx.Service{}
}

// Hunt searches a text for canaries, also broken over lines and with its spaces
// taken out, as a narrow screen shows it.
func Hunt(t testing.TB, where, text string) {
	t.Helper()
	joined := strings.Join(strings.Fields(text), "")
	for _, c := range append(Canaries(), Canary{"typed", fresh, []string{fresh}}) {
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

// canaryDesk is a desk at which everything that is shown, copied, saved or sent is
// searched.
type canaryDesk struct {
	*desk
	masks int
}

// look searches the screen, and the clipboard.
func (d *canaryDesk) look(where string) {
	d.t.Helper()
	text := d.Text()
	Hunt(d.t, "the screen after "+where, text)
	Hunt(d.t, "the clipboard after "+where, d.Clipboard)
	d.masks += strings.Count(text+d.Clipboard, "(masked")
}

// visit presses keys, looks after each, saves the screen, and goes back to where
// it came from.
func (d *canaryDesk) visit(keys string) {
	d.t.Helper()
	for i, key := range strings.Fields(keys) {
		d.press(key)
		d.wait(2 * time.Second)
		d.look(strings.Join(strings.Fields(keys)[:i+1], " "))
	}
	for _, key := range []string{"c", "Y", "ctrl+s", "G"} {
		d.press(key)
		d.look(keys + " " + key)
	}
	d.home()
}

// home goes back to the services.
func (d *canaryDesk) home() {
	d.t.Helper()
	for range 12 {
		if strings.Contains(d.Text(), "SERVICE ") && strings.Contains(d.Text(), "RUN/DES") {
			return
		}
		key := "esc"
		switch {
		case d.showing("[ No ]"):
			key = "y" // edits are lost
		case d.showing("RUN/PEND"):
			key = "enter" // one too far
		}
		d.Advance(400 * time.Millisecond)
		d.press(key)
	}
	d.t.Fatalf("no way home:\n%s", strings.TrimSpace(d.Text()))
}

// TestTheConsoleShowsNoCanary goes to every screen of a service whose environment
// is full of secrets.
func TestTheConsoleShowsNoCanary(t *testing.T) {
	c := &channel{status: 200}
	tmp, copies, editor := Drafts(t)
	s := told(c, config.Notify{})
	s.w, s.h, s.alone, s.editor = 200, 120, true, editor
	sit(t, s, func(t *testing.T, plain *desk) {
		d := &canaryDesk{desk: plain}
		Plant(t, d.sim.RoundTripper(), "staging", "web")
		d.wait(5 * time.Minute)
		d.cluster("staging").service("web")
		for _, keys := range []string{
			"d", "y", "enter", "enter d", "enter y", "enter enter", "enter enter d", "enter enter y", "v", "i", "u", "u u", "u u enter", "Z", "Z enter", "Z d", "Z y",
			"l", "e", "e w", "r", "o", "o enter", "%", "?", "s",
		} {
			d.visit(keys)
			d.service("web")
		}
		d.press("Z").read().press("=").read()
		d.look("comparing deployments")
		d.home()
		d.service("web").press("u").read().press("u").read().press("=").read()
		d.look("comparing revisions")
		d.home()

		// An edit with another secret, to the end.
		d.service("web").press("v").read().press("a").Type("NEW_TOKEN").Press("enter")
		d.look("a name")
		d.Type(fresh + "\n").Press("enter")
		d.look("a value")
		d.press("w").read()
		d.look("the plan")
		d.press("c", "ctrl+s")
		d.look("the plan copied")
		d.press("enter")
		d.look("the question")
		d.answer("y")
		d.until(20*time.Minute, "succeeded")
		d.look("the verdict")
		d.press("c", "ctrl+s")
		d.look("the verdict copied")
		d.home()

		// A name that is wrong near a secret: the field has what was pasted into it,
		// and what is said about it has not.
		wrong := []string{"GOOD=1", "9BAD NAME=" + fresh, "SECOND_TOKEN='" + fresh}
		d.service("web").press("v").read().press("p")
		d.Paste(strings.Join(wrong, "\n")).press("ctrl+s", "ctrl+d").Shows("line 2")
		rest := d.Text()
		for _, line := range wrong {
			rest = strings.ReplaceAll(rest, line, "")
		}
		Hunt(t, "the fault of what was pasted", rest)
		d.home()

		if len(c.heard()) != 2 {
			t.Errorf("heard %q", c.heard())
		}
		Hunt(t, "the webhook", string(c.raw))
		if _, raw := d.journal(); strings.Count(raw, "hmac-sha256:") != 1 {
			t.Errorf("the journal has %s", raw)
		}
		names := strings.Join(HuntFiles(t, filepath.Dir(d.app.journal.Path())), " ")
		if n := strings.Count(names, ".txt"); n < 10 {
			t.Errorf("saved screens: %s", names)
		}
		if d.masks < 100 {
			t.Errorf("only %d masks were seen: the canaries did not go everywhere", d.masks)
		}
	})
	if edited := HuntFiles(t, copies); len(edited) == 0 {
		t.Error("no editor was given the definition")
	}
	if left := HuntFiles(t, tmp); len(left) > 0 {
		t.Errorf("for the editor were left %s", left)
	}
}

// TestARevealShowsAndIsOnRecord: the value that is asked for is shown, and the
// others are not, once it is written down that it was.
func TestARevealShowsAndIsOnRecord(t *testing.T) {
	sit(t, setting{w: 200, h: 60}, func(t *testing.T, d *desk) {
		Plant(t, d.sim.RoundTripper(), "staging", "web")
		d.wait(5 * time.Minute)
		d.cluster("staging").service("web").press("v").read().Hides("cAnC0nnPw8Ty")
		for !strings.Contains(d.Row("UPSTREAM"), ">") {
			d.press("j")
		}
		d.press("r").Hides("cAnC0nnPw8Ty").answer("y")
		d.read().Shows("cAnC0nnPw8Ty").Hides("AKIACANARY7ABCDEFGHI")
		records, raw := d.journal()
		if len(records) != 1 || records[0]["action"] != "reveal" || records[0]["service"] != "web" || records[0]["who"] == "" {
			t.Errorf("on record: %v", records)
		}
		Hunt(t, "the journal", raw)
	})
}
