package errand

import (
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/shell"
	"gantry/internal/clean"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Command is a command of the operator's own, as the configuration has it.
type Command struct {
	// Name is what the palette calls it, and by which rules and other keys mean it.
	Name string
	// Key runs it on a screen; empty for none.
	Key string
	// On names the screens that have it, or the kinds of rows; none are all rows of a kind.
	On []string
	// Run is the program and its arguments or, with Shell, the one text that sh reads.
	Run   []Template
	Shell bool
	// Terminal hands the terminal over; without it what the program prints is shown.
	Terminal bool
	// Changes says that it may change something, so that it is planned, confirmed and recorded.
	Changes bool
	// Each runs it once for each of several marked rows.
	Each bool
}

// Action is the verb by which plans, rules and the journal name the command.
func (c Command) Action() string { return Action(c.Name) }

// Action is the verb of a command of a name.
func Action(name string) string { return "command " + name }

// Row is what a command is run for.
type Row struct {
	// Target is the resource behind it.
	Target awsx.Ref
	// Values are those of the variables that the row has, none of them empty.
	Values map[string]string
}

// NewRow makes a row of a resource: what its name and its context tell stands beside the values
// that the table knows, of which empty ones are none. Context is what the configuration calls
// it.
func NewRow(target awsx.Ref, context string, known map[string]string) Row {
	_, account, resource, _ := awsx.ARNParts(target.ARN)
	values := map[string]string{
		Context: context, Profile: target.Context.Profile, Region: target.Context.Region, Endpoint: target.Context.Endpoint,
		Account: account, Cluster: target.ClusterName(), ARN: target.ARN,
	}
	if target.ARN != "" {
		values[Name] = target.Name()
	}
	switch kind, _, _ := strings.Cut(resource, "/"); kind {
	case "service":
		values[Service] = target.Name()
	case "task":
		values[Task] = target.Name()
	}
	if account == "" { // an image is named by its address
		_, values[Account], _, _ = awsx.ARNParts(target.Cluster)
	}
	maps.Copy(values, known)
	maps.DeleteFunc(values, func(_, value string) bool { return value == "" })
	return Row{Target: target, Values: values}
}

// Line is a command as it is run for one row.
type Line struct {
	Command Command
	Row     Row
	// Args are the program and its arguments.
	Args []string
	// Env are the variables that a shell is given, as name=value.
	Env []string
}

// For puts the values of a row in the places of their variables. An error of class Invalid
// says which value the row does not have, or why one cannot stand where it should.
func (c Command) For(row Row) (Line, error) {
	line := Line{Command: c, Row: row}
	if c.Shell {
		text := c.Run[0]
		for _, v := range Variables() {
			value, has := row.Values[v.Name]
			switch {
			case has && strings.ContainsRune(value, 0):
				return Line{}, c.refuse("$%s has a character that no program can be given", v.Name)
			case has:
				line.Env = append(line.Env, v.Name+"="+value)
			case text.Mentions(v.Name):
				return Line{}, c.lacking(v.Name)
			}
		}
		line.Args = []string{"/bin/sh", "-c", text.text}
		return line, nil
	}
	for i, arg := range c.Run {
		text, err := c.fill(arg, row)
		if err != nil {
			return Line{}, err
		}
		if i > 0 && len(arg.parts) > 0 && arg.parts[0].variable && strings.HasPrefix(text, "-") {
			return Line{}, c.refuse("$%s begins with a hyphen, which the program would take for an option: %s", arg.parts[0].text, clean.Line(text))
		}
		line.Args = append(line.Args, text)
	}
	return line, nil
}

// fill is an argument with values in the places of its variables.
func (c Command) fill(arg Template, row Row) (string, error) {
	var b strings.Builder
	for _, p := range arg.parts {
		if !p.variable {
			b.WriteString(p.text)
			continue
		}
		value, has := row.Values[p.text]
		if !has {
			return "", c.lacking(p.text)
		}
		if strings.ContainsRune(value, 0) {
			return "", c.refuse("$%s has a character that no program can be given", p.text)
		}
		b.WriteString(value)
	}
	return b.String(), nil
}

func (c Command) lacking(name string) error {
	return c.refuse("no $%s is known of this row: it has none, or several, or it was not read", name)
}

func (c Command) refuse(format string, args ...any) error {
	return fault.Errorf(fault.Invalid, c.Action(), "", format, args...)
}

// String is the line as it may be shown, as a shell would read it: what looks like a secret
// among the arguments is masked.
func (l Line) String() string {
	args := l.Args
	if l.Command.Shell {
		args = args[2:]
		return clean.Shown(args[0])
	}
	quoted := make([]string, len(args))
	for i, arg := range clean.Arguments(args) {
		quoted[i] = shell.Quote(arg)
	}
	return clean.Line(strings.Join(quoted, " "))
}

// Environ is an environment for the line: that which is given, where a shell reads the row's
// values from there with those, and with no others under their names.
func (l Line) Environ(environ []string) []string {
	own := func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return l.Command.Shell && slices.ContainsFunc(Variables(), func(v Variable) bool { return v.Name == name })
	}
	return append(slices.DeleteFunc(slices.Clone(environ), own), l.Env...)
}

// Programs are the words that name what several lines run, for a title.
func Programs(lines []Line) string {
	if len(lines) == 1 {
		return lines[0].String()
	}
	return lines[0].Command.Name + " for " + words.Count(len(lines), "row")
}
