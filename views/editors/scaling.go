package editors

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/modal"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The actions on what scales a service.
var (
	actCount   = ui.Binding{ID: views.ActScale.ID, Name: "count", Keys: []string{"s", "enter"}, Hint: 1}
	actBounds  = ui.Binding{ID: "bounds", Name: "bounds", Keys: []string{"m"}, Hint: 2}
	actSuspend = ui.Binding{ID: "suspend-scaling", Name: "suspend scaling", Keys: []string{"p"}, Hint: 3}
	actResume  = ui.Binding{ID: "resume-scaling", Name: "resume scaling", Keys: []string{"r"}, Hint: 4}
)

// The screen of what moves the count of a service.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "scaling", Title: "Scaling",
	Bindings: append([]ui.Binding{actCount, actBounds, actSuspend, actResume, ui.ActRefresh}, ui.MovementBindings()...)}})

// Scale asks for a count, beside what Application Auto Scaling would do to it.
func (e *Editors) Scale(service awsx.Ref) {
	s := &scalingScreen{changes: e.Changes, service: service}
	s.Sheet = prose.NewParagraphs(e.Changes.Deps.Host, s.paras)
	e.Changes.Deps.Host.Push(s)
}

// scalingScreen shows what moves the count of a service, with the question for
// another count over it.
type scalingScreen struct {
	changes *changes.Changes
	service awsx.Ref

	ctx    context.Context
	asked  bool
	count  *form.Form // the count that is being typed
	typed  string     // as it was drawn
	svc    awsx.Service
	scaled *awsx.ScalableTarget
	err    error // why that is not known; NotFound says that nothing scales it
	busy   bool

	prose.Sheet
}

// scalingRead is what was read of a service's scaling.
type scalingRead struct {
	service awsx.Service
	target  awsx.ScalableTarget
	err     error
}

func (s *scalingScreen) Name() string    { return "scaling" }
func (s *scalingScreen) Capturing() bool { return false }

func (s *scalingScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	s.svc, _ = s.changes.Deps.Known(s.service)
	if !s.asked {
		s.asked = true
		s.askCount()
	}
	return s.read()
}

func (s *scalingScreen) read() tea.Cmd {
	s.busy = true
	s.Pager.Changed()
	ctx, st, service := s.ctx, s.changes.Deps.Store, s.service
	return func() tea.Msg {
		account, err := st.Account(ctx, service.Context)
		if err != nil {
			return scalingRead{err: err}
		}
		svc, err := read.ServiceNow(ctx, account, service)
		if err != nil {
			return scalingRead{err: err}
		}
		target, err := account.ScalableTarget(ctx, service)
		return scalingRead{svc, target, err}
	}
}

func (s *scalingScreen) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(scalingRead); ok {
		s.busy, s.scaled, s.err = false, nil, msg.err
		if msg.service.Name != "" {
			s.svc = msg.service
		}
		if msg.err == nil {
			s.scaled = &msg.target
		}
		s.Pager.Changed()
	}
	return nil
}

// Covered reads again what a change may have moved.
func (s *scalingScreen) Covered(covered bool) tea.Cmd {
	if covered {
		return nil
	}
	return s.read()
}

// askCount asks for a count. The field starts empty: digits typed behind a count that
// stands there already would make 25 out of 2 and 5.
func (s *scalingScreen) askCount() {
	host := s.changes.Deps.Host
	field := form.Field{Label: "tasks", Help: "how many to run, 0 or more", Check: checkCount}
	if s.svc.Name != "" {
		field.Placeholder = strconv.Itoa(s.svc.Desired)
		field.Help += "; " + strconv.Itoa(s.svc.Desired) + " now"
	}
	s.count = form.New(host.Theme(), form.Options{
		Title:  "Scale " + s.service.ClusterName() + "/" + s.service.Name(),
		Fields: []form.Field{field},
		Submit: func(values []string) (tea.Cmd, error) {
			n, err := parseCount(values[0])
			if err == nil {
				host.Replace(changes.NewPlan(s.changes, deploy.Scale{Count: n}, nil, s.service))
			}
			return nil, err
		},
		Cancel: ui.Do(func() {
			// Where nothing scales the service a count is all there is to set.
			if s.scaled == nil {
				host.Pop()
			}
		}),
	})
	host.Modal(s.count)
}

// askBounds asks for the bounds of the count.
func (s *scalingScreen) askBounds() {
	bound := func(label string, now int) form.Field {
		return form.Field{Label: label, Placeholder: strconv.Itoa(now), Help: fmt.Sprintf("empty leaves it at %d", now), Check: func(v string) error {
			if strings.TrimSpace(v) == "" {
				return nil
			}
			return checkCount(v)
		}}
	}
	s.changes.Deps.Host.Modal(form.New(s.changes.Deps.Host.Theme(), form.Options{
		Title:  "Bounds of " + s.service.ClusterName() + "/" + s.service.Name(),
		Fields: []form.Field{bound("minimum", s.scaled.Min), bound("maximum", s.scaled.Max)},
		Submit: func(values []string) (tea.Cmd, error) {
			var in deploy.SetScaling
			for i, at := range []**int{&in.Min, &in.Max} {
				if strings.TrimSpace(values[i]) == "" {
					continue
				}
				n, err := parseCount(values[i])
				if err != nil {
					return nil, err
				}
				*at = &n
			}
			if in.Min == nil && in.Max == nil {
				return nil, fmt.Errorf("nothing is asked for: expected a minimum or a maximum")
			}
			s.changes.Propose(s.service, in, nil)
			return nil, nil
		},
	}))
}

