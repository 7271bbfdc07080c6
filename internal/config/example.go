package config

import _ "embed"

// Example is a file that sets most of what can be set, each setting with what it is
// for. It is the one that the documentation shows.
//
//go:embed example.yaml
var Example string
