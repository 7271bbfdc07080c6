package form

import (
	"fmt"
	"slices"
	"strings"

	"gantry/internal/clean"
)

// Pair is a named value, raw.
type Pair struct {
	Name, Value string
	// Secret hides the value until it is revealed.
	Secret bool
	// Locked says why the pair cannot be changed here, such as that it refers to a
	// secret kept elsewhere; empty when it can.
	Locked string
}

// Group is a list of pairs that belong together, such as a container's.
type Group struct {
	Name  string
	Pairs []Pair
}

// Edit is what was changed in a group. A name is in Set or in Unset, never both.
type Edit struct {
	Group string
	Set   map[string]string
	Unset []string // sorted
}

// State is what happened to a line.
type State int

// The states of a line.
const (
	Kept State = iota
	Added
	Changed
	Removed
)

// line is a pair in the editor.
type line struct {
	pair     Pair // as it is now
	before   Pair // as it was; meaningless for an added line
	added    bool
	removed  bool
	revealed bool
}

func (l *line) state() State {
	switch {
	case l.removed:
		return Removed
	case l.added:
		return Added
	case l.pair.Value != l.before.Value:
		return Changed
	}
	return Kept
}

// group is a list of lines in the editor.
type group struct {
	name  string
	lines []*line
}

func (g *group) find(name string) *line {
	for _, l := range g.lines {
		if l.pair.Name == name {
			return l
		}
	}
	return nil
}

// set gives a name a value: a new line, or another value for the one there is.
func (g *group) set(p Pair) error {
	l := g.find(p.Name)
	if l == nil {
		g.lines = append(g.lines, &line{pair: p, added: true})
		return nil
	}
	if l.pair.Locked != "" {
		return fmt.Errorf("%s cannot be set here: %s", p.Name, l.pair.Locked)
	}
	l.removed = false
	l.pair.Value, l.pair.Secret = p.Value, l.pair.Secret || p.Secret
	return nil
}

// remove takes a line out: an added one vanishes, another is marked.
func (g *group) remove(l *line) {
	if l.added {
		g.lines = slices.DeleteFunc(g.lines, func(o *line) bool { return o == l })
		return
	}
	l.removed = true
	l.pair = l.before
}

// undo brings a line back to what it was.
func (g *group) undo(l *line) {
	if l.added {
		g.remove(l)
		return
	}
	l.pair, l.removed = l.before, false
}

// edit is what changed in the group; ok is false if nothing did.
func (g *group) edit() (e Edit, ok bool) {
	e = Edit{Group: g.name, Set: map[string]string{}}
	for _, l := range g.lines {
		switch l.state() {
		case Added, Changed:
			e.Set[l.pair.Name] = l.pair.Value
		case Removed:
			e.Unset = append(e.Unset, l.pair.Name)
		}
	}
	slices.Sort(e.Unset)
	return e, len(e.Set)+len(e.Unset) > 0
}

// CheckName refuses names that no environment can hold: empty ones, and those
// with an equals sign, a space or a control character.
func CheckName(name string) error {
	if name == "" {
		return fmt.Errorf("the name is empty, expected one such as LOG_LEVEL")
	}
	if i := strings.IndexFunc(name, func(r rune) bool { return r == '=' || r <= ' ' || r == 0x7f }); i >= 0 {
		return fmt.Errorf("the name %q contains %q, expected letters, digits and underscores", clean.Line(name), name[i:i+1])
	}
	return nil
}
