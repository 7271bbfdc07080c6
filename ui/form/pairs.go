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
}

// Group is a list of pairs that belong together, such as a container's.
type Group struct {
	Name  string
	Pairs []Pair
	// Noun is what a pair is called; empty is a variable.
	Noun string
	// Public values may be seen, whatever their names.
	Public bool
	// Check names what is wrong with a pair and what was expected; nil takes all.
	Check func(Pair) error
}

// Edit is what was changed in a group. A name is in one of Set, Unset and the keys of
// Rename.
type Edit struct {
	Group  string
	Set    map[string]string
	Unset  []string          // sorted
	Rename map[string]string // to the new name, of pairs whose value stays
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
	case l.pair.Value != l.before.Value, l.renamed():
		return Changed
	}
	return Kept
}

// renamed reports whether a line has another name than before.
func (l *line) renamed() bool { return !l.added && l.pair.Name != l.before.Name }

// group is a list of lines in the editor.
type group struct {
	Group // without its pairs
	lines []*line
}

// leaving is the line that had a name before it was renamed.
func (g *group) leaving(name string) *line {
	for _, l := range g.lines {
		if l.renamed() && l.before.Name == name {
			return l
		}
	}
	return nil
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
func (g *group) set(p Pair) {
	l := g.find(p.Name)
	if l == nil {
		g.lines = append(g.lines, &line{pair: p, added: true})
		return
	}
	l.removed = false
	l.pair.Value, l.pair.Secret = p.Value, l.pair.Secret || p.Secret
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
	e = Edit{Group: g.Name, Set: map[string]string{}}
	for _, l := range g.lines {
		switch state := l.state(); {
		case state == Changed && l.renamed() && l.pair.Value == l.before.Value:
			if e.Rename == nil {
				e.Rename = map[string]string{}
			}
			e.Rename[l.before.Name] = l.pair.Name
		case state == Changed && l.renamed():
			e.Unset = append(e.Unset, l.before.Name)
			e.Set[l.pair.Name] = l.pair.Value
		case state == Added, state == Changed:
			e.Set[l.pair.Name] = l.pair.Value
		case state == Removed:
			e.Unset = append(e.Unset, l.pair.Name)
		}
	}
	slices.Sort(e.Unset)
	return e, e.size() > 0
}

// size is how many lines an edit is about.
func (e Edit) size() int { return len(e.Set) + len(e.Unset) + len(e.Rename) }

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
