package chart_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"

	"gantry/ui/chart"
	"gantry/ui/text"
	"gantry/ui/theme"
)

var nan = math.NaN()

func coloured() *theme.Theme { return theme.New(theme.Options{Profile: colorprofile.ANSI, Dark: true}) }
func plain() *theme.Theme    { return theme.New(theme.Options{Profile: colorprofile.Ascii}) }
func ascii() *theme.Theme {
	return theme.New(theme.Options{Profile: colorprofile.Ascii, ASCII: true})
}

func say(v float64) string {
	if math.IsNaN(v) {
		return "?"
	}
	return strconv.FormatFloat(v, 'g', 3, 64) + "%"
}

func waves(series, values int) (all []chart.Series) {
	for n := range series {
		s := chart.Series{Name: fmt.Sprintf("wave %d", n)}
		for i := range values {
			v := 40 + 10*float64(n) + 25*math.Sin(float64(i)/20+float64(n))
			if i > values/2 && i < values/2+values/12 && n == 0 {
				v = nan
			}
			s.Values = append(s.Values, v)
		}
		all = append(all, s)
	}
	return all
}

func sample(series int) chart.Chart {
	return chart.Chart{
		Title: "CPU", Series: waves(series, 180), Begins: "09:00", Ends: "12:00", Say: say,
		Marks: []chart.Mark{{At: 0.4, Letter: "D", Role: theme.Accent}, {At: 0.7, Letter: "C", Role: theme.Warn}, {At: 1.2, Letter: "X"}},
	}
}

func TestFrames(t *testing.T) {
	for name, draw := range map[string][]string{
		"coloured":   sample(3).Draw(coloured(), 72, 12),
		"plain":      sample(2).Draw(plain(), 72, 12),
		"ascii":      sample(2).Draw(ascii(), 72, 12),
		"small":      sample(1).Draw(plain(), 39, 6),
		"no values":  chart.Chart{Title: "5xx", Series: []chart.Series{{Name: "x", Values: []float64{nan, nan}}}, Say: say, Empty: "no data"}.Draw(plain(), 39, 6),
		"all zero":   chart.Chart{Title: "5xx", Series: []chart.Series{{Name: "x", Values: []float64{0, 0, nan, 0}}}, Say: say, Focus: true}.Draw(plain(), 39, 6),
		"one value":  chart.Chart{Title: "hosts", Series: []chart.Series{{Name: "x", Values: []float64{nan, 3, nan}}}, Say: say}.Draw(plain(), 39, 6),
		"many lines": chart.Chart{Title: "CPU by task", Series: waves(30, 10), Say: say}.Draw(plain(), 60, 8),
	} {
		t.Run(name, func(t *testing.T) { golden.RequireEqual(t, strings.Join(draw, "\n")+"\n") })
	}
}

// TestAChartKeepsToItsRowsAndCells whatever it is given.
func TestAChartKeepsToItsRowsAndCells(t *testing.T) {
	themes := []*theme.Theme{coloured(), plain(), ascii()}
	rapid.Check(t, func(t *rapid.T) {
		c := chart.Chart{
			Title: rapid.String().Draw(t, "title"), Say: say, Begins: "09:00", Ends: "12:00", Empty: "no data", Focus: rapid.Bool().Draw(t, "focus"),
			Marks: []chart.Mark{{At: rapid.Float64Range(-1, 2).Draw(t, "mark"), Letter: "D"}},
		}
		c.Title = text.Line(c.Title)
		for range rapid.IntRange(0, 8).Draw(t, "series") {
			s := chart.Series{Name: rapid.String().Draw(t, "name")}
			for range rapid.IntRange(0, 60).Draw(t, "values") {
				s.Values = append(s.Values, rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 100), rapid.Just(nan), rapid.Just(math.Inf(1))).Draw(t, "value"))
			}
			c.Series = append(c.Series, s)
		}
		w, h := rapid.IntRange(0, 120).Draw(t, "w"), rapid.IntRange(0, 30).Draw(t, "h")
		rows := c.Draw(themes[rapid.IntRange(0, 2).Draw(t, "theme")], w, h)
		if len(rows) != 0 && len(rows) != h {
			t.Fatalf("%d rows of %d", len(rows), h)
		}
		for _, row := range rows {
			if got := text.WidthPainted(row); got > w {
				t.Fatalf("a row of %d cells, want at most %d: %q", got, w, row)
			}
		}
	})
}

// TestAGapIsNotDrawnOver: between two values with nothing between them there is a blank.
func TestAGapIsNotDrawnOver(t *testing.T) {
	values := make([]float64, 60)
	for i := range values {
		values[i] = 50
		if i >= 20 && i < 40 {
			values[i] = nan
		}
	}
	rows := chart.Chart{Title: "x", Series: []chart.Series{{Name: "a", Values: values}}, Say: say}.Draw(ascii(), 70, 5)
	var line string
	for _, row := range rows[1:4] {
		if row = ansi.Strip(row)[9:]; strings.Contains(row, "aa") {
			line = row
		}
	}
	if want := strings.Repeat("a", 20) + strings.Repeat(" ", 20) + strings.Repeat("a", 20); line != want && line != want+"a" {
		t.Errorf("drawn %q", line)
	}
}

// TestSeriesAreToldApartWithoutColour: by a letter at their end, and on the lines.
func TestSeriesAreToldApartWithoutColour(t *testing.T) {
	for name, th := range map[string]*theme.Theme{"plain": plain(), "ascii": ascii()} {
		drawn := strings.Join(sample(2).Draw(th, 72, 12)[1:11], "\n")
		for _, letter := range []string{"a", "b"} {
			if strings.Count(drawn, letter) < 3 {
				t.Errorf("%s: %d letters %s in\n%s", name, strings.Count(drawn, letter), letter, drawn)
			}
		}
		if strings.Contains(drawn, "\x1b[3") {
			t.Errorf("%s has colours:\n%q", name, drawn)
		}
	}
}

func TestASparklineShowsTheHighestOfEachShare(t *testing.T) {
	for _, c := range []struct {
		values []float64
		w      int
		top    float64
		want   string
	}{
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7}, 8, 8, "▁▂▃▄▅▆▇█"},
		{[]float64{0, 7, nan, nan, 3.5, 0}, 3, 0, "█ ▅"},
		{[]float64{0, 0}, 5, 0, "▁▁"},
		{[]float64{nan, nan}, 2, 0, "  "},
		{nil, 5, 0, ""},
	} {
		if got := chart.Spark(plain(), c.values, c.w, c.top); got != c.want {
			t.Errorf("%v: %q, want %q", c.values, got, c.want)
		}
	}
}

// BenchmarkChart is the drawing of 6 series of 500 values.
func BenchmarkChart(b *testing.B) {
	c := sample(1)
	c.Series = waves(6, 500)
	for name, th := range map[string]*theme.Theme{"coloured": coloured(), "plain": plain(), "ascii": ascii()} {
		for _, size := range [][2]int{{80, 20}, {200, 46}} {
			b.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(b *testing.B) {
				for b.Loop() {
					c.Draw(th, size[0], size[1])
				}
			})
		}
	}
}
