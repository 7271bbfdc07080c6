package step

import (
	"context"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
)

// Outside stands for a program that is run beside the account once all steps were taken: it
// makes no call itself.
type Outside struct {
	Plain
	Says    string // the program with its arguments, as a shell reads it
	Service string // that of the target, where it is of one; empty otherwise
}

// Touches the service of the target as well.
func (s *Outside) Touches(read.Current) Touched {
	if s.Service == "" {
		return Touched{}
	}
	return Touched{Services: []string{s.Service}}
}

// Describe says what is run.
func (s *Outside) Describe() Description { return Description{Text: "run " + s.Says, Command: s.Says} }

// Run leaves all to whoever holds the change.
func (s *Outside) Run(_ context.Context, _ awsx.Writer, st *State) error {
	st.Applied = true
	return nil
}

// Resolve has nothing to find out: there is no call whose answer could be lost.
func (*Outside) Resolve(context.Context, awsx.Reader, *State) (bool, error) { return true, nil }
