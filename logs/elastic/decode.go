package elastic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/logs"
)

// answer is what is read of a search answer. Documents and sort values stay raw.
type answer struct {
	TimedOut bool     `json:"timed_out"`
	Shards   shards   `json:"_shards"`
	Clusters clusters `json:"_clusters"`
	Hits     struct {
		Hits []hit `json:"hits"`
	} `json:"hits"`
}

type shards struct {
	Total    *int           `json:"total"` // nil where the answer does not say
	Skipped  int            `json:"skipped"`
	Failed   int            `json:"failed"`
	Failures []shardFailure `json:"failures"`
}

type hit struct {
	Index  string          `json:"_index"`
	ID     string          `json:"_id"`
	Source json.RawMessage `json:"_source"`
	Sort   json.RawMessage `json:"sort"`
}

// hitFields are those of a hit, in their order.
var hitFields = []string{"_index", "_id", "_source", "sort"}

// nowhere reports whether the answer says that nothing was searched.
func (a *answer) nowhere() bool { return a.Shards.Total != nil && *a.Shards.Total == 0 }

// shards is how many shards there are, as far as the answer says.
func (a *answer) shards() int {
	if a.Shards.Total == nil {
		return 0
	}
	return *a.Shards.Total
}

// partial returns what the answer lacks, or nil.
func (a *answer) partial() *logs.Partial {
	missing := a.Clusters.lacking()
	if a.Shards.Failed == 0 && !a.TimedOut {
		return missing
	}
	p := &logs.Partial{Failed: a.Shards.Failed, Shards: a.shards(), TimedOut: a.TimedOut}
	if failures := a.Shards.Failures; len(failures) > 0 {
		p.Reason = quote(failures[0].text())
		// An index that cannot understand the query will not do so later either.
		p.Lasting = !slices.ContainsFunc(failures, func(f shardFailure) bool { return !f.ofQuery() })
	}
	return p.And(missing)
}

// badQuery returns the reason when the query is at fault: no shard that searched
// understood it, or its syntax is wrong. Shards without a line of the range are not
// searched, and count as skipped; an index among others that answer, be it that they
// have nothing, is a part that is missing.
func (a *answer) badQuery() string {
	if len(a.Hits.Hits) > 0 || len(a.Shards.Failures) == 0 || !a.Shards.Failures[0].ofQuery() {
		return ""
	}
	reason := a.Shards.Failures[0].Reason.text()
	if a.Shards.Failed < a.shards()-a.Shards.Skipped && !strings.HasPrefix(reason, "Failed to parse query") {
		return ""
	}
	return quote(reason)
}

// errBadQuery is the failure of a query that the store cannot understand.
var errBadQuery = errors.New("bad query")

// layout says where in a document the parts of an entry are.
type layout struct {
	timestamp string
	message   []string
	level     logs.LevelReader
	container []string
}

// decode reads a search answer. Its hits, which are nearly all of it, are only cut
// apart: the decoder would go through each document twice.
func decode(body []byte) (a answer, err error) {
	list, ok := logs.Lookup(body, "hits.hits")
	if !ok {
		if err = json.Unmarshal(body, &a); err == nil {
			err = errNoHits
		}
		return a, err
	}
	var room [4]json.RawMessage
	whole := logs.Elements(list, func(one json.RawMessage) bool {
		v := logs.LookupAll(one, hitFields, room[:0])
		a.Hits.Hits = append(a.Hits.Hits, hit{Index: logs.Text(v[0]), ID: logs.Text(v[1]), Source: v[2], Sort: v[3]})
		return true
	})
	if !whole {
		a.Hits.Hits = nil
		if err = json.Unmarshal(body, &a); err == nil && a.Hits.Hits == nil {
			err = errNoHits
		}
		return a, err
	}
	hits := a.Hits.Hits
	start := cap(body) - cap(list) // the list is a slice of the body
	err = json.Unmarshal(slices.Concat(body[:start], []byte("[]"), body[start+len(list):]), &a)
	a.Hits.Hits = hits
	return a, err
}

// errNoHits is the failure of an answer without a list of lines: no list is not an empty
// one.
var errNoHits = errors.New("it has no list of lines")

