package editors

import (
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/document"
	"gantry/internal/clean"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/views/changes"
)

// RunTask asks for what differs from the service's own tasks, and plans tasks of its
// revision in its surroundings.
func (e *Editors) RunTask(service awsx.Ref) {
	svc, ok := e.Changes.Deps.Known(service)
	if !ok || svc.TaskDefinition == "" {
		e.Changes.Deps.Host.Flash(ui.Warn, "run: the task definition of %s was not read yet", service.Name())
		return
	}
	e.Changes.Deps.Host.Modal(form.New(e.Changes.Deps.Host.Theme(), form.Options{
		Title: "Run a task of " + awsx.ARNName(svc.TaskDefinition) + " like " + service.ClusterName() + "/" + service.Name(),
		Fields: []form.Field{
			{Label: "command", Help: "words, quoted as in a shell; empty keeps the container's own", Check: checkWords},
			{Label: "environment", Help: "NAME=value, quoted as in a shell; merged into the container's own", Check: checkPairs},
			{Label: "container", Help: "which container they are for; may be empty when there is only one"},
			{Label: "tasks", Placeholder: "1", Help: "how many to run, 1 to 10", Check: checkTasks},
		},
		Submit: func(values []string) (tea.Cmd, error) {
			in, err := runIntent(service.Name(), values)
			if err == nil {
				e.Changes.Propose(service.In(svc.TaskDefinition), in, nil)
			}
			return nil, err
		},
	}))
}

// runIntent is what the form's values ask for.
func runIntent(like string, values []string) (deploy.RunTask, error) {
	in := deploy.RunTask{Like: like, Count: 1}
	o := awsx.ContainerOverride{Container: strings.TrimSpace(values[2])}
	var err error
	if o.Command, err = words(values[0]); err != nil {
		return in, err
	}
	if o.Env, err = pairsOf(values[1]); err != nil {
		return in, err
	}
	if len(o.Command)+len(o.Env) > 0 {
		in.Overrides = []awsx.ContainerOverride{o}
	}
	if n := strings.TrimSpace(values[3]); n != "" {
		in.Count, err = strconv.Atoi(n)
	}
	return in, err
}

func checkWords(s string) error {
	_, err := words(s)
	return err
}

func checkPairs(s string) error {
	_, err := pairsOf(s)
	return err
}

func checkTasks(s string) error {
	s = strings.TrimSpace(s)
	if n, err := strconv.Atoi(s); s != "" && (err != nil || n < 1 || n > 10) {
		return fmt.Errorf("%q: expected a number from 1 to 10", s)
	}
	return nil
}

// pairsOf reads variables. A secret is refused: the line shows what is typed.
func pairsOf(s string) ([]awsx.EnvVar, error) {
	list, err := words(s)
	if err != nil {
		return nil, err
	}
	var out []awsx.EnvVar
	for _, word := range list {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil, fmt.Errorf("%q: expected NAME=value", name)
		}
		if err := document.CheckEnvName(name); err != nil {
			cause, _ := changes.CauseOf(err)
			return nil, fmt.Errorf("%s", cause)
		}
		if clean.LooksSecret(name, value) {
			return nil, fmt.Errorf("%s looks like a secret, which this line would show: give the task definition a reference to it", name)
		}
		out = append(out, awsx.EnvVar{Name: name, Value: clean.Secret(value)})
	}
	return out, nil
}

// words splits a line as a shell does: at blanks, but for those in quotes or behind a
// backslash. Nothing is expanded.
func words(s string) ([]string, error) {
	var out []string
	var word strings.Builder
	begun := false
	var quote rune
	escaped := false
	for _, r := range s {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			begun, escaped = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			begun, quote = true, r
		case r == ' ' || r == '\t':
			if begun {
				out = append(out, word.String())
				word.Reset()
			}
			begun = false
		default:
			begun = true
			word.WriteRune(r)
		}
	}
	switch {
	case quote != 0:
		return nil, fmt.Errorf("the quote %c is not closed", quote)
	case escaped:
		return nil, fmt.Errorf("there is nothing behind the last backslash")
	case begun:
		out = append(out, word.String())
	}
	return out, nil
}
