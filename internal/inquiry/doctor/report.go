// Package doctor turns what was found out about this machine, its account and its
// log store into a report: what is well, what is not, and what to do about it. It
// finds out nothing itself.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gantry/internal/fault"
)

// Result is what came of one check.
type Result string

// The results.
const (
	OK      Result = "ok"
	Warning Result = "warning"
	Failed  Result = "failed"
	// Skipped is for what was not looked at, because it is not set up or because
	// what it needs has failed.
	Skipped Result = "skipped"
)

// Check is one line of a report. Its texts may come from outside: clean them where
// they are shown.
type Check struct {
	Group  string `json:"group"` // gantry, aws, log store, service, terminal
	Name   string `json:"name"`
	Result Result `json:"result"`
	Text   string `json:"text"`
	// Fix says what to do, as an imperative clause; may be empty.
	Fix string `json:"fix,omitempty"`
}

// Report is the checks in the order in which they are read.
type Report []Check

// Count returns how many checks have a result.
func (r Report) Count(result Result) int {
	n := 0
	for _, c := range r {
		if c.Result == result {
			n++
		}
	}
	return n
}

// Examine judges what was found out.
func Examine(f Facts) Report {
	var r Report
	r = append(r, f.Setup.checks()...)
	if f.Setup.FileErr != nil {
		return append(r, f.Terminal.checks()...)
	}
	r = append(r, f.Account.checks()...)
	r = append(r, f.Store.checks(f.Now)...)
	if f.Service != nil {
		r = append(r, f.Service.checks(f.Now)...)
	}
	return append(r, f.Terminal.checks()...)
}

// group collects the checks of one part of the report.
type group struct {
	name   string
	checks []Check
}

func (g *group) add(name string, result Result, fix, format string, args ...any) {
	g.checks = append(g.checks, Check{g.name, name, result, fmt.Sprintf(format, args...), fix})
}

func (g *group) ok(name, format string, args ...any) { g.add(name, OK, "", format, args...) }

func (g *group) skip(name, format string, args ...any) { g.add(name, Skipped, "", format, args...) }

// failure adds an error, what to do about it apart.
func (g *group) failure(name string, result Result, err error) {
	text, fix := apart(err)
	g.add(name, result, fix, "%s", text)
}

// apart separates what an error says from what to do about it.
func apart(err error) (text, fix string) {
	var own *fault.Error
	switch {
	case errors.As(err, &own):
		e := *own
		fix, e.Fix = e.Fix, ""
		return e.Error(), fix
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer came in time", ""
	}
	return err.Error(), ""
}

// ago says how old something is, as coarsely as a person would.
func ago(d time.Duration) string {
	switch {
	case d < 0:
		return "in the future"
	case d < time.Minute:
		return fmt.Sprintf("%ds ago", int(d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", int(d/time.Hour))
	}
	return fmt.Sprintf("%dd ago", int(d/(24*time.Hour)))
}
