package reports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// probeTime is how long a probe takes at most unless it is told otherwise: less than monitors
// wait for one (Nagios, service_check_timeout, a minute).
const probeTime = 20 * time.Second

// probeNamed is how many services a probe names.
const probeNamed = 3

// probeStatus is what status --check -o json prints.
type probeStatus struct {
	Context string  `json:"context"`
	Status  string  `json:"status"` // ok, degraded, failed or unknown
	Code    int     `json:"code"`   // the exit code
	Text    string  `json:"text"`
	Figures figures `json:"figures"`
	// Services are those that are not ok.
	Services []placedService `json:"services"`
	completeness
}

// figure is a number of a probe; nil is one that is not known.
type figure struct {
	name  string
	value *int
}

// figures are the numbers of a probe, in their order; in JSON by their names.
type figures map[string]*int

// probed is what a probe found.
type probed struct {
	code    int
	text    string
	figures []figure
	all     []located
	partial []error
}

// check prints on one line how all clusters, a cluster or a service stand, and ends with the
// code for that. What was not read when its time is over is unknown.
func (p program) check(ctx context.Context, args []string, f statusFlags) error {
	bounded, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	err := p.With(bounded, func(a *app.App) error {
		found, err := p.probe(bounded, a, args, f.keep)
		if err != nil {
			return err
		}
		if late(bounded, errors.Join(found.partial...)) {
			found.partial = []error{tooLate(f.timeout)}
		}
		printed := p.printProbe(a, found, f.output)
		if found.code == command.ProbeOK {
			return printed
		}
		return printing.Beside(&command.Probed{Code: found.code, Text: found.text}, printed)
	})
	if ctx.Err() == nil && late(bounded, err) {
		return tooLate(f.timeout)
	}
	return err
}

// late reports whether an error comes of the time that is over.
func late(ctx context.Context, err error) bool {
	return ctx.Err() != nil && err != nil && (errors.Is(err, context.DeadlineExceeded) || fault.ClassOf(err).Passing()) && !errors.As(err, new(*command.Probed))
}

func tooLate(bound time.Duration) error {
	return fault.Errorf(fault.Offline, "status --check", "", "not everything was read within %s", bound)
}

// probe looks at what is named, or at all clusters, and there at what a filter keeps.
func (p program) probe(ctx context.Context, a *app.App, args []string, keep *narrowing) (probed, error) {
	var found probed
	var scope string
	switch {
	case len(args) == 0:
		all := readAll(ctx, a, []awsx.ContextID{a.Context})
		if all.clusters == 0 && len(all.partial) > 0 {
			return found, all.partial[0]
		}
		found.all, found.partial = all.all, all.partial
		scope = " in " + words.Count(all.clusters, "cluster")
		found.figures = append(found.figures, figure{"clusters", &all.clusters})
	case strings.Contains(args[0], "/"):
		if keep.typed != "" {
			return found, command.Usagef("--filter chooses among the services of a cluster: with --check name either one service or a filter")
		}
		cluster, name, err := command.ParseService(args[0])
		if err != nil {
			return found, err
		}
		svc, err := a.FindService(ctx, cluster, name)
		if err != nil {
			return found, err
		}
		one, err := a.Inspect(ctx, svc.Ref)
		if err != nil {
			return found, err
		}
		found.all, found.partial = []located{{one.Standing, a.Context}}, one.Partial
		found.ofOne()
		return found, nil
	default:
		cluster, err := a.FindCluster(ctx, args[0])
		if err != nil {
			return found, err
		}
		survey, err := a.Survey(ctx, cluster.Ref)
		if err != nil {
			return found, err
		}
		for _, s := range survey.Standings {
			found.all = append(found.all, located{s, a.Context})
		}
		found.partial, scope = survey.Partial, " in "+cluster.Name
	}
	found.ofMany(scope + p.kept(a, &found, keep))
	return found, nil
}

// kept leaves of what a probe found the services that a filter keeps, and returns the words
// that say so. One whose tags were not read may be among them, so that it is not known.
func (p program) kept(a *app.App, found *probed, keep *narrowing) (scope string) {
	if keep.typed == "" {
		return ""
	}
	rows := make([][]string, len(found.all))
	for i, s := range found.all {
		rows[i] = s.cells(a.Now())
	}
	all, _, untold := narrow(keep, p.Err, found.all, rows, func(i int) thing { return serviceThing(found.all[i].Standing) })
	found.all, found.partial = all, append(found.partial, untold...)
	return " that match " + keep.typed
}

// probeLevels are the levels of a probe by their codes.
var probeLevels = []string{"ok", "degraded", "failed", "unknown"}

// levelOf is the code for how a service stands. One on its way with nothing going wrong is
// ok; one of which something was not read that could say otherwise is not.
func levelOf(s diagnose.Standing) int {
	switch f := s.Finding; {
	case f.Status == diagnose.Failed:
		return command.ProbeFailed
	case f.Status == diagnose.Degraded:
		return command.ProbeDegraded
	case f.Status == diagnose.Unknown, f.Status == diagnose.Stopped, f.Died.Unread, f.Targets.Unread > 0, f.Untold > 0:
		return command.ProbeUnknown
	}
	return command.ProbeOK
}

