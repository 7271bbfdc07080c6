package sim

import "testing"

// What makes thousands of tasks cheap: while nothing happens, nothing is
// planned.
func TestAnAccountAtRestPlansNothing(t *testing.T) {
	a, err := New(Options{Services: 300, Tasks: 10, Scenario: Steady})
	if err != nil {
		t.Fatal(err)
	}
	if n := a.agenda.Len(); n != 0 {
		t.Errorf("%d items planned, want none", n)
	}
	if n := len(a.tasks); n != 3000 {
		t.Errorf("%d tasks, want 3000", n)
	}
}
