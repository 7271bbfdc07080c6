package edits

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/internal/clean"
	"gantry/internal/words"
)

// EnvDifference returns what differs between the variables of two documents.
func EnvDifference(before, after *document.Node) []EnvChange {
	var changes []EnvChange
	for _, c := range pairChanges(before, after, "environment", "value") {
		changes = append(changes, EnvChange{Container: c.container, Name: c.name, Had: c.had, Has: c.has,
			Before: awsx.EnvVar{Name: c.name, Value: clean.Secret(c.before)}, After: awsx.EnvVar{Name: c.name, Value: clean.Secret(c.after)}})
	}
	return changes
}

// SecretDifference returns what differs between the references to secrets of two
// documents.
func SecretDifference(before, after *document.Node) []SecretChange {
	var changes []SecretChange
	for _, c := range pairChanges(before, after, "secrets", "valueFrom") {
		changes = append(changes, SecretChange{Container: c.container, Name: c.name, Before: c.before, After: c.after})
	}
	return changes
}

// pairChange is a named value of a container that one of two documents lacks, or
// that they give differently.
type pairChange struct {
	container, name, before, after string
	had, has                       bool
}

// pairChanges returns what differs between the containers' lists of named values,
// which lie in the member called value.
func pairChanges(before, after *document.Node, list, value string) []pairChange {
	var changes []pairChange
	for _, name := range bothContainers(before, after) {
		was, now := pairsOf(before.Container(name).List(list), value), pairsOf(after.Container(name).List(list), value)
		for _, key := range bothKeys(was, now) {
			b, had := was[key]
			a, has := now[key]
			if had != has || a != b {
				changes = append(changes, pairChange{name, key, b, a, had, has})
			}
		}
	}
	return changes
}

func pairsOf(list []*document.Node, value string) map[string]string {
	pairs := map[string]string{}
	for _, n := range list {
		pairs[n.Word("name")] = n.Word(value)
	}
	return pairs
}

// bothKeys returns the keys of two maps in order.
func bothKeys(a, b map[string]string) []string {
	keys := append(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b))...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// bothContainers returns the names of the containers of two documents, those
// that stay first.
func bothContainers(before, after *document.Node) []string {
	names := before.ContainerNames()
	for _, name := range after.ContainerNames() {
		names = words.AddNew(names, name)
	}
	return names
}

// Parts names the fields in which two documents differ, by container.
func Parts(before, after *document.Node) []string {
	b, a := document.Normal(before), document.Normal(after)
	var parts []string
	for _, name := range bothContainers(b, a) {
		was, now := b.Container(name), a.Container(name)
		switch {
		case was == nil:
			parts = append(parts, name+" added")
		case now == nil:
			parts = append(parts, name+" removed")
		default:
			if fields := differing(was, now); len(fields) > 0 {
				parts = append(parts, name+" "+strings.Join(fields, ", "))
			}
		}
	}
	fields := slices.DeleteFunc(differing(b, a), func(f string) bool { return f == "containerDefinitions" })
	if len(fields) > 0 {
		parts = append(parts, strings.Join(fields, ", "))
	}
	if len(parts) == 0 {
		parts = []string{"order of containers"}
	}
	return parts
}

// differing names the members in which two objects differ.
func differing(a, b *document.Node) []string {
	var names []string
	for _, m := range slices.Concat(a.Members, b.Members) {
		x, y := a.Get(m.Name), b.Get(m.Name)
		if x == nil || y == nil || !bytes.Equal(x.Canonical(), y.Canonical()) {
			names = words.AddNew(names, m.Name)
		}
	}
	return names
}
