package why_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

// refined are the kinds that a first reading may be found to be, once lines, instances and
// groups were read too.
var refined = map[cause.Kind][]cause.Kind{
	cause.Exits:        {cause.VariableMissing, cause.WrongArchitecture},
	cause.CheckRefused: {cause.PortWrong, cause.StartsSlowly},
	cause.NotExplained: {cause.AgentsDisconnected, cause.CannotJoin},
}

// tells reports whether a kind, or what it was found to be, is among troubles.
func tells(all []diagnose.Trouble, kind cause.Kind) bool {
	return slices.ContainsFunc(all, func(t diagnose.Trouble) bool {
		return t.Kind == kind || slices.Contains(refined[kind], t.Kind) || tells(t.Follows, kind)
	})
}

// agrees holds rows of the services table against what is found of the same services: the row
// says its own first finding, and the longer answer tells that too. Name is of one of them.
func (s *site) agrees(t *testing.T, name string) {
	t.Helper()
	survey, err := s.asks.Survey(t.Context(), s.Service(t, "prod", name).ClusterRef())
	s.must(err)
	for _, row := range survey.Standings {
		bad := row.Finding.Status == diagnose.Failed || row.Finding.Status == diagnose.Degraded
		if len(row.Troubles) == 0 {
			if bad {
				t.Errorf("%s is %s and has no finding", row.Service().Name, row.Finding.Status)
			}
			continue
		}
		found, err := s.asks.Service(t.Context(), row.Service().Ref)
		s.must(err)
		switch {
		case row.Finding.Why != row.Troubles[0].Short || found.Finding.Why != found.Troubles[0].Short:
			t.Errorf("%s: the row says %q and %q, its findings %q and %q", row.Service().Name, row.Finding.Why, found.Finding.Why, row.Troubles[0].Short, found.Troubles[0].Short)
		case !tells(found.Troubles, row.Troubles[0].Kind):
			t.Errorf("%s: the row says\n%sand why\n%s", row.Service().Name, told(row.Troubles, ""), told(found.Troubles, ""))
		}
	}
}

// TestRowsAndFindingsAgree in every account that the simulator knows.
func TestRowsAndFindingsAgree(t *testing.T) {
	for _, scenario := range seed.Scenarios() {
		if scenario == seed.Throttled {
			continue // what one reading gets another does not
		}
		t.Run(string(scenario), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t, sim.Options{Scenario: scenario})
				wait(7 * time.Minute)
				s.agrees(t, "catalog")
			})
		})
	}
}
