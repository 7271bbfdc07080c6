package uitest

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"
	"strings"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// A Shot is the screen of a moment as it was painted, a part of an SVG document a row.
type Shot struct {
	w    int
	rows []string
}

// The cells of a picture in pixels: the letters of common fonts of one width are six
// tenths as wide as they are high.
const (
	letter, cellW, cellH = 14, 8.4, 18
	margin               = 14
	paper, ink           = "#16181d", "#d4d7dd"
)

// Shot draws the present screen.
func (c *Console) Shot() Shot {
	c.t.Helper()
	screen := c.emulate()
	s := Shot{w: screen.Width(), rows: make([]string, screen.Height())}
	for y := range s.rows {
		var run brush
		var words strings.Builder
		from, cells := 0, 0
		var back, text strings.Builder
		end := func() {
			if words.Len() > 0 {
				run.draw(&back, &text, words.String(), from, cells, y)
			}
			words.Reset()
			cells = 0
		}
		for x := 0; x < s.w; {
			cell, content, width := screen.CellAt(x, y), " ", 1
			var now brush
			if cell != nil && cell.Content != "" {
				content, width = cell.Content, max(1, cell.Width)
				now = brushOf(cell.Style)
			}
			if now != run || words.Len() == 0 {
				end()
				run, from = now, x
			}
			words.WriteString(content)
			cells += width
			x += width
		}
		end()
		s.rows[y] = back.String()
		if text.Len() > 0 {
			s.rows[y] += fmt.Sprintf(`<text y="%s">%s</text>`, number(margin+float64(y)*cellH+letter), text.String())
		}
	}
	return s
}

// brush is how a text is painted, in the words of SVG.
type brush struct{ fill, back, extra string }

func brushOf(s uv.Style) brush {
	b := brush{fill: hex(s.Fg), back: hex(s.Bg)}
	if s.Attrs&uv.AttrReverse != 0 {
		b.fill, b.back = cmp.Or(b.back, paper), cmp.Or(b.fill, ink)
	}
	for _, a := range []struct {
		attr  uint8
		words string
	}{{uv.AttrBold, ` font-weight="bold"`}, {uv.AttrFaint, ` opacity=".6"`}, {uv.AttrItalic, ` font-style="italic"`}} {
		if s.Attrs&a.attr != 0 {
			b.extra += a.words
		}
	}
	if s.Underline != 0 {
		b.extra += ` text-decoration="underline"`
	}
	return b
}

// palette is what the sixteen colours of a terminal look like in a picture.
var palette = [16]string{
	"#3b4048", "#f0655b", "#6bbf72", "#d9a441", "#63a4f7", "#bd93f2", "#4fc4cf", "#d4d7dd",
	"#7d8590", "#ff8b82", "#8fdc96", "#f0c674", "#8fc0ff", "#d2b3ff", "#7fe0e8", "#ffffff",
}

func hex(c color.Color) string {
	switch c := c.(type) {
	case nil:
		return ""
	case ansi.BasicColor:
		return palette[c%16]
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// number is a length with as few digits as it needs.
func number(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") }

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// draw adds what is behind a text, and the text, whose length is set: fonts differ in
// how wide their letters are.
func (b brush) draw(back, text *strings.Builder, words string, x, cells, y int) {
	if b.back != "" {
		fmt.Fprintf(back, `<rect x="%s" y="%s" width="%s" height="%d" fill="%s"/>`,
			number(margin+float64(x)*cellW), number(margin+float64(y)*cellH), number(float64(cells)*cellW), cellH, b.back)
	}
	fill := ""
	if b.fill != "" {
		fill = ` fill="` + b.fill + `"`
	}
	// Two blanks end a text: not every viewer keeps them.
	for part := range strings.SplitSeq(words, "  ") {
		shown := strings.TrimLeft(part, " ")
		x += ansi.StringWidth(part) - ansi.StringWidth(shown)
		n := ansi.StringWidth(strings.TrimRight(shown, " "))
		if n > 0 {
			fmt.Fprintf(text, `<tspan x="%s" textLength="%s"%s%s>%s</tspan>`,
				number(margin+float64(x)*cellW), number(float64(n)*cellW), fill, b.extra, escapes.Replace(strings.TrimRight(shown, " ")))
		}
		x += ansi.StringWidth(shown) + 2
	}
}

// Film is an SVG document that shows one shot after another, each for its time, and then
// begins anew; of one shot it is a still picture. Who wants nothing to move sees the first.
// What stays on the screen is in it once.
func Film(title string, shots []Shot, each []time.Duration) string {
	var whole time.Duration
	starts := make([]time.Duration, len(shots)+1)
	for i := range shots {
		starts[i] = whole
		if len(shots) > 1 {
			whole += each[i]
		}
	}
	starts[len(shots)] = whole
	type span struct{ from, to int }
	shown := map[span][]string{}
	for y := range shots[0].rows {
		for from := 0; from < len(shots); {
			to := from + 1
			for to < len(shots) && shots[to].rows[y] == shots[from].rows[y] {
				to++
			}
			if row := shots[from].rows[y]; row != "" {
				shown[span{from, to}] = append(shown[span{from, to}], row)
			}
			from = to
		}
	}
	spans := make([]span, 0, len(shown))
	for s := range shown {
		spans = append(spans, s)
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })

	w, h := number(2*margin+float64(shots[0].w)*cellW), 2*margin+len(shots[0].rows)*cellH
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %d" width="%s" height="%d" role="img">`+"\n<title>%s</title>\n<style>\n", w, h, w, h, escapes.Replace(title))
	fmt.Fprintf(&b, "text{font:%dpx ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:%s}\n", letter, ink)
	percent := func(d time.Duration) string { return fmt.Sprintf("%.2f%%", 100*d.Seconds()/whole.Seconds()) }
	for _, s := range spans {
		if s == (span{0, len(shots)}) {
			continue
		}
		name := fmt.Sprintf("s%d-%d", s.from, s.to)
		at := ""
		if s.from > 0 {
			fmt.Fprintf(&b, ".%s{visibility:hidden}", name)
			at = "0%{visibility:hidden}"
		}
		fmt.Fprintf(&b, ".%s{animation:%s %ss step-end infinite}@keyframes %s{%s%s{visibility:visible}", name, name, number(whole.Seconds()), name, at, percent(starts[s.from]))
		if s.to < len(shots) {
			fmt.Fprintf(&b, "%s{visibility:hidden}", percent(starts[s.to]))
		} else {
			b.WriteString("100%{visibility:visible}")
		}
		b.WriteString("}\n")
	}
	b.WriteString("@media (prefers-reduced-motion:reduce){g{animation:none!important}}\n</style>\n")
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", paper)
	for _, s := range spans {
		class := ""
		if s != (span{0, len(shots)}) {
			class = fmt.Sprintf(` class="s%d-%d"`, s.from, s.to)
		}
		fmt.Fprintf(&b, "<g%s>\n%s\n</g>\n", class, strings.Join(shown[s], "\n"))
	}
	b.WriteString("</svg>\n")
	return b.String()
}
