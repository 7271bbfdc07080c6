package tagging

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"
	"unique"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
	"gantry/internal/fault"
)

// refusedFor is for how long an account that refused to tell tags is not asked for them.
const refusedFor = 10 * time.Minute

// Reader reads the tags of one account. The zero value is ready for use, by several answers
// at once.
type Reader struct {
	sets    body.Known[awsx.Tags]
	mu      sync.Mutex
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
	set, err := r.sets.Of(sent, func() (*awsx.Tags, error) {
		var tags awsx.Tags // whose fields have the names of the service's, but for their case
		if err := json.Unmarshal(sent, &tags); err != nil {
			return nil, err
		}
		for i, t := range tags {
			tags[i] = awsx.Tag{Key: unique.Make(t.Key).Value(), Value: unique.Make(t.Value).Value()}
		}
		return &tags, nil
	})
	if err != nil {
		return nil // it is no list of tags, which says nothing about the resource
	}
	return *set
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
