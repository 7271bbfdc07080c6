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

// InsertName keeps a sorted list of distinct names.
func InsertName(names []string, name string) []string {
	i, found := slices.BinarySearch(names, name)
	if found {
		return names
	}
	return slices.Insert(names, i, name)
}

// Tail is the last part of an ARN, or the whole of a plain name.
func Tail(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// IsARN reports whether a name is an ARN rather than a plain one.
func IsARN(name string) bool { return strings.HasPrefix(name, "arn:") }
