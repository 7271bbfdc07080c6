package logs

import (
	"slices"
	"strings"
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

// Severities are all of them.
var Severities = []Severity{SeverityTrace, SeverityDebug, SeverityInfo, SeverityWarn, SeverityError, SeverityFatal}

// levels holds the names that loggers give to each severity.
var levels = [...][]string{
	SeverityTrace: {"trace", "finest", "finer", "verbose", "trce", "vrb"},
	SeverityDebug: {"debug", "fine", "dbg", "dbug", "debu"},
	SeverityInfo:  {"info", "information", "informational", "notice", "inf", "note"},
	SeverityWarn:  {"warn", "warning", "wrn"},
	SeverityError: {"error", "err", "severe", "fail", "erro"},
	SeverityFatal: {"fatal", "critical", "crit", "emerg", "emergency", "alert", "panic", "dpanic", "ftl", "fata"},
}

// String returns the first name of a severity, which is the one to show where a
// logger writes a number or a letter; "" for none.
func (s Severity) String() string {
	if s == SeverityUnknown {
		return ""
	}
	return levels[s][0]
}

// SeverityOf returns the severity that a level's spelling stands for, with the step
// beside it that OpenTelemetry (ERROR2) and slog (DEBUG-4) write. Numbers are left
// unknown: their meaning differs between loggers; see Levels.
func SeverityOf(level string) Severity {
	level = strings.ToLower(level)
	if step := strings.IndexAny(level, "+-234"); step > 2 && len(level) <= step+2 {
		level = level[:step]
	}
	for severity, names := range levels {
		if slices.Contains(names, level) {
			return Severity(severity)
		}
	}
	return SeverityUnknown
}

// spellings returns every name of some severities in the three ways of writing it:
// error, Error and ERROR.
func spellings(severities ...Severity) []string {
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
			out = append(out, "traceback", "exception", "panic", "uncaught", "caused")
		}
	}
	return out
}
