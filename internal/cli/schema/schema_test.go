package schema

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

type inner struct {
	A string  `json:"a"`
	B []inner `json:"b" schema:"null"`
}

type base struct {
	Partial bool `json:"partial"`
}

type sample struct {
	base
	At      time.Time       `json:"at"`
	Until   *time.Time      `json:"until,omitempty"`
	Count   *int            `json:"count"`
	Inner   *inner          `json:"inner"`
	Raw     json.RawMessage `json:"raw,omitempty"`
	By      map[string]*int `json:"by"`
	Skipped string          `json:"-"`
	hidden  string
}

// TestASchemaIsThatOfItsType in each way in which a member may be written.
func TestASchemaIsThatOfItsType(t *testing.T) {
	_ = sample{}.hidden
	got := string((*list).Add(&list{}, "x", "gantry x", sample{}).all[0].JSON())
	for _, want := range []string{
		`"title": "gantry x"`, `"additionalProperties": false`, `"required": [
    "partial",
    "at",
    "count",
    "inner",
    "by"
  ]`, `"until": {
      "type": "string",
      "format": "date-time"
    }`, `"count": {
      "type": [
        "integer",
        "null"
      ]
    }`, `"anyOf": [
        {
          "$ref": "#/$defs/inner"
        },
        {
          "type": "null"
        }
      ]`, `"raw": {}`, `"items": {
            "$ref": "#/$defs/inner"
          }`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nis not in\n%s", want, got)
		}
	}
	if strings.Contains(got, "kipped") || strings.Contains(got, "hidden") {
		t.Errorf("what is not written is in\n%s", got)
	}
}
