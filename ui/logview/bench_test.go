package logview_test

import (
	"strings"
	"testing"

	"charm.land/bubbles/v2/viewport"

	"gantry/ui/logview"
)

const many = 50_000

// BenchmarkFrame50000 is one frame of a buffer of 50,000 lines at 200x50.
func BenchmarkFrame50000(b *testing.B) {
	for name, set := range map[string]func(*logview.Log){
		"cut":    func(*logview.Log) {},
		"wrap":   func(l *logview.Log) { l.SetWrap(true) },
		"search": func(l *logview.Log) { _ = l.SetSearch("orders") },
		"filter": func(l *logview.Log) { _ = l.SetFilter("warn|200") },
	} {
		b.Run(name, func(b *testing.B) {
			l, buf := newLog(many)
			set(l)
			th := coloured()
			batch := lines(many, 10)
			for b.Loop() {
				buf.lines = append(buf.lines[10:], batch...)
				buf.first += 10
				l.Changed(nil)
				_ = l.View(th, 200, 50)
			}
		})
	}
	b.Run("long lines", func(b *testing.B) {
		l, buf := newLog(many)
		for i := range 60 {
			buf.lines[len(buf.lines)-1-i].Message = strings.Repeat("GET /orders 200 ", 1024)
		}
		th := coloured()
		l.SetWrap(true)
		for b.Loop() {
			_ = l.View(th, 200, 50)
		}
	})
}

// BenchmarkScroll50000 is a key that pages up, and its frame.
func BenchmarkScroll50000(b *testing.B) {
	l, _ := newLog(many)
	l.SetWrap(true)
	th := coloured()
	for i := 0; b.Loop(); i++ {
		if i%500 == 499 {
			l.Bottom()
		}
		l.Page(-1)
		_ = l.View(th, 200, 50)
	}
}

// BenchmarkFilter50000 is a filter set over a whole buffer.
func BenchmarkFilter50000(b *testing.B) {
	l, _ := newLog(many)
	for name, typed := range map[string]string{"literal": "orders/1", "regexp": "orders/(1|2)"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_ = l.SetFilter(typed)
			}
		})
	}
}

// BenchmarkAppendFiltered is what one new line costs while a filter is on.
func BenchmarkAppendFiltered(b *testing.B) {
	l, buf := newLog(many)
	_ = l.SetFilter("orders/1")
	batch := lines(many, 100)
	for b.Loop() {
		buf.lines = append(buf.lines[100:], batch...)
		buf.first += 100
		l.Changed(nil)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/line")
}

// BenchmarkViewport50000 is the same in Bubbles' viewport with soft wrap: a frame after
// ten lines came, which is what a plain widget would cost.
func BenchmarkViewport50000(b *testing.B) {
	v := viewport.New(viewport.WithWidth(200), viewport.WithHeight(50))
	v.SoftWrap = true
	var text []string
	for _, line := range lines(0, many) {
		text = append(text, line.Message)
	}
	v.SetContentLines(text)
	for b.Loop() {
		for _, line := range lines(many, 10) {
			text = append(text[1:], line.Message)
		}
		v.SetContentLines(text)
		v.GotoBottom()
		_ = v.View()
	}
}
