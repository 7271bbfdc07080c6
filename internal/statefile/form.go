package statefile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// version is that of the form in which the file is written.
const version = 1

const (
	// mostBytes is how large a file is read at most. None that is written here comes near.
	mostBytes = 1 << 20
	// mostLine is how long a line or a value is kept at most, in bytes: a pasted file is no
	// command that somebody types again.
	mostLine = 2000
)

// content is what the file holds. Values and lists stand under a context, which is empty
// for what belongs to none, and a name.
type content struct {
	Version int                            `json:"version"`
	Values  map[string]map[string]string   `json:"values,omitempty"`
	Lists   map[string]map[string][]string `json:"lists,omitempty"`

	// The form before there was a version.
	OldCommands []string            `json:"commands,omitempty"`
	OldPlaces   map[string]oldPlace `json:"places,omitempty"`
}

type oldPlace struct{ Cluster, ARN, Screen string }

// Names that this package gives meaning to, since the form without a version had them.
const (
	// Commands is the list of commands, of no context.
	Commands = "commands"
	// Place is a value of a context: the screen, the cluster's ARN and the ARN of what is
	// shown, with spaces between.
	Place = "place"
	// Context is a value of no context: the region and the profile of the one that was shown
	// last, with a space between.
	Context = "context"
)

// read reads a file. One that is not there is empty. The error says why a file is none
// that may be written over.
func read(path string) (content, error) {
	empty := content{Version: version}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return empty, nil
	}
	if err != nil {
		return empty, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return empty, err
	}
	if !info.Mode().IsRegular() || info.Size() > mostBytes {
		return empty, fmt.Errorf("%s is no file of gantry's", path)
	}
	b := make([]byte, info.Size())
	if _, err := f.ReadAt(b, 0); err != nil && len(b) > 0 {
		return empty, err
	}
	var c content
	switch err := json.Unmarshal(b, &c); {
	case err != nil:
		return empty, fmt.Errorf("%s is torn or none of gantry's: %w", path, err)
	case c.Version > version:
		return empty, fmt.Errorf("%s was written by a newer gantry", path)
	case c.Version < version && c.OldCommands == nil && c.OldPlaces == nil:
		return empty, fmt.Errorf("%s is no file of gantry's", path)
	}
	c.upgrade()
	return c, nil
}

// upgrade gives what an older version wrote its place in the form of today.
func (c *content) upgrade() {
	for _, line := range c.OldCommands {
		c.add("", Commands, line, len(c.OldCommands))
	}
	for context, p := range c.OldPlaces {
		c.set(context, Place, p.Screen+" "+p.Cluster+" "+p.ARN)
	}
	c.Version, c.OldCommands, c.OldPlaces = version, nil, nil
}

// set changes a value; an empty one is forgotten.
func (c *content) set(context, name, value string) {
	if value == "" {
		delete(c.Values[context], name)
		if len(c.Values[context]) == 0 {
			delete(c.Values, context)
		}
		return
	}
	if c.Values == nil {
		c.Values = map[string]map[string]string{}
	}
	if c.Values[context] == nil {
		c.Values[context] = map[string]string{}
	}
	c.Values[context][name] = value
}

// add puts a line at the end of a list of at most so many; one that is there already moves.
func (c *content) add(context, name, line string, most int) {
	if c.Lists == nil {
		c.Lists = map[string]map[string][]string{}
	}
	if c.Lists[context] == nil {
		c.Lists[context] = map[string][]string{}
	}
	list := slices.DeleteFunc(slices.Clone(c.Lists[context][name]), func(l string) bool { return l == line })
	list = append(list, line)
	c.Lists[context][name] = list[max(0, len(list)-most):]
}
