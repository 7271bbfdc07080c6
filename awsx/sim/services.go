package sim

import (
	"maps"
	"slices"

	"gantry/awsx/sim/ecs"
	"gantry/awsx/sim/endpoints"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/wire"
)

// services is the table of what the account speaks. Another service is a row of
// endpoints, its operations here, and a package of its own.
func (a *Account) services() []*wire.Service {
	operations := map[string]map[string]wire.Operation{
		"ecs":                     ecs.New(a.fleet).Operations(),
		"ecr":                     a.fleet.Images.Operations(),
		"application-autoscaling": a.scaling.Operations(),
		"logs":                    a.logs.Operations(),
		"cloudwatch":              a.fleet.Alarms.Operations(),
		"events":                  a.fleet.Schedules.Operations(),
		"scheduler":               a.fleet.Schedules.SchedulerOperations(),
		"elbv2":                   a.fleet.Balancing.Operations(),
		"ec2":                     a.park.Operations(),
		"autoscaling":             a.park.GroupOperations(),
		"cloudtrail":              a.trail.Operations(),
		"sts":                     a.stsOperations(),
		"iam":                     a.iamOperations(),
		"ssm":                     a.ssmOperations(),
		"secretsmanager":          a.secretsOperations(),
	}
	maps.Copy(operations["cloudwatch"], a.metrics.Operations())
	maps.Copy(operations["ecs"], a.sessions.ECSOperations())
	maps.Copy(operations["ssm"], a.sessions.Operations())
	buckets := map[string]func(operation string) string{
		"ecs": ecsBucket, "logs": logsBucket, "cloudwatch": alarmsBucket, "elbv2": always("elb"), "cloudtrail": always("trail"),
	}
	table := endpoints.Services()
	for _, s := range table {
		s.Operations, s.Bucket = operations[s.Name], buckets[s.Name]
	}
	return table
}

// Served is what an account answers of one service.
type Served struct {
	Service    string   // as in the endpoint's name
	Operations []string // sorted
}

// AllServed lists what every account answers, service by service.
func AllServed() ([]Served, error) {
	a, err := New(Options{Layout: []seed.Cluster{{Name: "empty"}}})
	if err != nil {
		return nil, err
	}
	var all []Served
	for _, s := range a.table {
		all = append(all, Served{s.Name, slices.Sorted(maps.Keys(s.Operations))})
	}
	return all, nil
}
