package form

import (
	"fmt"
	"strings"
)

// accept takes what was typed, or says what is wrong with it.
func (e *Editor) accept() {
	e.wrong = ""
	switch e.mode {
	case naming:
		name := strings.TrimSpace(e.input.Value())
		if err := CheckName(name); err != nil {
			e.wrong = err.Error()
			return
		}
		if l := e.into.find(name); l != nil && !l.removed {
			e.wrong = fmt.Sprintf("%s is there already, change it instead", name)
			return
		}
		if e.into.leaving(name) != nil {
			e.wrong = fmt.Sprintf("%s is renamed here: undo that first", name)
			return
		}
		e.name = name
		e.value("")
	case renaming:
		e.acceptName(strings.TrimSpace(e.input.Value()))
	case valuing:
		e.acceptValue()
	case pasting:
		if err := e.merge(e.area.Value()); err != nil {
			e.wrong = err.Error()
			return
		}
		e.mode = browsing
	}
}

// acceptName gives the line another name that nothing has or had.
func (e *Editor) acceptName(name string) {
	l := e.target
	if name == l.pair.Name {
		e.mode = browsing
		return
	}
	if err := CheckName(name); err != nil {
		e.wrong = err.Error()
		return
	}
	if e.into.find(name) != nil {
		e.wrong = fmt.Sprintf("%s is there already", name)
		return
	}
	if other := e.into.leaving(name); other != nil && other != l {
		e.wrong = fmt.Sprintf("%s is renamed here: undo that first", name)
		return
	}
	l.removed = false
	l.pair.Name = name
	l.pair.Secret = e.guarded(l.pair).Secret
	e.mode = browsing
}

func (e *Editor) acceptValue() {
	value := e.input.Value()
	if e.target != nil && value == e.start {
		// Untouched: the value stays as it was, byte for byte.
		e.mode = browsing
		return
	}
	if e.escaped {
		raw, err := unescape(value)
		if err != nil {
			e.wrong = err.Error()
			return
		}
		value = raw
	}
	p := e.guarded(Pair{Name: e.name, Value: value})
	if err := e.checkPair(p); err != nil {
		e.wrong = err.Error()
		return
	}
	e.into.set(p)
	e.mode = browsing
	for i, r := range e.rows() {
		if r.group == e.into && r.line != nil && r.line.pair.Name == e.name {
			e.at = i
		}
	}
}
