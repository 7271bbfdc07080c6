package sdk

import (
	"fmt"
	"math"
	"strconv"
	"time"
	"unique"

	"gantry/awsx"
	"gantry/internal/fault"
)

// epoch is a time as JSON 1.1 carries it: seconds since 1970, with fractions.
type epoch float64

func (e epoch) time() time.Time {
	if e == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(math.Round(float64(e) * 1000)))
}

// UnmarshalJSON accepts null for a time that was not set.
func (e *epoch) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*e = 0
		return nil
	}
	f, err := strconv.ParseFloat(string(b), 64)
	*e = epoch(f)
	return err
}

type wireTag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func tags(w []wireTag) []awsx.Tag {
	if len(w) == 0 {
		return nil
	}
	out := make([]awsx.Tag, len(w))
	for i, t := range w {
		out[i] = awsx.Tag{Key: t.Key, Value: t.Value}
	}
	return out
}

// some returns a text to send, nil for none.
func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// or returns a number, or another in place of one that was not sent.
func or(n *int, absent int) int {
	if n == nil {
		return absent
	}
	return *n
}

// intern returns the one copy of a string that thousands of items repeat, so
// that a list of tasks does not hold its image names as often as its tasks.
func intern(s string) string {
	if s == "" {
		return ""
	}
	return unique.Make(s).Value()
}

// lost is the failure of a mutating call that was answered well, but without
// the resource that it was to change.
func lost(op, resource, missing, fix string) *fault.Error {
	return &fault.Error{Class: fault.Failed, Op: op, Resource: resource, Unknown: true,
		Err: fmt.Errorf("the answer holds no %s", missing), Fix: fix}
}
