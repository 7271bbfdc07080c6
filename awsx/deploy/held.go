package deploy

import (
	"context"
	"fmt"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Held is what came of a session, or of a program that was run.
type Held struct {
	// Words say how it ended, such as "exit code 3"; they may be empty.
	Words string
	// Open is true when the session may not be over: it is ended then.
	Open bool
}

// hold joins the session that a run opened, ends what is left of it, and says for the audit
// how long it lasted and how it ended.
func hold(ctx context.Context, o RunOptions, res *Result) (string, error) {
	began := time.Now()
	held, err := Held{Open: true}, error(nil)
	var session awsx.Session // of a program that is run beside the account there is none
	if res.State.Session != nil {
		session = *res.State.Session
	}
	if o.Hold != nil {
		held, err = o.Hold(session)
	}
	outcome := "ended after " + time.Since(began).Round(time.Second).String()
	if held.Words != "" {
		outcome += ", " + held.Words
	}
	if (held.Open || err != nil) && session.ID != "" {
		switch end := o.Account.TerminateSession(o.writing(ctx, res), session.ID); {
		case fault.ClassOf(end) == fault.NotFound: // it ended by itself
		case end != nil:
			outcome += fmt.Sprintf(", left to end by itself (%s)", fault.ClassOf(end))
		}
	}
	if err != nil {
		outcome += ", failed"
	}
	res.Outcome = outcome
	return outcome, err
}
