package memory

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// fieldsOf tells of each field of a structure whether it is set.
func fieldsOf(v any, prefix string) map[string]bool {
	out := map[string]bool{}
	x := reflect.ValueOf(v)
	for i := range x.NumField() {
		out[prefix+"."+x.Type().Field(i).Name] = !x.Field(i).IsZero()
	}
	return out
}

// encoded is a record's document as it is written.
func encoded(t *testing.T, r record) []byte {
	t.Helper()
	doc, err := json.Marshal(r.doc())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// holding are the files of a directory that hold a text.
func holding(t *testing.T, dir, text string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			names = append(names, e.Name())
		}
	}
	return names
}
