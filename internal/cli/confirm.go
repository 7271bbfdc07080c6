package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx/deploy/policy"
	"gantry/internal/clean"
	"gantry/internal/crash"
)

// answer is how a change may be answered without a dialog.
type answer struct {
	yes     bool
	confirm string // the name typed in advance
}

// add declares the flags that answer.
func (a *answer) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.BoolVarP(&a.yes, "yes", "y", false, "do not ask (what is graver still wants --confirm at a terminal)")
	fs.StringVar(&a.confirm, "confirm", "", "answer the question for a `name` in advance")
}

// carryItOut is what somebody is asked whether to do with a change.
const carryItOut = "carry it out"

// ask decides whether something is done that wants a consent. Its word given in
// advance answers every tier, --yes the lightest; where nobody can be asked --yes answers
// them all, since a pipeline was written by somebody who could think about it.
func (a answer) ask(ctx context.Context, s Streams, want policy.Consent, do string) error {
	who, ok := s.person()
	switch {
	case a.confirm != "" && !want.Given(a.confirm):
		return refuse("--confirm %q does not match: this wants %q", a.confirm, want.Word)
	case a.confirm != "", a.yes && (!want.Typed() || !ok):
		return nil
	case !ok:
		return refuse("not confirmed: without a terminal give --yes or --confirm %q", want.Word)
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
			return refuse("not confirmed")
		}
		return nil
	}
	typed, err := prompt(ctx, p, fmt.Sprintf("Type %q to %s: ", clean.Line(want.Word), do))
	if err != nil {
		return err
	}
	if !want.Given(typed) {
		return refuse("not confirmed: %q was wanted", want.Word)
	}
	return nil
}

func refuse(format string, args ...any) error {
	return &exitError{code: exitRefused, err: fmt.Errorf(format, args...)}
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

// openTTY opens the terminal that the process belongs to, when a standard stream is
// connected to one and questions and answers do not both go there anyway. Where none is,
// as in a pipeline, nobody watches, even if a terminal could be opened.
func openTTY(in, out, errors bool) (io.ReadWriter, func()) {
	if in && errors || !in && !out && !errors {
		return nil, func() {}
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, func() {}
	}
	return tty, func() { _ = tty.Close() }
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
				return "", refuse("not confirmed: the input ended")
			}
			return "", refuse("not confirmed: %w", r.err)
		}
		return strings.TrimSpace(r.line), nil
	}
}
