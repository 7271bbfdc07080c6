package tail

import (
	"fmt"
	"time"

	"gantry/logs"
)

// State is what a tail is doing.
type State uint8

// The states of a tail.
const (
	// Opening means that the first lines have not come yet.
	Opening State = iota
	// Following means that everything up to the high water was read.
	Following
	// Behind means that more lines come than can be read: the tail skipped to the
	// newest and left a gap line.
	Behind
	// PartialAnswers means that part of the store does not answer. What came is
	// shown, and the stretch is read again until all of it was answered.
	PartialAnswers
	// NoStore means that no index matches, or none is visible. It is tried again
	// slowly, since an index may appear.
	NoStore
	// Retrying means that the last request failed and the next one waits.
	Retrying
	// Stopped means that the tail has ended; Err says why, nil after Close.
	Stopped
)

// Status is what a tail tells about itself.
type Status struct {
	State State
	// Err is the failure behind Retrying, NoStore and Stopped.
	Err error
	// Partial is the reason of PartialAnswers.
	Partial *logs.Partial
	// RetryAt is when the next request is sent while Retrying.
	RetryAt time.Time
	// Newest is the time of the newest line delivered, but never later than when it
	// came; zero before the first.
	Newest time.Time
	// HighWater is the time up to which lines were read. It never passes now.
	HighWater time.Time
	// Overlap is how far before the high water each poll reads again. It widens
	// with the lateness that was seen.
	Overlap time.Duration
	// LateMost is how late a line may come at most and still be looked for, in a store
	// that does not count and has more lines than a look reads; zero elsewhere.
	LateMost time.Duration
	// Lateness is the greatest lateness of a line so far.
	Lateness time.Duration
	// Lines, LateLines and Gaps count what was delivered.
	Lines, LateLines, Gaps int
	// Rate is how many lines arrive.
	Rate Rate
	// Flow says how lines come, or why none do.
	Flow Flow
	// IndexNewest is the time of the newest document of the index, whatever its
	// query, when the store was last asked; zero when it was not, or does not say.
	IndexNewest time.Time
	// Refused is the failure of the query set last, when the store did not accept
	// it and the one before is still followed; nil otherwise.
	Refused error
	// Explanation says why there are no lines; nil when there are some, or when
	// it is not known.
	Explanation *logs.Explanation
}

// Reach says in a few words how late lines are looked for, where that is less than
// elsewhere; empty where it is not. It is no failure: none may be that late.
func (s Status) Reach() string {
	if s.LateMost == 0 {
		return ""
	}
	return "late lines are looked for " + coarse(s.LateMost) + " back"
}

// staleAfter is the age at which the newest line's age is worth showing.
const staleAfter = time.Minute

// Words says the status in a few words, as of now: "following", "following ·
// newest 4m old", "retrying in 4s: …". Ages are coarse so that an idle screen
// stays still.
func (s Status) Words(now time.Time) string {
	switch s.State {
	case Opening:
		return "opening"
	case Behind:
		return "behind: more lines come than can be read" + s.age(now)
	case PartialAnswers:
		return "partial: " + s.Partial.String() + s.age(now)
	case NoStore:
		if s.Err != nil {
			return s.Err.Error()
		}
		return "no index, or no permission to see it"
	case Retrying:
		return fmt.Sprintf("retrying in %s: %v", coarse(s.RetryAt.Sub(now)+time.Second-1), s.Err)
	case Stopped:
		if s.Err != nil {
			return fmt.Sprintf("stopped: %v", s.Err)
		}
		return "stopped"
	case Following:
	}
	if s.Refused != nil {
		return fmt.Sprintf("still on the query before: %v", s.Refused)
	}
	return "following" + s.age(now)
}

func (s Status) age(now time.Time) string {
	if s.Newest.IsZero() {
		return " · no lines yet" + s.flow()
	}
	if age := now.Sub(s.Newest); age >= staleAfter {
		return " · newest " + coarse(age) + " old" + s.flow()
	}
	return ""
}

// flow says in words why there is nothing newer.
func (s Status) flow() string {
	switch s.Flow {
	case Quiet:
		return ", quiet while others write"
	case Stalled:
		return ", nothing new of anybody: the pipeline is behind"
	case FlowUnknown:
		if s.Lines > 0 {
			return ", no newer line"
		}
	case Flowing:
	}
	return ""
}

// same reports whether two statuses look alike to a reader, so that a poll that
// changed nothing wakes nobody.
func (s Status) same(o Status) bool {
	return s.State == o.State && s.RetryAt.Equal(o.RetryAt) && s.Newest.Equal(o.Newest) &&
		text(s.Err) == text(o.Err) && text(s.Refused) == text(o.Refused) && s.Flow == o.Flow && s.Overlap == o.Overlap && s.Reach() == o.Reach() &&
		(s.Partial == nil) == (o.Partial == nil) && (s.Partial == nil || *s.Partial == *o.Partial) &&
		(s.Explanation == nil) == (o.Explanation == nil) &&
		(s.Explanation == nil || s.Explanation.String() == o.Explanation.String())
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// coarse returns a duration in its largest unit: 12s, 4m, 3h, 2d.
func coarse(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d/time.Second)))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d/time.Hour))
	default:
		return fmt.Sprintf("%dd", int(d/(24*time.Hour)))
	}
}
