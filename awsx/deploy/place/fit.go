package place

import (
	"gantry/awsx"
	"gantry/awsx/document"
)

// MostFit bounds what Fit.On counts: a task without CPU and memory of its own would
// fit for ever.
const MostFit = 99

// Fit answers how many more tasks of a service an instance takes.
type Fit struct{ place Placement }

// NewFit prepares the answer for tasks of a revision under the placement constraints
// of the service. The error names a constraint that is not understood.
func NewFit(svc awsx.Service, td *awsx.TaskDefinition) (Fit, error) {
	tree, err := document.Registrable(td)
	if err != nil {
		return Fit{}, err
	}
	p, err := PlacementOf(svc.PlacementConstraints, tree, td)
	return Fit{p}, err
}

// String returns what one task takes, such as "256 CPU, 512 MiB, port 8080".
func (f Fit) String() string { return f.place.String() }

// On returns how many more tasks fit on an instance, at most MostFit, and what stops the
// one after these; nothing is told where MostFit do. Own is how many tasks of the service
// run there.
func (f Fit) On(i awsx.Instance, own int) (n int, stops string) {
	if why := f.place.barred(i); why != "" {
		return 0, why
	}
	r := roomOn(i, own, f.place.Footprint)
	if n = r.holds(f.place, MostFit); n == MostFit {
		return n, ""
	}
	return n, obstacle{least: r.with(f.place, n).lacks(f.place), instances: 1}.words()
}
