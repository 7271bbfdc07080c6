package inquiry

import (
	"slices"
	"testing"

	"gantry/awsx"
)

// TestWhatNobodyOpenedIsReadWithinBounds: services and tasks of all clusters together, the
// first of the list first; one that does not fit keeps none of those after it out.
func TestWhatNobodyOpenedIsReadWithinBounds(t *testing.T) {
	cluster := func(name string, services, running, pending int) awsx.Cluster {
		return awsx.Cluster{Name: name, Services: services, Running: running, Pending: pending}
	}
	for name, c := range map[string]struct {
		clusters []awsx.Cluster
		want     []string
	}{
		"an empty one has nothing to read": {[]awsx.Cluster{cluster("a", 0, 5, 0), cluster("b", 1, 0, 0)}, []string{"b"}},
		"as many services as are read":     {[]awsx.Cluster{cluster("a", unaskedServices, 1, 0)}, []string{"a"}},
		"one more":                         {[]awsx.Cluster{cluster("a", unaskedServices+1, 1, 0), cluster("b", 2, 2, 0)}, []string{"b"}},
		"services of all together":         {[]awsx.Cluster{cluster("a", unaskedServices-3, 1, 0), cluster("b", 4, 1, 0), cluster("c", 3, 1, 0), cluster("d", 1, 1, 0)}, []string{"a", "c"}},
		"tasks of all together":            {[]awsx.Cluster{cluster("a", 1, unaskedTasks-10, 5), cluster("b", 1, 3, 3), cluster("c", 1, 2, 3)}, []string{"a", "c"}},
	} {
		var got []string
		for _, one := range Unasked(c.clusters) {
			got = append(got, one.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
