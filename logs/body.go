package logs

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gantry/internal/clean"
)

// bodyFields are the names under which loggers put a line's text, the usual ones first.
var bodyFields = [...]string{"message", "msg", "@m", "@mt", "event", "body", "short_message", "text", "log"}

// headFields are those that say what stands before each line anyway.
var headFields = [...]string{
	"time", "timestamp", "@timestamp", "ts", "t", "@t", "Timestamp", "datetime", "date",
	"level", "severity", "severityText", "severity_text", "SeverityText", "severityNumber", "levelname", "levelno", "LogLevel", "@l", "Level", "loglevel", "log_level", "lvl", "log.level",
}

// bodyOf returns what of a message is to be read beside its time and level: a JSON
// object's message with its other fields behind it, and a text without the time and
// the level that it begins with, when they are the line's own. The message itself
// where nothing is to be left out.
func bodyOf(message, level string, at time.Time) string {
	if trimmed := strings.TrimLeft(message, " \t"); strings.HasPrefix(trimmed, "{") {
		if body, ok := bodyOfJSON(trimmed); ok {
			return body
		}
		return message
	}
	return headless(message, SeverityOf(level), at)
}

// bodyOfJSON writes an object as its message and name=value for each other field, in
// their order. Texts of several lines, such as stack traces, come last, each from a
// line of its own. An object that has no message is left as it is.
func bodyOfJSON(message string) (string, bool) {
	var text string
	from := ""
	for _, name := range bodyFields {
		if v, ok := Lookup(json.RawMessage(message), name); ok && len(v) > 0 && v[0] == '"' {
			if text = Text(v); text != "" {
				from = name
				break
			}
		}
	}
	s := scanner{b: []byte(message)}
	if from == "" || !s.open('{') {
		return "", false
	}
	var b, below strings.Builder
	b.WriteString(strings.TrimRight(text, "\r\n"))
	for first := true; ; first = false {
		s.space()
		if s.i < len(s.b) && s.b[s.i] == '}' {
			if strings.TrimSpace(string(s.b[s.i+1:])) != "" {
				return "", false // there is more than an object
			}
			break
		}
		key, ok := s.key(first)
		if !ok {
			return "", false
		}
		value, ok := s.value()
		if !ok {
			return "", false
		}
		name := string(key)
		if name == from || slices.Contains(headFields[:], name) || string(value) == "null" {
			continue
		}
		shown := Text(value)
		switch {
		case value[0] == '"' && strings.Contains(shown, "\n"):
			below.WriteString("\n" + name + ": " + strings.TrimRight(shown, "\r\n"))
			continue
		case value[0] == '"' && (shown == "" || strings.ContainsAny(shown, " \t\"=")):
			shown = string(value)
		}
		b.WriteString(" " + name + "=" + shown)
	}
	b.WriteString(below.String())
	return b.String(), true
}

// headMost is how many parts of a line's beginning are looked at.
const headMost = 4

// headless returns a message without the time and the level at its beginning, when
// they are those of the line: another time, or another word, tells something.
func headless(message string, level Severity, at time.Time) string {
	rest := message
	if strings.HasPrefix(rest, "\x1b[") {
		rest = clean.Plain(rest) // colours about what is left out would lose their ends
	}
	var timed, levelled bool
	for range headMost {
		rest = strings.TrimLeft(rest, " \t")
		if !timed {
			if after, ok := cutTime(rest, at); ok {
				rest, timed = after, true
				continue
			}
		}
		if !levelled && level != SeverityUnknown {
			if after, ok := cutLevel(rest, level); ok {
				rest, levelled = after, true
				continue
			}
		}
		break
	}
	if rest = strings.TrimLeft(rest, " \t"); rest == "" || !timed && !levelled {
		return message
	}
	for _, separator := range [...]string{"- ", "| ", ": "} {
		rest = strings.TrimPrefix(rest, separator)
	}
	return rest
}

// cutLevel cuts a word that names the level, with what closes it: INFO, [info], info:,
// level=info.
func cutLevel(s string, level Severity) (string, bool) {
	after, named := s, false
	for _, name := range [...]string{"level=", "lvl=", "severity="} {
		if after, named = strings.CutPrefix(s, name); named {
			break
		}
	}
	if !named {
		after = s
	}
	bracket := strings.HasPrefix(after, "[")
	after = strings.TrimPrefix(after, "[")
	end := strings.IndexFunc(after, func(r rune) bool { return r < 'A' || r > 'Z' && r < 'a' || r > 'z' })
	if end < 0 {
		end = len(after)
	}
	if SeverityOf(after[:end]) != level {
		return s, false
	}
	rest := after[end:]
	switch {
	case bracket:
		return strings.CutPrefix(rest, "]")
	case rest == "" || rest[0] == ' ' || rest[0] == '\t':
		return rest, true
	case rest[0] == ':' && !named:
		return rest[1:], true
	}
	return s, false
}

// cutTime cuts a time that is the line's own, but for its zone: 2026-03-01T12:00:00.5Z,
// 2026-03-01 12:00:00,500, [12:00:00], time=….
func cutTime(s string, at time.Time) (string, bool) {
	after := s
	for _, name := range [...]string{"time=", "ts=", "timestamp="} {
		if rest, ok := strings.CutPrefix(s, name); ok {
			after = rest
			break
		}
	}
	closing := ""
	switch {
	case strings.HasPrefix(after, "["):
		closing = "]"
	case strings.HasPrefix(after, `"`) && len(after) < len(s):
		closing = `"`
	}
	after = after[len(closing):]
	i := 0
	if len(after) > 10 && after[4] == '-' && after[7] == '-' && (after[10] == 'T' || after[10] == ' ') {
		i = 11
	}
	if len(after) < i+8 || after[i+2] != ':' || after[i+5] != ':' {
		return s, false
	}
	clock := after[i : i+8]
	minutes, okM := small(clock[3:5])
	seconds, okS := small(clock[6:8])
	if _, ok := small(clock[:2]); !ok || !okM || !okS {
		return s, false
	}
	i += 8
	if i < len(after) && (after[i] == '.' || after[i] == ',') {
		for i++; i < len(after) && after[i] >= '0' && after[i] <= '9'; i++ {
		}
	}
	for _, zone := range [...]string{"Z", " UTC", " +0000"} {
		if strings.HasPrefix(after[i:], zone) {
			i += len(zone)
			break
		}
	}
	if i+6 <= len(after) && (after[i] == '+' || after[i] == '-') && after[i+3] == ':' {
		i += 6
	}
	// Zones differ by quarters of an hour.
	const quarter = 15 * 60
	apart := ((minutes*60 + seconds - at.Minute()*60 - at.Second()) + 2*quarter*4) % quarter
	if apart > 2 && apart < quarter-2 {
		return s, false
	}
	rest, ok := strings.CutPrefix(after[i:], closing)
	if !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return s, false
	}
	return rest, true
}
