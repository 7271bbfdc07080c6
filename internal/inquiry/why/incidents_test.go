package why_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/internal/inquiry/why"
	"gantry/internal/inquiry/why/whytest"
)

func TestTheFirstFindingNamesTheIncident(t *testing.T) {
	for _, i := range whytest.Incidents {
		t.Run(i.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := i.Open(t)
				answer := s.Why("shop")
				check(t, i, answer)
				if i.Kind == cause.ContainerUnwell && !slices.ContainsFunc(answer.Troubles[0].Evidence, func(p diagnose.Proof) bool { return p.Where == diagnose.InLogs && p.At.After(time.Time{}) }) {
					t.Error("what it wrote before it was stopped is not told:\n" + whytest.Told(answer.Troubles, ""))
				}
				if till := s.Why("till"); len(till.Troubles) != 0 {
					t.Errorf("till, which is well, is said to have:\n%s", whytest.Told(till.Troubles, ""))
				}
			})
		})
	}
}

func dump(t *testing.T, w why.Answer) {
	for _, d := range w.Service().Deployments {
		t.Logf("%+v", d)
	}
	for _, e := range w.Service().Events {
		t.Log(e.At, e.Message)
	}
}

func check(t *testing.T, i whytest.Incident, why why.Answer) {
	t.Helper()
	if len(why.Troubles) == 0 {
		dump(t, why)
		t.Fatalf("nothing is found; the verdict is %s, %s; unread %v", why.Finding.Status, why.Finding.Why, why.Unread)
	}
	first := why.Troubles[0]
	switch {
	case first.Kind != i.Kind, !strings.Contains(first.Cause, i.Says), first.Sure != i.Sure:
	case i.Changed != "" && (first.Change == nil || !strings.Contains(first.Change.Text, i.Changed)):
	case len(first.Evidence) == 0 || len(first.Next) == 0:
	case len(why.Unread) > 0 && i.Kind != cause.GroupGone:
		t.Errorf("unread: %v", why.Unread)
		return
	default:
		if testing.Verbose() {
			t.Log("\n" + whytest.Told(why.Troubles, ""))
		}
		return
	}
	dump(t, why)
	t.Errorf("want %s (%s) that says %q and the change %q, got\n%s(verdict %s: %s; unread %v)", i.Kind, i.Sure, i.Says, i.Changed, whytest.Told(why.Troubles, ""), why.Finding.Status, why.Finding.Why, why.Unread)
}
