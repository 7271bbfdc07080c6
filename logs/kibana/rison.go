package kibana

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// rison writes what JSON can write in the notation of the applications' addresses,
// which has fewer characters that a URL must escape. The order of an object's members
// is that of their names.
func rison(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return "", err
	}
	return notation(tree), nil
}

func notation(v any) string {
	switch v := v.(type) {
	case nil:
		return "!n"
	case string:
		return quoted(v)
	case bool:
		if v {
			return "!t"
		}
		return "!f"
	case []any:
		parts := make([]string, len(v))
		for i, m := range v {
			parts[i] = notation(m)
		}
		return "!(" + strings.Join(parts, ",") + ")"
	case map[string]any:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, member(name)+":"+notation(v[name]))
		}
		return "(" + strings.Join(parts, ",") + ")"
	}
	return fmt.Sprint(v) // a number
}

// member is a member's name, which needs no quotes when it is a word.
func member(name string) string {
	if name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "" {
		return name
	}
	return quoted(name)
}

// quoted is a string. Quotes and exclamation marks are escaped by an exclamation mark.
func quoted(s string) string {
	return "'" + strings.NewReplacer("!", "!!", "'", "!'").Replace(s) + "'"
}

// escape makes a value fit for the part of an address after the hash. What the
// notation consists of stays readable.
func escape(s string) string {
	return strings.NewReplacer("%27", "'", "%28", "(", "%29", ")", "%3A", ":", "%2C", ",", "%21", "!", "+", "%20").Replace(url.QueryEscape(s))
}
