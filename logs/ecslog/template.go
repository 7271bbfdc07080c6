package ecslog

import (
	"errors"
	"slices"
	"strings"

	"gantry/logs"
	"gantry/logs/kql"
)

// Template is a filter in Kibana's language with variables such as ${service} in
// its values. It is read once: what is filled in becomes a value of the tree that
// was read, so that no name, however odd, can change what the filter asks. The
// variables are
//
//	cluster, service     the names
//	family, revision     of the task definition
//	task, task_arn       the task's id and its ARN
//	container            the name in the task definition
//	runtime_id           Docker's id, or Fargate's
//	option.NAME          an option of the container's log driver
//
// A comparison whose variables have several values is met by any of them. It is met
// by nothing when they have none, such as ${task} of a service that has no task.
type Template struct {
	text      string
	tree      kql.Node
	variables []string
}

// variables are the names that may be filled in, but for options.
var variables = []string{"cluster", "service", "family", "revision", "task", "task_arn", "container", "runtime_id"}

// optionPrefixName is what the names of variables for log options begin with.
const optionPrefixName = "option."

// A variable is marked by characters of a private use area before the filter is
// read, so that its braces are no objects. Columns stay what they were.
const (
	markDollar = '\uE000'
	markOpen   = '\uE001'
	markClose  = '\uE002'
)

var unmark = strings.NewReplacer(string(markDollar), "$", string(markOpen), "{", string(markClose), "}")

// ParseTemplate reads a filter. The error is a *kql.SyntaxError, whose columns count
// from the text's first character.
func ParseTemplate(text string) (*Template, error) {
	marked, names, err := mark(text)
	if err != nil {
		return nil, err
	}
	tree, err := kql.Parse(marked)
	if err != nil {
		return nil, unmarked(err)
	}
	for _, name := range kql.Names(tree) {
		if strings.ContainsRune(name.Raw(), markDollar) {
			return nil, &kql.SyntaxError{Column: 1, Expected: "variables in values only", Found: `the field "` + unmark.Replace(name.Raw()) + `"`}
		}
	}
	return &Template{text, tree, names}, nil
}

// unmarked gives an error the words of what was typed.
func unmarked(err error) error {
	var e *kql.SyntaxError
	if !errors.As(err, &e) {
		return err
	}
	return &kql.SyntaxError{Column: e.Column, Expected: unmark.Replace(e.Expected), Found: unmark.Replace(e.Found), Hint: unmark.Replace(e.Hint)}
}

// mark marks the variables of a filter and returns their names.
func mark(text string) (marked string, names []string, err error) {
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == markDollar || r == markOpen || r == markClose:
			return "", nil, &kql.SyntaxError{Column: i + 1, Expected: "text", Found: "a character for private use"}
		case r != '$' || i+1 == len(runes) || runes[i+1] != '{':
			continue
		}
		length := slices.Index(runes[i:], '}')
		if length < 0 {
			return "", nil, &kql.SyntaxError{Column: len(runes) + 1, Expected: `"}" after the name of a variable`, Found: "the end of the query"}
		}
		name := string(runes[i+2 : i+length])
		option, ok := strings.CutPrefix(name, optionPrefixName)
		if ok && strings.Trim(option, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" || !ok && !slices.Contains(variables, name) || option == "" {
			return "", nil, &kql.SyntaxError{Column: i + 1, Found: `"${` + name + `}"`,
				Expected: "a variable: one of " + strings.Join(variables, ", ") + " or " + optionPrefixName + "NAME"}
		}
		names = append(names, name)
		runes[i], runes[i+1], runes[i+length] = markDollar, markOpen, markClose
		i += length
	}
	return string(runes), names, nil
}

// String returns the filter as it was written.
func (t *Template) String() string { return t.text }

// names reports whether the filter has one of some variables.
func (t *Template) names(any ...string) bool {
	return slices.ContainsFunc(t.variables, func(name string) bool { return slices.Contains(any, name) })
}

// Expand fills in the variables. Each row holds values that belong together, by
// the variables' names; an empty value is none. What nothing can meet is an empty
// logs.Any.
func (t *Template) Expand(rows []map[string]string) logs.Filter {
	tree := expansion{rows}.node(t.tree)
	if tree == nil {
		return logs.Any{}
	}
	return logs.Condition{Tree: tree}
}

// expansion fills in the rows' values. A part that nothing can meet is nil.
type expansion struct{ rows []map[string]string }

// everything is the part that every document meets.
func everything(at int) kql.Node { return kql.Is{At: at, Value: kql.Value{Text: kql.Text{"", ""}}} }

func (x expansion) node(n kql.Node) kql.Node {
	switch n := n.(type) {
	case kql.And:
		members := x.nodes(n.Members)
		if len(members) < len(n.Members) {
			return nil
		}
		return kql.And{At: n.At, Members: members}
	case kql.Or:
		return either(n.At, x.nodes(n.Members))
	case kql.Not:
		if member := x.node(n.Member); member != nil {
			return kql.Not{At: n.At, Member: member}
		}
		return everything(n.At)
	case kql.Nested:
		if member := x.node(n.Member); member != nil {
			return kql.Nested{At: n.At, Path: n.Path, Member: member}
		}
		return nil
	case kql.Is:
		return either(n.At, x.values(n.Value, func(v kql.Value) kql.Node { return kql.Is{At: n.At, Field: n.Field, Value: v} }))
	case kql.Range:
		return either(n.At, x.values(n.Value, func(v kql.Value) kql.Node {
			return kql.Range{At: n.At, Field: n.Field, Op: n.Op, Value: v}
		}))
	}
	return n
}

// nodes returns the parts that something can meet.
func (x expansion) nodes(members []kql.Node) []kql.Node {
	var out []kql.Node
	for _, m := range members {
		if n := x.node(m); n != nil {
			out = append(out, n)
		}
	}
	return out
}

// either is met by one of some alternatives, of which there may be none.
func either(at int, alternatives []kql.Node) kql.Node {
	var members []kql.Node
	for _, n := range alternatives {
		if or, ok := n.(kql.Or); ok {
			members = append(members, or.Members...)
			continue
		}
		members = append(members, n)
	}
	switch len(members) {
	case 0:
		return nil
	case 1:
		return members[0]
	}
	return kql.Or{At: at, Members: members}
}

// values returns a comparison for each value that the rows make of one. Filled in,
// a value is compared as a whole, in the way of a text in quotes, unless it has
// wildcards: of the words in a name each alone would find too much.
func (x expansion) values(v kql.Value, comparison func(kql.Value) kql.Node) []kql.Node {
	if !strings.ContainsRune(v.Text.Raw(), markDollar) {
		return []kql.Node{comparison(v)}
	}
	var out []kql.Node
	seen := map[string]bool{}
	for _, row := range x.rows {
		text, ok := filled(v.Text, row)
		if key := text.String(); ok && !seen[key] {
			seen[key] = true
			out = append(out, comparison(kql.Value{Text: text, Quoted: v.Quoted || !text.Wild()}))
		}
	}
	return out
}

// filled returns a text with a row's values; ok is false when one is missing.
func filled(t kql.Text, row map[string]string) (text kql.Text, ok bool) {
	text = make(kql.Text, len(t))
	for i, piece := range t {
		var b strings.Builder
		for {
			before, rest, found := strings.Cut(piece, string(markDollar)+string(markOpen))
			b.WriteString(before)
			if !found {
				break
			}
			name, after, _ := strings.Cut(rest, string(markClose))
			value := row[name]
			if value == "" {
				return nil, false
			}
			b.WriteString(value)
			piece = after
		}
		text[i] = b.String()
	}
	return text, true
}
