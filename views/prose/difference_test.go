package prose

import (
	"strings"
	"testing"
)

func TestPlaceNamesWhatALineLiesIn(t *testing.T) {
	lines := strings.Split(`{
  "containerDefinitions": [
    {
      "environment": [
        {"name": "A", "value": "1"}
      ]
      "name": "web"
    }
  ]
  "family": "api"
}`, "\n")
	for i, want := range map[int]string{
		4: "containerDefinitions / web / environment",
		3: "containerDefinitions / web",
		6: "containerDefinitions / web",
		2: "containerDefinitions",
		9: "the definition itself",
	} {
		if got := placeOf(lines, i); got != want {
			t.Errorf("line %d lies in %q, want %q", i, got, want)
		}
	}
}
