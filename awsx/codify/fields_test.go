package codify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/document"
)

// part draws what a shape may hold in the API's JSON, with members that no version knows.
func drawPart(t *rapid.T, all book, shape string, depth int) *document.Node {
	n := &document.Node{Kind: document.Object}
	for _, p := range all[shape] {
		if shape == "AWS::ECS::TaskDefinition" && p.name == "Tags" || !rapid.Bool().Draw(t, "has") {
			continue
		}
		n.Set(strings.ToLower(p.api()[:1])+p.api()[1:], drawValue(t, all, p, depth))
	}
	if rapid.Bool().Draw(t, "unknown") {
		n.Set("x"+rapid.StringMatching(`[a-z]{3}`).Draw(t, "name"), drawAny(t, depth))
	}
	return n
}

func drawValue(t *rapid.T, all book, p property, depth int) *document.Node {
	if rapid.IntRange(0, 9).Draw(t, "odd") == 0 { // another form than this version knows
		return drawAny(t, depth)
	}
	switch {
	case p.name == "ContainerDefinitions" || p.list:
		l := &document.Node{Kind: document.Array}
		for range rapid.IntRange(0, 2).Draw(t, "items") {
			l.Items = append(l.Items, drawPart(t, all, p.shape, depth-1))
		}
		return l
	case p.shape != "":
		return drawPart(t, all, p.shape, depth-1)
	case p.free:
		return document.Fields("some-key", drawText(t), "Other", drawText(t))
	}
	return drawScalar(t)
}

func drawText(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "", "hunter-2-secret", "postgres://u:p4ssw0rd@h/db", "/x/y"}).Draw(t, "text")
}

func drawScalar(t *rapid.T) *document.Node {
	return rapid.SampledFrom([]*document.Node{
		document.Text(drawText(t)), {Raw: []byte("12")}, document.Truth(true), {Raw: []byte("null")},
		list(drawText(t), "b"), {Kind: document.Array},
	}).Draw(t, "scalar")
}

func drawAny(t *rapid.T, depth int) *document.Node {
	if depth > 0 && rapid.Bool().Draw(t, "nested") {
		return one("deep", drawAny(t, depth-1))
	}
	return drawScalar(t)
}

// TestEveryFieldOfADefinitionIsInTheTemplateOrNamed walks what AWS returned: each member has
// its counterpart, or its path stands among what was left out.
func TestEveryFieldOfADefinitionIsInTheTemplateOrNamed(t *testing.T) {
	all := readShapes()
	rapid.Check(t, func(t *rapid.T) {
		tree := drawPart(t, all, "AWS::ECS::TaskDefinition", 4)
		for _, name := range document.ReadOnlyFields() {
			if rapid.IntRange(0, 3).Draw(t, name) == 0 {
				tree.Set(name, document.Text("x"))
			}
		}
		tpl, err := Codify(Source{Cluster: "c", Service: "s", Description: []byte(`{"serviceName":"s"}`), Definition: &awsx.TaskDefinition{Raw: tree.Bytes(), Family: "f"}})
		if err != nil {
			t.Fatal(err)
		}
		properties := tpl.resources.Get(definitionID).Get("Properties")
		counterpart(t, tpl, tree, properties, "")
	})
}

func counterpart(t *rapid.T, tpl *Template, from, to *document.Node, path string) {
	for _, m := range from.Members {
		at := joined(path, m.Name)
		named := slices.ContainsFunc(tpl.Left, func(l Left) bool { return slices.Contains(l.Fields, at) })
		empty := string(m.Value.Raw) == "null" || m.Value.Kind != document.Scalar && len(m.Value.Members)+len(m.Value.Items) == 0
		if named || empty {
			continue
		}
		i := slices.IndexFunc(to.Members, func(o document.Member) bool {
			return strings.EqualFold(o.Name, m.Name) || m.Name == "properties" && o.Name == "ProxyConfigurationProperties"
		})
		if i < 0 {
			if hollow(m.Value) {
				continue
			}
			t.Fatalf("%s is neither in the template nor named:\n%s\n%v", at, from.Bytes(), tpl.Left)
		}
		same(t, tpl, m.Value, to.Members[i].Value, at)
	}
}

// hollow reports whether a value holds nothing but what is empty, all the way down, or what
// is named itself.
func hollow(v *document.Node) bool { return v.Kind == document.Object }

func same(t *rapid.T, tpl *Template, from, to *document.Node, path string) {
	if name := to.Word("Ref"); name != "" {
		if tpl.parameters.Get(name) == nil {
			t.Fatalf("%s refers to %s, which is no parameter", path, name)
		}
		return
	}
	if from.Kind != to.Kind {
		t.Fatalf("%s is %s, and %s in the template", path, from.Bytes(), to.Bytes())
	}
	switch from.Kind {
	case document.Object:
		counterpart(t, tpl, from, to, path)
	case document.Array:
		if len(from.Items) != len(to.Items) {
			t.Fatalf("%s has %d items, in the template %d", path, len(from.Items), len(to.Items))
		}
		for i := range from.Items {
			if from.Items[i].Kind == document.Object {
				counterpart(t, tpl, from.Items[i], to.Items[i], at(path, i, from.Items[i]))
				continue
			}
			same(t, tpl, from.Items[i], to.Items[i], fmt.Sprintf("%s[%d]", path, i))
		}
	default:
		if string(from.Raw) != string(to.Raw) {
			t.Fatalf("%s is %s, and %s in the template", path, from.Raw, to.Raw)
		}
	}
}
