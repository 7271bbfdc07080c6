package sim

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// epoch is a time that the JSON protocols carry: seconds since 1970 with
// milliseconds.
type epoch struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (e epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(e.UnixMilli())/1000, 'f', 3, 64), nil
}

// decodeTree reads a JSON object without losing the exact form of its numbers.
func decodeTree(body []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	tree := map[string]any{}
	err := decoder.Decode(&tree)
	return tree, err
}

// The accessors below read a decoded JSON value and give the zero value for one
// of another type: validation has already spoken where that matters.

func text(v any) string {
	s, _ := v.(string)
	return s
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func integer(v any) int {
	switch n := v.(type) {
	case json.Number:
		i, _ := n.Int64()
		return int(i)
	case int:
		return n
	}
	return 0
}

// encode marshals a value of this package's own wire types, which cannot fail:
// they hold no channels, functions, cycles or invalid numbers.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("sim: encode: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// envelope writes {"field":[docs…], rest…} out of documents that are encoded
// already; rest is a JSON object whose members follow.
func envelope(field string, docs [][]byte, rest any) []byte {
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
		if tail := encode(rest); len(tail) > 2 {
			b = append(b, ',')
			return append(b, tail[1:]...)
		}
	}
	return append(b, '}')
}
