package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/cli/command"
)

// document is what the account answers when a family's newest revision is
// described, laid out.
func (a *account) document(t *testing.T, family string) string {
	t.Helper()
	b, err := json.MarshalIndent(a.ask(t, "DescribeTaskDefinition", `{"taskDefinition": "`+family+`", "include": ["TAGS"]}`), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// ask calls an operation of ECS as somebody else would.
func (a *account) ask(t *testing.T, operation, body string) (answer any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113."+operation)
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	resp, err := a.net.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v (%v)", operation, answer, err)
	}
	return answer
}

// editor is a shell script in place of an editor, which finds the file in $1.
func editor(script string) func(string) string {
	return func(name string) string {
		switch name {
		case "VISUAL":
			return "f() { " + script + "; }; f"
		case "EDITOR":
			return "false"
		}
		return os.Getenv(name)
	}
}

func (a *account) editing(t *testing.T, script, typed string, args ...string) result {
	t.Helper()
	s := command.Streams{In: strings.NewReader(typed), Terminal: true, Keyboard: true, Getenv: editor(script)}
	return a.runWith(t.Context(), s, append([]string{"edit", "prod/catalog", "--no-wait"}, args...)...)
}

func TestEditInAnEditor(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		seen := filepath.Join(t.TempDir(), "seen")
		r := a.editing(t, `ls -ld $(dirname "$1") "$1" > `+seen+`; cat "$1" >> `+seen+`; sed -i 's/"LOG_LEVEL"/"LOGLEVEL"/' "$1"`, "", "--confirm", "catalog")
		r.wants(t, 0, "LOGLEVEL", "prod/catalog: started (registered catalog:5)").lacks(t, "demo-catalog-pw", "kept in")
		b, err := os.ReadFile(seen)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		if !strings.HasPrefix(text, "drwx------") || !strings.Contains(text, "\n-rw-------") {
			t.Errorf("others can read the file:\n%s", text)
		}
		if !strings.Contains(text, "(masked 1 of catalog:4)") || strings.Contains(text, "demo-catalog-pw") {
			t.Errorf("the editor was given\n%s", text)
		}
		if dir := regexp.MustCompile(`\S+/gantry-edit-\S+`).FindString(text); dir == "" {
			t.Error("no directory of its own")
		} else if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", dir, err)
		}
		if got := a.now(t, "prod/catalog"); !strings.Contains(got, "DB_PASSWORD=demo-catalog-pw\n") || !strings.Contains(got, "LOGLEVEL=") {
			t.Errorf("the service has\n%s", got)
		}
	})
}

func TestEditThatChangesNothing(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		for _, script := range []string{":", `: > "$1"`, `echo > "$1"`} {
			a.editing(t, script, "").wants(t, 2, "gantry: nothing changed\n").lacks(t, "kept in")
		}
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}

func TestAnEditThatDoesNotComeToAChangeIsKept(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		rename := `sed -i 's/"LOG_LEVEL"/"LOGLEVEL"/' "$1"`
		for name, c := range map[string]struct {
			script, typed string
			code          int
			text          string
			args          []string
		}{
			"not JSON":          {`printf '{\n  "family": oops' > "$1"`, "", 2, "line 2, column 13: not JSON", nil},
			"the editor fails":  {"exit 3", "", 1, "the editor ", nil},
			"not confirmed":     {rename, "no\n", 5, "not confirmed", nil},
			"a dry run":         {rename, "", 0, "dry run", []string{"--dry-run"}},
			"another's service": {`sed -i 's/"family": "catalog"/"family": "web"/' "$1"`, "", 2, `the family is "web"`, nil},
		} {
			r := a.editing(t, c.script, c.typed, c.args...).wants(t, c.code, c.text, "the edit is kept in ")
			m := regexp.MustCompile(`kept in (\S+); to go on with it: gantry edit prod/catalog < (\S+)\n`).FindStringSubmatch(r.err)
			if m == nil || m[1] != m[2] {
				t.Errorf("%s: where it is was not said:\n%s", name, r.err)
				continue
			}
			if _, err := os.Stat(m[1]); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			_ = os.RemoveAll(filepath.Dir(m[1]))
		}
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}

func TestEditFromStandardInput(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		text := a.document(t, "catalog")
		in := func(document string, args ...string) result {
			return a.runWith(t.Context(), command.Streams{In: strings.NewReader(document)}, append([]string{"edit", "prod/catalog", "--no-wait"}, args...)...)
		}
		in("", "--yes").wants(t, 2, "nothing changed: standard input is empty")
		in(text, "--yes").wants(t, 2, "nothing changed: the task definition says the same")
		in(strings.Replace(text, "LOG_LEVEL", "LOGLEVEL", 1)).wants(t, 5, "not confirmed: without a terminal give --yes")
		in(strings.Replace(text, "LOG_LEVEL", "LOGLEVEL", 1), "--yes").wants(t, 0, "registered catalog:5")
		out := command.Streams{In: strings.NewReader(text), Keyboard: true}
		a.runWith(t.Context(), out, "edit", "prod/catalog").wants(t, 2, "an editor needs a terminal on standard output too")
	})
}

