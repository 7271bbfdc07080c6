package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"gantry/awsx"
	"gantry/internal/words"
)

// ParseWritten parses what a person wrote. Its errors name the line and the
// column, counted in characters from 1.
func ParseWritten(doc []byte) (*Node, error) {
	if i := invalidUTF8(doc); i >= 0 {
		return nil, invalid("%s: not UTF-8 text", position(doc, i))
	}
	var syntax *json.SyntaxError
	if err := json.Unmarshal(doc, new(json.RawMessage)); errors.As(err, &syntax) {
		// The offset is that of the byte after the one at fault, but for a text that
		// ends too early.
		return nil, invalid("%s: not JSON: %w", position(doc, int(syntax.Offset)-1), err)
	}
	if name, at := repeatedMember(doc); at >= 0 {
		return nil, invalid("%s: %q is there twice in one object", position(doc, at), name)
	}
	tree, err := Parse(doc)
	if err != nil {
		return nil, invalid("%w", err)
	}
	if tree.Kind != Object {
		return nil, invalid("expected the JSON object of a task definition")
	}
	return tree, nil
}

// CheckJSON refuses a text that cannot be a task definition at all: what is no JSON
// object. The error names the line and the column.
func CheckJSON(doc awsx.Document) error {
	_, err := ParseWritten(doc)
	return err
}

// position names the line and column of a byte.
func position(doc []byte, i int) string {
	i = min(max(i, 0), len(doc))
	start := bytes.LastIndexByte(doc[:i], '\n') + 1
	return fmt.Sprintf("line %d, column %d", 1+bytes.Count(doc[:i], []byte("\n")), 1+utf8.RuneCount(doc[start:i]))
}

func invalidUTF8(doc []byte) int {
	for i := 0; i < len(doc); {
		r, size := utf8.DecodeRune(doc[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// repeatedMember finds a name that an object has twice: readers disagree on which
// of the two counts. At is where it ends, -1 when there is none.
func repeatedMember(doc []byte) (name string, at int) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	// One entry per open object or array; a nil set is an array's.
	var open []map[string]bool
	key := false // whether the next token names a member
	for {
		tok, err := dec.Token()
		if err != nil {
			return "", -1 // io.EOF, as the document is valid
		}
		top := len(open) - 1
		if d, ok := tok.(json.Delim); ok {
			switch d {
			case '{':
				open = append(open, map[string]bool{})
			case '[':
				open = append(open, nil)
			default:
				open = open[:top]
			}
		} else if s, ok := tok.(string); ok && key {
			if open[top][s] {
				return s, int(dec.InputOffset()) - 1
			}
			open[top][s], key = true, false
			continue
		}
		key = len(open) > 0 && open[len(open)-1] != nil
	}
}

// Limits of the API that are told before anything is sent (ECS,
// RegisterTaskDefinition and ContainerDefinition).
const mostContainers = 10

// Counted repetitions of hundreds would make expressions of as many states.
var containerForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

const longestName = 255

// Admit refuses a document that the service would refuse, as far as that
// shows without asking it. What sizes go together is for the service to say.
func Admit(tree *Node) error {
	containers := tree.Get("containerDefinitions")
	if containers == nil || containers.Kind != Array || len(containers.Items) == 0 {
		return invalid("containerDefinitions: expected a list of at least one container")
	}
	if n := len(containers.Items); n > mostContainers {
		return invalid("containerDefinitions: %s, and a task has at most %d", words.Count(n, "container"), mostContainers)
	}
	essential := false
	seen := map[string]bool{}
	for i, c := range containers.Items {
		name := c.Word("name")
		switch {
		case c.Kind != Object:
			return invalid("containerDefinitions[%d]: expected an object", i)
		case len(name) > longestName || !containerForm.MatchString(name):
			return invalid("containerDefinitions[%d].name: expected 1 to 255 letters, digits, '_' or '-', found %q", i, name)
		case seen[name]:
			return invalid("container %s is there twice", name)
		}
		seen[name] = true
		essential = essential || c.Get("essential") == nil || c.Truth("essential")
		if err := checkContainer(c); err != nil {
			return invalid("container %s: %w", name, err)
		}
	}
	if !essential {
		return invalid("no container is essential, and a task needs one that is")
	}
	return nil
}

func checkContainer(c *Node) error {
	if image, ok := c.Get("image").Text(); !ok || image == "" {
		return errors.New("image: expected an image reference, found none")
	}
	for i, m := range c.List("portMappings") {
		for _, field := range []struct {
			name  string
			least int
		}{{"containerPort", 1}, {"hostPort", 0}} {
			v := m.Get(field.name)
			if v == nil || string(v.Raw) == "null" {
				continue
			}
			if port, err := strconv.Atoi(string(v.Raw)); err != nil || port < field.least || port > 65535 {
				return fmt.Errorf("portMappings[%d].%s: expected a port from %d to 65535", i, field.name, field.least)
			}
		}
	}
	return checkNames(c)
}

// checkNames refuses a name that a secret shares, which the service does as well
// (RegisterTaskDefinition: "The secret name must be unique and not shared with any new or
// existing environment variables set on the container"). A variable that is there twice
// is registered, and the later value counts.
func checkNames(c *Node) error {
	var names []string
	for _, list := range []struct{ name, value string }{{"environment", "value"}, {"secrets", "valueFrom"}} {
		for i, v := range c.List(list.name) {
			name, named := v.Get("name").Text()
			_, valued := v.Get(list.value).Text()
			switch {
			case !named || name == "":
				return fmt.Errorf("%s[%d].name: expected a name", list.name, i)
			case !valued:
				return fmt.Errorf("%s: %s of %s: expected a text in quotes", list.name, list.value, name)
			case list.name == "secrets" && slices.Contains(names, name):
				return fmt.Errorf("secrets: %s is there twice, in the environment or the secrets", name)
			}
			names = append(names, name)
		}
	}
	return nil
}
