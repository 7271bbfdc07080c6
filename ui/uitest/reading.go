package uitest

import (
	"fmt"
	"io"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// View is what the shell draws now.
func (c *Console) View() tea.View {
	c.stale = false
	return c.Shell.View()
}

// Render is what the terminal shows, with its colours.
func (c *Console) Render() string { return c.emulate().Render() }

// emulate draws the present frame on the terminal, unless it shows it already. An
// emulator costs a buffer of megabytes to make, so one serves every frame of a size.
func (c *Console) emulate() *vt.Emulator {
	c.t.Helper()
	w, h, frame := max(1, c.w), max(1, c.h), c.View().Content
	if c.emulator == nil || c.emulator.Width() != w || c.emulator.Height() != h {
		c.emulator = vt.NewEmulator(w, h)
	} else if frame == c.drawn {
		return c.emulator
	}
	c.drawn = frame
	_, _ = io.WriteString(c.emulator, ansi.ResetInitialState)
	for y, line := range strings.Split(frame, "\n") {
		if y >= c.h {
			c.t.Errorf("uitest: the frame has more than %d rows; the next is %q", c.h, line)
			break
		}
		fmt.Fprintf(c.emulator, "\x1b[%d;1H\x1b[m%s", y+1, line)
	}
	c.rows = strings.Split(c.emulator.String(), "\n")
	for i, row := range c.rows {
		c.rows[i] = strings.TrimRight(row, " ")
	}
	return c.emulator
}

// Screen is what a person reads: one string for each row, without colours and
// without blanks at its end.
func (c *Console) Screen() []string {
	c.emulate()
	return slices.Clone(c.rows)
}

// Text is the screen as one string.
func (c *Console) Text() string { return strings.Join(c.Screen(), "\n") }

// Row is the first row that contains a text, empty if none does.
func (c *Console) Row(part string) string {
	for _, row := range c.Screen() {
		if strings.Contains(row, part) {
			return row
		}
	}
	return ""
}

// Shows fails the test unless the screen shows all of the texts.
func (c *Console) Shows(parts ...string) *Console {
	c.t.Helper()
	for _, part := range parts {
		if c.Row(part) == "" {
			c.t.Errorf("the screen does not show %q:\n%s", part, c.Text())
		}
	}
	return c
}

// Hides fails the test if the screen shows one of the texts.
func (c *Console) Hides(parts ...string) *Console {
	c.t.Helper()
	for _, part := range parts {
		if row := c.Row(part); row != "" {
			c.t.Errorf("the screen shows %q in %q", part, row)
		}
	}
	return c
}

// Cursor is where the terminal's cursor stands; ok is false if it is hidden.
func (c *Console) Cursor() (x, y int, ok bool) {
	cur := c.View().Cursor
	if cur == nil {
		return 0, 0, false
	}
	return cur.X, cur.Y, true
}
