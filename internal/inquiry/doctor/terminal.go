package doctor

func (t Terminal) checks() []Check {
	g := group{name: "terminal"}
	if !t.IsTerminal {
		g.skip("terminal", "input or output is none: only commands run here, not the console")
	} else if t.Term == "" || t.Term == "dumb" {
		g.add("terminal", Warning, "set TERM to what the terminal is, such as xterm-256color", "TERM is %q: the console cannot be drawn", t.Term)
	} else {
		g.ok("terminal", "TERM is %s", t.Term)
	}
	if t.NoColor != "" {
		g.ok("colours", "none, because of %s", t.NoColor)
	} else {
		g.ok("colours", "%s", t.Profile)
	}
	if t.Unicode {
		g.ok("characters", "UTF-8")
	} else {
		g.add("characters", OK, "set LANG to a UTF-8 locale for lines and glyphs", "ASCII only")
	}
	switch {
	case t.Sync != "auto" && t.Sync != "":
		g.ok("synchronized output", "%s, as configured", t.Sync)
	case t.Asked:
		g.ok("synchronized output", "the terminal is asked")
	case t.SSH:
		g.add("synchronized output", OK, "set screen.sync to on if the terminal has it", "off: over SSH a terminal of this kind is not asked")
	default:
		g.ok("synchronized output", "off: a terminal of this kind is not asked")
	}
	return g.checks
}
