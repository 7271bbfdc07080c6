package codify

import (
	"cmp"
	"slices"
	"strings"

	"gantry/awsx/document"
)

// mould returns the properties of a resource, or of a part of one, from the API's JSON: in
// the order of the shape, under CloudFormation's names. What the shape does not know is
// named as left out; what holds nothing says what its absence says.
func (t *Template) mould(shape string, n *document.Node, where, path string) *document.Node {
	out := &document.Node{Kind: document.Object}
	for _, p := range t.book[shape] {
		for _, m := range n.Members {
			if !strings.EqualFold(p.api(), m.Name) || t.blank(m.Value) {
				continue
			}
			at := joined(path, m.Name)
			v, why := t.value(p, m.Value, where, at)
			if why != "" {
				t.leave(where, at, why)
			} else if !t.blank(v) {
				out.Set(p.name, v)
			}
		}
	}
	for _, m := range n.Members {
		if _, ok := t.book.of(shape, m.Name); !ok && !t.blank(m.Value) {
			t.leave(where, joined(path, m.Name), "CloudFormation has no property for it")
		}
	}
	return out
}

func joined(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// unexpected is why a value is left out whose form is another than the property's.
const unexpected = "it has a form that this version does not know"

// value is what a property says; why is set for one that cannot be said.
func (t *Template) value(p property, v *document.Node, where, path string) (out *document.Node, why string) {
	switch {
	case t.made[v] != nil:
		return t.made[v], ""
	case p.free:
		if v.Kind != document.Object {
			return nil, unexpected
		}
		return t.free(v), ""
	case p.shape != "" && p.list:
		if v.Kind != document.Array {
			return nil, unexpected
		}
		out = &document.Node{Kind: document.Array}
		for i, item := range v.Items {
			if item.Kind != document.Object {
				return nil, unexpected
			}
			out.Items = append(out.Items, t.mould(p.shape, item, where, at(path, i, item)))
		}
		return out, ""
	case p.shape != "":
		if v.Kind != document.Object {
			return nil, unexpected
		}
		return t.mould(p.shape, v, where, path), ""
	case v.Kind == document.Object:
		return nil, unexpected
	case v.Kind == document.Array:
		out = &document.Node{Kind: document.Array}
		for _, item := range v.Items {
			if item.Kind != document.Scalar && t.made[item] == nil {
				return nil, unexpected
			}
			out.Items = append(out.Items, t.scalar(item))
		}
		return out, ""
	}
	return t.scalar(v), ""
}

// at is the path of an item of a list: by its name where it has one.
func at(path string, i int, item *document.Node) string {
	return path + "[" + cmp.Or(item.Label(), item.Word("containerName"), ordinal(i)) + "]"
}

// free copies a map whose keys are the operator's, by key.
func (t *Template) free(n *document.Node) *document.Node {
	switch {
	case t.made[n] != nil || n.Kind == document.Scalar:
		return t.scalar(n)
	case n.Kind == document.Array:
		out := &document.Node{Kind: document.Array}
		for _, item := range n.Items {
			out.Items = append(out.Items, t.free(item))
		}
		return out
	}
	out := &document.Node{Kind: document.Object}
	for _, m := range n.Members {
		out.Set(m.Name, t.free(m.Value))
	}
	slices.SortStableFunc(out.Members, func(a, b document.Member) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// scalar is a value, or how the template refers to what it names.
func (t *Template) scalar(v *document.Node) *document.Node {
	if made := t.made[v]; made != nil {
		return made
	}
	text, ok := v.Text()
	if !ok {
		return v
	}
	if ref := t.refs[text]; ref != nil {
		return ref
	}
	for _, part := range t.parts {
		if before, after, found := strings.Cut(text, part.text); found && part.text != "" {
			if text == part.text {
				return one("Fn::GetAtt", list(part.resource, part.attribute))
			}
			literal := strings.NewReplacer("${", "${!")
			return one("Fn::Sub", document.Text(literal.Replace(before)+"${"+part.resource+"."+part.attribute+"}"+literal.Replace(after)))
		}
	}
	return v
}

// blank reports whether a value holds nothing: null, or an empty list or object.
func (t *Template) blank(v *document.Node) bool {
	return v == nil || t.made[v] == nil && (v.Kind != document.Scalar && len(v.Members)+len(v.Items) == 0 || string(v.Raw) == "null")
}

// set gives a part of what was read a member that the template makes.
func (t *Template) set(n *document.Node, name string, v *document.Node) {
	stands := document.Text("")
	t.made[stands] = v
	n.Set(name, stands)
}

// one is an object of one member.
func one(name string, v *document.Node) *document.Node {
	return &document.Node{Kind: document.Object, Members: []document.Member{{Name: name, Value: v}}}
}

// list is a list of texts.
func list(texts ...string) *document.Node {
	n := &document.Node{Kind: document.Array}
	for _, s := range texts {
		n.Items = append(n.Items, document.Text(s))
	}
	return n
}

func ref(name string) *document.Node { return one("Ref", document.Text(name)) }