// TestBadInputIsToldBeforeAnythingIsSent gives each command what it cannot carry
// out: every one is told in words, with its exit code, and nothing is sent.
func TestBadInputIsToldBeforeAnythingIsSent(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		text := a.document(t, "catalog")
		replaced := func(old, fresh string) string {
			out := strings.Replace(text, old, fresh, 1)
			if out == text {
				t.Fatalf("%s is not in the document", old)
			}
			return out
		}
		for _, c := range []struct {
			args, stdin string
			code        int
			text        string
		}{
			{"deploy prod/catalog --image web=:v1", "", 2, `container "web" is not in the task definition: expected one of catalog`},
			{"deploy prod/payments --image :v1", "", 2, "several containers"},
			{"deploy prod/catalog --image :", "", 2, "catalog:"},
			{"deploy prod/catalog --image :nope", "", 5, "image: not in its repository"},
			{"deploy prod/catalog --image :v3.4.0", "", 2, "nothing changed: the service runs this image already"},
			{"env set prod/catalog PORT=8080", "", 2, "nothing changed: the environment is like this already"},
			{"env set prod/catalog A=" + strings.Repeat("x", 70_000), "", 2, "bytes"},
			{"env set prod/catalog --from-file=-", "A=1\n'B", 2, "line 2"},
			{"secrets prod/catalog A=b,c", "", 2, "secret A: "},
			{"scale prod/catalog 3", "", 2, "nothing changed: the desired count is 3 already"},
			{"scaling prod/catalog --max 3", "", 2, "is not scaled"},
			{"stop prod/catalog", "", 2, "have an id that begins so"},
			{"run prod/orders-migrate --count 11", "", 2, "one call starts 1 to 10"},
			{"rollback prod/catalog --to 4", "", 2, "nothing changed: the service runs catalog:4 already"},
			{"edit prod/catalog", "{\n  \"family\": \"catalog\",\n  \"cpu\": 1,}", 2, "line 3, column 12: not JSON"},
			{"edit prod/catalog", "[]", 2, "expected the JSON object of a task definition"},
			{"edit prod/catalog", `{"family": "catalog", "family": "catalog"}`, 2, `line 1, column 30: "family" is there twice`},
			{"edit prod/catalog", `{"family": "catalog"}`, 2, "containerDefinitions: expected a list of at least one container"},
			{"edit prod/catalog", replaced(`"containerPort": 8080`, `"containerPort": 80800`), 2, "containerPort: expected a port from 1 to 65535"},
			{"edit prod/catalog", replaced(`"LOG_LEVEL"`, `"PORT"`), 5, "variables: there twice, and the later value counts: PORT of catalog"},
			{"edit prod/catalog", text, 2, "nothing changed"},
			{"edit prod/catalog", replaced(`"info"`, `"`+strings.Repeat("x", 70_000)+`"`), 2, "bytes"},
		} {
			s := command.Streams{In: strings.NewReader(c.stdin)}
			r := a.runWith(t.Context(), s, append(strings.Fields(c.args), "--yes")...)
			if name := fmt.Sprintf("%.60s", c.args); r.code != c.code || !strings.Contains(r.err, c.text) || r.out != "" {
				t.Errorf("gantry %s: exit code %d, want %d and %q\n%.2000s%.2000s", name, r.code, c.code, c.text, r.out, r.err)
			}
		}
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}

func TestARenderedFileIsNoChangeAndJsonnetIsToldHowToBecomeOne(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		rendered := strings.Replace(a.document(t, "catalog"), `"essential": true`, `"essential": true, "user": "", "links": [], "hostname": ""`, 1)
		in := func(text string) command.Streams { return command.Streams{In: strings.NewReader(text)} }
		a.runWith(t.Context(), in(rendered), "edit", "prod/catalog", "--yes").wants(t, 2, "nothing changed")
		a.runWith(t.Context(), in("local image = std.extVar('image');\n{ family: 'catalog' }"), "edit", "prod/catalog", "--yes").
			wants(t, 2, "ecspresso render taskdefinition | gantry edit prod/catalog")
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}

func TestAnEditThatChangesNothingLeavesNoFile(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		kept := filepath.Join(t.TempDir(), "name")
		a.editing(t, `echo "$1" > `+kept+`; echo >> "$1"`, "", "--yes").wants(t, 2, "nothing changed").lacks(t, "kept in")
		name, err := os.ReadFile(kept)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Dir(strings.TrimSpace(string(name)))); !os.IsNotExist(err) {
			t.Errorf("the file is there still (%v)", err)
		}
	})
}

func TestAVerdictThatIsGoneBackFromIsPrintedOnce(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "deploy", "prod/api-orders", "--image", ":v2.32.0", "--yes", "--timeout", "1s", "--rollback").wants(t, 3)
		if n := strings.Count(r.out+r.err, "no end after 1s"); n != 1 {
			t.Errorf("printed %d times:\n%s%s", n, r.out, r.err)
		}
	})
}
