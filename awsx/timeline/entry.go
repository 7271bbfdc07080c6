package timeline

import (
	"cmp"
	"slices"
	"time"

	"gantry/awsx"
)

// Kind is what an entry tells of. The words are stable.
type Kind string

// The kinds.
const (
	Change     Kind = "change"     // somebody's call, from here or told by CloudTrail
	Revision   Kind = "revision"   // a task definition that was registered
	Deployment Kind = "deployment" // one that began, went back or ended
	Scaling    Kind = "scaling"    // by Application Auto Scaling
	Instances  Kind = "instances"  // by an Auto Scaling group
	Task       Kind = "task"       // tasks that stopped
	Target     Kind = "target"     // a target's step from one state to another, as it was seen
	Alarm      Kind = "alarm"      // an alarm's change of state
	Event      Kind = "event"      // what the service said
)

// Kinds are all of them. Of entries of one instant those that cause others come first, which
// is the order here.
func Kinds() []Kind {
	return []Kind{Change, Revision, Deployment, Scaling, Instances, Task, Target, Alarm, Event}
}

// rank is the place of a kind among those of one instant; one that this version does not know
// comes last.
func (k Kind) rank() int {
	if i := slices.Index(Kinds(), k); i >= 0 {
		return i
	}
	return len(Kinds())
}

// Severity is how much an entry matters to who looks for trouble.
type Severity uint8

// The severities.
const (
	Info     Severity = iota // nothing to worry about, and nothing to cheer
	Everyday                 // such as a busy service says all day
	Good                     // something is well again, or done
	Warning
	Failure
)

// String is the severity in one word.
func (s Severity) String() string {
	return [...]string{"info", "everyday", "good", "warning", "failure"}[s]
}

// Mark is the severity as one character, which tells it without colour: that of a state of the
// same kind.
func (s Severity) Mark() string { return [...]string{".", ".", "+", "!", "x"}[s] }

// Trouble reports whether somebody who looks for faults wants to see it.
func (s Severity) Trouble() bool { return s >= Warning }

// Fact is a line of what else is known of an entry.
type Fact struct {
	At   time.Time // zero for what has no time of its own
	Name string    // what it is, such as reason
	Text string
}

// Entry is something that happened.
type Entry struct {
	// ID tells entries apart, and is the same wherever the same thing is told.
	ID string
	// At is when it happened or began; zero where that is not known. Until is when the last of
	// several happened, zero for one.
	At, Until time.Time
	Kind      Kind
	Severity  Severity
	// Service is that which it happened to, zero for what is of the cluster as a whole.
	Service awsx.Ref
	Subject string // its name, that of the group or of the alarm
	Who     string // who did it; empty where nobody did, or nobody tells
	Text    string
	Facts   []Fact
	// Count is how many things it stands for, and Tasks are those by their ARNs, where they
	// are tasks.
	Count int
	Tasks []string
}

// Compare puts entries in order: by their time, those of one instant by what causes what, and
// those alike by their names. What has no time comes before all that has.
func Compare(a, b *Entry) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.Kind.rank(), b.Kind.rank()), cmp.Compare(a.ID, b.ID))
}

// Last is when the last of it happened.
func (e Entry) Last() time.Time {
	if e.Until.After(e.At) {
		return e.Until
	}
	return e.At
}

// Merge puts entries together, the oldest first. What is told twice is one entry.
func Merge(lists ...[]Entry) []Entry {
	n := 0
	for _, l := range lists {
		n += len(l)
	}
	all, at := make([]Entry, 0, n), make(map[string]int, n)
	for _, list := range lists {
		for _, e := range list {
			i, known := at[e.ID]
			if !known {
				at[e.ID] = len(all)
				all = append(all, e)
				continue
			}
			all[i] = joined(all[i], e)
		}
	}
	// An entry is large: what is moved about while they are sorted is where each is.
	order := make([]*Entry, len(all))
	for i := range all {
		order[i] = &all[i]
	}
	slices.SortFunc(order, Compare)
	sorted := make([]Entry, len(all))
	for i, e := range order {
		sorted[i] = *e
	}
	return sorted
}

// joined is one entry of two that tell of the same: what the first lacks the second adds.
func joined(a, b Entry) Entry {
	if b.Count > a.Count || len(b.Text) > len(a.Text) && b.Count == a.Count {
		a.Text = b.Text
	}
	a.Count, a.Severity = max(a.Count, b.Count), max(a.Severity, b.Severity)
	a.Who, a.Subject = cmp.Or(a.Who, b.Who), cmp.Or(a.Subject, b.Subject)
	if a.Service.ARN == "" {
		a.Service = b.Service
	}
	if a.At.IsZero() {
		a.At = b.At
	}
	if b.Until.After(a.Until) {
		a.Until = b.Until
	}
	a.Facts, a.Tasks = slices.Clone(a.Facts), slices.Clone(a.Tasks)
	for _, f := range b.Facts {
		if !slices.Contains(a.Facts, f) {
			a.Facts = append(a.Facts, f)
		}
	}
	for _, t := range b.Tasks {
		if !slices.Contains(a.Tasks, t) {
			a.Tasks = append(a.Tasks, t)
		}
	}
	return a
}

// Filter chooses entries; the zero value chooses all.
type Filter struct {
	From, To time.Time // zero for no bound
	Kinds    []Kind    // none for all
}

// Keeps reports whether an entry is chosen. One of which only the end is within is, and so is
// one whose time is not known.
func (f Filter) Keeps(e Entry) bool {
	if len(f.Kinds) > 0 && !slices.Contains(f.Kinds, e.Kind) {
		return false
	}
	return e.At.IsZero() || !e.Last().Before(f.From) && (f.To.IsZero() || !e.At.After(f.To))
}

// Of are the entries that a filter chooses, in their order.
func (f Filter) Of(all []Entry) []Entry {
	out := make([]Entry, 0, len(all))
	for _, e := range all {
		if f.Keeps(e) {
			out = append(out, e)
		}
	}
	return out
}
