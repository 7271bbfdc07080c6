package resources

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"gantry/awsx"
	"gantry/awsx/metrics"
	"gantry/awsx/store"
	"gantry/internal/inquiry/measured"
	"gantry/ui"
	"gantry/ui/chart"
	"gantry/ui/table"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
)

// gauges are the CPU and the memory of the services on screen, once they were asked for:
// CloudWatch charges for each that is read. They are read in commands, one after another, and
// drawn on the loop.
type gauges struct {
	deps *views.Deps
	on   atomic.Bool
	read atomic.Pointer[gaugesRead]
}

// gaugesRead is what was read last; it never changes.
type gaugesRead struct {
	of    map[string]measured.Gauge // by ARN
	at    map[string]time.Time      // they were read, also in vain
	err   error                     // of the last reading
	inRun int                       // metrics requested in this run
	shown int                       // services that were read for last
}

func newGauges(deps *views.Deps) *gauges {
	g := &gauges{deps: deps}
	g.read.Store(&gaugesRead{})
	return g
}

// ask has the gauges read from now on, or no more. Before anything is spent it is said what
// that costs.
func (g *gauges) ask(on bool) {
	g.on.Store(on)
	if on {
		each, every := measured.Cost(1)
		g.deps.Host.Flash(ui.Info, "CPU and MEM request %d metrics for each visible row every %s: a cent a thousand (%s ends it)",
			each, text.Span(every), g.deps.Host.Key(ui.ActWide))
	}
}

// refresh reads the gauges of the visible services that are a period old, and tells
// whether it read any.
func (g *gauges) refresh(ctx context.Context, st *store.Store, cluster awsx.Ref, visible []string) bool {
	if !g.on.Load() {
		return false
	}
	before, now := g.read.Load(), g.deps.Now()
	_, every := measured.Cost(1)
	var due []awsx.Ref
	for _, arn := range visible {
		if at, has := before.at[arn]; !has || now.Sub(at) >= every {
			due = append(due, cluster.In(arn))
		}
	}
	if len(due) == 0 {
		return false
	}
	after := &gaugesRead{of: maps.Clone(before.of), at: maps.Clone(before.at), shown: len(visible)}
	if after.of == nil {
		after.of, after.at = map[string]measured.Gauge{}, map[string]time.Time{}
	}
	account, err := st.Account(ctx, cluster.Context)
	if err == nil {
		var fresh map[string]measured.Gauge
		fresh, err = measured.Gauges(ctx, account, due, now)
		maps.Copy(after.of, fresh)
		after.inRun = account.MetricsRequested()
	}
	for _, s := range due {
		after.at[s.ARN] = now
	}
	after.err = err
	g.read.Store(after)
	return ctx.Err() == nil
}

// note says what the gauges cost, and why there are none.
func (g *gauges) note(id awsx.ContextID) []livetable.Span {
	if !g.on.Load() {
		return nil
	}
	read := g.read.Load()
	requested, every := measured.Cost(read.shown)
	out := []livetable.Span{{
		Text: fmt.Sprintf("%s every %s, this run %s", metrics.Cost(requested), text.Span(every), metrics.Price(read.inRun)), Role: theme.Dim,
	}}
	if read.err != nil {
		t := prose.TroubleOf(read.err, id)
		out = append(out, livetable.Span{Text: text.Line(cmp.Or(t.Banner, t.Word)), Role: theme.Warn})
	}
	return out
}

// sparkCells is how wide a sparkline is.
const sparkCells = 8

// cell is the last value in figures, and behind it all of them in a row: what is cut first on
// a narrow screen.
func (g *gauges) cell(arn string, of func(measured.Gauge) []float64) table.Cell {
	gauge, has := g.read.Load().of[arn]
	if !has {
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}
	}
	values := of(gauge)
	sum := metrics.Summarize(values)
	if sum.Values == 0 {
		return table.Cell{Text: "-", Role: theme.Dim}
	}
	role := theme.Text
	if sum.Last >= 90 {
		role = theme.Degraded
	}
	return table.Cell{Text: fmt.Sprintf("%3.0f%% %s", sum.Last, chart.Spark(g.deps.Host.Theme(), values, sparkCells, 100)), Role: role}
}

// columns are those that the gauges fill.
func (g *gauges) columns() []table.Column[*serviceRow] {
	column := func(id, title string, of func(measured.Gauge) []float64) table.Column[*serviceRow] {
		return table.Column[*serviceRow]{
			ID: id, Title: title, Asked: true, Priority: 3, Min: 7, Max: sparkCells + 5,
			Cell: func(r *serviceRow) table.Cell { return g.cell(r.service().Ref.ARN, of) },
		}
	}
	return []table.Column[*serviceRow]{
		column("cpu", "CPU", func(x measured.Gauge) []float64 { return x.CPU }),
		column("memory", "MEM", func(x measured.Gauge) []float64 { return x.Memory }),
	}
}

// withGauges puts the columns before the cause.
func withGauges(columns []table.Column[*serviceRow], g *gauges) []table.Column[*serviceRow] {
	return slices.Insert(columns, len(columns)-1, g.columns()...)
}
