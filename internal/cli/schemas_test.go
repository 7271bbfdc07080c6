package cli_test

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx/sim"
	"gantry/internal/cli"
	"gantry/internal/cli/clitest"
	"gantry/internal/cli/command"
	"gantry/internal/cli/schema"
)

var update = flag.Bool("update", false, "write the schemas of documents anew")

// TestThePublishedSchemasAreThoseOfTheTypes that are printed, all of them and no other.
func TestThePublishedSchemasAreThoseOfTheTypes(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "schema")
	known := map[string]bool{"config.json": true, "theme.json": true} // which config has
	for _, d := range schema.All() {
		file := filepath.Join(dir, d.Name+".json")
		if known[filepath.Base(file)] {
			t.Errorf("two schemas are called %s", d.Name)
		}
		known[filepath.Base(file)] = true
		if *update {
			if err := os.WriteFile(file, d.JSON(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if b, err := os.ReadFile(file); err != nil || string(b) != string(d.JSON()) {
			t.Errorf("%s is not the schema of what %s prints (%v): make golden", file, d.Prints, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !known[filepath.Base(file)] {
			t.Errorf("%s is the schema of nothing", file)
		}
	}
}

// validator holds documents against their schemas.
type validator struct {
	t       *testing.T
	mu      sync.Mutex // accounts are asked beside each other
	schemas map[string]*clitest.Schema
	seen    map[string][]any
	said    map[string]bool // commands that printed a document
}

func newValidator(t *testing.T) *validator {
	v := &validator{t: t, schemas: map[string]*clitest.Schema{}, seen: map[string][]any{}, said: map[string]bool{}}
	for _, d := range schema.All() {
		s, err := clitest.ParseSchema(d.JSON())
		if err != nil {
			t.Fatalf("%s: %v", d.Name, err)
		}
		v.schemas[d.Name] = s
	}
	return v
}

// holds decodes what a command printed, a document or one a line, and holds it against a
// schema.
func (v *validator) holds(words, name, printed string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	d := json.NewDecoder(strings.NewReader(printed))
	for n := 0; ; n++ {
		var doc any
		if err := d.Decode(&doc); err != nil {
			if n == 0 {
				v.t.Errorf("gantry %s printed no document: %v: %q", words, err, printed)
			}
			return
		}
		if err := v.schemas[name].Check(doc); err != nil {
			v.t.Errorf("gantry %s does not fit the schema %s: %v", words, name, err)
		}
		v.seen[name] = append(v.seen[name], doc)
	}
}

// printed is a command and the schema of what it prints.
type printed struct{ words, name string }

// TestEveryDocumentFitsItsSchema: what every command prints with -o json, on an account that is
// well, on one that is not and on one that tells little; and what a schema lets through is no
// more than that.
func TestEveryDocumentFitsItsSchema(t *testing.T) {
	v := newValidator(t)
	looks := []printed{
		{"status", "status"}, {"status prod", "status-cluster"}, {"status prod/api-orders", "status-service"}, {"status prod/legacy", "status-service"}, {"status --check", "status-check"}, {"status --check prod/web", "status-check"},
		{"status --faults", "status-faults"}, {"status --all", "status-all"}, {"history prod/api-orders", "history"}, {"why prod", "why"}, {"why prod/api-orders", "why"}, {"events prod/api-orders", "events"},
		{"route https://shop.prod.example.com/products/7", "route"}, {"routing prod", "routing"}, {"tasks prod/api-orders", "tasks"}, {"targets prod/api-checkout", "targets"}, {"alarms", "alarms"}, {"metrics prod/catalog --range 1h", "metrics"},
		{"images prod/catalog", "images"}, {"standalone prod", "standalone"}, {"schedules prod", "schedules"}, {"export prod/web", "export"}, {"instances prod", "instances"}, {"groups prod", "groups"},
		{"diff catalog:3 prod/catalog", "diff"}, {"env prod/payments", "env"}, {"logs prod/catalog --limit 3", "logs-line"}, {"secrets prod/payments", "secrets"}, {"scaling prod/web", "scaling"}, {"scaling prod/legacy", "scaling"}, {"strategy serverless/mapping", "strategy"}, {"strategy prod/web", "strategy"},
		{"doctor prod/catalog", "doctor"}, {"wait prod/catalog", "wait"}, {"status nowhere", "error"}, {"restart prod/web prod/users --dry-run", "change-batch"}, {"deploy prod/catalog --image :v3.3.1 --dry-run", "change"}, {"run prod/orders-migrate:1 --dry-run", "change"},
		{"group prod-ecs --desired 7 --dry-run", "change"}, {"deregister catalog:1 --dry-run", "change"}, {"rollback prod/catalog --dry-run", "change"}, {"env set prod/payments A=b --container payments --dry-run", "change"}, {"breaker prod/web off --dry-run", "change"},
		{"strategy prod/web FARGATE=1 --dry-run --override providers --override platform", "change"}, {"allow-exec prod/web --dry-run", "change"}, {"scaling prod/web --max 9 --dry-run", "change"}, {"scale prod/web 3 --dry-run", "change"}, {"secrets prod/web A=/b --dry-run", "change"},
	}
	all := func(t *testing.T, a *account, looks []printed) {
		for _, c := range looks {
			r := a.run(t, append(strings.Fields(c.words), "-o", "json")...)
			name := c.name
			if strings.Contains(r.out, `{"error":`) || strings.HasPrefix(r.out, `{"context"`) && strings.Contains(r.out, `"error":{"class"`) {
				name = "error"
			} else {
				v.mu.Lock()
				v.said[strings.Fields(c.words)[0]] = true
				v.mu.Unlock()
			}
			if r.out != "" {
				v.holds(c.words, name, r.out)
			}
		}
	}
	t.Run("accounts", func(t *testing.T) {
		t.Run("as it is", func(t *testing.T) {
			live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
				all(t, a, looks)
				v.holds("restart", "change", a.run(t, "restart", "prod/users", "--yes", "-o", "json").out)
				v.holds("run", "change", a.run(t, "run", "prod/orders-migrate:1", "--yes", "-o", "json").out)
				v.holds("wait", "wait", a.run(t, "wait", "prod/api-orders", "--timeout", "20s", "-o", "json").out)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				v.holds("events -f", "events-line", a.runWith(ctx, command.Streams{In: strings.NewReader("")}, "events", "prod/api-orders", "--since", "2h", "-f", "-o", "json").out)
			})
		})
		t.Run("that goes back", func(t *testing.T) {
			steady(t, func(t *testing.T, a *account) {
				a.run(t, "breaker", "prod/api-orders", "on", "--yes").wants(t, 0)
				v.holds("deploy", "change", a.run(t, "deploy", "prod/api-orders", "--image", ":v2.32.0", "--yes", "-o", "json").wants(t, 3).out)
				v.holds("deploy", "change", a.run(t, "deploy", "prod/users", "--image", ":v2.32.0", "--yes", "--override", "image", "--rollback", "--timeout", "3m", "-o", "json").out)
			})
		})
		t.Run("that tells little", func(t *testing.T) {
			steady(t, func(t *testing.T, a *account) {
				for _, fault := range []sim.Fault{{Service: "elbv2"}, {Operation: "ListTasks"}, {Operation: "ListServiceDeployments"}, {Service: "autoscaling"}, {Service: "application-autoscaling"}, {Service: "ec2"}, {Service: "cloudwatch"}, {Service: "ecr"}} {
					fault.Kind = sim.Deny
					a.Inject(fault)
				}
				all(t, a, looks[:slices.IndexFunc(looks, func(c printed) bool { return strings.Contains(c.words, "doctor") })])
			})
		})
	})
	v.covers(t)
}

// covers makes sure that each schema was held against a document and that it would have told
// another from it.
func (v *validator) covers(t *testing.T) {
	for name, s := range v.schemas {
		if len(v.seen[name]) == 0 {
			t.Errorf("no document was held against the schema %s", name)
			continue
		}
		refused := 0
		spoil(s, v.seen[name][0], func(doc any) {
			if s.Check(doc) == nil {
				t.Errorf("%s lets through what it should not", name)
			}
			refused++
		})
		if refused < 3 {
			t.Errorf("%s was tried on %d spoilt documents", name, refused)
		}
	}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if slices.Contains(command.Formats(cmd), "json") && !v.said[cmd.Name()] && !slices.Contains([]string{"set", "edit", "restart", "cancel", "continue", "stop", "drain", "activate", "replace"}, cmd.Name()) {
			t.Errorf("no document of %s was held against a schema", cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(cli.Root())
}

// spoil calls back with a document to which something unknown is added, that lacks what it
// must have at its head, or of which a value is of another kind; one at a time.
func spoil(s *clitest.Schema, doc any, try func(any)) {
	root := doc.(map[string]any)
	root["unknownMember"] = 1.0
	try(root)
	delete(root, "unknownMember")
	for name, value := range root {
		member := s.Properties[name]
		if free := member.Type == nil && member.Ref == "" && len(member.AnyOf) == 0 || len(member.Others) > 0 && string(member.Others) != "false"; free {
			continue
		}
		root[name] = map[string]any{"no": "such", "members": []any{}}
		try(root)
		root[name] = value
	}
	for _, value := range root {
		list, ok := value.([]any)
		if !ok || len(list) == 0 {
			continue
		}
		if one, ok := list[0].(map[string]any); ok {
			one["unknownMember"] = 1.0
			try(root)
			delete(one, "unknownMember")
		}
	}
}
