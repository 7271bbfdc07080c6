package command

import (
	"context"

	"gantry/internal/app"
	"gantry/internal/clean"
)

// code is what asks for the code of an MFA device at the terminal; nil where nobody sits at
// one.
func (s Streams) code() func(context.Context, app.CodeRequest) (string, error) {
	who, ok := s.person()
	if !ok {
		return nil
	}
	return func(ctx context.Context, q app.CodeRequest) (string, error) {
		question := "MFA code of " + q.Device + " for the profile " + q.Profile + ": "
		if q.Refused != "" {
			question = q.Refused + ". " + question
		}
		return prompt(ctx, who, clean.Line(question)+" ")
	}
}
