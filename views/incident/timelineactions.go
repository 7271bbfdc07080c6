package incident

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/metrics"
	tl "gantry/awsx/timeline"
	"gantry/internal/clean"
	"gantry/internal/words"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/views"
	"gantry/views/livetable"
	metricviews "gantry/views/metrics"
	"gantry/views/prose"
	"gantry/views/wording"
)

// actions lead from an entry to what was at its time, and choose what is shown.
func (s *events) actions(e *entry, ok bool) []ui.Action {
	none := livetable.Nothing(ok)
	var service awsx.Ref
	if ok {
		service = e.Service
	}
	of := service
	if of.ARN == "" && !s.whole() {
		of = s.of
	}
	noService := none
	if ok && of.ARN == "" {
		noService = "this is of the cluster as a whole, and of no service"
	}
	then := noService
	if ok && e.At.IsZero() {
		then = "when this was is not known"
	}
	charts := then
	if ok && then == "" && s.deps.Now().Sub(e.At) > metrics.Ranges()[len(metrics.Ranges())-1].Span {
		charts = "charts do not go back that far"
	}
	list := []ui.Action{
		actWhole.Does(func() { s.show(e) }).Unless(none),
		actLinesThen.Does(func() { s.deps.Nav.Logs(views.LogScope{Service: of, At: e.At}) }).Unless(then),
		actChartThen.Does(func() { s.deps.Host.Push(metricviews.NewAt(s.deps, e.At, e.Text, of)) }).Unless(charts),
		views.ActWhy.Does(func() { s.deps.Host.Push(New(s.deps, of)) }).Unless(noService),
		views.ActDeployments.Does(func() { s.deps.Nav.Deployments(of) }).Unless(noService),
		actSince.Does(s.askSince),
		actAllKinds.Does(func() { s.choose() }),
	}
	for i, b := range kindBindings() {
		list = append(list, b.Does(func() { s.choose(tl.Kinds()[i]) }))
	}
	return list
}

// show opens the whole of an entry.
func (s *events) show(e *entry) {
	s.deps.Host.Push(prose.NewTextScreen(s.deps, prose.TextSpec{
		Name: "describe", What: "what happened", Subject: s.of, Crumb: views.Crumb(s.of) + " " + string(e.Kind),
		Load: func(context.Context) ([]prose.Para, error) { return entryParas(&e.Entry, s.deps.Now()), nil },
	}))
}

// choose shows a kind beside those that are chosen, or no more; without one it shows all.
func (s *events) choose(kinds ...tl.Kind) {
	if len(kinds) == 0 {
		s.kinds = nil
	}
	for _, k := range kinds {
		if i := slices.Index(s.kinds, k); i >= 0 {
			s.kinds = slices.Delete(s.kinds, i, i+1)
		} else {
			s.kinds = append(s.kinds, k)
		}
	}
	s.Show()
}

// askSince asks from when on things are told.
func (s *events) askSince() {
	now := s.deps.Now()
	s.deps.Host.Modal(form.New(s.deps.Host.Theme(), form.Options{
		Title: "Tell what happened since",
		Fields: []form.Field{{
			Label: "time", Help: "how long ago: 30m, 6h, 2d; or 14:05, or " + now.Format("2006-01-02T15:04"),
			Check: func(value string) error { _, err := wording.ParseMoment(value, now); return err },
		}},
		Submit: func(values []string) (tea.Cmd, error) {
			from, err := wording.ParseMoment(values[0], now)
			if err != nil {
				return nil, err
			}
			s.teller.Since(from)
			return s.Again(), nil
		},
	}))
}

// Report is the timeline as the beginning of an incident's report, for a file, with what is
// wrong by the time that it is written.
func (s *events) Report() func(context.Context) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, _ := s.pick(s.rows)
	now := s.deps.Now()
	report := tl.Report{Title: "What happened to " + strings.TrimPrefix(s.of.ClusterName()+"/"+s.of.Name(), s.of.Name()+"/"), To: now, Zone: now.Location(), Unread: s.unread, Clean: clean.Shown}
	report.From = s.teller.From()
	if len(s.kinds) > 0 {
		report.Title += ", only " + kindNames(s.kinds) // what is left out is not to be taken for what did not happen
	}
	for _, e := range rows {
		report.Entries = append(report.Entries, e.Entry)
	}
	asker, of, clock := Asker(s.deps, s.of.Context), s.of, s.deps.Now
	return func(ctx context.Context) string {
		found, unread, err := asker.Findings(ctx, of)
		report.Found = clock()
		if report.Findings = found; err != nil {
			unread = append(unread, err)
		}
		report.Unread = slices.Clone(report.Unread)
		for _, err := range unread {
			report.Unread = words.AddNew(report.Unread, err.Error())
		}
		return report.Markdown()
	}
}

// FileType is that of Report.
func (s *events) FileType() string { return "md" }
