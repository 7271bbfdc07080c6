package tail

import (
	"fmt"
	"testing"
	"time"

	"gantry/logs"
)

func entry(id int) logs.Entry {
	return logs.Entry{Time: time.Unix(int64(id), 0), ID: fmt.Sprint(id)}
}

func TestAReaderThatDoesNotComeFindsAGapLineForWhatWasLetGo(t *testing.T) {
	entries := make([]logs.Entry, 10)
	for i := range entries {
		entries[i] = entry(i)
	}
	got := bounded(entries, 4, 1<<20)
	if len(got) != 4 || got[0].Gap == nil || got[3].ID != "9" {
		t.Fatalf("bounded to %+v", got)
	}
	if !got[0].Gap.From.Equal(time.Unix(0, 0)) || !got[0].Gap.To.Equal(time.Unix(6, 0)) {
		t.Errorf("the gap is %+v, want lines 0 to 6", *got[0].Gap)
	}
	again := bounded(append(got, entry(10)), 4, 1<<20)
	if !again[0].Gap.From.Equal(time.Unix(0, 0)) || again[3].ID != "10" {
		t.Errorf("the second gap is %+v, want it to begin with the first", *again[0].Gap)
	}
	if small := bounded(entries[:2], 4, 1<<20); len(small) != 2 || small[0].Gap != nil {
		t.Errorf("two lines became %+v", small)
	}
}
