package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// Epoch is a time that the JSON protocols carry: seconds since 1970 with
// milliseconds.
type Epoch struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (e Epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(e.UnixMilli())/1000, 'f', 3, 64), nil
}

// fromEpoch reads seconds since 1970.
func fromEpoch(seconds float64) time.Time {
	return time.UnixMilli(int64(math.Round(seconds * 1000)))
}

// Time is an instant that a call names, in seconds since 1970.
func Time(seconds float64) time.Time { return fromEpoch(seconds) }

// At is a time as the JSON protocols carry it.
func At(t time.Time) Epoch { return Epoch{t} }

// DecodeTree reads a JSON object without losing the exact form of its numbers.
func DecodeTree(body []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	tree := map[string]any{}
	err := decoder.Decode(&tree)
	return tree, err
}

// The accessors below read a decoded JSON value and give the zero value for one
// of another type: validation has already spoken where that matters.

// Text reads a string.
func Text(v any) string {
	s, _ := v.(string)
	return s
}

// Object reads an object.
func Object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// List reads a list.
func List(v any) []any {
	l, _ := v.([]any)
	return l
}

// Integer reads a whole number.
func Integer(v any) int {
	switch n := v.(type) {
	case json.Number:
		i, _ := n.Int64()
		return int(i)
	case int:
		return n
	}
	return 0
}

// Encode marshals a value of this package's own wire types, which cannot fail:
// they hold no channels, functions, cycles or invalid numbers.
func Encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("sim: encode: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Envelope writes {"field":[docs…], rest…} out of documents that are encoded
// already; rest is a JSON object whose members follow.
func Envelope(field string, docs [][]byte, rest any) []byte {
	size := len(field) + 64
	for _, d := range docs {
		size += len(d) + 1
	}
	b := make([]byte, 0, size)
	b = append(b, `{"`...)
	b = append(b, field...)
	b = append(b, `":[`...)
	for i, d := range docs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, d...)
	}
	b = append(b, ']')
	if rest != nil {
		if tail := Encode(rest); len(tail) > 2 {
			b = append(b, ',')
			return append(b, tail[1:]...)
		}
	}
	return append(b, '}')
}

// Number reads a JSON number that need not be whole.
func Number(v any, fallback float64) float64 {
	switch n := v.(type) {
	case json.Number:
		f, err := n.Float64()
		if err != nil {
			return fallback
		}
		return f
	case int:
		return float64(n)
	case float64:
		return n
	}
	return fallback
}
