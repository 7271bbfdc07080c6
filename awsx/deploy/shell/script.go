package shell

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
)

// Register spells for a shell how a document is registered that was made
// by editing a revision. The commands hold no secret: they read the revision,
// apply the edit with jq and send the result on. A value that may be secret is
// taken from where the revision has it; one that is new must be exported first,
// which the commands insist on.
func Register(id awsx.ContextID, base *awsx.TaskDefinition, tree *document.Node) (string, error) {
	old, err := document.Registrable(base)
	if err != nil {
		return "", err
	}
	s := newScript(old, tree)
	edit := s.change(old, tree)
	program := `. as $answer | .taskDefinition | del(.` + strings.Join(document.ReadOnlyFields(), ", .") + `)` +
		` | .tags = [$answer.tags[]? | select(.key | ascii_downcase | startswith("aws:") | not)]` +
		` | if .tags == [] then del(.tags) else . end`
	if s.refers {
		program += " | . as $old"
	}
	if edit != "" {
		program += " | " + edit
	}
	var b strings.Builder
	if carried := document.UnknownFields(tree); len(carried) > 0 {
		fmt.Fprintf(&b, "# an AWS CLI that does not know these fields leaves them out: %s\n", strings.Join(carried, ", "))
	}
	b.WriteString(s.needed())
	b.WriteString("REVISION=$")
	b.WriteString(withDocument(
		AWS(id, "ecs", "describe-task-definition", "--task-definition", awsx.ARNName(base.ARN), "--include", "TAGS", "--output", "json")+
			" |\n  jq "+Quote(program),
		AWS(id, "ecs", "register-task-definition", "--query", "taskDefinition.taskDefinitionArn", "--output", "text")))
	return b.String(), nil
}

// withDocument spells how a call gets its input from what writes it. The document
// may hold secrets, so it goes by a file that only the user can read and that is
// gone afterwards: arguments are for everybody on the machine to see, and the
// AWS CLI reads what it is given twice, which a pipe does not bear.
func withDocument(source, call string) string {
	return "(doc=$(mktemp); trap 'rm -f \"$doc\"' EXIT\n  " + source + " > \"$doc\" &&\n  " + call + ` --cli-input-json "file://$doc")`
}

// WithInput spells a call that takes a document as a member of its input. The values
// in it that may be secret must be exported first, which the commands insist on.
func WithInput(member string, doc *document.Node, call string) string {
	s := newScript(nil, doc)
	expression := "{" + member + ": " + s.literal(doc) + "}"
	return s.needed() + withDocument("jq -n "+Quote(expression), call)
}

// script writes jq expressions that make one document of another.
type script struct {
	secrets map[*document.Node]document.Secret // of the new document
	known   map[string]string                  // where the old document has a value, as a path of jq
	wanted  []wantedValue
	refers  bool // a value is taken from the old document
}

// wantedValue is a secret value that only the operator has.
type wantedValue struct{ variable, value, what string }

// newScript prepares the way from one document to another; without an old one
// there is nothing to take values from.
func newScript(old, fresh *document.Node) *script {
	s := &script{secrets: map[*document.Node]document.Secret{}, known: map[string]string{}}
	note := func(t document.Secret) { s.secrets[t.Node] = t }
	if old == nil {
		document.EachSecret(fresh, note)
		return s
	}
	document.EachSecret(fresh, note, old)
	s.locate(old, "$old")
	return s
}

