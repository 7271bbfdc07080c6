package theme

import "gantry/ui/text"

// Wrap paints a text in as many rows of at most w cells as it takes, each indented: what
// went wrong says at its end what to do about it, which must not be cut.
func (t *Theme) Wrap(r Role, s string, indent, w int) []string {
	indent = max(0, min(indent, w-1))
	rows := text.Wrap(s, max(1, w-indent))
	for i, row := range rows {
		rows[i] = text.Spaces(indent) + t.Paint(r, row)
	}
	return rows
}
