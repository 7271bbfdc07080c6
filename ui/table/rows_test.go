package table_test

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"gantry/ui/table"
	"gantry/ui/text"
	"gantry/ui/theme"

	"github.com/charmbracelet/colorprofile"
)

// service is a row of the tests: enough of one to need every kind of column.
type service struct {
	name    string
	status  theme.Status
	running int
	desired int
	healthy int // -1 while unread
	minutes int
	image   string
	why     string
}

func columns() []table.Column[service] {
	return []table.Column[service]{
		{
			ID: "name", Title: "SERVICE", Frozen: true, Min: 10, Max: 40,
			Cell:    func(s service) table.Cell { return table.Cell{Text: s.name} },
			Compare: func(a, b service) int { return cmp.Compare(a.name, b.name) },
		},
		{
			ID: "state", Title: "ST", Descending: true,
			Cell: func(s service) table.Cell {
				return table.Cell{Text: s.status.Glyph() + " " + s.status.Short(), Role: s.status.Role()}
			},
			Compare: func(a, b service) int { return cmp.Compare(a.status.Severity(), b.status.Severity()) },
		},
		{
			ID: "run", Title: "RUN/DES", Right: true,
			Cell: func(s service) table.Cell {
				return table.Cell{Text: strconv.Itoa(s.running) + "/" + strconv.Itoa(s.desired)}
			},
		},
		{
			ID: "targets", Title: "TGT", Right: true, Priority: 1, Descending: true,
			Cell: func(s service) table.Cell {
				if s.healthy < 0 {
					return table.Cell{Text: "?", Role: theme.Unknown}
				}
				return table.Cell{Text: fmt.Sprintf("%d/%d", s.healthy, s.desired)}
			},
			Compare: func(a, b service) int {
				return cmp.Compare(targetRank(a), targetRank(b))
			},
		},
		{
			ID: "age", Title: "CHG", Right: true, Priority: 2,
			Cell:    func(s service) table.Cell { return table.Cell{Text: strconv.Itoa(s.minutes) + "m", Role: theme.Dim} },
			Compare: func(a, b service) int { return cmp.Compare(a.minutes, b.minutes) },
		},
		{
			ID: "image", Title: "IMAGE", Priority: 3, Wide: true, Max: 30,
			Cell: func(s service) table.Cell { return table.Cell{Text: text.TruncateLeft(s.image, 30, "…")} },
			Text: func(s service) string { return s.image },
		},
		{
			ID: "why", Title: "WHY", Grow: true, Min: 12, Priority: 4,
			Cell: func(s service) table.Cell { return table.Cell{Text: s.why} },
		},
	}
}

func targetRank(s service) int { return table.Rank(s.healthy >= 0, s.healthy >= s.desired) }

func newTable() *table.Table[service] {
	return table.New(table.Options[service]{
		Key:     func(s service) string { return "arn:" + s.name },
		Columns: columns(),
		Sort:    "name",
		Fault: func(s service) bool {
			return s.status != theme.StatusOK
		},
	})
}

// services makes n rows, the same ones each time, in no particular order.
func services(n int) []service {
	words := []string{"api", "worker", "mailer", "search", "legacy", "größe-東京"}
	states := []theme.Status{theme.StatusOK, theme.StatusOK, theme.StatusOK, theme.StatusFailed, theme.StatusOK, theme.StatusDegraded, theme.StatusUnknown}
	out := make([]service, n)
	for i := range out {
		at := i * 7919 % n
		s := service{
			name: fmt.Sprintf("%s-orders-%05d", words[i%len(words)], at), status: states[i%len(states)],
			running: i % 5, desired: 4, healthy: i%6 - 1, minutes: i % 97,
			image: fmt.Sprintf("123.dkr.ecr.eu-west-1.amazonaws.com/team/api:v2.%d.0", i),
		}
		if s.status != theme.StatusOK {
			s.why = "exit 1: DB_URL not set\x1b[2J (" + strings.Repeat("x", i%40) + ")"
		}
		out[i] = s
	}
	return out
}

func named(names ...string) []service {
	var out []service
	for _, n := range names {
		out = append(out, service{name: n, status: theme.StatusOK, desired: 1, running: 1, healthy: 1})
	}
	return out
}

func coloured() *theme.Theme {
	return theme.New(theme.Options{Profile: colorprofile.ANSI, Dark: true})
}

func plainTheme() *theme.Theme {
	return theme.New(theme.Options{Profile: colorprofile.Ascii, ASCII: true})
}

// keys are what keys of the console do to a table.
var keys = map[string]func(*table.Table[service]){
	"j": down, "down": down, "k": up, "up": up, "pgdown": pageDown, "ctrl+f": pageDown, "pgup": pageUp, "ctrl+b": pageUp,
	"g": (*table.Table[service]).Top, "G": (*table.Table[service]).Bottom, "space": (*table.Table[service]).MarkOn,
	"ctrl+space": (*table.Table[service]).MarkRange, `ctrl+\`: (*table.Table[service]).ClearMarks,
}

func down(tb *table.Table[service])     { tb.Move(1) }
func up(tb *table.Table[service])       { tb.Move(-1) }
func pageDown(tb *table.Table[service]) { tb.Page(1) }
func pageUp(tb *table.Table[service])   { tb.Page(-1) }

func press(tb *table.Table[service], key string) { keys[key](tb) }
