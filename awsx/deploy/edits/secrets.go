package edits

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/document"
)

// Secrets is what happens to one container's references. Set merges. Unsetting
// one that is not there is an error.
type Secrets struct {
	Set   []awsx.SecretRef
	Unset []string
	// Move takes a variable of the same name out of the environment, where it may
	// not stay beside the secret.
	Move bool
}

// SecretChange is one reference to a secret that a plan sets or unsets; an empty
// end means that there is none. References are no secrets themselves.
type SecretChange struct {
	Container, Name string
	Before, After   string
}

// SetSecrets edits references in a tree, by container name, and returns what changed, the variables that
// gave way to them among it.
func SetSecrets(tree *document.Node, containers map[string]Secrets) (env []EnvChange, secrets []SecretChange, err error) {
	for _, name := range slices.Sorted(maps.Keys(containers)) {
		c, err := tree.PickContainer(name)
		if err != nil {
			return nil, nil, err
		}
		moved, err := checkSecrets(c, containers[name])
		if err != nil {
			return nil, nil, err
		}
		env = append(env, editEnv(c, Env{Unset: moved})...)
		secrets = append(secrets, editSecrets(c, containers[name])...)
	}
	return env, secrets, nil
}

// DescribeSecrets names what happens to references, by container.
func DescribeSecrets(changes []SecretChange) string {
	var parts []string
	for i, c := range changes {
		verb := "set"
		switch {
		case c.After == "":
			verb = "unset"
		case c.Before == "":
			verb = "add"
		}
		part := verb + " secret " + c.Name
		if i == 0 || changes[i-1].Container != c.Container {
			part = c.Container + " " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// What a reference may be (ECS, Secret.valueFrom): the ARN of a parameter, that
// of a secret with up to three parts that choose within it, or the name of a
// parameter in the task's own region.
var (
	parameterARN  = regexp.MustCompile(`^arn:aws[a-z-]*:ssm:[a-z0-9-]+:[0-9]{12}:parameter/[A-Za-z0-9._/-]+$`)
	secretARN     = regexp.MustCompile(`^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+(:[^:]*){0,3}$`)
	parameterName = regexp.MustCompile(`^[A-Za-z0-9._/-]+$`)
)

// longestReference is how long an ARN or a name may be, in characters.
const longestReference = 2048

// CheckReference checks what a container may name as the source of a secret.
func CheckReference(valueFrom string) error {
	for _, form := range []*regexp.Regexp{parameterARN, secretARN, parameterName} {
		if len(valueFrom) <= longestReference && form.MatchString(valueFrom) {
			return nil
		}
	}
	// A secret itself may stand here by mistake, so it is not repeated.
	return invalid("a secret comes from the ARN of a parameter or a secret, or the name of a parameter: the given text is neither")
}

// IncompleteReferences warns of ARNs that name a key in a secret without the two
// fields behind it, which the service wants even when they are empty (ECS, "Passing
// Secrets Manager secrets": arn:…:secret:name:json-key:version-stage:version-id). A
// task with such a reference does not start. There is no check when none is.
func IncompleteReferences(changes []SecretChange) []check.Finding {
	const fields = 3 // that choose within a secret
	var texts []string
	for _, c := range changes {
		if !secretARN.MatchString(c.After) {
			continue
		}
		_, name, _ := strings.Cut(c.After, ":secret:")
		if given := strings.Count(name, ":"); given > 0 && given < fields {
			texts = append(texts, c.Name+": a key in a secret is followed by a version stage and a version id, which may be empty: "+
				c.After+strings.Repeat(":", fields-given))
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return []check.Finding{{Name: check.References, Result: check.Warning, Text: strings.Join(texts, "; ")}}
}

// checkSecrets refuses an edit that the service would not accept, and returns
// the variables that have to leave the environment for it.
func checkSecrets(c *document.Node, e Secrets) (moved []string, err error) {
	has := func(list, name string) bool {
		return slices.ContainsFunc(c.List(list), func(n *document.Node) bool { return n.Word("name") == name })
	}
	seen := map[string]bool{}
	for _, ref := range e.Set {
		if err := document.CheckEnvName(ref.Name); err != nil {
			return nil, err
		}
		if err := CheckReference(ref.ValueFrom); err != nil {
			return nil, invalid("secret %s: %w", ref.Name, err)
		}
		if seen[ref.Name] {
			return nil, invalid("secret %s is set twice", ref.Name)
		}
		seen[ref.Name] = true
		if has("environment", ref.Name) {
			if !e.Move {
				return nil, invalid("%s is a variable of container %s: a name cannot be in both its environment and its secrets; move it to take it out of the environment", ref.Name, c.Word("name"))
			}
			moved = append(moved, ref.Name)
		}
	}
	for _, name := range e.Unset {
		if seen[name] {
			return nil, invalid("secret %s is both set and unset", name)
		}
		if !has("secrets", name) {
			return nil, invalid("container %s has no secret %q to unset", c.Word("name"), name)
		}
	}
	return moved, nil
}

// editSecrets applies a checked edit. References that stay keep their place.
func editSecrets(c *document.Node, e Secrets) []SecretChange {
	var changes []SecretChange
	container := c.Word("name")
	wanted := map[string]string{}
	for _, ref := range e.Set {
		wanted[ref.Name] = ref.ValueFrom
	}
	list := &document.Node{Kind: document.Array}
	had := map[string]bool{}
	for _, s := range c.List("secrets") {
		name, before := s.Word("name"), s.Word("valueFrom")
		had[name] = true
		if slices.Contains(e.Unset, name) {
			changes = append(changes, SecretChange{Container: container, Name: name, Before: before})
			continue
		}
		if after, set := wanted[name]; set && after != before {
			changes = append(changes, SecretChange{Container: container, Name: name, Before: before, After: after})
			s.Set("valueFrom", document.Text(after))
		}
		list.Items = append(list.Items, s)
	}
	for _, ref := range e.Set {
		if !had[ref.Name] {
			changes = append(changes, SecretChange{Container: container, Name: ref.Name, After: ref.ValueFrom})
			list.Items = append(list.Items, document.Fields("name", ref.Name, "valueFrom", ref.ValueFrom))
		}
	}
	if len(changes) > 0 {
		c.Set("secrets", list)
	}
	return changes
}
