package clean

import "strings"

// Shown is a text from outside as one line that may be shown: without colours,
// with its credentials masked and its control characters escaped, in that order. An
// escape in the middle of a token would hide it from the masking.
func Shown(s string) string { return Line(Redact(s)) }

// ShownText is Shown for text of several lines.
func ShownText(s string) string { return Text(Redact(s)) }

// Value returns the value of a variable as it may be shown, and whether anything of
// it is masked: all of it if the name announces a secret, else the credentials in
// it. A value without any is returned as it is.
func Value(name, value string) (shown string, masked bool) {
	if variableName(name) || foldContains(name, "webhook") && strings.Contains(value, "://") {
		return Mask, true
	}
	plain := Plain(value)
	x := scanner{s: plain, whole: true}
	if shown = x.run(); shown == plain {
		return value, false
	}
	return shown, true
}

// LooksSecret reports whether a variable probably holds a secret: by its name, or
// because the value is a credential or holds one, whatever its name says.
func LooksSecret(name, value string) bool {
	_, masked := Value(name, value)
	return masked
}

// Field returns the text of a field of a document, such as a log line in JSON, as it
// may be shown. Its name counts as in a line of text: token_type says nothing of a
// secret, api_key does.
func Field(name, value string) string {
	level, _ := lineName(name)
	if plain := Plain(value); level.hides(plain) && !harmless(plain) {
		return Mask
	}
	return Redact(value)
}
