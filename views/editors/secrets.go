package editors

import (
	"errors"
	"maps"
	"slices"

	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/ui/form"
	"gantry/views/changes"
)

// secretsTitle is what the references of a container are headed by. No container is
// called like that: a name has no blanks.
func secretsTitle(container string) string { return container + " secrets, by reference" }

// secretsGroup is where the references of a container are edited. They say where a
// secret is kept, and are none themselves.
func secretsGroup(c awsx.ContainerDefinition) form.Group {
	group := form.Group{Name: secretsTitle(c.Name), Noun: "secret", Public: true, Check: func(p form.Pair) error {
		if err := edits.CheckReference(p.Value); err != nil {
			cause, _ := changes.CauseOf(err)
			return errors.New(cause)
		}
		return nil
	}}
	for _, ref := range c.Secrets {
		group.Pairs = append(group.Pairs, form.Pair{Name: ref.Name, Value: ref.ValueFrom})
	}
	return group
}

// secretsOf is the container whose references a group holds; ok is false for a group
// of variables.
func secretsOf(td *awsx.TaskDefinition, group string) (awsx.ContainerDefinition, bool) {
	for _, c := range td.Containers {
		if group == secretsTitle(c.Name) {
			return c, true
		}
	}
	return awsx.ContainerDefinition{}, false
}

// secretEdit is what the edits of a container's references ask for. One that takes the
// name of a variable takes its place: the two cannot stand side by side.
func secretEdit(c awsx.ContainerDefinition, e form.Edit) edits.Secrets {
	edit := edits.Secrets{Unset: e.Unset, Move: true}
	for _, name := range slices.Sorted(maps.Keys(e.Set)) {
		edit.Set = append(edit.Set, awsx.SecretRef{Name: name, ValueFrom: e.Set[name]})
	}
	for _, ref := range c.Secrets {
		if name, ok := e.Rename[ref.Name]; ok {
			edit.Unset = append(edit.Unset, ref.Name)
			edit.Set = append(edit.Set, awsx.SecretRef{Name: name, ValueFrom: ref.ValueFrom})
		}
	}
	return edit
}
