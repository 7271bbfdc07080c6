package read

import (
	"gantry/awsx"
	"gantry/internal/crash"
)

// Needs are whether what tasks cannot start without is there.
func Needs(list ...awsx.Dependency) Read {
	return Read{name: "needs", beside: true, ask: func(s *session) (func(*Current), error) {
		found := make([]error, len(list))
		var wg crash.Group
		for i, d := range list {
			wg.Go(func() { found[i] = s.r.Exists(s.ctx, d) })
		}
		wg.Wait()
		return func(cur *Current) {
			cur.Needs = map[awsx.Dependency]error{}
			for i, d := range list {
				cur.Needs[d] = found[i]
			}
		}, nil
	}}
}
