package printing

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/follow"
)

// heartbeat is after how long a progress without news is told again, since
// pipelines end jobs that are silent for minutes.
const heartbeat = time.Minute

// Progress prints what is new since the progress before, so that a
// pipeline's log tells the story once. The verdict is the result's to tell.
type Progress struct {
	w      io.Writer
	groups *regexp.Regexp // ARNs of target groups, by name
	events map[string]bool
	lines  map[string]bool // of the progress before
	at     time.Time       // of the last that printed anything
}

// NewProgress makes a printer; events from before its change are not told.
func NewProgress(w io.Writer, before []awsx.ServiceEvent) *Progress {
	p := &Progress{
		w: w, groups: regexp.MustCompile(`arn:[a-z-]+:elasticloadbalancing:[^ )]*:targetgroup/([^/ )]+)/[0-9a-f]+`),
		events: map[string]bool{},
	}
	for _, e := range before {
		p.events[e.ID] = true
	}
	return p
}

// Step prints a step that is taken.
func (p *Progress) Step(words string) { fmt.Fprintln(p.w, "- "+Shown(words)) }

// Print prints what a follow sees now, where it is news.
func (p *Progress) Print(pr follow.Progress) {
	events := p.news(pr.Events)
	pr.Verdict, pr.Events = nil, nil
	quiet := pr.At.Sub(p.at) < heartbeat
	now := map[string]bool{}
	for i, line := range append(pr.Lines(), events...) {
		key := line
		if cut := strings.LastIndex(line, "; "); i == 0 && cut > 0 {
			key = line[:cut] // the time that passes is no news
		}
		now[key] = true
		if i == 0 && pr.Phase == follow.PhaseEnded && pr.Running+pr.Desired+pr.Draining == 0 {
			continue // there is nothing to count, or it was never read
		}
		if p.lines[key] && (quiet || i > 0) {
			continue
		}
		fmt.Fprintln(p.w, "  "+Shown(line))
		p.at = pr.At
	}
	p.lines = now
}

// news are the events that were not printed yet, those of one text on one line.
func (p *Progress) news(events []awsx.ServiceEvent) []string {
	var lines []string
	counts := map[string]int{}
	for _, e := range events {
		if p.events[e.ID] {
			continue
		}
		p.events[e.ID] = true
		line := e.At.UTC().Format("15:04:05Z") + " " + p.groups.ReplaceAllString(e.Message, "$1")
		if counts[line]++; counts[line] == 1 {
			lines = append(lines, line)
		}
	}
	for i, line := range lines {
		if n := counts[line]; n > 1 {
			lines[i] = fmt.Sprintf("%s (%d times)", line, n)
		}
	}
	return lines
}
