package document

import (
	"errors"
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/internal/clean"
	"gantry/internal/fault"
)

// ParseDotenv parses a .env file: NAME=VALUE lines, optionally after export,
// with # comments. A value in single quotes is taken as it stands; one in double
// quotes knows \n \r \t \" \\ and \$; both may run over several lines. A bare
// value ends at the line's end or before a # that follows white space. Nothing
// is expanded. All faults are reported at once, each with its line; the errors
// name variables, never values.
func ParseDotenv(src string) ([]awsx.EnvVar, error) {
	p := dotenv{src: strings.TrimPrefix(src, "\ufeff"), line: 1, seen: map[string]int{}}
	for p.pos < len(p.src) {
		p.statement()
	}
	if len(p.faults) > 0 {
		return nil, &fault.Error{Class: fault.Invalid, Op: "parse .env", Err: errors.Join(p.faults...)}
	}
	return p.vars, nil
}

type dotenv struct {
	src    string
	pos    int
	line   int
	vars   []awsx.EnvVar
	seen   map[string]int // name to line
	faults []error
}

func (p *dotenv) fault(line int, format string, args ...any) {
	p.faults = append(p.faults, fmt.Errorf("line %d: %w", line, fmt.Errorf(format, args...)))
}

// statement reads one line, or several when a quoted value spans them.
func (p *dotenv) statement() {
	line := p.line
	p.blanks()
	if p.atEnd() || p.src[p.pos] == '#' {
		p.skipLine()
		return
	}
	start := p.pos
	for !p.atEnd() && p.src[p.pos] != '=' {
		p.pos++
	}
	name := strings.TrimSpace(p.src[start:p.pos])
	if rest, ok := strings.CutPrefix(name, "export"); ok && strings.TrimLeft(rest, " \t") != rest {
		name = strings.TrimSpace(rest)
	}
	if p.atEnd() {
		p.fault(line, "expected NAME=VALUE, found no =")
		p.skipLine()
		return
	}
	p.pos++
	label := name
	if CheckEnvName(name) != nil {
		label = "without a name"
	}
	value, ok := p.value(line, label)
	if !ok {
		return
	}
	p.accept(line, name, value)
}

func (p *dotenv) accept(line int, name, value string) {
	if CheckEnvName(name) != nil {
		// It may be no name but a line of a value without quotes, such as a key's.
		p.fault(line, "what stands before = is no name of a variable: a letter or _ followed by letters, digits, '_', '.' or '-'; a value of several lines needs quotes")
		return
	}
	v := awsx.EnvVar{Name: name, Value: clean.Secret(value)}
	if err := CheckVariable(v); err != nil {
		var e *fault.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		p.fault(line, "%w", err)
		return
	}
	if first, dup := p.seen[name]; dup {
		p.fault(line, "variable %s is set on line %d already", name, first)
		return
	}
	p.seen[name] = line
	p.vars = append(p.vars, v)
}

// value reads what follows the equals sign, to the end of its last line.
func (p *dotenv) value(line int, name string) (string, bool) {
	p.blanks()
	if p.atEnd() {
		p.skipLine()
		return "", true
	}
	switch q := p.src[p.pos]; q {
	case '"', '\'':
		value, ok := p.quoted(line, name, q)
		if !ok {
			return "", false
		}
		p.blanks()
		if !p.atEnd() && p.src[p.pos] != '#' {
			p.fault(p.line, "variable %s: expected the line to end after the closing quote", name)
			p.skipLine()
			return "", false
		}
		p.skipLine()
		return value, true
	}
	return p.bare(), true
}

func (p *dotenv) bare() string {
	start, end := p.pos, p.pos
	for !p.atEnd() {
		c := p.src[p.pos]
		if before := p.src[p.pos-1]; c == '#' && (before == ' ' || before == '\t') {
			break
		}
		p.pos++
		end = p.pos
	}
	value := strings.TrimRight(p.src[start:end], " \t\r")
	p.skipLine()
	return value
}

// quoted reads a quoted value and leaves the position behind the closing quote.
func (p *dotenv) quoted(line int, name string, q byte) (string, bool) {
	var b strings.Builder
	p.pos++
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		p.pos++
		switch {
		case c == q:
			return b.String(), true
		case c == '\\' && q == '"' && p.pos < len(p.src):
			e := p.src[p.pos]
			p.pos++
			if e == '\n' {
				p.line++
			}
			unescape(&b, e)
		case c == '\r' && p.pos < len(p.src) && p.src[p.pos] == '\n':
			// A file with carriage returns means line feeds.
		default:
			if c == '\n' {
				p.line++
			}
			b.WriteByte(c)
		}
	}
	p.fault(line, "variable %s: expected a closing %c before the end of the file", name, q)
	return "", false
}

// unescape writes what a backslash and e stand for; an unknown pair is kept.
func unescape(b *strings.Builder, e byte) {
	switch e {
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case '"', '\\', '$':
		b.WriteByte(e)
	default:
		b.WriteByte('\\')
		b.WriteByte(e)
	}
}

func (p *dotenv) atEnd() bool { return p.pos >= len(p.src) || p.src[p.pos] == '\n' }

func (p *dotenv) blanks() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *dotenv) skipLine() {
	for !p.atEnd() {
		p.pos++
	}
	if p.pos < len(p.src) {
		p.pos++
		p.line++
	}
}

// FormatDotenv writes variables so that ParseDotenv reads the same ones. The
// values are revealed: a caller that must not show one gives the mask in its
// place.
func FormatDotenv(vars []awsx.EnvVar) string {
	var b strings.Builder
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "$", `\$`)
	for _, v := range vars {
		value := v.Value.Reveal()
		if value != "" && strings.Trim(value, BareAlphabet) == "" {
			fmt.Fprintf(&b, "%s=%s\n", v.Name, value)
			continue
		}
		fmt.Fprintf(&b, "%s=\"%s\"\n", v.Name, escape.Replace(value))
	}
	return b.String()
}

// BareAlphabet is what needs no quotes in a .env file, for any reader of it.
const BareAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.,:/@%+()"
