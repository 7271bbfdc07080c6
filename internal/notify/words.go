package notify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gantry/internal/clean"
	"gantry/internal/words"
)

// Bounds of a message. Slack cuts texts of more than 4000 characters.
const (
	mostText  = 3800 // bytes of a message
	mostLine  = 400  // characters of one line
	mostLines = 12   // lines that explain a verdict
	mostRows  = 30   // lines of a batch's table
)

// Change is what messages about one change tell of it.
type Change struct {
	ID       string // as in the audit file
	Who      string // the operating system's user and host
	Identity string // the ARN that the calls are made as
	Context  string
	Target   string // cluster/service
	// Production says so in the message.
	Production    bool
	Action        string
	Before, After string
	// Conceal holds what no message may contain: values of variables, which an
	// error or an event may quote.
	Conceal []clean.Secret
}

// Verdict is how a change, or a target of a batch, ended.
type Verdict struct {
	Outcome string
	Text    string
	Details []string
	Good    bool
	Open    bool          // nobody knows yet: ECS goes on with it
	Took    time.Duration // zero is not told
}

// Began is the message that a change begins.
func Began(c Change) string {
	return c.message(
		fmt.Sprintf("%s %s begins in %s%s", c.Action, c.Target, c.Context, production(c.Production)),
		c.Before+" -> "+c.After,
	)
}

// Ended is the message with the verdict on a change.
func Ended(c Change, v Verdict) string {
	lines := []string{fmt.Sprintf("%s %s %s: %s%s", mark(v), c.Action, c.Target, v.Outcome, after(v.Took))}
	if v.Text != "" && v.Text != v.Outcome {
		lines = append(lines, v.Text)
	}
	for i, d := range v.Details {
		if i == mostLines {
			lines = append(lines, fmt.Sprintf("- and %d more", len(v.Details)-i))
			break
		}
		lines = append(lines, "- "+d)
	}
	return c.message(append(lines, c.Before+" -> "+c.After, fmt.Sprintf("in %s%s", c.Context, production(c.Production)))...)
}

// Row is one target of a batch. Its verdict is not told when the batch begins.
type Row struct {
	Target  string
	Summary string // before and after
	Verdict Verdict
}

// BatchBegan is the message that a batch begins. Of the change, Target and the
// summary are not told: the rows have them.
func BatchBegan(c Change, rows []Row) string {
	lines := []string{fmt.Sprintf("%s %s begins in %s%s", c.Action, words.Count(len(rows), "target"), c.Context, production(c.Production))}
	lines = append(lines, table(rows, func(r Row) string { return r.Target + ": " + r.Summary })...)
	return c.message(lines...)
}

// BatchEnded is the message with the verdicts of a batch: how many of each, then
// a line a target, those that ended badly first.
func BatchEnded(c Change, rows []Row, took time.Duration) string {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return rank(a) - rank(b) })
	bad := slices.ContainsFunc(rows, func(r Row) bool { return !r.Verdict.Good })
	lines := []string{fmt.Sprintf("%s %s %s: %s%s", mark(Verdict{Good: !bad}), c.Action, words.Count(len(rows), "target"), tally(rows), after(took))}
	lines = append(lines, table(rows, func(r Row) string {
		line := mark(r.Verdict) + " " + r.Target + ": " + r.Verdict.Outcome
		if r.Verdict.Text != "" && r.Verdict.Text != r.Verdict.Outcome {
			line += ": " + r.Verdict.Text
		}
		return line
	})...)
	return c.message(append(lines, fmt.Sprintf("in %s%s", c.Context, production(c.Production)))...)
}

func rank(r Row) int {
	if r.Verdict.Good {
		return 1
	}
	return 0
}

// tally counts the outcomes in the order in which they first come.
func tally(rows []Row) string {
	counts := map[string]int{}
	var order []string
	for _, r := range rows {
		if counts[r.Verdict.Outcome]++; counts[r.Verdict.Outcome] == 1 {
			order = append(order, r.Verdict.Outcome)
		}
	}
	parts := make([]string, len(order))
	for i, outcome := range order {
		parts[i] = fmt.Sprintf("%d %s", counts[outcome], outcome)
	}
	return strings.Join(parts, ", ")
}

func table(rows []Row, line func(Row) string) []string {
	var lines []string
	for i, r := range rows {
		if i == mostRows {
			return append(lines, fmt.Sprintf("and %d more", len(rows)-i))
		}
		lines = append(lines, line(r))
	}
	return lines
}

func mark(v Verdict) string {
	switch {
	case v.Open:
		return "?"
	case v.Good:
		return "+"
	}
	return "x"
}

func production(is bool) string {
	if is {
		return " (PRODUCTION)"
	}
	return ""
}

func after(took time.Duration) string {
	if took <= 0 {
		return ""
	}
	return " after " + took.Round(time.Second).String()
}

// signature says who does it and where it is on record.
func (c Change) signature() string {
	line := "by " + c.Who
	if c.Identity != "" {
		line += " as " + c.Identity
	}
	if c.ID == "" {
		return line
	}
	return line + ", audit id " + c.ID
}

// message joins lines into a text that is safe to send: without secrets, on as
// many lines as were given, without markup of its own, and not too long. Who did
// it is told whatever else has to go.
func (c Change) message(lines ...string) string {
	const more = "\n…"
	known := clean.NewKnown(c.Conceal...)
	safe := func(line string) string { return escape(cut(clean.Shown(known.Hide(line)))) }
	signature := "\n" + safe(c.signature())
	var b strings.Builder
	for i, line := range lines {
		line = safe(line)
		if b.Len()+len(line)+len(more)+len(signature) >= mostText {
			b.WriteString(more)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
	}
	return b.String() + signature
}

// cut shortens a line.
func cut(line string) string {
	if len(line) <= mostLine {
		return line
	}
	runes := []rune(line)
	if len(runes) <= mostLine {
		return line
	}
	return string(runes[:mostLine-1]) + "…"
}

// shout matches what makes chats that take Slack's messages call everybody.
var shout = regexp.MustCompile(`(?i)@(all|here|channel|everyone|room)`)

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape takes the meaning from the three characters that have one (Slack,
// formatting text for messages) and from words that call everybody.
func escape(line string) string { return entities.Replace(shout.ReplaceAllString(line, "@ $1")) }

// Trouble is the message that something is wrong with the target of a change's fields, or
// that it no longer is.
func Trouble(c Change, cause string, gone bool) string {
	came := "in trouble"
	if gone {
		came = "no longer"
	}
	return c.message(fmt.Sprintf("%s%s is %s: %s", c.Target, production(c.Production), came, cause), "in "+c.Context)
}
