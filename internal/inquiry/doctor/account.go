package doctor

import (
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

func (s Setup) checks() []Check {
	g := group{name: "gantry"}
	g.ok("version", "%s", s.Version)
	if s.FileErr != nil {
		text, fix := apart(s.FileErr)
		for line := range strings.Lines(text) {
			g.add("configuration", Failed, fix, "%s", strings.TrimSuffix(line, "\n"))
		}
		g.skip("everything else", "the settings have to be read first")
		return g.checks
	}
	if s.File == "" {
		g.ok("configuration", "no file: the defaults hold (a file would be %s)", s.DefaultFile)
	} else {
		g.ok("configuration", "%s", s.File)
	}
	switch {
	case s.JournalErr == nil:
		g.ok("audit file", "%s was written to", s.Journal)
	case s.KeyShared:
		g.failure("audit file", Failed, s.JournalErr) // which says what to do
	default:
		g.failure("audit file", Failed, s.JournalErr)
		g.checks[len(g.checks)-1].Fix = "make it writable: no change is made without a record"
	}
	if s.MemoryErr != nil {
		g.add("memory", Warning, "use a gantry that reads it, or move the file away: a new one is begun then", "what earlier runs saw is not told, and nothing is kept of this one, in %s: %v", s.Memory, s.MemoryErr)
	}
	for _, change := range s.Unended {
		g.add("unended change", Warning, "look at the target's history, and repeat or undo what is missing", "%s", change)
	}
	return g.checks
}

// The differences between clocks that matter. AWS refuses a signature that is off
// by more than five minutes.
const (
	clockOff    = 30 * time.Second
	clockBroken = 5 * time.Minute
)

// clock adds the difference between two clocks.
func (g *group) clock(whose string, c awsx.Clock) {
	if c.Server.IsZero() {
		g.skip("clock", "%s told no time", whose)
		return
	}
	off := c.Ahead()
	// The server's time has no fractions of a second, and took its way here.
	if off.Abs() <= 2*time.Second {
		g.ok("clock", "agrees with that of %s", whose)
		return
	}
	text := c.Words(whose)
	switch {
	case off.Abs() > clockBroken:
		g.add("clock", Failed, awsx.ClockFix, "%s", text)
	case off.Abs() > clockOff:
		g.add("clock", Warning, awsx.ClockFix, "%s", text)
	default:
		g.ok("clock", "%s", text)
	}
}

func (a Account) checks() []Check {
	g := group{name: "aws"}
	g.ok("context", "%s", a.Context)
	if a.OpenErr != nil {
		g.failure("credentials", Failed, a.OpenErr)
		g.skip("permissions", "nothing was asked without credentials")
		return g.checks
	}
	if a.IdentityErr != nil {
		result := Failed
		if fault.ClassOf(a.IdentityErr) == fault.Denied {
			result = Warning // who asks may be told to nobody, and reads still work
		}
		g.failure("identity", result, a.IdentityErr)
	} else {
		g.ok("identity", "%s", a.Identity)
	}
	g.clock("AWS", a.Clock)
	if len(a.Reads) == 0 {
		g.skip("permissions", "nothing was asked of an account that does not answer")
	}
	for _, r := range a.Reads {
		r.check(&g)
	}
	for _, c := range a.Clusters {
		word := "non-production"
		if c.Production {
			word = "production"
		}
		g.ok("cluster "+c.Name, "%s: %s", word, c.JudgedBy)
	}
	return g.checks
}

func (r Read) check(g *group) {
	switch {
	case r.Skipped != "":
		g.skip(r.Name, "%s", r.Skipped)
		return
	case r.Err == nil:
		g.ok(r.Name, "%s (%s)", r.Found, r.Actions)
		return
	}
	result := Warning
	if r.Essential {
		result = Failed
	}
	g.failure(r.Name, result, r.Err)
	last := &g.checks[len(g.checks)-1]
	last.Text += ": " + r.Loss
	if fault.ClassOf(r.Err) == fault.Denied {
		last.Fix = "allow " + r.Actions
	}
}
