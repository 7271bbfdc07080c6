// Package ui is the console's shell and its widgets. It draws screens, routes
// keys to them and carries results of their commands back; it knows no AWS, no
// logs and no resource.
package ui

import (
	"cmp"
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Screen is one page of the console. The loop alone calls its methods, so a
// screen needs no locks; work that waits goes into the commands it returns.
type Screen interface {
	// Name is the screen's short name, as in "services": the breadcrumb, the
	// window title and the names of saved files are made from it.
	Name() string
	// Open is called when the screen comes on the stack, and again when the
	// operator returns to it through the history after leaving it. The context
	// ends when the screen is left; every command of the screen takes it.
	Open(ctx context.Context) tea.Cmd
	// Update receives the results of the screen's own commands, and keys and
	// pastes while Capturing. Keys reach a screen that does not capture only
	// through its Actions.
	Update(msg tea.Msg) tea.Cmd
	// View draws at most h rows of at most w cells. Both may be zero.
	View(w, h int) Frame
	// Actions lists all that can be done here now, the impossible included with
	// its reason. It is read for every key and every frame: it must be cheap.
	Actions() []Action
	// Capturing reports whether the screen takes all keys itself, as a text field does.
	Capturing() bool
}

// Frame is what a screen draws: rows separated by newlines, and where the
// terminal's own cursor stands in them (nil hides it).
type Frame struct {
	Body   string
	Cursor *tea.Cursor
}

// Headed is a screen that fills the two lines of chrome above it. A screen
// without it shows its name.
type Headed interface {
	Header() Header
}

// Header is what stands above a screen. Crumb, Note and Banner are plain text,
// cleaned and cut by the shell; Counts and Sort may be painted already.
type Header struct {
	Badge  Badge  // what is at stake, such as PROD
	Crumb  string // where the operator is: profile/region cluster service
	Fresh  Fresh  // how current the data is, at the right edge
	Note   string // beside the freshness: "2 ALARM"
	Counts string // second line, left: totals and how many were hidden
	Sort   string // second line, right: the sort column
	Whose  string // whose account calls go to
	Banner string // a trouble that lasts, shown until the screen drops it
	// Mend is the program that ends the trouble, with its arguments, which a key runs; nil
	// when none does.
	Mend  []string
	Again bool   // the same key has what was refused tried once more
	Scope string // what the Gate is asked about; opaque to the shell
	Place string // where that is, for the Background; opaque to the shell
}

// Badge is a short word at the top left. A grave one is painted as a warning, in the
// theme's colour for that or in one that theme.CheckColour takes.
type Badge struct {
	Text   string
	Grave  bool
	Colour string
}

// FreshState says how far what is shown can be trusted.
type FreshState int

// The states of the data under a screen, from "nothing to say" to "unread".
const (
	FreshNone    FreshState = iota // the screen shows nothing that ages
	FreshLoading                   // first pages are landing
	FreshLive                      // as new as the polling promises
	FreshStale                     // rows stay, but they are old
	FreshOffline                   // the last attempts failed
	FreshDenied                    // a permission or a login is missing
)

// Fresh is a state and its words: "live", "47s old", "throttled, retry 8s".
// Ages must be coarse: text that changes costs bytes on an idle screen.
type Fresh struct {
	State FreshState
	Text  string
}

// Filterable is a screen with rows or lines that "/" narrows or searches. The
// shell owns the prompt; the screen owns the meaning.
type Filterable interface {
	// Filter is the expression in force, empty for none.
	Filter() string
	// SetFilter applies an expression as it is typed; empty removes it. An
	// invalid one is refused with what is wrong, and the last one stays.
	SetFilter(expr string) error
}

// Completing is a Filterable that knows how what was typed may go on.
type Completing interface {
	// Completions are whole expressions that begin with what was typed, sorted.
	Completions(typed string) []string
}

// Narrowed is a Filterable that has something to do when its filter changed.
type Narrowed interface {
	Narrowed() tea.Cmd
}

// Coverable is a screen that wants to know when another one lies on top of it,
// to let its watches idle. A screen that was left is not told: its context ends.
type Coverable interface {
	Covered(covered bool) tea.Cmd
}

// Escaper is a screen with a state of its own that esc leaves before it leaves the
// screen, such as a selection. Escape reports whether there was one.
type Escaper interface {
	Escape() (cmd tea.Cmd, left bool)
}

// Unsaved is a screen that would lose what was typed. The answer is a clause
// such as "3 edits are not applied", empty when nothing would be lost.
type Unsaved interface {
	Unsaved() string
}

// Texter is a screen whose saved text is more than the rows in view.
type Texter interface {
	Text() string
}

// Filer is a Texter whose text is a file of a type of its own, such as yaml, which is saved as
// it is; where the type is empty it is not.
type Filer interface {
	FileType() string
}

// Reporter is a screen whose saved file takes reading first: what Report returns is asked for
// the file's text off the loop. Of what type it is FileType says.
type Reporter interface {
	Filer
	Report() func(context.Context) string
}

// Pastable is a screen that takes pasted text while it does not capture, such as
// an editor that reads a pasted block. On other screens a paste opens the palette.
type Pastable interface {
	Paste(text string) tea.Cmd
}

// Hinted is a capturing screen or a modal that says which keys it takes, since
// its actions do not.
type Hinted interface {
	Hints() []Hint
}

// Hint is a key and what it does, for the bottom line.
type Hint = struct{ Key, Name string }

// Modal takes all keys until it is done. The shell draws it over the lower rows
// of the screen, full width. It is an interface of plain types so that widgets
// need not know the shell.
type Modal interface {
	// Update receives keys, pastes and results of the modal's own commands. What
	// the Update that finishes the modal returns runs for the screen below.
	Update(msg tea.Msg) tea.Cmd
	// View draws at most h rows of at most w cells, with the cursor relative to
	// them.
	View(w, h int) (body string, cursor *tea.Cursor)
	// Done reports whether the modal is answered and leaves the screen.
	Done() bool
}

// Fielded is a modal with a text field. Writes reports whether a key or a paste is part of
// typing: it is heard from the moment the modal is open. The rest may be an answer, which
// keys that were under way must not give.
type Fielded interface {
	Writes(msg tea.Msg) bool
}

// Gate decides whether a scope may be changed. The loop calls it directly: it
// must answer from memory.
type Gate interface {
	// Mode says how things stand in a scope, empty for "where nothing is at
	// stake".
	Mode(scope string) Mode
	// Arm asks for writing in a scope. An error says why that is refused. A nil
	// Arming means that it is armed already.
	Arm(scope string) (Arming, error)
	// Disarm takes it back.
	Disarm(scope string)
}

// Arming is the part of arming that waits (assuming a role). It runs off the
// loop; the function it returns is applied on the loop.
type Arming func(ctx context.Context) (commit func() error)

// Mode is a Gate's answer.
type Mode struct {
	Label    string        // "READ-ONLY", "ARMED"; empty where there is nothing to say
	Writable bool          // changes may be made
	Armable  bool          // Arm would be heard
	Left     time.Duration // how long writing stays armed; zero: without end
	Span     time.Duration // how long Arm arms for; zero: without end
	Why      string        // why not writable, for the action that was refused
	Past     bool          // what is shown was recorded: it is current no more
}

// Refusal says plainly that nothing is carried out and why, empty where it can be, if
// only after arming.
func (m Mode) Refusal() string {
	if m.Writable || m.Armable {
		return ""
	}
	return cmp.Or(m.Why, "this is read-only") + ", so nothing is carried out"
}

// Background is what outlives screens: changes that run. Its commands end with
// the program, not with a screen.
type Background interface {
	Open(ctx context.Context) tea.Cmd
	Update(msg tea.Msg) tea.Cmd
	// Status is one plain line for the status line of a screen that is in a place, empty
	// when there is nothing to say.
	Status(place string) string
	// Read tells that the status line was seen: what has ended need not be said again.
	Read()
	// Busy is a clause that says what quitting would leave alone, empty when
	// nothing runs.
	Busy() string
}

// Guide leads the operator through something, in rows of its own above the screen. Its
// methods are called on the loop and answer from memory.
type Guide interface {
	// Step is called after everything that happens.
	Step(h *Host)
	// Text is what it says now, empty for nothing.
	Text(h *Host) string
	// Leave ends it, and reports whether it led.
	Leave() bool
}

// Level is how much a message matters.
type Level int

// The levels of a message. An error stays until it is dismissed or replaced.
const (
	Info Level = iota
	Warn
	Error
)

// Revealing is a screen that can show secrets. What is typed or copied there meanwhile is
// written to no file.
type Revealing interface {
	// Revealing reports whether it does now.
	Revealing() bool
}
