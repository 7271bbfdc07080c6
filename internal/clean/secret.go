package clean

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
