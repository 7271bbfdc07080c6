package fault

import "strings"

// maxHead is how much of an answer is looked at for a title, in bytes.
const maxHead = 4 << 10

// WebPage reports whether the body of an answer is HTML, which nothing that gantry
// asks ever answers with: a proxy or a login page stands in between. It returns the
// title as it was sent, empty where there is none.
func WebPage(body []byte) (title string, ok bool) {
	head := strings.TrimSpace(string(body[:min(len(body), maxHead)]))
	lower := strings.ToLower(head)
	if !strings.HasPrefix(lower, "<!doctype html") && !strings.HasPrefix(lower, "<html") {
		return "", false
	}
	_, after, found := strings.Cut(lower, "<title>")
	length := strings.Index(after, "</title>")
	// Lower case may take other bytes than the text does; then it has no title.
	if !found || length <= 0 || len(lower) != len(head) {
		return "", true
	}
	start := len(head) - len(after)
	return head[start : start+length], true
}
