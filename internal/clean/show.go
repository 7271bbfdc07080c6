package clean

import "strings"

// Shown is a text from outside as one line that may be shown: its credentials are
// masked and its control characters escaped, in that order, as an escape in the
// middle of a token would hide it.
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
	spans := scanner{whole: true}.secrets(value)
	return mask(value, spans), len(spans) > 0
}

// Hidden returns the secrets that Value hides in the value of a variable: all of it
// or parts. Of the address of a server it is the password, as the rest is no secret.
func Hidden(name, value string) []Secret {
	var found []Secret
	for _, p := range (scanner{whole: true}).secrets(value) {
		secret := value[p.from:p.to]
		if _, password, ok := strings.Cut(secret, ":"); ok && strings.HasPrefix(value[p.to:], "@") {
			secret = password
		}
		found = append(found, Secret(Plain(secret)))
	}
	if shown, _ := Value(name, value); shown == Mask && (len(found) == 0 || !strings.Contains(value, "://")) {
		found = append(found, Secret(value))
	}
	return found
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
	if level.hides(value) && !harmless(value) {
		return Mask
	}
	return Redact(value)
}
