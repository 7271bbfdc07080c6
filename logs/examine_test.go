package logs

import (
	"encoding/json"
	"testing"
	"time"
)

func TestTheDelayIsReadOffTheDocuments(t *testing.T) {
	at := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	entry := func(source string) Entry { return Entry{Time: at, Source: json.RawMessage(source)} }
	entries := []Entry{
		entry(`{"event":{"ingested":"2026-11-22T03:00:02.5Z"}}`),
		entry(`{"event.ingested":"2026-11-22T03:10:00Z"}`),
		entry(`{"message":"says nothing"}`),
		entry(`{"event":{"ingested":"yesterday"}}`),
		entry(`{"event":{"ingested":"2026-11-22T03:00:01Z"}}`),
	}
	want := Delay{Documents: 3, Typical: 2500 * time.Millisecond, Longest: 10 * time.Minute}
	if got := IngestDelay(entries); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := IngestDelay(entries[2:4]); got != (Delay{}) {
		t.Errorf("of documents that do not say: %+v", got)
	}
}
