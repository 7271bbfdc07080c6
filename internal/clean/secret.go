package clean

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Mask stands wherever a secret would have been shown. It is plain ASCII, survives
// JSON, YAML and .env files unquoted, and no real value looks like it.
const Mask = "(masked)"

// ErrMasked is returned when text that is being read contains the mask instead of
// the value that the mask hid.
var ErrMasked = errors.New("value contains the mask " + Mask + ": put the real value in its place")

// Secret holds a value that must not be shown. Every verb of fmt, JSON, text
// encodings and slog print the mask; only Reveal returns the value. Printing a
// struct reaches these methods through exported fields only (fmt may not call
// methods of unexported ones), so a Secret belongs in an exported field.
type Secret string

var (
	_ fmt.Formatter            = Secret("")
	_ fmt.Stringer             = Secret("")
	_ slog.LogValuer           = Secret("")
	_ encoding.TextMarshaler   = Secret("")
	_ encoding.TextUnmarshaler = (*Secret)(nil)
)

// Reveal returns the hidden value. A caller of Reveal decides to show or send it.
func (s Secret) Reveal() string { return string(s) }

// String returns the mask.
func (s Secret) String() string { return Mask }

// Format writes the mask for every verb and flag.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = io.WriteString(f, strconv.Quote(Mask))
		return
	}
	_, _ = io.WriteString(f, Mask)
}

// MarshalText returns the mask, which makes encoding/json and YAML write it too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// UnmarshalText hides the text it is given and refuses the mask with ErrMasked.
func (s *Secret) UnmarshalText(text []byte) error {
	if strings.Contains(string(text), Mask) {
		return ErrMasked
	}
	*s = Secret(text)
	return nil
}

// LogValue returns the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(Mask) }

// FindMask returns the number of the first line of s, counted from 1, that contains
// the mask, or 0 when none does. An import with a mask in it would overwrite a
// secret with the mask, so callers refuse it.
func FindMask(s string) int {
	i := strings.Index(s, Mask)
	if i < 0 {
		return 0
	}
	return 1 + strings.Count(s[:i], "\n")
}

// LooksSecret reports whether a variable probably holds a secret: by a word in its
// name, or because the value is a credential whatever its name says.
func LooksSecret(name, value string) bool {
	return secretName(name) || LooksCredential(value)
}

// LooksCredential reports whether a value is a credential by its form: a URL with a
// password, a JSON Web Token, an AWS access key id, or a private key in PEM.
func LooksCredential(value string) bool {
	value = strings.TrimSpace(value)
	switch {
	case strings.Contains(value, "-----BEGIN") && strings.Contains(value, "PRIVATE KEY-----"):
		return true
	case jwtLen(value) > 0, accessKeyLen(value) > 0:
		return true
	}
	if !strings.Contains(value, "://") {
		return false
	}
	if u, err := url.Parse(value); err == nil {
		_, has := u.User.Password()
		return has
	}
	// A password with unescaped characters does not parse, and still is one.
	_, end := userinfo(value, strings.Index(value, "://")+3)
	return end > 0
}

// secretName matches the words that environment variables commonly carry. A match
// too many costs the operator one key to reveal; a match too few costs a secret.
func secretName(name string) bool {
	upper := strings.ToUpper(name)
	for _, word := range [...]string{
		"PASSWORD", "PASSWD", "PASSPHRASE", "PWD", "SECRET", "TOKEN", "KEY", "DSN",
		"CREDENTIAL", "PRIVATE", "AUTHORIZATION", "CONNECTION_STRING", "CONNSTR",
	} {
		if strings.Contains(upper, word) {
			return true
		}
	}
	// Short forms count as whole words only: BYPASS hides nothing.
	words := strings.FieldsFunc(upper, func(r rune) bool { return r < 'A' || r > 'Z' })
	return slices.Contains(words, "PASS") || slices.Contains(words, "PW")
}
