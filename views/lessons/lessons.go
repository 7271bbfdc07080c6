package lessons

import (
	"strconv"

	"gantry/ui"
)

// Most is on how many screens a lesson is told to who never uses its key.
const Most = 3

// Kept keeps what was learnt from one run to the next; its methods answer from memory.
type Kept interface {
	// Value is a setting, empty if there is none; Set changes it.
	Value(context, name string) string
	Set(context, name, value string)
}

// What is kept: who is a newcomer, and of each lesson on how many screens it was told, or
// that it is learnt.
const (
	newcomer = "lessons"
	lessonOf = "lesson."
	learnt   = "learnt"
)

// Lessons tell a newcomer of keys. The loop alone uses them.
type Lessons struct {
	kept Kept
	told ui.Binding      // what is told now; without an ID nothing is
	on   ui.Screen       // the screen that is shown
	here map[string]bool // what was told there, by ID: it counts once
}

// New makes the lessons. They are for who began with this console: first says that this is the
// first run of all. It returns nil, which tells nothing, for everybody else.
func New(kept Kept, first bool) *Lessons {
	if first {
		kept.Set("", newcomer, "on")
	}
	if kept.Value("", newcomer) == "" {
		return nil
	}
	return &Lessons{kept: kept}
}

// Step chooses what is told: the first that helps, of what the screen has and then of what
// there is everywhere. It is called after everything that happens.
func (l *Lessons) Step(h *ui.Host) {
	if l == nil {
		return
	}
	if open := h.Screens(); len(open) > 0 && l.on != open[0] {
		l.on, l.here = open[0], map[string]bool{}
	}
	l.told = ui.Binding{}
	if own, everywhere := h.Offered(); !l.tell(h, own) {
		l.tell(h, everywhere)
	}
	if id := l.told.ID; id != "" && !l.here[id] {
		l.here[id] = true
		l.kept.Set("", lessonOf+id, strconv.Itoa(l.times(id)+1))
	}
}

// tell chooses the first of some actions that helps, and reports whether there is one.
func (l *Lessons) tell(h *ui.Host, actions []ui.Action) bool {
	for i := range actions {
		if a := &actions[i]; a.Lesson != "" && a.Helps && a.Disabled == "" && h.Key(a.Binding) != "" && !l.over(a.ID) {
			l.told = a.Binding
			return true
		}
	}
	return false
}

// over reports whether a lesson is told no more. Where it is told for the last time it is
// told as long as the screen is shown.
func (l *Lessons) over(id string) bool {
	return l.kept.Value("", lessonOf+id) == learnt || !l.here[id] && l.times(id) >= Most
}

func (l *Lessons) times(id string) int {
	n, _ := strconv.Atoi(l.kept.Value("", lessonOf+id)) // empty is none
	return n
}

// Performed notes that a key was used: whoever did needs not be told.
func (l *Lessons) Performed(b ui.Binding) {
	if l != nil && b.Lesson != "" {
		l.kept.Set("", lessonOf+b.ID, learnt)
	}
}

// Text is what is told now, empty for nothing.
func (l *Lessons) Text(h *ui.Host) string {
	if l == nil || l.told.ID == "" {
		return ""
	}
	return "hint: " + h.Key(l.told) + " " + l.told.Lesson
}
