package words_test

import (
	"testing"

	"gantry/internal/words"
)

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 tasks", 1: "1 task", 2: "2 tasks", -1: "-1 tasks"} {
		if got := words.Count(n, "task"); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
