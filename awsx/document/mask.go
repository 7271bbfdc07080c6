package document

import (
	"slices"
	"strconv"
	"strings"

	"gantry/awsx"
	"gantry/internal/clean"
)

// Masking decides what of a document's values may be shown. Its rules know a
// secret by what it is the value of (DB_PASSWORD), by its form (a token, a URL
// with a password), and where it recurs: a value that the document gives to a
// secret name is hidden in every other text that carries it, such as a command.
// Values of less than six bytes and words that settings share are not looked for.
// Names, references, images and ARNs stay readable, since they are what operators
// go by. The zero value knows no recurring secrets.
type Masking struct{ known clean.Known }

// MaskingOf returns the masking that knows the secrets of a revision; nil is one
// without any.
func MaskingOf(td *awsx.TaskDefinition) Masking {
	if td == nil {
		return Masking{}
	}
	tree, err := Parse(td.Raw)
	if err != nil {
		return Masking{}
	}
	return MaskingIn(tree)
}

// MaskingIn returns the masking that knows the secrets of the given documents.
func MaskingIn(trees ...*Node) Masking {
	var known []clean.Secret
	for _, tree := range trees {
		eachText(tree, "", "", func(s Secret) {
			if s.variable() == "" && (names(s.Path) || identifies(s.Path)) {
				return
			}
			for _, secret := range clean.Hidden(s.variable(), s.Value.Reveal()) {
				if !slices.Contains(commonWords(), strings.ToLower(secret.Reveal())) {
					known = append(known, secret)
				}
			}
		})
	}
	return Masking{clean.NewKnown(known...)}
}

// commonWords are values which variables with secret-looking names have as well
// (KEY_STORE=default), and which are no secret wherever else they stand.
func commonWords() []string {
	return []string{"default", "disabled", "enabled", "development", "localhost", "production", "staging"}
}

// Value returns the value of a variable, an option or a tag as it may be shown.
func (m Masking) Value(name, value string) string {
	shown, _ := clean.Value(name, m.known.Hide(value))
	return shown
}

// Hides reports whether something of a variable's value is hidden, or was before.
func (m Masking) Hides(name, value string) bool {
	return m.Value(name, value) != value || clean.FindMask(value) > 0
}

// Text returns a text that stands under no name of its own as it may be shown.
func (m Masking) Text(s string) string { return clean.Redact(m.known.Hide(s)) }

// text returns a string of a document as it may be shown. Where the name is the
// operator's own (variables, labels, log options, tags) it tells whether the value
// is secret; elsewhere only the value does, as members like "key" say nothing.
func (m Masking) text(s Secret) string {
	value := s.Value.Reveal()
	switch {
	case s.variable() != "":
		return m.Value(s.variable(), value)
	case names(s.Path):
		return value
	case identifies(s.Path):
		return clean.Redact(value)
	case s.argument != "":
		return m.known.Hide(s.argument)
	}
	return m.Value("", value)
}

// variable is the name of a string where operators chose it; elsewhere it is empty,
// as members like "key" say nothing.
func (s Secret) variable() string {
	if strings.Contains(s.Path, "/attachments/") {
		return "" // a task's, whose names are the service's: privateIPv4Address is an address
	}
	if strings.HasSuffix(s.Path, "/value") || strings.HasSuffix(s.Path, "/Value") || ownNames(s.Path) {
		return s.Name
	}
	return ""
}

// Secret is a string of a document that may not be shown as it is.
type Secret struct {
	Node *Node
	// Path leads to the string, by names where items of a list have one, so that a
	// reordered list still finds its counterpart. Name is what the string is the
	// value of, such as a variable.
	Path, Name string
	Value      clean.Secret
	Masked     string // as it may be shown
	// argument is the string as it may be shown beside those before it, in a list that
	// is a command.
	argument string
}

// EachSecret calls visit for every string of a document of which something must be
// hidden, for the secrets of the documents beside it as well: a secret stays one
// when it moves to a variable whose name does not tell.
func EachSecret(tree *Node, visit func(Secret), beside ...*Node) {
	m := MaskingIn(append(beside, tree)...)
	eachText(tree, "", "", func(s Secret) {
		if s.Masked = m.text(s); s.Masked != s.Value.Reveal() {
			visit(s)
		}
	})
}

// Shown lays one JSON document out for reading, with its secrets masked. Members
// stay in their order and numbers in their spelling.
func Shown(raw []byte) (string, error) {
	tree, err := Parse(raw)
	if err != nil {
		return "", err
	}
	Mask(tree)
	return tree.Indented(), nil
}

// Mask replaces the secrets of a document by masks.
func Mask(tree *Node) {
	m := MaskingIn(tree)
	eachText(tree, "", "", func(s Secret) { s.Node.Raw = Quote(m.text(s)) })
}

// eachText calls visit for every string of a document but empty ones.
func eachText(n *Node, path, name string, visit func(Secret)) {
	switch n.Kind {
	case Object:
		label := n.Label()
		for _, m := range n.Members {
			under := m.Name
			if strings.EqualFold(m.Name, "value") && label != "" {
				under = label
			}
			eachText(m.Value, path+"/"+m.Name, under, visit)
		}
	case Array:
		arguments := commandIn(n)
		for i, item := range n.Items {
			label := item.Label()
			if label == "" {
				label = strconv.Itoa(i)
			}
			eachText(item, path+"/"+label, "", func(s Secret) {
				if arguments != nil {
					s.argument = arguments[i]
				}
				visit(s)
			})
		}
	case Scalar:
		if value, ok := n.Text(); ok && value != "" {
			visit(Secret{Node: n, Path: path, Name: name, Value: clean.Secret(value)})
		}
	}
}

// commandIn returns the strings of a list as they may be shown if it is a command: a
// flag tells of the string after it. It returns nil for other lists.
func commandIn(list *Node) []string {
	var args []string
	for _, item := range list.Items {
		text, ok := item.Text()
		if !ok {
			return nil
		}
		args = append(args, text)
	}
	return clean.Arguments(args)
}

// names reports whether a path leads to a reference or a name, which operators
// need to read.
func names(path string) bool {
	return strings.HasSuffix(path, "/valueFrom") || strings.HasSuffix(path, "/name") || strings.HasSuffix(path, "/key")
}

// identifies reports whether a path leads to what the service knows something by:
// there, a word that is also somebody's secret is chance.
func identifies(path string) bool {
	last := path[strings.LastIndexByte(path, '/')+1:]
	return last == "image" || last == "imageDigest" || last == "family" || strings.HasSuffix(last, "Name") || strings.HasSuffix(last, "Arn")
}

// ownNames reports whether a path leads to a member of a map whose keys the
// operator chose.
func ownNames(path string) bool {
	for _, parent := range []string{"/dockerLabels/", "/options/", "/driverOpts/", "/labels/"} {
		if i := strings.LastIndex(path, parent); i >= 0 && !strings.Contains(path[i+len(parent):], "/") {
			return true
		}
	}
	return false
}
