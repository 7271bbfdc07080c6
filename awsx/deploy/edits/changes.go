package edits

import (
	"cmp"
	"slices"

	"gantry/awsx"
	"gantry/awsx/document"
)

// Change is one difference between what two revisions run.
type Change struct {
	// Part is what was changed: image, variable, secret, command, size, port, health check,
	// log, role, platform or other.
	Part string
	// Container is whose part it is, empty for the task's; Name is the variable's or the
	// secret's, else that of the field.
	Container, Name string
	// Was and Is are the values, as far as they may be shown; empty for none.
	Was, Is string
	// Had and Has tell whether it is there before and after.
	Had, Has bool
}

// Text says the change in words.
func (c Change) Text() string {
	of := ""
	if c.Part == "variable" || c.Part == "secret" || c.Part == "other" || c.Part == "size" {
		of = " " + c.Name
	}
	switch {
	case c.Part == "image":
		return "image " + awsx.ARNName(c.Was) + " -> " + awsx.ARNName(c.Is)
	case !c.Has:
		return c.Part + of + " removed" + before(", was ", c.Was)
	case !c.Had:
		return c.Part + of + " added" + before(": ", c.Is)
	case c.Was == c.Is:
		return c.Part + of + " changed"
	}
	return c.Part + of + " " + c.Was + " -> " + c.Is
}

func before(lead, s string) string {
	if s == "" {
		return ""
	}
	return lead + s
}

// fieldParts are the parts that fields of a container or of a task belong to; values of the
// log's configuration are not told, as they may hold tokens.
var fieldParts = map[string]string{
	"command": "command", "entryPoint": "command", "cpu": "size", "memory": "size", "memoryReservation": "size", "portMappings": "port",
	"healthCheck": "health check", "logConfiguration": "log", "executionRoleArn": "role", "taskRoleArn": "role", "runtimePlatform": "platform",
}

// Changes returns in what two revisions differ, the parts of containers first. The error is
// of a document that cannot be read.
func Changes(was, is *awsx.TaskDefinition) ([]Change, error) {
	old, err := document.Registrable(was)
	if err != nil {
		return nil, err
	}
	fresh, err := document.Registrable(is)
	if err != nil {
		return nil, err
	}
	masking := document.MaskingIn(old, fresh)
	var all []Change
	for _, c := range is.Containers {
		if old, ok := was.Container(c.Name); ok && old.Image != c.Image {
			all = append(all, Change{"image", c.Name, "", old.Image, c.Image, true, true})
		}
	}
	for _, c := range EnvDifference(old, fresh) {
		all = append(all, Change{"variable", c.Container, c.Name, masking.Value(c.Name, c.Before.Value.Reveal()), masking.Value(c.Name, c.After.Value.Reveal()), c.Had, c.Has})
	}
	for _, c := range SecretDifference(old, fresh) {
		all = append(all, Change{"secret", c.Container, c.Name, c.Before, c.After, c.Before != "", c.After != ""})
	}
	b, a := document.Normal(old), document.Normal(fresh)
	for _, name := range bothContainers(b, a) {
		x, y := b.Container(name), a.Container(name)
		if x == nil || y == nil {
			all = append(all, Change{"other", name, "container " + name, "", "", x != nil, y != nil})
			continue
		}
		all = append(all, fieldChanges(masking, name, x, y, "image", "environment", "secrets")...)
	}
	return append(all, fieldChanges(masking, "", b, a, "containerDefinitions")...), nil
}

// fieldChanges are those of the fields of two objects but for some.
func fieldChanges(masking document.Masking, container string, was, is *document.Node, except ...string) (all []Change) {
	value := func(n *document.Node, part string) string {
		if n == nil || part == "log" || part == "other" {
			return ""
		}
		if text, ok := n.Text(); ok {
			return masking.Text(text)
		}
		return masking.Text(string(n.Canonical()))
	}
	for _, field := range differing(was, is) {
		if slices.Contains(except, field) {
			continue
		}
		part := cmp.Or(fieldParts[field], "other")
		x, y := was.Get(field), is.Get(field)
		all = append(all, Change{part, container, field, value(x, part), value(y, part), x != nil, y != nil})
	}
	return all
}