// locate notes where the old document has its strings.
func (s *script) locate(n *document.Node, path string) {
	for _, m := range n.Members {
		s.locate(m.Value, path+step(m.Name))
	}
	for i, item := range n.Items {
		s.locate(item, fmt.Sprintf("%s[%d]", path, i))
	}
	if value, ok := n.Text(); ok {
		if _, seen := s.known[value]; !seen {
			s.known[value] = path
		}
	}
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// step is the path from an object to a member.
func step(name string) string {
	if plainName.MatchString(name) {
		return "." + name
	}
	return "[" + string(document.Quote(name)) + "]"
}

// member is the path to a member of the value at hand.
func (s *script) member(name string) string {
	if p := step(name); p[0] == '.' {
		return p
	}
	return "." + step(name)
}

// literal spells a value, its secrets by reference.
func (s *script) literal(n *document.Node) string {
	switch n.Kind {
	case document.Object:
		parts := make([]string, len(n.Members))
		for i, m := range n.Members {
			parts[i] = string(document.Quote(m.Name)) + ": " + s.literal(m.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case document.Array:
		parts := make([]string, len(n.Items))
		for i, item := range n.Items {
			parts[i] = s.literal(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	t, secret := s.secrets[n]
	if !secret {
		return string(n.Raw)
	}
	if path, ok := s.known[t.Value.Reveal()]; ok {
		s.refers = true
		return path
	}
	return "(env." + s.want(t) + ` // error("a value is missing"))`
}

// want returns the shell variable that a new secret value has to be given in.
func (s *script) want(t document.Secret) string {
	name := t.Name
	if !plainName.MatchString(name) {
		name = "VALUE"
	}
	name = "NEW_" + strings.ToUpper(name)
	taken := func(v string) bool {
		return slices.ContainsFunc(s.wanted, func(w wantedValue) bool { return w.variable == v && w.value != t.Value.Reveal() })
	}
	variable := name
	for i := 2; taken(variable); i++ {
		variable = fmt.Sprintf("%s_%d", name, i)
	}
	w := wantedValue{variable, t.Value.Reveal(), strings.TrimPrefix(t.Path, "/")}
	if !slices.ContainsFunc(s.wanted, func(have wantedValue) bool { return have.variable == variable }) {
		s.wanted = append(s.wanted, w)
	}
	return variable
}

// needed spells the lines that insist on the values which only the operator has.
func (s *script) needed() string {
	var b strings.Builder
	for _, w := range s.wanted {
		what := strings.Map(func(r rune) rune {
			if strings.ContainsRune(document.BareAlphabet, r) {
				return r
			}
			return '_'
		}, w.what)
		fmt.Fprintf(&b, "export %s; : \"${%s:?set it to the new value of %s}\"\n", w.variable, w.variable, what)
	}
	return b.String()
}

// change spells the edit that turns the old value into the new one; it is empty
// when there is none.
func (s *script) change(old, fresh *document.Node) string {
	switch {
	case bytes.Equal(old.Bytes(), fresh.Bytes()):
		return ""
	case old.Kind == document.Object && fresh.Kind == document.Object:
		return s.changeObject(old, fresh)
	case old.Kind == document.Array && fresh.Kind == document.Array:
		return s.changeArray(old, fresh)
	}
	return s.literal(fresh)
}

func (s *script) changeObject(old, fresh *document.Node) string {
	var parts, gone []string
	for _, m := range old.Members {
		if fresh.Get(m.Name) == nil {
			gone = append(gone, s.member(m.Name))
		}
	}
	if len(gone) > 0 {
		parts = append(parts, "del("+strings.Join(gone, ", ")+")")
	}
	for _, m := range fresh.Members {
		was := old.Get(m.Name)
		switch {
		case was == nil || was.Kind != m.Value.Kind || was.Kind == document.Scalar && !bytes.Equal(was.Raw, m.Value.Raw):
			parts = append(parts, s.member(m.Name)+" = "+s.literal(m.Value))
		default:
			if edit := s.change(was, m.Value); edit != "" {
				parts = append(parts, s.member(m.Name)+" |= ("+edit+")")
			}
		}
	}
	return strings.Join(parts, " | ")
}

// changeArray edits items where they stand as long as the list keeps its items,
// by their names where they have one; else it lists the items anew, those that
// stay by their places.
func (s *script) changeArray(old, fresh *document.Node) string {
	if sameLabels(old, fresh) {
		var parts []string
		for i, item := range fresh.Items {
			if edit := s.change(old.Items[i], item); edit != "" {
				place := fmt.Sprintf(".[%d]", i)
				if name := item.Word("name"); name != "" {
					place = "(.[] | select(.name == " + string(document.Quote(name)) + "))"
				}
				parts = append(parts, place+" |= ("+edit+")")
			}
		}
		return strings.Join(parts, " | ")
	}
	used := make([]bool, len(old.Items))
	find := func(fits func(*document.Node) bool) int {
		for i, was := range old.Items {
			if !used[i] && fits(was) {
				return i
			}
		}
		return -1
	}
	parts := make([]string, len(fresh.Items))
	for i, item := range fresh.Items {
		at := find(func(was *document.Node) bool { return bytes.Equal(was.Bytes(), item.Bytes()) })
		if at < 0 {
			if label := item.Label(); label != "" {
				at = find(func(was *document.Node) bool { return was.Label() == label })
			}
		}
		switch {
		case at < 0:
			parts[i] = s.literal(item)
			continue
		case bytes.Equal(old.Items[at].Bytes(), item.Bytes()):
			parts[i] = fmt.Sprintf(".[%d]", at)
		default:
			parts[i] = fmt.Sprintf("(.[%d] | %s)", at, s.change(old.Items[at], item))
		}
		used[at] = true
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// sameLabels reports whether two lists hold items of the same names, each once,
// in the same order, or unnamed ones at the same places.
func sameLabels(a, b *document.Node) bool {
	if len(a.Items) != len(b.Items) {
		return false
	}
	seen := map[string]bool{}
	for i := range a.Items {
		label := a.Items[i].Label()
		if label != b.Items[i].Label() || a.Items[i].Kind != b.Items[i].Kind || label != "" && seen[label] {
			return false
		}
		seen[label] = true
	}
	return true
}
