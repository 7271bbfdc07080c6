package saidtest_test

import (
	"testing"

	"gantry/internal/saidtest"
)

func TestTwice(t *testing.T) {
	for text, want := range map[string]int{
		"service api: service api: gone":             1,
		"PROD main prod prod":                        1,
		"cannot read x\nfailed: failed: 500 of web":  1,
		"roll back prod/api prod/api":                1,
		"ok  ok":                                     0, // two cells of a table
		"healthy, healthy":                           0, // a list
		"4 4 of 5":                                   0,
		"service web: the service of prod is gone":   0,
		"web  web:4 registered by web-deploy at 3:3": 0,
	} {
		if got := saidtest.Twice(text); len(got) != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
