package app

import (
	"context"
	"errors"
	"fmt"

	"gantry/internal/crash"
)

// Crashed reports whether an error is that of a console which a fault of its own ended.
func Crashed(err error) bool {
	var fault *crash.Report
	return errors.As(err, &fault)
}

// SeeOut follows the changes under way to their ends, which nobody else does once the
// console is gone, and says of each how it ended. When ctx ends first it returns, and they
// go on in ECS. What it says is not cleaned.
func (a *App) SeeOut(ctx context.Context, say func(string)) {
	running := a.Changes.Running()
	for _, s := range running {
		say(fmt.Sprintf("%s %s goes on and is followed to its end, ctrl+c leaves", s.Action, s.Target.Name()))
	}
	for _, s := range running {
		ended, err := a.Changes.Wait(ctx, s.ID)
		if err != nil {
			return
		}
		row := ended.Row()
		say(fmt.Sprintf("%s %s: %s: %s", s.Action, s.Target.Name(), row.Word, row.Text))
	}
}
