package follow

import (
	"slices"
	"time"

	"gantry/awsx"
)

// DurationsRead is how many of a service's deployments say how long one takes.
const DurationsRead = 10

// Expected is how long a service's deployments take: the median of those on
// record that succeeded; zero when there is none.
func Expected(history []awsx.ServiceDeployment) time.Duration {
	var took []time.Duration
	for _, d := range history {
		started := d.Began()
		if d.Status == "SUCCESSFUL" && d.FinishedAt.After(started) {
			took = append(took, d.FinishedAt.Sub(started))
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2].Round(time.Second)
}
