package document

import (
	"strings"
	"unicode/utf8"

	"gantry/awsx"
	"gantry/internal/clean"
)

// CheckVariable checks one variable that is to be set. Its error never holds
// the value.
func CheckVariable(v awsx.EnvVar) error {
	if err := CheckEnvName(v.Name); err != nil {
		return err
	}
	value := v.Value.Reveal()
	switch {
	case clean.FindMask(value) > 0:
		return invalid("variable %s: %w", v.Name, clean.ErrMasked)
	case !utf8.ValidString(value):
		return invalid("variable %s: the value is not UTF-8 text, which is all that a task definition can hold", v.Name)
	case strings.ContainsRune(value, 0):
		return invalid("variable %s: the value holds a NUL byte, which no environment can", v.Name)
	}
	return nil
}

// CheckEnvName checks the name of an environment variable: a letter or _ first,
// then letters, digits, '_', '.' and '-'. Shells know no dots or dashes, but
// images that are configured by dotted names are common.
func CheckEnvName(name string) error {
	for i, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if letter || i > 0 && (r >= '0' && r <= '9' || r == '.' || r == '-') {
			continue
		}
		return invalid("variable name %q: expected a letter or _ followed by letters, digits, '_', '.' or '-'", name)
	}
	if name == "" {
		return invalid("a variable has no name: expected NAME=VALUE")
	}
	return nil
}
