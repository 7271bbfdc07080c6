package ecslog

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/logs"
	"gantry/logs/kql"
)

func template(t interface {
	Helper()
	Fatal(...any)
}, text string,
) *Template {
	t.Helper()
	parsed, err := ParseTemplate(text)
	if err != nil {
		t.Fatal(text, err)
	}
	return parsed
}

func TestAFilterIsFilledIn(t *testing.T) {
	rows := []map[string]string{
		{"cluster": "prod", "service": "api", "family": "api", "container": "web", "task": "t1", "option.tag": "a b"},
		{"cluster": "prod", "service": "api", "family": "api", "container": "side", "task": "t1"},
		{"cluster": "prod", "service": "api", "family": "api", "container": "web", "task": "t2"},
		{"cluster": "prod", "service": "api", "family": "api", "container": ""},
	}
	for filter, want := range map[string]string{
		`app:${service}`:                               `app:"api"`,
		`app:${service} and not env:staging`:           `app:"api" and not env:staging`,
		`app:"${cluster}/${service}"`:                  `app:"prod/api"`,
		`task:${task}`:                                 `task:("t1" or "t2")`,
		`app:api and task:(${task} or none)`:           `app:api and task:("t1" or "t2" or none)`,
		`stream:ecs/${container}/${task}`:              `stream:("ecs/web/t1" or "ecs/side/t1" or "ecs/web/t2")`,
		`name:/ecs-${family}-*-${container}-*`:         `name:(/ecs-api-*-web-* or /ecs-api-*-side-*)`,
		`tag:${option.tag}`:                            `tag:"a b"`,
		`id:${runtime_id}`:                             `not *`,
		`id:${runtime_id} or app:${service}`:           `app:"api"`,
		`id:${runtime_id} and app:${service}`:          `not *`,
		`app:x and not id:${runtime_id}`:               `app:x and *`,
		`labels:{ name:service and value:${service} }`: `labels:{ name:service and value:"api" }`,
		`${service}`:                                   `"api"`,
		`price:$5 and n >= 3`:                          `price:$5 and n >= 3`,
	} {
		got := template(t, filter).Expand(rows).String()
		if got != want {
			t.Errorf("%s\ngot  %s\nwant %s", filter, got, want)
		}
	}
}

func TestAFilterThatCannotBeReadSaysWhere(t *testing.T) {
	for filter, want := range map[string]string{
		`app:${srvice}`:           `column 5: expected a variable: one of cluster, service, family, revision, task, task_arn, container, runtime_id or option.NAME, found "${srvice}"`,
		`app:${option.}`:          "column 5: expected a variable",
		`app:${service`:           `column 14: expected "}" after the name of a variable`,
		`app:${service} and not `: `column 24: expected a field or a value after "not"`,
		`${service}:x`:            `expected variables in values only, found the field "${service}"`,
		`app:${service} x:y`:      `column 17: `,
		"app:\uE000":              "column 5: expected text",
		`app:"${service}" "more"`: `found ""more""`,
	} {
		_, err := ParseTemplate(filter)
		var e *kql.SyntaxError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", filter, err, want)
		}
	}
}

