package seed

import (
	"time"

	"gantry/awsx/sim/ecr"
)

// seedJobs registers what is run by hand or on a schedule: a family whose newest
// revision ends well, and the one before it with 1.
func (a *seeder) seedJobs() error {
	job := serviceSeed{
		name: "orders-migrate",
		containers: []containerSeed{{
			name: "migrate", repository: "orders-migrate", language: "python", cpu: 128, memory: 256,
			environment: [][2]string{{"DB_HOST", "postgres.internal"}, {"DB_PASSWORD", "demo-migrate-pw"}},
		}},
		releases: []releaseSeed{
			{tag: "v2.30.0", age: 20 * day, behaviour: ecr.Behaviour{Finishes: 12 * time.Second, ExitCode: 1}},
			{tag: "v2.31.0", age: 5 * day, behaviour: ecr.Behaviour{Finishes: 30 * time.Second}},
		},
	}
	a.seedImages(job)
	for _, r := range job.releases {
		if _, err := a.seedRevision(a.ClusterByName["prod"], job, r); err != nil {
			return err
		}
	}
	return nil
}
