package reason

import (
	"net/netip"
	"net/url"
	"strings"
)

// chain is a text with the places where its links begin.
type chain struct {
	text   string
	starts []int
}

// separators end a link outside of double quotes. Sentences and asides are links
// too: an SDK writes "…, api error Code: …", a runtime "(Client.Timeout …)".
var separators = [...]string{": ", ". ", ", ", "; ", " (", "\n", "\t", " because ", " due to ", ` caused "`}

// split finds the links of a text. What stands in double quotes is one word,
// whatever it contains, unless it quotes in turn: then it is a chain of its own.
func split(text string) chain {
	text = unnested(strings.ReplaceAll(text, "\u2019", "'"))
	c := chain{text: text, starts: []int{0}}
	for i := 0; i < len(text); {
		if end := quoted(text, i); end > i {
			i = end
			continue
		}
		if n := separator(text[i:]); n > 0 {
			i += n
			for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t') {
				i++
			}
			if i < len(text) {
				c.starts = append(c.starts, i)
			}
			continue
		}
		i++
	}
	return c
}

// separator returns the length of the separator that s begins with, 0 for none.
func separator(s string) int {
	switch s[0] {
	case ':', '.', ',', ';', ' ', '\n', '\t':
	default:
		return 0
	}
	for _, sep := range separators {
		if strings.HasPrefix(s, sep) {
			return len(sep)
		}
	}
	if s[0] == ':' && len(s) > 1 && (s[1] == '\n' || s[1] == '\t') {
		return 1
	}
	return 0
}

// quoted returns the end of the quoted text that begins at i; i when none does.
// A quote that nothing closes quotes nothing, nor does one after "caused".
func quoted(text string, i int) int {
	if text[i] != '"' {
		return i
	}
	end := strings.IndexByte(text[i+1:], '"')
	if end < 0 {
		return i
	}
	return i + 1 + end + 1
}

// maxNesting is how deep quoted texts that quote are unwrapped; a runtime inside
// of a runtime's message makes two.
const maxNesting = 3

// unnested replaces quoted texts that hold escaped quotes by their content:
// runc once wrote caused "exec: \"x\": not found".
func unnested(text string) string {
	for range maxNesting {
		i := strings.Index(text, `\"`)
		if i < 0 {
			return text
		}
		open := strings.LastIndexByte(text[:i], '"')
		if open < 0 {
			text = strings.ReplaceAll(text, `\"`, `"`)
			continue
		}
		end := open + 1
		for end < len(text) && text[end] != '"' {
			if text[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end, len(text))
		inner := strings.ReplaceAll(strings.ReplaceAll(text[open+1:end], `\"`, `"`), `\\`, `\`)
		text = strings.TrimRight(text[:open], " :") + ": " + inner + text[min(end+1, len(text)):]
	}
	return text
}

// hostOf returns the host of a URL, empty when it is none.
func hostOf(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// isAddress reports whether a server is an IP address, with or without a port.
func isAddress(server string) bool {
	if _, err := netip.ParseAddrPort(server); err == nil {
		return true
	}
	_, err := netip.ParseAddr(server)
	return err == nil
}
