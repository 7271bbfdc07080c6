package edits

import (
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/document"
	"gantry/internal/clean"
)

// Env is what happens to one container's variables. Set merges, and keeps
// those it does not name unless Replace is true, in which case exactly these
// stay. Unsetting or renaming a variable that is not there is an error, as it is
// most often a misspelt name.
type Env struct {
	Set   []awsx.EnvVar
	Unset []string
	// Rename maps names to new ones. The values stay, whatever they are, and so
	// does the order; two variables may swap their names. Not beside Replace.
	Rename  map[string]string
	Replace bool
}

// EnvChange is one variable that a plan sets or unsets. The values print as
// masks; the audit file keeps an HMAC of them.
type EnvChange struct {
	Container, Name string
	Before, After   awsx.EnvVar
	Had, Has        bool // whether the variable exists before and after
	// From and To are set on the two changes that a rename comes to: the old name
	// goes To the new one, which comes From it.
	From, To string
}

// PlainSecrets warns of variables whose new values look secret: whoever may read
// the task definition reads them there. There is no check when none does.
func PlainSecrets(changes []EnvChange) []check.Finding {
	var names []string
	for _, c := range changes {
		if c.Has && c.After.Value != "" && clean.LooksSecret(c.Name, c.After.Value.Reveal()) {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []check.Finding{{Name: check.PlainSecret, Result: check.Warning, Text: strings.Join(names, ", ") +
		": anybody who reads the task definition reads the value; keep it in SSM Parameter Store or Secrets Manager and refer to it"}}
}

// DescribeEnv names what happens to variables, by container.
func DescribeEnv(changes []EnvChange) string {
	var parts []string
	for i, c := range changes {
		verb := "set"
		switch {
		case c.To != "":
			verb = "rename"
			c.Name += " to " + c.To
		case c.From != "":
			continue
		case !c.Has:
			verb = "unset"
		case !c.Had:
			verb = "add"
		}
		part := verb + " " + c.Name
		if i == 0 || changes[i-1].Container != c.Container {
			part = c.Container + " " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// SetEnv edits environments in a tree, by container name, and returns what changed. An
// empty name means the only container there is.
func SetEnv(tree *document.Node, containers map[string]Env) ([]EnvChange, error) {
	var changes []EnvChange
	for _, name := range slices.Sorted(maps.Keys(containers)) {
		c, err := tree.PickContainer(name)
		if err != nil {
			return nil, err
		}
		changed, err := Variables(c, containers[name])
		if err != nil {
			return nil, err
		}
		changes = append(changes, changed...)
	}
	return changes, nil
}

// Variables edits the environment of one container and returns what changed.
func Variables(c *document.Node, e Env) ([]EnvChange, error) {
	if err := checkEdit(c, e); err != nil {
		return nil, err
	}
	return editEnv(c, e), nil
}

// checkEdit refuses an edit that the service, or a shell, could not bear.
func checkEdit(c *document.Node, e Env) error {
	seen := map[string]bool{}
	for _, v := range e.Set {
		if err := document.CheckVariable(v); err != nil {
			return err
		}
		if seen[v.Name] {
			return invalid("variable %s is set twice", v.Name)
		}
		seen[v.Name] = true
		for _, s := range c.List("secrets") {
			if s.Word("name") == v.Name {
				return invalid("variable %s is a secret of container %s: a name cannot be in both its environment and its secrets", v.Name, c.Word("name"))
			}
		}
	}
	for _, name := range e.Unset {
		if seen[name] {
			return invalid("variable %s is both set and unset", name)
		}
		if !slices.ContainsFunc(c.List("environment"), func(v *document.Node) bool { return v.Word("name") == name }) {
			return invalid("container %s has no variable %q to unset", c.Word("name"), name)
		}
	}
	return checkRenames(c, e, seen)
}

// checkRenames refuses names that are missing, taken or used twice. Set holds the
// names that the edit sets.
func checkRenames(c *document.Node, e Env, set map[string]bool) error {
	if e.Replace && len(e.Rename) > 0 {
		return invalid("to rename variables and to replace all of them exclude each other")
	}
	has := func(list, name string) bool {
		return slices.ContainsFunc(c.List(list), func(v *document.Node) bool { return v.Word("name") == name })
	}
	taken := map[string]bool{}
	for _, from := range slices.Sorted(maps.Keys(e.Rename)) {
		to := e.Rename[from]
		_, leaves := e.Rename[to]
		switch err := document.CheckEnvName(to); {
		case err != nil:
			return err
		case !has("environment", from):
			return invalid("container %s has no variable %q to rename", c.Word("name"), from)
		case from == to:
			return invalid("variable %s is renamed to itself", from)
		case set[from] || slices.Contains(e.Unset, from):
			return invalid("variable %s is renamed and also set or unset", from)
		case set[to] || taken[to] || has("environment", to) && !leaves && !slices.Contains(e.Unset, to):
			return invalid("variable %s cannot be renamed to %s: that name is taken", from, to)
		case has("secrets", to):
			return invalid("variable %s cannot be renamed to %s: that is a secret of container %s", from, to, c.Word("name"))
		}
		taken[to] = true
	}
	return nil
}

// editEnv applies a checked edit. Variables that stay keep their place and their
// other members; new ones follow in the order given.
func editEnv(c *document.Node, e Env) []EnvChange {
	var changes []EnvChange
	container := c.Word("name")
	wanted := map[string]awsx.EnvVar{}
	for _, v := range e.Set {
		wanted[v.Name] = v
	}
	list := &document.Node{Kind: document.Array}
	had := map[string]bool{}
	for _, v := range c.List("environment") {
		name := v.Word("name")
		before := awsx.EnvVar{Name: name, Value: clean.Secret(v.Word("value"))}
		after, set := wanted[name]
		had[name] = true
		if to, renamed := e.Rename[name]; renamed {
			changes = append(changes,
				EnvChange{Container: container, Name: name, Before: before, Had: true, To: to},
				EnvChange{Container: container, Name: to, After: awsx.EnvVar{Name: to, Value: before.Value}, Has: true, From: name})
			v.Set("name", document.Text(to))
			list.Items = append(list.Items, v)
			continue
		}
		switch {
		case !set && (e.Replace || slices.Contains(e.Unset, name)):
			changes = append(changes, EnvChange{Container: container, Name: name, Before: before, Had: true})
			continue
		case set && after.Value != before.Value:
			changes = append(changes, EnvChange{Container: container, Name: name, Before: before, After: after, Had: true, Has: true})
			v.Set("value", document.Text(after.Value.Reveal()))
		}
		list.Items = append(list.Items, v)
	}
	for _, v := range e.Set {
		if !had[v.Name] {
			changes = append(changes, EnvChange{Container: container, Name: v.Name, After: v, Has: true})
			list.Items = append(list.Items, document.Fields("name", v.Name, "value", v.Value.Reveal()))
		}
	}
	if len(changes) > 0 {
		c.Set("environment", list)
	}
	return changes
}
