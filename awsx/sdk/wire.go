package sdk

import (
	"math"
	"strconv"
	"time"

	"gantry/awsx"
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

// or returns a number, or another in place of one that was not sent.
func or(n *int, absent int) int {
	if n == nil {
		return absent
	}
	return *n
}
