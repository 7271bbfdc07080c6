package errand

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Template is an argument in which variables stand, as $NAME or ${NAME}; $$ is a dollar.
type Template struct {
	text  string
	parts []part
}

// part is a plain text, or the name of a variable.
type part struct {
	text     string
	variable bool
}

// variableName is how a variable is written after its dollar.
var variableName = regexp.MustCompile(`^(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})`)

// Parse reads an argument. A variable that is none of Variables is an error.
func Parse(text string) (Template, error) {
	t := Template{text: text}
	plain := func(s string) {
		if n := len(t.parts); n > 0 && !t.parts[n-1].variable {
			t.parts[n-1].text += s
		} else if s != "" {
			t.parts = append(t.parts, part{text: s})
		}
	}
	rest := text
	for {
		before, after, dollar := strings.Cut(rest, "$")
		plain(before)
		if !dollar {
			return t, nil
		}
		if own, ok := strings.CutPrefix(after, "$"); ok {
			plain("$")
			rest = own
			continue
		}
		m := variableName.FindStringSubmatch(after)
		if m == nil {
			return Template{}, errors.New("a $ that begins no variable: write $$ for a dollar")
		}
		name := m[1] + m[2]
		if !slices.ContainsFunc(Variables(), func(v Variable) bool { return v.Name == name }) {
			return Template{}, fmt.Errorf("$%s is no variable, expected one of %s", name, strings.Join(names(), ", "))
		}
		t.parts = append(t.parts, part{name, true})
		rest = after[len(m[0]):]
	}
}

// Script is a text for a shell, which knows variables of its own: all of it is the shell's.
func Script(text string) Template { return Template{text: text} }

// Mentions reports whether the text of a shell reads a variable.
func (t Template) Mentions(name string) bool {
	for rest := t.text; ; {
		_, after, dollar := strings.Cut(rest, "$")
		if !dollar {
			return false
		}
		if m := variableName.FindStringSubmatch(after); m != nil && m[1]+m[2] == name {
			return true
		}
		// A longer form, such as ${NAME:-x}, says itself what becomes of one that is not there.
		rest = after
	}
}

// Text is the argument as it was written.
func (t Template) Text() string { return t.text }
