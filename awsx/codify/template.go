package codify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/internal/clean"
	"gantry/internal/fault"
)

// Source is a service and what belongs to it, as the API describes it.
type Source struct {
	// Cluster and Service are their names.
	Cluster, Service string
	// Description is the service as DescribeServices has it.
	Description []byte
	// Definition is the revision that the service runs; nil where it runs none of its own,
	// as with task sets that others deploy.
	Definition *awsx.TaskDefinition
	Groups     []Group
	Rules      []Rule
	// Target is the service as Application Auto Scaling has it, nil where nothing scales
	// it; Policies and Schedules are its policies and scheduled actions.
	Target              []byte
	Policies, Schedules [][]byte
	// Alarms and Composites are what watches the scaling and the deployments.
	Alarms, Composites [][]byte
	// Unread is what could not be read, and why.
	Unread []Left
}

// Group is a target group with its attributes and tags, objects of a Key and a Value.
type Group struct {
	Description      []byte
	Attributes, Tags [][]byte
}

// Rule is a listener rule; Listener is the listener's ARN, Place what people call it by, such
// as prod-public:443.
type Rule struct {
	Description     []byte
	Listener, Place string
	Tags            [][]byte
}

// Left is what the template does not say: of what, which fields, and why.
type Left struct {
	Of     string
	Fields []string // by their paths in the API's JSON; empty for the whole of it
	Why    string
}

// String is the sentence about it, on one line and without credentials.
func (l Left) String() string {
	s := l.Of
	if len(l.Fields) > 0 {
		s += ": " + strings.Join(l.Fields, ", ")
	}
	return clean.Shown(s + ": " + l.Why)
}

// Template is a template while it is made, and then what it says.
type Template struct {
	// Left is what it does not say, in its order.
	Left []Left

	title                 string
	parameters, resources *document.Node
	book                  book
	// made are the values that stand for nodes of what was read: parameters.
	made map[*document.Node]*document.Node
	// refs are how the template refers to what bears an ARN, parts to what is named within
	// a longer text.
	refs  map[string]*document.Node
	parts []part
}

// part is a text by which an attribute of a resource is known.
type part struct{ text, resource, attribute string }

// Codify makes the template of a service. It is the same for the same source.
func Codify(src Source) (*Template, error) {
	t := &Template{
		title:      src.Cluster + "/" + src.Service,
		parameters: &document.Node{Kind: document.Object}, resources: &document.Node{Kind: document.Object},
		book: readShapes(), made: map[*document.Node]*document.Node{}, refs: map[string]*document.Node{},
	}
	w := &writer{Template: t, cluster: src.Cluster, service: src.Service}
	if err := w.parse(src); err != nil {
		return nil, err
	}
	w.hide()
	w.name()
	w.definitionResource()
	w.serviceResource()
	for _, g := range w.groups {
		w.groupResource(g)
	}
	for _, r := range w.rules {
		w.ruleResource(r)
	}
	w.scalingResources()
	w.alarmResources()
	t.Left = append(t.Left, src.Unread...)
	return t, nil
}

// leave notes what is left out; fields that are left out for one reason stand together.
func (t *Template) leave(of, field, why string) {
	i := slices.IndexFunc(t.Left, func(l Left) bool { return l.Of == of && l.Why == why })
	if i < 0 {
		t.Left = append(t.Left, Left{Of: of, Why: why})
		i = len(t.Left) - 1
	}
	if field != "" && !slices.Contains(t.Left[i].Fields, field) {
		t.Left[i].Fields = append(t.Left[i].Fields, field)
	}
}

// drop removes members that say how something stands, not how it is to be, and names those
// that were there.
func (t *Template) drop(n *document.Node, of, why string, names ...string) {
	for _, name := range names {
		if v := n.Get(name); v != nil {
			if !t.blank(v) {
				t.leave(of, name, why)
			}
			n.Drop(name)
		}
	}
}

// own is why what the service sets itself is left out.
const own = "AWS sets it"

// parameter makes a parameter with what there is today as its default, and returns the
// reference to it. The same value asked for by the same name is one parameter.
func (t *Template) parameter(name, kind, today, description string) *document.Node {
	p := document.Fields("Type", kind, "Default", today, "Description", description)
	return ref(t.unique(t.parameters, logical(name), p))
}

// secret makes a parameter that whoever deploys must give: its value is not told.
func (t *Template) secret(name, description string) *document.Node {
	p := document.Fields("Type", "String")
	p.Set("NoEcho", document.Truth(true))
	p.Set("Description", document.Text(description))
	return ref(t.unique(t.parameters, logical(name), p))
}

// resource adds a resource under its name. What exists is kept when the stack goes, without
// which it could not be imported into one.
func (t *Template) resource(name, kind string, properties *document.Node, after ...string) {
	r := document.Fields("Type", kind)
	if len(after) > 0 {
		r.Set("DependsOn", list(after...))
	}
	r.Set("DeletionPolicy", document.Text("Retain"))
	r.Set("UpdateReplacePolicy", document.Text("Retain"))
	r.Set("Properties", properties)
	t.resources.Set(name, r)
}

// unique adds an entry under a name that no other entry has, unless the same is there.
func (t *Template) unique(among *document.Node, name string, entry *document.Node) string {
	for i := 1; ; i++ {
		try := name
		if i > 1 {
			try += ordinal(i)
		}
		was := among.Get(try)
		if was == nil {
			among.Set(try, entry)
			return try
		}
		if string(was.Bytes()) == string(entry.Bytes()) {
			return try
		}
	}
}

func ordinal(i int) string { return strconv.Itoa(i) }

// logical makes a logical name of words: letters and digits alone, each word with a capital
// (CloudFormation, Resources and Parameters).
func logical(name string) string {
	var b strings.Builder
	words := strings.FieldsFunc(name, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	for _, word := range words {
		if word == strings.ToUpper(word) {
			word = strings.ToLower(word)
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	if b.Len() == 0 {
		return "Value"
	}
	s := b.String()
	return s[:min(len(s), 200)]
}

func parsed(what string, raw []byte) (*document.Node, error) {
	tree, err := document.Parse(raw)
	if err == nil && tree.Kind != document.Object {
		err = fmt.Errorf("not a JSON object")
	}
	if err != nil {
		return nil, fault.Errorf(fault.Invalid, "export", what, "its description cannot be read: %w", err)
	}
	return tree, nil
}
