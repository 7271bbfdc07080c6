package command

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx/deploy/policy"
	"gantry/internal/clean"
	"gantry/internal/crash"
)

// Answer is how a change may be answered without a dialog.
type Answer struct {
	Yes     bool
	Confirm string // the name typed in advance
}

// Add declares the flags that answer.
func (a *Answer) Add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.BoolVarP(&a.Yes, "yes", "y", false, "do not ask (what is graver still wants --confirm at a terminal)")
	fs.StringVar(&a.Confirm, "confirm", "", "answer the question for a `name` in advance")
}

// Ask decides whether something is done that wants a consent. Its word given in
// advance answers every tier, --yes the lightest; where nobody can be asked --yes answers
// them all, since a pipeline was written by somebody who could think about it.
func (a Answer) Ask(ctx context.Context, s Streams, want policy.Consent, do string) error {
	who, ok := s.person()
	switch {
	case a.Confirm != "" && !want.Given(a.Confirm):
		return Refuse("--confirm %q does not match: this wants %q", a.Confirm, want.Word)
	case a.Confirm != "", a.Yes && (!want.Typed() || !ok):
		return nil
	case !ok:
		return Refuse("not confirmed: without a terminal give --yes or --confirm %q", want.Word)
	}
	return who.ask(ctx, want, do)
}

// ask asks a person for a consent to do something.
func (p person) ask(ctx context.Context, want policy.Consent, do string) error {
	if !want.Typed() {
		typed, err := prompt(ctx, p, strings.ToUpper(do[:1])+do[1:]+"? y/N ")
		if err != nil {
			return err
		}
		if yes := strings.ToLower(typed); yes != "y" && yes != "yes" {
			return Refuse("not confirmed")
		}
		return nil
	}
	typed, err := prompt(ctx, p, fmt.Sprintf("Type %q to %s: ", clean.Line(want.Word), do))
	if err != nil {
		return err
	}
	if !want.Given(typed) {
		return Refuse("not confirmed: %q was wanted", want.Word)
	}
	return nil
}

// Refuse makes an error of a change that is not carried out, or of what is not shown.
func Refuse(format string, args ...any) error {
	return &ExitError{Code: ExitRefused, Err: fmt.Errorf(format, args...)}
}

// CanAsk reports whether there is somebody who can be asked.
func (s Streams) CanAsk() bool {
	_, ok := s.person()
	return ok
}

// person is somebody who can be asked, and where.
type person struct {
	says io.Reader
	sees io.Writer
}

// person returns who can be asked: at the terminal itself where the streams go elsewhere,
// as they do in front of a pipe.
func (s Streams) person() (person, bool) {
	switch {
	case s.TTY != nil:
		return person{s.TTY, s.TTY}, true
	case s.Terminal, s.Keyboard:
		return person{s.In, s.Err}, true
	}
	return person{}, false
}

// prompt asks and reads a line. The reader is left behind when
// the context ends first: a terminal's read cannot be called off, and the program
// is on its way out.
func prompt(ctx context.Context, p person, question string) (string, error) {
	fmt.Fprint(p.sees, question)
	type read struct {
		line string
		err  error
	}
	got := make(chan read, 1)
	var reading crash.Group // which nobody waits for
	reading.Go(func() {
		line, err := bufio.NewReader(p.says).ReadString('\n')
		got <- read{line, err}
	})
	select {
	case <-ctx.Done():
		fmt.Fprintln(p.sees)
		return "", ctx.Err()
	case r := <-got:
		if r.err != nil && (r.err != io.EOF || r.line == "") {
			fmt.Fprintln(p.sees)
			if r.err == io.EOF {
				return "", Refuse("not confirmed: the input ended")
			}
			return "", Refuse("not confirmed: %w", r.err)
		}
		return strings.TrimSpace(r.line), nil
	}
}
