package change

import (
	"slices"

	"gantry/awsx"
	"gantry/awsx/timeline"
	"gantry/internal/audit"
)

// Journaled are the changes of a service, or of all that is in a cluster, as the journal of
// this machine has them, the oldest first: those of which no call left, and secrets that were
// shown, among them.
func (d *Desk) Journaled(of awsx.Ref) ([]timeline.Made, error) {
	if d.Records == nil {
		return nil, nil
	}
	records, err := d.Records()
	var all []timeline.Made
	at := map[string]int{}
	for _, r := range records {
		if r.Context != of.Context.String() || r.Cluster != of.ClusterName() || of.ARN != of.Cluster && r.Service != of.Name() {
			continue
		}
		i, known := at[r.Change]
		if !known {
			i, at[r.Change] = len(all), len(all)
			all = append(all, timeline.Made{
				ID: r.Change, Began: r.Time, Target: r.Service, Action: r.Action, Before: r.Before, After: r.After, Who: r.Who + "@" + r.Host, Identity: r.Identity,
			})
		}
		switch r.Kind {
		case audit.Sent:
			all[i].Calls = append(all[i].Calls, r.Call)
		case audit.End:
			all[i].Over, all[i].Outcome, all[i].Revision = r.Time, r.Outcome, r.Revision
		}
	}
	slices.SortStableFunc(all, func(a, b timeline.Made) int { return a.Began.Compare(b.Began) })
	return all, err
}
