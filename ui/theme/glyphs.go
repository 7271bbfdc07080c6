package theme

// Glyphs are the marks that a theme draws with. All are one cell wide, apart from
// Ellipsis in ASCII, which is as well: a single "~".
type Glyphs struct {
	Marker   string // before the selected row
	Mark     string // before a marked row
	Ellipsis string // where text was cut

	Live    string // data is fresh
	Stale   string // data is older than asked for
	Offline string // nothing answers

	Ascending  string // sort arrows
	Descending string
	Right      string // more columns this way
	To         string // between before and after

	Rule string    // horizontal line
	Bars [8]string // an eighth to eight eighths of a bar

	// Shades fill areas that have to be told apart without colour, the lightest
	// first.
	Shades [3]string
}

func glyphs(ascii bool) Glyphs {
	if ascii {
		return Glyphs{
			Marker: ">", Mark: "*", Ellipsis: "~",
			Live: "*", Stale: "~", Offline: "o",
			Ascending: "^", Descending: "v", Right: ">", To: ">",
			Rule: "-", Bars: [8]string{".", ".", ":", ":", "=", "=", "#", "#"},
			Shades: [3]string{".", "+", "#"},
		}
	}
	return Glyphs{
		Marker: ">", Mark: "*", Ellipsis: "…",
		Live: "●", Stale: "◐", Offline: "○",
		Ascending: "↑", Descending: "↓", Right: "→", To: "→",
		Rule: "─", Bars: [8]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
		Shades: [3]string{"░", "▒", "█"},
	}
}
