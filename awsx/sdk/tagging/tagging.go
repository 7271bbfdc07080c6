package tagging

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// refusedFor is for how long an account that refused to tell tags is not asked for them.
const refusedFor = 10 * time.Minute

// mostSets is how many different sets of tags are known at a time.
const mostSets = 20_000

// Reader reads the tags of one account. The zero value is ready for use, by several answers
// at once.
type Reader struct {
	mu      sync.Mutex
	sets    map[string]awsx.Tags
	refused map[string]refusal // by operation
}

// refusal is why tags are not asked for, and until when.
type refusal struct {
	why   error
	until time.Time
}

// Of reads the member tags of a resource as it was sent. Resources that are tagged alike share
// one list, as the tasks of a service do, and what was read once is not decoded again.
//
// A resource that was asked for its tags and was sent without has none: DescribeServices
// leaves the member out then. One that was not asked is unread, and so is a null, by which an
// account that was kept says that nobody had asked.
func (r *Reader) Of(sent json.RawMessage, asked bool) awsx.Tags {
	switch {
	case !asked || string(sent) == "null":
		return nil
	case len(sent) <= len("[]"):
		return awsx.Tags{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.sets[string(sent)]; ok {
		return known
	}
	var tags []struct{ Key, Value string }
	if json.Unmarshal(sent, &tags) != nil {
		return nil // it is no list of tags, which says nothing about the resource
	}
	set := make(awsx.Tags, len(tags))
	for i, t := range tags {
		set[i] = awsx.Tag{Key: t.Key, Value: t.Value}
	}
	if r.sets == nil || len(r.sets) >= mostSets {
		r.sets = map[string]awsx.Tags{}
	}
	r.sets[string(sent)] = set
	return set
}

// Ask describes something with its tags. Where the account refuses that and describes it
// without them, it is not asked for them for a while, and untagged is why.
//
// The service authorization reference of ECS names no permission of its own for them. There
// are partitions that have no tags, though, and proxies and stand-ins of ECS with rules of
// their own.
func (r *Reader) Ask(op string, describe func(tags bool) error) (untagged, err error) {
	if why := r.refusal(op); why != nil {
		return why, describe(false)
	}
	asked := describe(true)
	if !refuses(op, asked) || describe(false) != nil {
		return nil, asked
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused == nil {
		r.refused = map[string]refusal{}
	}
	r.refused[op] = refusal{asked, time.Now().Add(refusedFor)}
	return asked, nil
}

func (r *Reader) refusal(op string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.refused[op]; time.Now().Before(known.until) {
		return known.why
	}
	return nil
}

// refuses reports whether a call may have failed because it asked for tags. Who may not call
// the operation itself is told so by its name (IAM).
func refuses(op string, err error) bool {
	var own *fault.Error
	if !errors.As(err, &own) {
		return false
	}
	switch own.Class {
	case fault.Denied:
		return !strings.Contains(err.Error(), "perform: "+op)
	case fault.Invalid:
		return true
	}
	return false
}