func (s *scalingScreen) View(w, h int) ui.Frame {
	s.typed = ""
	if s.count != nil && !s.count.Done() {
		s.typed = s.count.Values()[0]
	}
	return s.Draw(s.typed, w, h)
}

func (s *scalingScreen) paras() []prose.Para {
	var d prose.Document
	d.Heading("Scaling of " + s.service.ClusterName() + "/" + s.service.Name())
	if s.svc.Name != "" {
		d.Field("now", fmt.Sprintf("%s wanted, %d running, %d pending", wording.Count(s.svc.Desired, "task"), s.svc.Running, s.svc.Pending))
	}
	switch {
	case s.scaled != nil:
		bounds, state := check.ScalingWords(*s.scaled)
		d.Field("bounds", bounds)
		d.Field("scaling", state)
		s.fate(&d)
	case fault.ClassOf(s.err) == fault.NotFound:
		d.Field("scaling", "Application Auto Scaling does not know the service: a count stays as it is set")
	case s.err != nil:
		d.FieldAs(theme.Unknown, "scaling", theme.StatusUnknown.Glyph()+" not known: "+s.err.Error())
	default:
		d.Line(theme.Dim, "reading what scales the service")
	}
	return d.Paras
}

// fate says what becomes of the count that is typed, else of the one there is.
func (s *scalingScreen) fate(d *prose.Document) {
	n, label := s.svc.Desired, "this count"
	if typed, err := parseCount(s.typed); err == nil {
		n, label = typed, strconv.Itoa(typed)
	}
	if n == s.svc.Desired {
		return
	}
	st, words := changes.CheckLook(check.ScaledCount(s.svc, *s.scaled, n), nil)
	d.FieldAs(st.Role(), label, st.Glyph()+" "+words)
}

func (s *scalingScreen) Header() ui.Header {
	h := s.changes.Deps.Header(s.service, "scaling")
	switch {
	case s.busy:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "reading"}
	case s.err != nil && fault.ClassOf(s.err) != fault.NotFound:
		prose.Refused(s.service.Context)(&h, s.err)
	}
	return h
}

// Text is what is shown, for a file.
func (s *scalingScreen) Text() string { return prose.PlainText(s.paras()) }

func (s *scalingScreen) Actions() []ui.Action {
	why := ""
	switch {
	case s.scaled != nil:
	case fault.ClassOf(s.err) == fault.NotFound:
		why = "nothing scales this service by itself"
	default:
		why = "what scales the service was not read"
	}
	set := func(suspend bool) func() tea.Cmd {
		return ui.Do(func() { s.changes.Propose(s.service, deploy.SetScaling{Suspend: &suspend}, nil) })
	}
	scale := actCount.Does(s.askCount)
	bounds := actBounds.Does(s.askBounds).Unless(why)
	suspend := actSuspend.Runs(set(true)).Unless(why)
	resume := actResume.Runs(set(false)).Unless(why)
	if t := s.scaled; t != nil {
		if t.Suspended() {
			suspend.Disabled = "scaling is suspended already"
		}
		if !t.SuspendedIn && !t.SuspendedOut && !t.SuspendedScheduled {
			resume.Disabled = "scaling is active already"
		}
	}
	refresh := ui.ActRefresh.Runs(s.read)
	return append([]ui.Action{scale, bounds, suspend, resume, refresh}, ui.Movement(s.Pager)...)
}

// Breaker asks how deployments are to be given up, and plans that.
func (e *Editors) Breaker(service awsx.Ref) {
	svc, ok := e.Changes.Deps.Known(service)
	if !ok {
		e.Changes.Deps.Host.Flash(ui.Warn, "circuit breaker: %s was not read yet", service.Name())
		return
	}
	settings := []deploy.SetBreaker{{}, {Enabled: true}, {Enabled: true, Rollback: true}}
	options := []modal.Option{
		{Name: "off", Detail: "tasks that fail are tried again for ever"},
		{Name: "on", Detail: "a failing deployment is given up, and what it left stays"},
		{Name: "on, with roll back", Detail: "a failing deployment is given up, and what ran before comes back"},
	}
	selected := 0
	for i, in := range settings {
		if in.Enabled == svc.Breaker.Enabled && in.Rollback == svc.Breaker.Rollback {
			selected, options[i].Disabled = i, "set like this now"
		}
	}
	e.Changes.Deps.Host.Modal(modal.NewChoice(e.Changes.Deps.Host.Theme(), modal.ChoiceOptions{
		Title: "Circuit breaker of " + service.ClusterName() + "/" + service.Name(), Options: options, Selected: selected,
		Chosen: func(i int) { e.Changes.Propose(service, settings[i], nil) },
	}))
}

// ScaleAll asks for a count and plans it for several services.
func (e *Editors) ScaleAll(services []awsx.Ref, started func()) {
	e.Changes.Deps.Host.Modal(form.New(e.Changes.Deps.Host.Theme(), form.Options{
		Title:  fmt.Sprintf("Scale %s of %s", wording.Count(len(services), "service"), services[0].ClusterName()),
		Fields: []form.Field{{Label: "tasks", Help: "how many each of them is to run, 0 or more", Check: checkCount}},
		Submit: func(values []string) (tea.Cmd, error) {
			n, err := parseCount(values[0])
			if err == nil {
				e.Changes.Plan(deploy.Scale{Count: n}, started, services...)
			}
			return nil, err
		},
	}))
}

func checkCount(s string) error {
	_, err := parseCount(s)
	return err
}

func parseCount(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q: expected a whole number, 0 or more", s)
	}
	return n, nil
}
