package sim

import (
	"encoding/json"
	"unicode/utf8"
)

// object returns a copy of a document with the types that JSON has, as decoding
// what the document encodes to would give. Most values have them already, and
// encoding each line only to decode it again would cost more than the searches.
func object(doc map[string]any) (map[string]any, error) {
	copied := make(map[string]any, len(doc)+1)
	for name, value := range doc {
		v, err := jsonValue(value)
		if err != nil {
			return nil, err
		}
		copied[name] = v
	}
	return copied, nil
}

func jsonValue(value any) (any, error) {
	switch v := value.(type) {
	case nil, bool:
		return v, nil
	case string:
		if utf8.ValidString(v) {
			return v, nil
		}
	case int:
		return float64(v), nil
	case map[string]any:
		if v != nil {
			return object(v)
		}
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var decoded any
	err = json.Unmarshal(raw, &decoded)
	return decoded, err
}
