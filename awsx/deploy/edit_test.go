package deploy

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
	"gantry/internal/clean"
	"gantry/internal/fault"
)

// edited plans an edit of the example's definition on the text that Redacted
// gives.
func edited(t *testing.T, edit func(string) string) (Plan, error) {
	t.Helper()
	f := newFake(t)
	text, err := document.Redacted(f.definitions[f.service.TaskDefinition])
	if err != nil {
		t.Fatal(err)
	}
	return f.tryPlan(EditDefinition{awsx.Document(edit(text))})
}

func replace(old, fresh string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, fresh, 1) }
}

func registered(t *testing.T, p Plan) *awsx.TaskDefinition {
	t.Helper()
	td, err := awsx.ParseTaskDefinition(p.Steps[0].(*step.Register).Document, nil)
	if err != nil {
		t.Fatal(err)
	}
	return td
}

func TestTheTextForAnEditorHoldsNoSecret(t *testing.T) {
	f := newFake(t)
	text, err := document.Redacted(f.definitions[f.service.TaskDefinition])
	if err != nil || strings.Contains(text, "canary") {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, want := range []string{`"value": "(masked 1 of api:7)"`, `"value": "info"`, `"qubits": 12345678901234567890`, `"key": "team"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %s:\n%s", want, text)
		}
	}
	for _, name := range document.ReadOnlyFields() {
		if strings.Contains(text, `"`+name+`"`) {
			t.Errorf("the text has the read-only field %s", name)
		}
	}
}

func TestAnEditedDefinitionIsRegisteredWithItsSecretsPutBack(t *testing.T) {
	cases := []struct {
		name  string
		edit  func(string) string
		after string
		env   []awsx.EnvVar // of container web
	}{
		{"another size", replace(`"cpu": "256"`, `"cpu": "512"`), "new revision, edited: cpu", vars("LOG_LEVEL", "info", "DB_PASSWORD", "old-canary")},
		{"a renamed variable", replace("DB_PASSWORD", "DB_PASS"), "new revision, edited: web environment", vars("LOG_LEVEL", "info", "DB_PASS", "old-canary")},
		{"a variable that moved to another name", func(s string) string {
			return strings.NewReplacer(`"value": "info"`, `"value": "(masked 1 of api:7)"`, `"value": "(masked 1 of api:7)"`, `"value": "info"`).Replace(s)
		}, "new revision, edited: web environment", vars("LOG_LEVEL", "old-canary", "DB_PASSWORD", "info")},
		{"part of a value", replace(`"value": "info"`, `"value": "db://u:(masked 1 of api:7)@h"`), "new revision, edited: web environment", vars("LOG_LEVEL", "db://u:old-canary@h", "DB_PASSWORD", "old-canary")},
		{"another value", replace("(masked 1 of api:7)", "new-canary"), "new revision, edited: web environment", vars("LOG_LEVEL", "info", "DB_PASSWORD", "new-canary")},
		{"several parts", func(s string) string {
			return replace(`"cpu": "256"`, `"cpu": "512"`)(replace(`"stopTimeout": 30`, `"stopTimeout": 60`)(replace("nginx:1.27", "nginx:1.28")(s)))
		}, "new revision, edited: web stopTimeout; proxy image; cpu", vars("LOG_LEVEL", "info", "DB_PASSWORD", "old-canary")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := edited(t, c.edit)
			if err != nil {
				t.Fatal(err)
			}
			if p.After != c.after {
				t.Errorf("after is %q, want %q", p.After, c.after)
			}
			web, _ := registered(t, p).Container("web")
			if len(web.Env) != len(c.env) {
				t.Fatalf("%d variables", len(web.Env))
			}
			for i, v := range web.Env {
				if v != c.env[i] {
					t.Errorf("%s=%q, want %s=%q", v.Name, v.Value.Reveal(), c.env[i].Name, c.env[i].Value.Reveal())
				}
			}
			shown, err := json.Marshal(p)
			if err != nil || strings.Contains(string(shown)+p.Diff+strings.Join(p.Commands(), "\n")+fmt.Sprintf("%+v", p), "canary") {
				t.Errorf("the plan shows a secret (%v)", err)
			}
		})
	}
}

func TestTagsOfAnEditedDefinition(t *testing.T) {
	without := func(s string) string {
		var doc map[string]json.RawMessage
		if err := json.Unmarshal([]byte(s), &doc); err != nil {
			t.Fatal(err)
		}
		delete(doc, "tags")
		doc["cpu"] = json.RawMessage(`"512"`)
		b, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	cases := []struct {
		name string
		edit func(string) string
		want string
	}{
		{"left out", without, `"tags":[{"key":"team","value":"pay"}]`},
		{"emptied", func(s string) string { return strings.Replace(without(s), "{", `{"tags":[],`, 1) }, ""},
		{"the service's own", func(s string) string {
			return strings.Replace(without(s), "{", `{"tags":[{"key":"AWS:cloudformation:stack-name","value":"s"},{"key":"a","value":"b"}],`, 1)
		}, `"tags":[{"key":"a","value":"b"}]`},
	}
	for _, c := range cases {
		p, err := edited(t, c.edit)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		doc := string([]byte(p.Steps[0].(*step.Register).Document))
		if got := strings.Contains(doc, `"tags"`); got != (c.want != "") || !strings.Contains(doc, c.want) {
			t.Errorf("%s: sent %s", c.name, doc)
		}
	}
}

func TestAnAnswerOfTheAPIIsTakenForADefinition(t *testing.T) {
	p, err := edited(t, func(string) string {
		return `{"taskDefinition":` + strings.Replace(exampleJSON(7), `"cpu":"256"`, `"cpu":"512"`, 1) + `,"tags":[{"key":"x","value":"y"}]}`
	})
	if err != nil {
		t.Fatal(err)
	}
	if doc := string([]byte(p.Steps[0].(*step.Register).Document)); !strings.Contains(doc, `"tags":[{"key":"x","value":"y"}]`) || strings.Contains(doc, "registeredAt") {
		t.Errorf("sent %s", doc)
	}
}

// TestAVariableThatIsThereTwiceIsTakenForASlip, which can be overridden: the service
// registers it, and the later value counts.
func TestAVariableThatIsThereTwiceIsTakenForASlip(t *testing.T) {
	p, err := edited(t, func(string) string {
		return `{"containerDefinitions":[{"name":"a","image":"a","environment":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]}`
	})
	if err != nil {
		t.Fatal(err)
	}
	if f := found(t, p, check.Variables); f.Result != check.Broken || !strings.Contains(f.Text, "A of a") || len(p.Blocking(check.Variables)) == len(p.Blocking()) {
		t.Errorf("%+v", f)
	}
}

func TestDocumentsThatAreRefused(t *testing.T) {
	one := func(container string) func(string) string {
		return func(string) string { return `{"containerDefinitions":[` + container + `]}` }
	}
	cases := []struct {
		name string
		edit func(string) string
		want string
	}{
		{"unchanged", func(s string) string { return s }, "nothing changed"},
		{"empty", func(string) string { return "" }, "line 1, column 1: not JSON"},
		{"cut off", func(string) string { return "{\n  \"cpu\": " }, "line 2, column 9: not JSON: unexpected end"},
		{"a comma too many", func(string) string { return "{\n \"é\": 1,\n  }" }, "line 3, column 3: not JSON: invalid character '}'"},
		{"a word", func(string) string { return "{\"é\": nope}" }, "line 1, column 8: not JSON"},
		{"not UTF-8", func(string) string { return "{\"a\":\n \"canary\xff\"}" }, "line 2, column 9: not UTF-8"},
		{"a list", func(string) string { return "[]" }, "expected the JSON object"},
		{"a member twice", func(string) string { return "{\"a\":{\"b\":1,\n \"b\":2}}" }, `line 2, column 4: "b" is there twice`},
		{"another family", replace(`"family": "api"`, `"family": "web"`), `the family is "web" and the service runs api`},
		{"a read-only field", replace(`"family": "api"`, `"family": "api", "revision": 6`), "revision is set by the service and is not the one of api:7"},
		{"a stranger's tag", replace(`"key": "team"`, `"key": "aws:x"`), "keys that begin with aws: are the service's own"},
		{"the mask", replace("(masked 1 of api:7)", clean.Mask), "contains the mask"},
		{"a placeholder of nothing", replace("(masked 1 of api:7)", "(masked 2 of api:7)"), "the placeholder (masked 2 of api:7) stands for no value of api:7"},
		{"a placeholder of another revision", replace("(masked 1 of api:7)", "(masked 1 of api:6)"), "stands for no value of api:7"},
		{"no containers", func(string) string { return `{"containerDefinitions":[]}` }, "at least one container"},
		{"containers of another kind", func(string) string { return `{"containerDefinitions":{}}` }, "at least one container"},
		{"a container of another kind", one(`7`), "containerDefinitions[0]: expected an object"},
		{"no name", one(`{"image":"a"}`), "containerDefinitions[0].name: expected 1 to 255"},
		{"a bad name", one(`{"name":"a b","image":"a"}`), `found "a b"`},
		{"a name twice", one(`{"name":"a","image":"a"},{"name":"a","image":"a"}`), "container a is there twice"},
		{"no image", one(`{"name":"a"}`), "container a: image: expected an image reference"},
		{"an empty image", one(`{"name":"a","image":""}`), "container a: image"},
		{"a port too high", one(`{"name":"a","image":"a","portMappings":[{"containerPort":80},{"containerPort":70000}]}`), "portMappings[1].containerPort: expected a port from 1 to 65535"},
		{"a port that is a text", one(`{"name":"a","image":"a","portMappings":[{"containerPort":80,"hostPort":"x"}]}`), "portMappings[0].hostPort"},
		{"a value that is a number", one(`{"name":"a","image":"a","environment":[{"name":"A","value":1}]}`), "environment: value of A: expected a text"},
		{"a variable without a name", one(`{"name":"a","image":"a","environment":[{"value":"canary"}]}`), "environment[0].name: expected a name"},
		{"a secret twice", one(`{"name":"a","image":"a","secrets":[{"name":"A","valueFrom":"p"},{"name":"A","valueFrom":"q"}]}`), "A is there twice"},
		{"a variable and a secret", one(`{"name":"a","image":"a","environment":[{"name":"A","value":""}],"secrets":[{"name":"A","valueFrom":"p"}]}`), "A is there twice, in the environment or the secrets"},
		{"nothing essential", one(`{"name":"a","image":"a","essential":false}`), "no container is essential"},
		{"too many containers", func(string) string {
			var all []string
			for i := range 11 {
				all = append(all, fmt.Sprintf(`{"name":"c%d","image":"a"}`, i))
			}
			return `{"containerDefinitions":[` + strings.Join(all, ",") + `]}`
		}, "11 containers, and a task has at most 10"},
		{"too large", replace(`"value": "info"`, `"value": "`+strings.Repeat("x", 70000)+`"`), "the service admits 65536"},
	}
	for _, c := range cases {
		_, err := edited(t, c.edit)
		if err == nil || fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an Invalid error with %q", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error shows a value: %v", c.name, err)
		}
	}
}