// TestNoNameChangesWhatAFilterAsks fills in names that hold anything, and compares
// the tree with that of a harmless name: the same parts in the same places, each
// with the odd name where the harmless one stood, printed so that it reads back.
func TestNoNameChangesWhatAFilterAsks(t *testing.T) {
	const harmless = "zqxharmless"
	filters := []*Template{}
	for _, text := range []string{
		`app:${service}`, `not app:${service} or env:x and app:"a ${service} b"`, `a:*${service}* and not b:(x or ${service})`,
		`o:{ n:${service} and m:1 }`, `${service}`, `n >= ${service}`, `app:a${service}`,
	} {
		filters = append(filters, template(t, text))
	}
	rapid.Check(t, func(rt *rapid.T) {
		part := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			`"`, `\`, ` or `, ` and not `, `)`, `(`, `*`, `:`, `{`, `}`, ` `, "\n", "${task}", "\uE000\uE001task\uE002", `\u0020`, "AND", "<=",
		}))
		name := strings.Join(rapid.SliceOfN(part, 1, 5).Draw(rt, "name"), "")
		filter := rapid.SampledFrom(filters).Draw(rt, "filter")
		if name == "" {
			return
		}
		tree := func(name string) kql.Node {
			f, ok := filter.Expand([]map[string]string{{"service": name}}).(logs.Condition)
			if !ok {
				rt.Fatalf("%s finds nothing with %q", filter, name)
			}
			return f.Tree
		}
		odd := tree(name)
		if diff := cmp.Diff(renamed(tree(harmless), harmless, name), odd, withoutColumns); diff != "" {
			rt.Fatalf("%s with %q:\n%s", filter, name, diff)
		}
		if again, err := kql.Parse(odd.String()); err != nil || !sameParts(again, odd) {
			rt.Fatalf("%s with %q is shown as %s, which reads as %v (%v)", filter, name, odd, again, err)
		}
	})
}

// renamed replaces a name in the values of a tree.
func renamed(n kql.Node, from, to string) kql.Node {
	each := func(members []kql.Node) []kql.Node {
		out := make([]kql.Node, len(members))
		for i, m := range members {
			out[i] = renamed(m, from, to)
		}
		return out
	}
	value := func(v kql.Value) kql.Value {
		text := make(kql.Text, len(v.Text))
		for i, piece := range v.Text {
			text[i] = strings.ReplaceAll(piece, from, to)
		}
		return kql.Value{Text: text, Quoted: v.Quoted}
	}
	switch n := n.(type) {
	case kql.And:
		n.Members = each(n.Members)
		return n
	case kql.Or:
		n.Members = each(n.Members)
		return n
	case kql.Not:
		n.Member = renamed(n.Member, from, to)
		return n
	case kql.Nested:
		n.Member = renamed(n.Member, from, to)
		return n
	case kql.Is:
		n.Value = value(n.Value)
		return n
	case kql.Range:
		n.Value = value(n.Value)
		return n
	}
	return n
}

var withoutColumns = cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".At" }, cmp.Ignore())

// sameParts compares trees but for their columns.
func sameParts(a, b kql.Node) bool { return cmp.Equal(a, b, withoutColumns) }

func TestARuleChangesHowLinesAreFound(t *testing.T) {
	ruled := func(rule Rule) Registry {
		return Standard().Ruled(func(s Subject) Rule {
			if s.Service != "api" || s.Cluster.ClusterName() != "prod" {
				return Rule{}
			}
			return rule
		})
	}
	service := awsx.Service{Name: "api", Ref: awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:111:cluster/prod"}, TaskDefinition: "api:7"}
	one := task("t1", "api:7", web(idA), side(idB))
	one.Group, one.Ref.Cluster = "service:api", service.Ref.Cluster
	store := Rule{Name: "config.yaml:12", Store: "s", Place: "app-* at logs:9200"}
	filter := store
	filter.Filter = template(t, `app:${service} and id:${runtime_id}`)
	for name, c := range map[string]struct {
		rule    Rule
		subject Subject
		query   string
		says    string
		note    string
	}{
		"another store": {
			store, OfTask(one, definition("gelf")), "container_id:(" + idA + " or " + idA[:12] + ")",
			"task t1: lines with the ids of 1 container in 1 task (gelf), in app-* at logs:9200, as config.yaml:12 says", "",
		},
		"a filter": {
			filter, OfTask(one, definition("splunk")), fmt.Sprintf(`app:"api" and id:(%q or %q)`, idA, idB),
			"task t1: lines that the filter of config.yaml:12 finds, in app-* at logs:9200", "",
		},
		"a filter of a container": {
			filter, OfContainer(one, "web", nil), fmt.Sprintf(`app:"api" and id:%q`, idA),
			"container web: lines that the filter of config.yaml:12 finds, in app-* at logs:9200", "",
		},
		"a filter that names too little": {
			Rule{Name: "f:1", Filter: template(t, "app:${service}")}, OfTask(one, nil), `app:"api"`,
			"task t1: lines that the filter of f:1 finds", "lines of other tasks are found too",
		},
		"a service without tasks": {
			Rule{Name: "f:1", Filter: template(t, "family:${family} and name:${container}")}, OfService(service, nil, definition("gelf")),
			`family:"api" and name:"web"`, "service api: lines that the filter of f:1 finds", "",
		},
		"a filter of what is not there": {
			Rule{Name: "f:1", Filter: template(t, "id:${runtime_id}")}, OfService(service, nil, definition("gelf")),
			`not *`, "service api: lines that the filter of f:1 finds", "",
		},
	} {
		d, err := ruled(c.rule).Derive(c.subject)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := d.Query.String(); got != c.query || d.Query.Store != c.rule.Store {
			t.Errorf("%s: query of %q\ngot  %s\nwant %s", name, d.Query.Store, got, c.query)
		}
		if d.Description != c.says || !strings.Contains(strings.Join(d.Notes, "; "), c.note) {
			t.Errorf("%s: says %s with notes %q", name, d.Description, d.Notes)
		}
	}
	if d, err := ruled(filter).Derive(OfTask(task("t1", "api:7", web(idA)), definition("gelf"))); err != nil || d.Query.Store != "" {
		t.Errorf("a task of another service is ruled too: %s (%v)", d.Description, err)
	}
}
