package cloudwatch

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"gantry/logs"
)

// document is a line as a record: the service has none, so this is what it says
// of the event under the names that queries use.
type document struct {
	Time     string `json:"@timestamp"`
	Region   string `json:"log_region,omitempty"`
	Group    string `json:"log_group"`
	Stream   string `json:"log_stream"`
	Ingested string `json:"ingestion_time"`
	// Message is last: fields are looked up by reading what is before them.
	Message string `json:"message"`
}

// entry makes an entry of a line.
func (s *Source) entry(l line) logs.Entry {
	e := logs.Entry{
		Time: l.Time.UTC(), Ingested: l.Ingested.UTC(), Index: l.group.Name, ID: l.ID,
		Message: l.Message, Level: s.levels.In(l.Message),
	}
	e.Read()
	if l.group.Region != s.region {
		e.Index = l.group.Region + ":" + l.group.Name
	}
	if isRuntimeID(l.Stream) {
		e.Container = l.Stream
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// Strings only: this cannot fail.
	_ = enc.Encode(document{
		Time: milliseconds(l.Time), Ingested: milliseconds(l.Ingested), Message: l.Message,
		Region: l.group.Region, Group: l.group.Name, Stream: l.Stream,
	})
	e.Source = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return e
}

func milliseconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// isRuntimeID reports whether a stream is named after its container, as the driver
// does when no prefix is configured.
func isRuntimeID(stream string) bool {
	return len(stream) == 64 && strings.Trim(stream, "0123456789abcdef") == ""
}
