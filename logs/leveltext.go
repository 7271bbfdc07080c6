package logs

import (
	"encoding/json"
	"strings"

	"gantry/internal/clean"
)

// Levels names levels that loggers of one's own write, by their spelling in lower
// case: words and numbers. What it does not name is read as the common loggers
// write it. The nil map names none.
type Levels map[string]Severity

// LevelsOf returns what words stand for by the names of their severities.
func LevelsOf(names map[string]string) Levels {
	l := Levels{}
	for word, name := range names {
		l[strings.ToLower(word)] = SeverityOf(name)
	}
	return l
}

// small reads a number of one or two digits.
func small(text string) (int, bool) {
	if len(text) == 0 || len(text) > 2 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n := 0
	for _, c := range text {
		n = 10*n + int(c-'0')
	}
	return n, true
}

// syslogSeverity is the severity of one of syslog's numbers, which fall as they grow worse.
func syslogSeverity(text string) Severity {
	n, ok := small(text)
	if !ok || n > 7 || len(text) != 1 {
		return SeverityUnknown
	}
	return [...]Severity{SeverityFatal, SeverityFatal, SeverityFatal, SeverityError, SeverityWarn, SeverityInfo, SeverityInfo, SeverityDebug}[n]
}

// letter is the severity that a single letter stands for, as klog and logcat write it.
func letter(text string) Severity {
	switch strings.ToUpper(text) {
	case "V", "T":
		return SeverityTrace
	case "D":
		return SeverityDebug
	case "I":
		return SeverityInfo
	case "W":
		return SeverityWarn
	case "E":
		return SeverityError
	case "F", "C":
		return SeverityFatal
	}
	return SeverityUnknown
}

// levelWindow is how much of a line may come before its level: a timestamp, a
// thread or a logger's name.
const levelWindow = 96

// LevelIn is Levels.In where nothing is named.
func LevelIn(message string) string { return Levels(nil).In(message) }

// In returns the level that a line's own text announces, in whatever way its logger
// does: a field of a JSON object or of logfmt, a word in brackets or in capitals near
// the line's start, one before the first colon, one between tabs, klog's letter, the
// number of syslog's priority; or "error" for what runtimes write of an exception that
// nobody caught, which carries no level. Colours around a level do not hide it. It
// returns "" when there is none.
func (l Levels) In(message string) string {
	message = strings.TrimLeft(clean.Plain(message), " \t")
	if strings.HasPrefix(message, "{") {
		return l.inJSON(json.RawMessage(message))
	}
	head := message[:min(len(message), levelWindow)]
	for _, read := range [...]func(string) string{l.klog, l.priority, l.prefix, l.logfmt, l.bracketed, l.capitals, l.tabbed} {
		if level := read(head); level != "" {
			return level
		}
	}
	if thrown(message) {
		return SeverityError.String()
	}
	return ""
}

// word returns a word as the level that it is. Names that only one logger shortens
// so are written out.
func (l Levels) word(word string) string {
	if s, ok := l[strings.ToLower(word)]; ok {
		return s.String()
	}
	s := SeverityOf(word)
	switch strings.ToLower(word) {
	case "fail", "trce", "dbug", "erro", "debu", "fata":
		return s.String()
	}
	if s == SeverityUnknown {
		return ""
	}
	return word
}

// klog reads E0927 13:04:05, in which the letter is the level and the digits are the day.
func (l Levels) klog(head string) string {
	if len(head) < len("E0927 1") || head[5] != ' ' || strings.Trim(head[1:5], "0123456789") != "" || head[6] < '0' || head[6] > '9' || !strings.ContainsAny(head[:1], "IWEF") {
		return ""
	}
	return letter(head[:1]).String()
}

// priority reads <11>, in which the lowest three bits are syslog's severity.
func (l Levels) priority(head string) string {
	rest, ok := strings.CutPrefix(head, "<")
	number, _, closed := strings.Cut(rest[:min(len(rest), 4)], ">")
	if !ok || !closed || number == "" || strings.Trim(number, "0123456789") != "" {
		return ""
	}
	n := 0
	for _, c := range number {
		n = 10*n + int(c-'0')
	}
	if n > 191 {
		return ""
	}
	return syslogSeverity(string(rune('0' + n%8))).String()
}

// prefix reads the word before the first colon, as in "fail: Shop.Api[6]".
func (l Levels) prefix(head string) string {
	word, _, ok := strings.Cut(head, ":")
	if !ok || strings.ContainsAny(word, " \t") || word == "panic" {
		return "" // Go's panic is what thrown knows
	}
	return l.word(word)
}

// logfmt reads level=error or level="error".
func (l Levels) logfmt(head string) string {
	for rest := head; ; {
		i := strings.IndexByte(rest, '=')
		if i < 0 {
			return ""
		}
		name := rest[strings.LastIndexAny(rest[:i], " \t[(,{")+1 : i]
		rest = rest[i+1:]
		switch strings.ToLower(name) {
		case "level", "lvl", "severity", "loglevel", "log.level":
			value := strings.TrimPrefix(rest, `"`)
			end := strings.IndexAny(value, " \t\",;])")
			if end < 0 {
				end = len(value)
			}
			if level := l.word(value[:end]); level != "" {
				return level
			}
			if n, ok := small(value[:end]); ok && n >= 10 && n <= 69 {
				return Severity(n / 10).String()
			}
		}
	}
}

// bracketed reads [error], [core:error] and [http.log warn].
func (l Levels) bracketed(head string) string {
	for rest := head; ; {
		i := strings.IndexByte(rest, '[')
		if i < 0 {
			return ""
		}
		rest = rest[i+1:]
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return ""
		}
		inside := strings.TrimSpace(rest[:end])
		if level := l.word(inside[strings.LastIndexAny(inside, ": ")+1:]); level != "" {
			return level
		}
	}
}

// capitals reads the first word in capitals that is a level.
func (l Levels) capitals(head string) string {
	for i := 0; i < len(head); {
		if head[i] < 'A' || head[i] > 'Z' {
			i++
			continue
		}
		end := i
		for end < len(head) && head[end] >= 'A' && head[end] <= 'Z' {
			end++
		}
		alone := (i == 0 || !wordByte(head[i-1])) && (end == len(head) && len(head) < levelWindow || end < len(head) && !wordByte(head[end]))
		if word := head[i:end]; alone {
			if level := l.word(word); level != "" {
				return level
			}
		}
		i = end
	}
	return ""
}

// tabbed reads a word between tabs, as zap's console writes it.
func (l Levels) tabbed(head string) string {
	for rest := head; ; {
		i := strings.IndexByte(rest, '\t')
		if i < 0 {
			return ""
		}
		rest = rest[i+1:]
		word, _, ok := strings.Cut(rest, "\t")
		if !ok {
			return ""
		}
		if level := l.word(word); level != "" {
			return level
		}
	}
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
