package codify

import (
	"cmp"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
)

// writer holds what was read, parsed, while the template is made of it.
type writer struct {
	*Template
	cluster, service string

	svc, definition *document.Node // definition is nil without a revision
	revision        string         // the definition, in words
	groups          []*described
	rules           []*described
	target          *document.Node
	policies        []*described
	schedules       []*document.Node
	alarms          []*described
	composites      []*described
}

// described is a resource with its logical name.
type described struct {
	tree            *document.Node
	id              string
	attributes      *document.Node
	listener, place string // of a rule
}

func (w *writer) parse(src Source) (err error) {
	if w.svc, err = parsed(src.Service, src.Description); err != nil {
		return err
	}
	if td := src.Definition; td != nil {
		if err := w.parseDefinition(td); err != nil {
			return err
		}
	}
	for _, g := range src.Groups {
		d, err := describe("a target group", g.Description, g.Tags)
		if err != nil {
			return err
		}
		if d.attributes, err = pairs(g.Attributes); err != nil {
			return err
		}
		w.groups = append(w.groups, d)
	}
	for _, r := range src.Rules {
		d, err := describe("a listener rule", r.Description, r.Tags)
		if err != nil {
			return err
		}
		d.listener, d.place = r.Listener, r.Place
		w.rules = append(w.rules, d)
	}
	if src.Target != nil {
		if w.target, err = parsed("the scalable target", src.Target); err != nil {
			return err
		}
	}
	for _, s := range src.Schedules {
		tree, err := parsed("a scheduled action", s)
		if err != nil {
			return err
		}
		w.schedules = append(w.schedules, tree)
	}
	for _, part := range []struct {
		what string
		from [][]byte
		to   *[]*described
	}{{"a scaling policy", src.Policies, &w.policies}, {"an alarm", src.Alarms, &w.alarms}, {"a composite alarm", src.Composites, &w.composites}} {
		for _, raw := range part.from {
			d, err := describe(part.what, raw, nil)
			if err != nil {
				return err
			}
			*part.to = append(*part.to, d)
		}
	}
	w.sort()
	return nil
}

// parseDefinition takes a revision as it could be registered, and names what of it only the
// service sets.
func (w *writer) parseDefinition(td *awsx.TaskDefinition) error {
	whole, err := parsed(td.ARN, td.Raw)
	if err != nil {
		return err
	}
	w.revision = "task definition " + cmp.Or(awsx.ARNName(td.ARN), td.Family)
	w.drop(whole, w.revision, own, document.ReadOnlyFields()...)
	for _, t := range td.Tags {
		if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			w.leave(w.revision, "tags["+t.Key+"]", own)
		}
	}
	w.definition, err = document.Registrable(td)
	return err
}

func describe(what string, raw []byte, tags [][]byte) (*described, error) {
	tree, err := parsed(what, raw)
	if err != nil {
		return nil, err
	}
	own, err := pairs(tags)
	if len(own.Items) > 0 {
		tree.Set("Tags", own)
	}
	return &described{tree: tree}, err
}

// pairs are objects of a Key and a Value, by key.
func pairs(raw [][]byte) (*document.Node, error) {
	n := &document.Node{Kind: document.Array}
	for _, r := range raw {
		tree, err := parsed("a tag", r)
		if err != nil {
			return n, err
		}
		n.Items = append(n.Items, tree)
	}
	slices.SortStableFunc(n.Items, func(a, b *document.Node) int { return cmp.Compare(a.Word("Key"), b.Word("Key")) })
	return n, nil
}

// sort puts what the APIs list in no order into one: rules as they are evaluated, all else
// by name. Groups stay in the order of the service.
func (w *writer) sort() {
	slices.SortStableFunc(w.rules, func(a, b *described) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(priority(a), priority(b)))
	})
	by := func(name string) func(a, b *described) int {
		return func(a, b *described) int { return cmp.Compare(a.tree.Word(name), b.tree.Word(name)) }
	}
	slices.SortStableFunc(w.policies, by("PolicyName"))
	slices.SortStableFunc(w.alarms, by("AlarmName"))
	slices.SortStableFunc(w.composites, by("AlarmName"))
	slices.SortStableFunc(w.schedules, func(a, b *document.Node) int {
		return cmp.Compare(a.Word("ScheduledActionName"), b.Word("ScheduledActionName"))
	})
}

// trees are all that was read, the revision first.
func (w *writer) trees() []*document.Node {
	all := []*document.Node{w.svc}
	if w.definition != nil {
		all = append([]*document.Node{w.definition}, all...)
	}
	for _, list := range [][]*described{w.groups, w.rules, w.policies, w.alarms, w.composites} {
		for _, d := range list {
			all = append(all, d.tree)
			if d.attributes != nil {
				all = append(all, d.attributes)
			}
		}
	}
	if w.target != nil {
		all = append(all, w.target)
	}
	return append(all, w.schedules...)
}

// hide makes a parameter of every value that may be secret, so that none is written. A value
// of the revision that recurs elsewhere is hidden there as well.
func (w *writer) hide() {
	all := w.trees()
	for _, tree := range all {
		document.EachSecret(tree, func(s document.Secret) {
			place := secretPlace(s.Path)
			w.made[s.Node] = w.secret(place, "The value of "+place+", which may be secret")
		}, all...)
	}
}

// secretPlace says in words where a secret is, such as "app DB_PASSWORD".
func secretPlace(path string) string {
	var steps []string
	for _, step := range strings.Split(path, "/") {
		switch strings.ToLower(step) {
		case "", "containerdefinitions", "environment", "value", "options":
		default:
			steps = append(steps, step)
		}
	}
	return strings.Join(steps, " ")
}
