package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"gantry/awsx/deploy"
	"gantry/internal/clean"
)

// answer is how a change may be answered without a dialog.
type answer struct {
	yes     bool
	confirm string // the name typed in advance
}

// ask decides whether a change is carried out that wants a consent. Its word given in
// advance answers every tier, --yes the lightest; without a terminal --yes answers them all, since
// a pipeline was written by somebody who could think about it.
func (a answer) ask(ctx context.Context, s Streams, want deploy.Consent) error {
	switch {
	case a.confirm != "" && !want.Given(a.confirm):
		return refuse("--confirm %q does not match: this change wants %q", a.confirm, want.Word)
	case a.confirm != "", a.yes && (!want.Typed() || !s.Terminal):
		return nil
	case !s.Terminal:
		return refuse("not confirmed: without a terminal give --yes or --confirm %q", want.Word)
	case !want.Typed():
		typed, err := prompt(ctx, s, "Carry it out? y/N ")
		if err != nil {
			return err
		}
		if yes := strings.ToLower(typed); yes != "y" && yes != "yes" {
			return refuse("not confirmed")
		}
		return nil
	}
	typed, err := prompt(ctx, s, fmt.Sprintf("Type %q to carry it out: ", clean.Line(want.Word)))
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

// prompt asks on standard error and reads a line. The reader is left behind when
// the context ends first: a terminal's read cannot be called off, and the program
// is on its way out.
func prompt(ctx context.Context, s Streams, question string) (string, error) {
	fmt.Fprint(s.Err, question)
	type read struct {
		line string
		err  error
	}
	got := make(chan read, 1)
	go func() {
		line, err := bufio.NewReader(s.In).ReadString('\n')
		got <- read{line, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.Err)
		return "", ctx.Err()
	case r := <-got:
		if r.err != nil && (r.err != io.EOF || r.line == "") {
			fmt.Fprintln(s.Err)
			if r.err == io.EOF {
				return "", refuse("not confirmed: the input ended")
			}
			return "", refuse("not confirmed: %w", r.err)
		}
		return strings.TrimSpace(r.line), nil
	}
}