// page turns an answer into entries. Step is the resolution of the store's
// timestamps.
func (l layout) page(body []byte, limit int, step time.Duration) (logs.Page, error) {
	a, err := decode(body)
	if err != nil {
		return logs.Page{}, err
	}
	if reason := a.badQuery(); reason != "" {
		return logs.Page{}, fmt.Errorf("%w: %s", errBadQuery, reason)
	}
	page := logs.Page{
		Full:     len(a.Hits.Hits) >= limit,
		Partial:  a.partial(),
		NoShards: a.nowhere() && len(a.Hits.Hits) == 0 && a.Clusters.lacking() == nil,
	}
	if len(a.Hits.Hits) == 0 {
		page.Full = false
		return page, nil
	}
	page.Entries = make([]logs.Entry, len(a.Hits.Hits))
	index := ""
	for i := range a.Hits.Hits {
		h := &a.Hits.Hits[i]
		if h.Index != index {
			index = h.Index
		}
		page.Entries[i], page.Last = l.entry(h, step)
		page.Entries[i].Index = index // one string for a run of equal names
	}
	return page, nil
}

// entry reads one document, and returns the timestamp that the store sorted by.
func (l layout) entry(h *hit, step time.Duration) (logs.Entry, time.Time) {
	stored := sortTime(h.Sort)
	e := logs.Entry{Time: stored, ID: h.ID, Source: h.Source, Sort: h.Sort}
	if v, ok := logs.Lookup(h.Source, l.timestamp); ok {
		// The document may be more exact than the index, and no more is believed.
		if t, err := time.Parse(time.RFC3339Nano, logs.Text(v)); err == nil {
			if d := t.Sub(stored); d >= 0 && d < resolution(stored, step) || stored.IsZero() {
				e.Time = t.UTC()
			}
		}
	}
	if stored.IsZero() {
		stored = e.Time
	}
	e.Message = l.messageOf(h.Source)
	e.Level = l.level.Of(h.Source, e.Message)
	e.Read()
	e.Container = first(h.Source, l.container)
	e.Piece = logs.PieceOf(h.Source)
	return e, stored
}

// resolution returns how exactly an index stored a time. A search over indices of
// both kinds returns nanoseconds, and those of a date field are whole
// milliseconds.
func resolution(stored time.Time, step time.Duration) time.Duration {
	if stored.Nanosecond()%int(time.Millisecond) == 0 {
		return time.Millisecond
	}
	return step
}

// messageOf is the first message that a document has. One that is blank is a line all the
// same; a document without any is its own message.
func (l layout) messageOf(source json.RawMessage) string {
	if text := first(source, l.message); text != "" {
		return text
	}
	for _, path := range l.message {
		if v, ok := logs.Lookup(source, path); ok && string(v) != "null" {
			return ""
		}
	}
	return string(source)
}

func first(source json.RawMessage, paths []string) string {
	for _, path := range paths {
		if v, ok := logs.Lookup(source, path); ok {
			if s := logs.Text(v); s != "" {
				return s
			}
		}
	}
	return ""
}

// nanoDigits tells the two units of a sort value apart: milliseconds since 1970
// have at most 15 digits for thousands of years, nanoseconds since 1973 have 18.
const nanoDigits = 17

// sortTime reads the first sort value: milliseconds of a date field, nanoseconds
// of a date_nanos field, or text where the field is formatted. The number is read
// as an integer: a float would lose the nanoseconds.
func sortTime(sort json.RawMessage) time.Time {
	text := firstValue(sort)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if len(strings.TrimPrefix(text, "-")) >= nanoDigits {
			return time.Unix(0, n).UTC()
		}
		return time.UnixMilli(n).UTC()
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC()
	}
	return time.Time{}
}

// nanoseconds reports whether the first sort value is of a date_nanos field.
func nanoseconds(sort json.RawMessage) bool {
	text := strings.TrimPrefix(firstValue(sort), "-")
	return len(text) >= nanoDigits && strings.Trim(text, "0123456789") == ""
}

// firstValue returns the text of the first sort value, "" without one.
func firstValue(sort json.RawMessage) string {
	value := bytes.TrimSpace(sort)
	if len(value) < 2 || value[0] != '[' {
		return ""
	}
	value = value[1:]
	if end := bytes.IndexAny(value, ",]"); end >= 0 {
		value = bytes.TrimSpace(value[:end])
	}
	return strings.Trim(string(value), `"`)
}
