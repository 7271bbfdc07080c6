package config

import (
	"regexp"

	"go.yaml.in/yaml/v3"

	"gantry/internal/errand"
)

// commandName is what a command may be called: one word of the palette, of which a glob of the
// rules means each.
var commandName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// digit is a key of a favourite: 0 goes to all clusters.
var digit = regexp.MustCompile(`^[1-9]$`)

// named reads texts for the palette by their names.
func (p *parser) named(n *yaml.Node, what, one string, names *regexp.Regexp) (list []Named) {
	p.pairs(n, what, func(key, v *yaml.Node) {
		p.note(what+"."+key.Value, key)
		if p.probe == nil && !names.MatchString(key.Value) {
			p.fault(key, "%s: %q is no name of %s, expected %s", what, key.Value, one, map[bool]string{true: "a digit from 1 to 9", false: "small letters, digits, - and _"}[names == digit])
		}
		list = append(list, Named{key.Value, p.text(v, what+": "+key.Value)})
	})
	return list
}

// commands reads the operator's own commands.
func (p *parser) commands(n *yaml.Node) (list []errand.Command) {
	p.pairs(n, "commands", func(key, v *yaml.Node) {
		c := errand.Command{Name: key.Value, Changes: true}
		at := "commands." + c.Name
		p.note(at, key)
		if p.probe == nil && !commandName.MatchString(c.Name) {
			p.fault(key, "commands: %q is no name of a command, expected small letters, digits, - and _", c.Name)
		}
		var run *yaml.Node
		p.mapping(v, "command "+c.Name, fields{
			"key": func(v *yaml.Node) { c.Key = p.text(v, "key"); p.note(at+".key", v) },
			"on": func(v *yaml.Node) {
				c.On = p.list(v, "on", p.text)
				p.note(at+".on", v)
			},
			"run":     func(v *yaml.Node) { run = v; p.list(v, "run", p.text) },
			"shell":   func(v *yaml.Node) { c.Shell = p.flag(v, "shell") },
			"output":  func(v *yaml.Node) { c.Terminal = p.choice(v, "output", "screen", "terminal") == "terminal" },
			"changes": func(v *yaml.Node) { c.Changes = p.flag(v, "changes") },
			"each":    func(v *yaml.Node) { c.Each = p.flag(v, "each") },
		})
		p.runs(&c, run, key)
		if c.Each && c.Terminal {
			p.fault(key, "command %s: the terminal is handed over to one program at a time, expected no each beside output: terminal", c.Name)
		}
		list = append(list, c)
	})
	return list
}

// runs reads what a command runs, once it is known who reads that.
func (p *parser) runs(c *errand.Command, n, at *yaml.Node) {
	switch {
	case p.probe != nil:
		return
	case n == nil:
		p.fault(at, "command %s: expected run: [PROGRAM, ARGUMENT, …]", c.Name)
	case c.Shell && n.Kind != yaml.ScalarNode:
		p.fault(n, "run: expected one text for the shell, found %s", kindOf(n))
	case c.Shell:
		c.Run = []errand.Template{errand.Script(n.Value)}
	case n.Kind != yaml.SequenceNode || len(n.Content) == 0:
		p.fault(n, "run: expected a list, the program and each of its arguments: [PROGRAM, ARGUMENT, …]; a text for a shell needs shell: true")
	default:
		for _, item := range n.Content {
			t, err := errand.Parse(resolved(item).Value)
			if err != nil {
				p.fault(item, "run: %w", err)
			}
			c.Run = append(c.Run, t)
		}
	}
}
