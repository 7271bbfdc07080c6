package logs

import (
	"encoding/json"
	"slices"
	"strings"

	"gantry/internal/clean"
)

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

// levels holds the names that loggers give to each severity.
var levels = [...][]string{
	SeverityTrace: {"trace", "finest", "finer", "verbose"},
	SeverityDebug: {"debug", "fine", "dbg"},
	SeverityInfo:  {"info", "information", "informational", "notice", "inf"},
	SeverityWarn:  {"warn", "warning", "wrn"},
	SeverityError: {"error", "err", "severe"},
	SeverityFatal: {"fatal", "critical", "crit", "emerg", "emergency", "alert", "panic"},
}

// SeverityOf returns the severity that a level's spelling stands for. Numbers are
// left unknown: their meaning differs between loggers, and Docker's gelf driver
// writes 6 for standard output and 3 for standard error whatever the line says.
func SeverityOf(level string) Severity {
	level = strings.ToLower(level)
	for severity, names := range levels {
		if slices.Contains(names, level) {
			return Severity(severity)
		}
	}
	return SeverityUnknown
}

// Spellings returns every name of some severities in the three ways of writing it:
// error, Error and ERROR.
func Spellings(severities ...Severity) []string {
	var out []string
	for _, s := range severities {
		for _, name := range levels[s] {
			out = append(out, name, strings.ToUpper(name[:1])+name[1:], strings.ToUpper(name))
		}
	}
	return out
}

// LevelWords returns, in lower case, the words by which a message without a level
// tells that it is of some severities: their names, and what runtimes call an
// exception that nobody caught.
func LevelWords(severities ...Severity) []string {
	var out []string
	for _, s := range severities {
		out = append(out, levels[s]...)
		if s == SeverityError {
			out = append(out, "traceback", "exception")
		}
	}
	return out
}

// levelWindow is how much of a line may come before its level: a timestamp, a
// thread or a logger's name.
const levelWindow = 96

// LevelIn returns the level that a line's own text announces: the "level" of a
// JSON object, the first word in capitals near the line's start that is a level, or
// "error" for what runtimes write of an exception that nobody caught, which carries
// no level. Colours around a level do not hide it. It returns "" when there is none.
func LevelIn(message string) string {
	message = clean.Plain(message)
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