// graver puts codes in the order in which the gravest of several is chosen: what is known to
// be bad before what is not known.
func graver(code int) int {
	return slices.Index([]int{command.ProbeOK, command.ProbeUnknown, command.ProbeDegraded, command.ProbeFailed}, code)
}

// ofOne judges one service.
func (p *probed) ofOne() {
	s := p.all[0].Standing
	svc, f := s.Service(), s.Finding
	p.code = levelOf(s)
	name := svc.Ref.ClusterName() + "/" + svc.Name
	p.text = fmt.Sprintf("%s runs %d of %s", name, svc.Running, words.Count(svc.Desired, "task"))
	if f.Targets.Groups > 0 {
		p.text += ", " + f.Targets.String() + " targets healthy"
	}
	switch {
	case f.Status == diagnose.Stopped:
		p.text = name + " was deleted"
	case f.Why != "":
		p.text += ": " + f.Why
	case f.Status == diagnose.Pending:
		p.text += ": on its way"
	}
	p.figures = append(p.figures, figure{"desired", &svc.Desired}, figure{"running", &svc.Running}, figure{"pending", &svc.Pending})
	if f.Targets.Groups > 0 {
		healthy, total := &f.Targets.Healthy, &f.Targets.Total
		if f.Targets.Unread > 0 {
			healthy, total = nil, nil
		}
		p.figures = append(p.figures, figure{"targets", total}, figure{"healthy", healthy})
	}
	died := &f.Died.Count
	if f.Died.Unread {
		died = nil
	}
	p.figures = append(p.figures, figure{"died", died})
	p.lacking()
}

// ofMany judges the services of a scope, of which those that were deleted are left out.
func (p *probed) ofMany(scope string) {
	p.all = slices.DeleteFunc(p.all, func(s located) bool { return s.Finding.Status == diagnose.Stopped })
	counts := make([]int, len(probeLevels))
	desired, running := 0, 0
	for _, s := range p.all {
		level := levelOf(s.Standing)
		counts[level]++
		desired, running = desired+s.Service().Desired, running+s.Service().Running
		if graver(level) > graver(p.code) {
			p.code = level
		}
	}
	slices.SortStableFunc(p.all, func(x, y located) int {
		return cmp.Or(graver(levelOf(y.Standing))-graver(levelOf(x.Standing)), cmp.Compare(y.Finding.Severity, x.Finding.Severity))
	})
	services := len(p.all)
	p.text = words.Count(services, "service") + scope
	var bad []string
	for _, s := range p.all {
		level := levelOf(s.Standing)
		if level == command.ProbeOK {
			break
		}
		text := s.Service().Ref.ClusterName() + "/" + s.Service().Name + " " + probeLevels[level]
		if s.Finding.Why != "" {
			text += ": " + s.Finding.Why
		}
		bad = append(bad, text)
	}
	if more := len(bad) - probeNamed; more > 0 {
		bad = append(bad[:probeNamed], fmt.Sprintf("and %d more", more))
	}
	if len(bad) > 0 {
		p.text = strings.Join(bad, "; ") + " (of " + p.text + ")"
	}
	p.figures = append(p.figures, figure{"services", &services})
	for level, name := range probeLevels {
		p.figures = append(p.figures, figure{name, &counts[level]})
	}
	p.figures = append(p.figures, figure{"desired", &desired}, figure{"running", &running})
	if services == 0 && p.code == command.ProbeOK {
		p.code, p.text = command.ProbeUnknown, "there is nothing to judge: no service"+scope
	}
	p.lacking()
}

// lacking takes what was not read into account: it may be anything.
func (p *probed) lacking() {
	if len(p.partial) == 0 {
		return
	}
	if p.code == command.ProbeOK {
		p.code = command.ProbeUnknown
	}
	p.text += "; not read: " + p.partial[0].Error()
	if more := len(p.partial) - 1; more > 0 {
		p.text += fmt.Sprintf(", and %d more like it", more)
	}
}

// printProbe prints what a probe found: words first, and figures after a bar in the form of
// Nagios, in which U is one that is not known.
func (p program) printProbe(a *app.App, found probed, output string) error {
	level := probeLevels[found.code]
	if output == "json" {
		doc := probeStatus{
			Context: a.Context.String(), Status: level, Code: found.code, Text: command.ProbeText(found.text), Figures: figures{}, Services: []placedService{},
			completeness: completenessOf(a, found.partial),
		}
		for _, f := range found.figures {
			doc.Figures[f.name] = f.value
		}
		for _, s := range found.all {
			if levelOf(s.Standing) != command.ProbeOK {
				doc.Services = append(doc.Services, s.placed(statusOf(s.Standing)))
			}
		}
		return printing.JSON(p.Out, doc)
	}
	line := level + ": " + command.ProbeText(found.text) + " |"
	for _, f := range found.figures {
		value := "U"
		if f.value != nil {
			value = strconv.Itoa(*f.value)
		}
		line += " " + f.name + "=" + value
	}
	_, err := fmt.Fprintln(p.Out, line)
	return err
}
