package seed

import (
	"strings"
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/schedules"
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
	var revisions []string
	for _, r := range job.releases {
		d, err := a.seedRevision(a.ClusterByName["prod"], job, r)
		if err != nil {
			return err
		}
		revisions = append(revisions, d.ARN)
	}
	a.seedSchedules(a.ClusterByName["prod"].ARN, revisions[0], revisions[1])
	return nil
}

// seedSchedules has a job started by itself: nightly by its older revision, weekly by whatever is
// the newest, and after each order that an event tells of. What else is scheduled is no task.
func (a *seeder) seedSchedules(cluster, older, newest string) {
	family := newest[:strings.LastIndexByte(newest, ':')]
	a.Schedules.Schedules = append(a.Schedules.Schedules,
		&schedules.Schedule{Name: "orders-migrate-nightly", Expression: "cron(15 2 ? * MON-FRI *)", Target: cluster, Definition: older},
		&schedules.Schedule{Name: "orders-imported", Pattern: `{"source":["orders.import"]}`, Target: cluster, Definition: newest},
		&schedules.Schedule{Name: "rotate-logs", Expression: "rate(1 hour)", Target: a.ARN("lambda", "function:rotate-logs")},
		&schedules.Schedule{Name: "orders-migrate-weekly", Group: "default", Expression: "cron(0 4 ? * SUN *)", Zone: "Europe/Dublin", MadeAt: a.Ago(80 * day), Target: cluster, Definition: family},
		&schedules.Schedule{Name: "orders-archive", Group: "jobs", Expression: "rate(12 hours)", Off: true, MadeAt: a.Ago(30 * day), Target: cluster, Definition: newest},
	)
}
