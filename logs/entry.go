package logs

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
	"unsafe"
)

// Entry is one line of a log: a document of the store, or a gap line that stands
// for documents that were not read. An Entry is never changed once it has left
// its Source or its tail, so it may be shared.
type Entry struct {
	// Time is when the line was written, to the nanosecond where the document
	// says so.
	Time time.Time
	// Index and ID identify the document in the store; both are empty on a gap
	// line.
	Index, ID string
	// Source is the document as the store returned it, byte for byte.
	Source json.RawMessage
	// Sort holds the store's sort values for the document as raw JSON: parsed as
	// floats they would lose nanoseconds.
	Sort json.RawMessage
	// Message is the line's text, raw and whole: clean it where it is shown.
	Message string
	// Body is what of Message is shown beside time and level, empty for all of it.
	// See Read.
	Body string
	// Level is the application's level as written, such as "warn"; empty when the
	// document has none. See Severity.
	Level string
	// Container is the runtime id of the container that wrote the line: 64 or 12
	// hex digits, or empty.
	Container string
	// Ingested is when the store received the line, by the store's clock; zero where
	// it does not say.
	Ingested time.Time
	// Late is true when lines newer by more than a second had been delivered
	// before this one came, not counting those that were Ahead.
	Late bool
	// Ahead is true when the line came although its time lay ahead of this machine's
	// clock: the clock of its writer is off.
	Ahead bool
	// Gap is not nil on a gap line.
	Gap *Gap
	// Piece is not nil when the line is a piece of a message whose other pieces
	// are missing.
	Piece *Piece
	// Pieces are the documents beyond ID that the message was joined of. See Join.
	Pieces []DocumentID
}

// Gap is a stretch of time of which some lines were not read, both ends included.
type Gap struct {
	From, To time.Time
	// Reason says why, as a clause such as "more lines came than could be read".
	Reason string
	// Aside is true when only some lines of the stretch are missing, and the gap line stands
	// where that was found instead of in the stretch.
	Aside bool
}

// Read takes in what of the message is shown: once, when message, level and time are
// known.
func (e *Entry) Read() {
	e.Body = ""
	if body := bodyOf(e.Message, e.Level, e.Time); body != e.Message {
		e.Body = body
	}
}

// Shown returns what of the message is to be read beside the line's time and level:
// these are left out where it repeats them, and a JSON object is its message and its
// other fields.
func (e *Entry) Shown() string {
	return cmp.Or(e.Body, e.Message)
}

// Field returns the text of the document's field at a dotted path, such as
// "log.level", whether the document nests objects or has dots in its names.
// Strings come unquoted, everything else as its JSON.
func (e *Entry) Field(path string) (string, bool) {
	v, ok := Lookup(e.Source, path)
	if !ok {
		return "", false
	}
	return Text(v), true
}

// Bytes returns the memory that the entry holds on to, by estimate: its texts
// and the struct itself.
func (e *Entry) Bytes() int {
	n := 0
	for _, p := range e.Pieces {
		n += int(unsafe.Sizeof(p)) + len(p.ID)
	}
	return n + int(unsafe.Sizeof(*e)) + len(e.ID) + len(e.Source) + len(e.Sort) + len(e.Message) + len(e.Body) + len(e.Level) + len(e.Container)
}

// SortByTime puts entries in the order of their times. Those of one time keep their
// order.
func SortByTime(entries []Entry) {
	slices.SortStableFunc(entries, func(a, b Entry) int { return a.Time.Compare(b.Time) })
}
