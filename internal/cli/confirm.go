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

// consent is how a change may be answered without a dialog.
type consent struct {
	yes     bool
	confirm string // the name typed in advance
}

// ask decides whether a change of a tier is carried out, for which somebody has
// to type want when it is graver than a yes. The same given in advance answers
// every tier, --yes the lightest; without a terminal --yes answers them all, since
// a pipeline was written by somebody who could think about it.
func (c consent) ask(ctx context.Context, s Streams, tier deploy.Tier, want string) error {
	switch {
	case c.confirm != "" && c.confirm != want:
		return refuse("--confirm %q does not match: this change wants %q", c.confirm, want)
	case c.confirm != "", c.yes && (tier <= deploy.TierConfirm || !s.Terminal):
		return nil
	case !s.Terminal:
		return refuse("not confirmed: without a terminal give --yes or --confirm %q", want)
	case tier <= deploy.TierConfirm:
		answer, err := prompt(ctx, s, "Carry it out? y/N ")
		if err != nil {
			return err
		}
		if a := strings.ToLower(answer); a != "y" && a != "yes" {
			return refuse("not confirmed")
		}
		return nil
	}
	answer, err := prompt(ctx, s, fmt.Sprintf("Type %q to carry it out: ", clean.Line(want)))
	if err != nil {
		return err
	}
	if answer != want {
		return refuse("not confirmed: %q was wanted", want)
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
