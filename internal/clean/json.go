package clean

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// EscapedJSON escapes the control and format characters that encoding/json leaves as they
// are: DEL, C1 and the invisible ones, bidirectional overrides among them. They stand inside
// strings only, whose values stay what they were.
func EscapedJSON(s string) string {
	risky := func(r rune) bool { return r >= 0x7f && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }
	if strings.IndexFunc(s, risky) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if !risky(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}
