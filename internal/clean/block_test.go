package clean_test

import (
	"testing"

	"gantry/internal/clean"
)

// TestABlockOfYAMLIsHiddenWhole has the value on the lines below its name.
func TestABlockOfYAMLIsHiddenWhole(t *testing.T) {
	for was, want := range map[string]string{
		"password: |\n  Vq4tz81mmd":                                         "password: |\n  " + clean.Mask,
		"user: ann\ndb_password: >-\n  Vq4tz81mmd\nport: 5432\n":            "user: ann\ndb_password: >-\n  " + clean.Mask + "\nport: 5432\n",
		"db:\n  password: |2\n    Vq4tz81mmd\n    tR5wq\n\n  host: h1":      "db:\n  password: |2\n    " + clean.Mask + "\n\n  host: h1",
		"- api_key: |\r\n    Vq4tz 81mmd\r\n- name: b":                      "- api_key: |\r\n    " + clean.Mask + "\n- name: b",
		"password: |\nhost: h1":                                             "password: " + clean.Mask + "\nhost: h1",
		"description: |\n  the password is asked for\n  at the first start": "description: |\n  the password is asked for\n  at the first start",
	} {
		if got := clean.Redact(was); got != want {
			t.Errorf("%q is shown as %q, expected %q", was, got, want)
		}
	}
}
