package palette

// Continuing goes on with what was typed, in one way after another. The zero value is ready for
// use.
type Continuing struct {
	ways []string
	at   int
}

// Next is the next way to go on: of those that offer knows, or of those before while what was
// typed is one of them. It is what was typed where there is none.
func (c *Continuing) Next(typed string, offer func(typed string) []string) string {
	if len(c.ways) == 0 || c.ways[c.at] != typed {
		c.ways, c.at = offer(typed), -1
	}
	if len(c.ways) == 0 {
		return typed
	}
	c.at = (c.at + 1) % len(c.ways)
	return c.ways[c.at]
}
