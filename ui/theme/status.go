package theme

// Status is a state as every table shows it: a glyph, a word and a colour together,
// so that none of the three is needed to read it. The zero Status is unknown: what
// was not read is not healthy.
type Status uint8

// The states, from the one that says nothing to the worst.
const (
	StatusUnknown Status = iota
	StatusOK
	StatusStopped
	StatusPending
	StatusDegraded
	StatusFailed
)

// Fault reports whether somebody should look at what is in this state: it is bad, or not known.
func (s Status) Fault() bool {
	return s == StatusFailed || s == StatusDegraded || s == StatusUnknown
}

// Glyph returns the one ASCII character that stands for the state.
func (s Status) Glyph() string {
	switch s {
	case StatusOK:
		return "+"
	case StatusStopped:
		return "-"
	case StatusPending:
		return "~"
	case StatusDegraded:
		return "!"
	case StatusFailed:
		return "x"
	default:
		return "?"
	}
}

// Word returns the state's name.
func (s Status) Word() string {
	switch s {
	case StatusOK:
		return "ok"
	case StatusStopped:
		return "stopped"
	case StatusPending:
		return "pending"
	case StatusDegraded:
		return "degraded"
	case StatusFailed:
		return "failed"
	default:
		return "unknown"
	}
}

// Short returns the state's name in at most four letters, for narrow columns.
func (s Status) Short() string {
	switch s {
	case StatusOK:
		return "ok"
	case StatusStopped:
		return "stop"
	case StatusPending:
		return "pend"
	case StatusDegraded:
		return "degr"
	case StatusFailed:
		return "fail"
	default:
		return "unrd"
	}
}

// Role returns the role that paints the state.
func (s Status) Role() Role {
	switch s {
	case StatusOK:
		return OK
	case StatusStopped:
		return Stopped
	case StatusPending:
		return Pending
	case StatusDegraded:
		return Degraded
	case StatusFailed:
		return Failed
	default:
		return Unknown
	}
}

// Severity orders states for "worst first": the higher, the worse. What is unknown
// ranks below known trouble and above everything that is known to be well.
func (s Status) Severity() int {
	switch s {
	case StatusOK:
		return 0
	case StatusStopped:
		return 1
	case StatusPending:
		return 2
	case StatusDegraded:
		return 4
	case StatusFailed:
		return 5
	default:
		return 3
	}
}
