package follow

import (
	"context"
	"time"
)

// Source is where a follow's observations come from.
type Source interface {
	// Changed is received from when there may be something new; one waiting
	// value stands for any number of changes.
	Changed() <-chan struct{}
	// Observe returns the latest observation; ok is false before the first.
	Observe() (o Observation, ok bool)
}

// Watch follows a change on a source until there is a verdict, and tells report
// of each step on the way. It ends with the context's error when that is done
// first: the deployment goes on, and Resume picks it up again.
func Watch(ctx context.Context, src Source, spec Spec, report func(Progress)) (Verdict, error) {
	f := NewFollower(spec)
	var expired <-chan time.Time
	if spec.Timeout > 0 {
		timer := time.NewTimer(time.Until(spec.Started.Add(spec.Timeout)))
		defer timer.Stop()
		expired = timer.C
	}
	for {
		if o, ok := src.Observe(); ok {
			p := f.Observe(o)
			report(p)
			if p.Verdict != nil {
				return *p.Verdict, nil
			}
		}
		select {
		case <-ctx.Done():
			return Verdict{}, ctx.Err()
		case <-src.Changed():
		case <-expired:
			p := f.Expire(spec.Started.Add(spec.Timeout))
			report(p)
			if p.Verdict != nil {
				return *p.Verdict, nil
			}
		}
	}
}
