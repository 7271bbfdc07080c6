package reason

import "strings"

// wording is one form that a link takes, with what it says.
type wording struct {
	// form is text with holes, matched from where a link begins, letters in either
	// case. A hole {} is skipped; {subject}, {image}, {key}, {server}, {url},
	// {action}, {who} and {near} are kept. A hole holds at least one character, and
	// no colon followed by a space unless it stands in double quotes; an image holds
	// no space, and "secrets" is none.
	form     string
	stage    Stage
	cause    Cause
	strength strength
	placing  placing
	// whole is set where the form has to be all of the link: "AGENT" is a code,
	// "agent lost" is none.
	whole bool
}

// match reports whether text begins with what the wording describes.
func (w *wording) match(text string, h *holes) bool {
	n := match(w.form, text, h)
	return n >= 0 && (!w.whole || n == len(text) || separator(text[n:]) > 0 || strings.Trim(text[n:], ".:") == "")
}

// strength orders the causes of a chain: the innermost of the strongest counts.
type strength int8

const (
	// weak counts only where no other link tells more: a registry's generic words.
	weak  strength = -1
	plain strength = 0
	// firm decides over links further inside: a name that was not resolved because
	// its server did not answer in time is not resolved.
	firm strength = 1
)

// placing orders the stages of a chain in the same way.
type placing int8

const (
	vague  placing = -1 // a code that covers several stages
	exact  placing = 0
	firmly placing = 1 // a code inside of which nothing tells another stage
)

// holes are the parts of a text that stood in a form's holes.
type holes struct {
	subject, key, server, url, action, who, near string
}

func (h *holes) set(name, part string) {
	part = strings.Trim(part, `"'`)
	switch name {
	case "subject", "image":
		h.subject = part
	case "key":
		h.key = part
	case "server":
		h.server = part
	case "url":
		h.url = part
	case "action":
		h.action = part
	case "who":
		h.who = part
	case "near":
		h.near = part
	}
}

// match returns how much of text a form describes, from its beginning to the end
// of a word, and keeps what stands in the holes; -1 when the text differs.
func match(form, text string, h *holes) int {
	rest := text
	for form != "" {
		open := strings.IndexByte(form, '{')
		if open < 0 {
			if !foldPrefix(rest, form) || !endsWord(form, rest[len(form):]) {
				return -1
			}
			return len(text) - len(rest) + len(form)
		}
		if !foldPrefix(rest, form[:open]) {
			return -1
		}
		inQuotes := open > 0 && form[open-1] == '"'
		name, after, _ := strings.Cut(form[open+1:], "}")
		rest, form = rest[open:], after
		literal, _, _ := strings.Cut(form, "{")
		n := holeLength(rest, literal, inQuotes)
		if n <= 0 || name == "image" && (strings.Contains(rest[:n], " ") || rest[:n] == "secrets") {
			return -1
		}
		h.set(name, rest[:n])
		rest = rest[n:]
	}
	return len(text) - len(rest)
}

// holeLength returns how much of text stands before the literal that ends a hole;
// 0 when it does not come. A hole at the end of a form ends with its link.
func holeLength(text, literal string, inQuotes bool) int {
	for i := 0; i < len(text); i++ {
		if literal != "" && i > 0 && lower(text[i]) == lower(literal[0]) && foldPrefix(text[i:], literal) {
			return i
		}
		switch {
		case text[i] == '\n':
			return ended(i, literal)
		case inQuotes:
		case literal == "" && separator(text[i:]) > 0, text[i] == ':' && i+1 < len(text) && text[i+1] == ' ':
			return ended(i, literal)
		}
	}
	if literal != "" {
		return 0
	}
	return len(strings.TrimRight(text, ".:"))
}

// ended is the length of a hole that its link ended: only one that nothing
// follows may end so.
func ended(i int, literal string) int {
	if literal == "" {
		return i
	}
	return 0
}

// endsWord reports whether a form stops at the end of a word of the text.
func endsWord(form, rest string) bool {
	return form == "" || rest == "" || !wordByte(form[len(form)-1]) || !wordByte(rest[0])
}

func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}

// foldPrefix reports whether s begins with prefix, ASCII letters in either case.
func foldPrefix(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if lower(s[i]) != lower(prefix[i]) {
			return false
		}
	}
	return true
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
