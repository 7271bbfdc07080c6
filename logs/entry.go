package logs

import (
	"encoding/json"
	"strings"
	"time"
	"unsafe"
)

// Entry is one line of a log: a document of the store, or a gap line that stands
// for documents that were not read. An Entry is never changed once it has left
// its Source or Tail, so it may be shared.
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
	// Level is the application's level as written, such as "warn"; empty when the
	// document has none. See Severity.
	Level string
	// Container is the runtime id of the container that wrote the line: 64 or 12
	// hex digits, or empty.
	Container string
	// Late is true when lines newer by more than a second had been delivered
	// before this one came.
	Late bool
	// Gap is not nil on a gap line.
	Gap *Gap
	// Piece is not nil when the line is a piece of a message whose other pieces
	// are missing.
	Piece *Piece
	// Pieces are the documents beyond ID that the message was joined of. See Join.
	Pieces []Part
}

// Gap is a stretch of time of which some lines were not read, both ends included.
type Gap struct {
	From, To time.Time
	// Reason says why, as a clause such as "more lines came than could be read".
	Reason string
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
	return n + int(unsafe.Sizeof(*e)) + len(e.ID) + len(e.Source) + len(e.Sort) + len(e.Message) + len(e.Level) + len(e.Container)
}

// Severity orders levels across the spellings that loggers use.
type Severity uint8

// The severities. SeverityUnknown is not the lowest: it is the absence of one.
const (
	SeverityUnknown Severity = iota
	SeverityTrace
	SeverityDebug
	SeverityInfo
	SeverityWarn
	SeverityError
	SeverityFatal
)

// SeverityOf returns the severity that a level's spelling stands for. Numbers are
// left unknown: their meaning differs between loggers, and Docker's gelf driver
// writes 6 for standard output and 3 for standard error whatever the line says.
func SeverityOf(level string) Severity {
	switch strings.ToLower(level) {
	case "trace", "finest", "finer", "verbose":
		return SeverityTrace
	case "debug", "fine", "dbg":
		return SeverityDebug
	case "info", "information", "informational", "notice", "inf":
		return SeverityInfo
	case "warn", "warning", "wrn":
		return SeverityWarn
	case "error", "err", "severe":
		return SeverityError
	case "fatal", "critical", "crit", "emerg", "emergency", "alert", "panic":
		return SeverityFatal
	}
	return SeverityUnknown
}

// levelWindow is how much of a line may come before its level: a timestamp, a
// thread or a logger's name.
const levelWindow = 96

// LevelIn returns the level that a line's own text announces: the "level" of a
// JSON object, the first word in capitals near the line's start that is a level, or
// "error" for what runtimes write of an exception that nobody caught, which carries
// no level. It returns "" when there is none.
func LevelIn(message string) string {
	if strings.HasPrefix(message, "{") {
		for _, path := range [...]string{"level", "log.level", "severity"} {
			if v, ok := Lookup(json.RawMessage(message), path); ok {
				if s := Text(v); SeverityOf(s) != SeverityUnknown {
					return s
				}
			}
		}
		return ""
	}
	head := message[:min(len(message), levelWindow)]
	for i := 0; i < len(head); {
		if head[i] < 'A' || head[i] > 'Z' {
			i++
			continue
		}
		end := i
		for end < len(head) && head[end] >= 'A' && head[end] <= 'Z' {
			end++
		}
		alone := (i == 0 || !wordByte(head[i-1])) && (end == len(message) || !wordByte(message[end]))
		if word := head[i:end]; alone && SeverityOf(word) != SeverityUnknown {
			return word
		}
		i = end
	}
	if thrown(message) {
		return "error"
	}
	return ""
}

// thrown tells whether a line begins as runtimes begin the report of an uncaught
// exception: Python's traceback, Go's panic, Java's and JavaScript's class of the
// exception with a colon.
func thrown(message string) bool {
	for _, begin := range [...]string{"Traceback (most recent call last)", "panic: ", "fatal error: ", "Exception in thread ", "Caused by: ", "Uncaught "} {
		if strings.HasPrefix(message, begin) {
			return true
		}
	}
	class, _, ok := strings.Cut(message[:min(len(message), levelWindow)], ":")
	return ok && !strings.ContainsAny(class, " \t") && (strings.HasSuffix(class, "Error") || strings.HasSuffix(class, "Exception"))
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
