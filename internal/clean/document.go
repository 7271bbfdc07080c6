package clean

import (
	"bytes"
	"encoding/json"
)

// Document returns a document of a log line as it may be shown: values of keys that name a
// secret are masked, and in all texts their credentials; texts lose their control sequences.
// Numbers keep their digits. What is no JSON is nil. Documents of AWS are masked by
// awsx/document, which knows their forms.
func Document(doc json.RawMessage) json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil
	}
	var masked bytes.Buffer
	enc := json.NewEncoder(&masked)
	enc.SetEscapeHTML(false)
	if enc.Encode(documentValue("", v)) != nil {
		return nil
	}
	return bytes.TrimSpace(masked.Bytes())
}

func documentValue(key string, v any) any {
	switch v := v.(type) {
	case string:
		return Field(key, Plain(v))
	case []any:
		for i := range v {
			v[i] = documentValue(key, v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = documentValue(k, v[k])
		}
	}
	return v
}
