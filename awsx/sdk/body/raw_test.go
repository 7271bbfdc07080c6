package body

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestAnAnswerIsWalkedFieldByField: null is an empty list, and half an answer is an error.
func TestAnAnswerIsWalkedFieldByField(t *testing.T) {
	for answer, want := range map[string]string{
		`{"tasks":[{"n":"a"},{"n":"b"}],"more":{"x":[1]}}`: "a b",
		`{"tasks":null}`:        "",
		`{"more":1}`:            "",
		`{}`:                    "",
		`{"tasks":[{"n":"a"}`:   "error",
		`{"tasks":{"n":"a"}}`:   "error",
		`{"tasks":[{"n":1}]}`:   "error",
		`[]`:                    "error",
		``:                      "error",
		`<html>502</html>`:      "error",
		`{"tasks":[{"n":"a"}],`: "error",
	} {
		var got []string
		err := decodeFields(strings.NewReader(answer), func(name string, d *json.Decoder) error {
			if name != "tasks" {
				return d.Decode(new(json.RawMessage))
			}
			return decodeElements(d, func(w *struct {
				N string `json:"n"`
			}) error {
				got = append(got, w.N)
				return nil
			})
		})
		if want == "error" {
			if err == nil {
				t.Errorf("%s was taken for an answer", answer)
			}
			continue
		}
		if err != nil || !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %q (%v)", answer, got, err)
		}
	}
}
