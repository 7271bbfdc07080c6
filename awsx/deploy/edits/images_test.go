package edits_test

import (
	"strings"
	"testing"

	"gantry/awsx/deploy/edits"
)

func TestImagesFindTheirContainer(t *testing.T) {
	tree := example(t)
	changes, err := edits.SetImages(tree, map[string]string{"": "shop:2"})
	if err != nil || len(changes) != 1 || changes[0].Container != "web" {
		t.Errorf("a reference of the same repository gives %+v (%v)", changes, err)
	}
	for typed, want := range map[string]string{":2": "name one of web, proxy", "redis:7": "name one of web, proxy"} {
		if _, err := edits.SetImages(tree, map[string]string{"": typed}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s without a container: %v", typed, err)
		}
	}
	if _, err := edits.SetImages(tree, map[string]string{"wbe": ":2"}); err == nil || !strings.Contains(err.Error(), `container "wbe" is not in the task definition: expected one of web, proxy`) {
		t.Errorf("a misspelt container: %v", err)
	}
}
