package logs

import (
	"context"
	"slices"
	"time"
)

// Examiner is a Source that can tell how it is reached and what it holds, for a
// person who wants to know why lines do not come.
type Examiner interface {
	// Examine looks at everything that searches rest on: what arrived within
	// lately before now, and which of some fields the documents have. What cannot be learnt is
	// an error in its place; after one that says that nothing answers, nothing else
	// is asked.
	Examine(ctx context.Context, now time.Time, lately time.Duration, fields []string) Examination
}

// Examination is what came of Examine.
type Examination struct {
	Addresses []string // without credentials
	Index     string   // index, alias or pattern
	// Access says how requests are let in, such as "API key"; empty when they carry
	// nothing.
	Access string

	Greeting    Greeting
	GreetingErr error
	// Unreached is set when no answer came, or none of a search engine: the rest is
	// empty then.
	Unreached bool

	Newest    []Entry // the newest documents, newest first
	NoIndex   bool    // nothing matches Index, or these credentials may not see it
	SearchErr error
	Partial   *Partial // what part of the store did not answer

	Fields   []FieldUse
	FieldErr error

	Lately   time.Duration
	Count    Count // of all documents that are not older than Lately
	CountErr error

	// PointErr is why no point in time can be opened; nil when one was.
	PointErr error
}

// Greeting is what a store says of itself.
type Greeting struct {
	Product, Version, Cluster string
	// Server is the store's time in whole seconds, zero when it told none, and
	// Local the time here at that moment.
	Server, Local time.Time
	// Security is nil for a connection that is not encrypted.
	Security *Security
}

// Security is the encryption of a connection.
type Security struct {
	Version string // of TLS
	Issuer  string
	Until   time.Time // when the store's certificate expires
}

// Role is what a field is used for.
type Role string

// The roles.
const (
	RoleTimestamp Role = "timestamp"
	RoleMessage   Role = "message"
	RoleLevel     Role = "level"
	RoleTiebreak  Role = "tiebreak"
	// RoleSource is for fields by which the lines of a container are found.
	RoleSource Role = "source"
)

// FieldUse tells which of the fields of a role the index has.
type FieldUse struct {
	Role          Role
	Wanted, Found []string
}

// ingested is the field in which ingest pipelines of Elasticsearch note when a
// document came (Elastic Common Schema).
const ingested = "event.ingested"

// Delay is how long documents took from being written to being stored.
type Delay struct {
	Documents        int // how many say it
	Typical, Longest time.Duration
}

// IngestDelay reads off entries how late they came; the typical delay is the
// median.
func IngestDelay(entries []Entry) Delay {
	var all []time.Duration
	for i := range entries {
		text, ok := entries[i].Field(ingested)
		if !ok {
			continue
		}
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			all = append(all, at.Sub(entries[i].Time))
		}
	}
	if len(all) == 0 {
		return Delay{}
	}
	slices.Sort(all)
	return Delay{Documents: len(all), Typical: all[len(all)/2], Longest: all[len(all)-1]}
}
