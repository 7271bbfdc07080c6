package world

import (
	"slices"
	"strings"
)

// Tag is a key and a value that somebody put on a resource.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Insert puts an item into a list that is sorted by name, unless there is one of that
// name.
func Insert[T any](items []T, item T, name func(T) string) []T {
	i, found := slices.BinarySearchFunc(items, name(item), func(other T, n string) int { return strings.Compare(name(other), n) })
	if found {
		return items
	}
	return slices.Insert(items, i, item)
}

// InsertName puts a name into a sorted list of distinct ones.
func InsertName(names []string, name string) []string {
	return Insert(names, name, func(n string) string { return n })
}

// Tail is the last part of an ARN, or the whole of a plain name.
func Tail(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// IsARN reports whether a name is an ARN rather than a plain one.
func IsARN(name string) bool { return strings.HasPrefix(name, "arn:") }
