package sim

import (
	"maps"
	"slices"

	"gantry/awsx/sim/ecs"
	"gantry/awsx/sim/wire"
)

// services is the table of what the account speaks: the one place that says which
// services there are. Another one is a row here and a package of its own.
func (a *Account) services() []*wire.Service {
	const failed = "The service encountered an internal error."
	unavailable := [2]string{"ServerException", "Service Unavailable. Please try again later."}
	internal := [2]string{"InternalFailure", "An internal failure occurred."}
	return []*wire.Service{
		{
			Name: "ecs", Target: "AmazonEC2ContainerServiceV20141113", Throttled: "ThrottlingException", Broken: unavailable,
			Bucket: ecsBucket, Operations: ecs.New(a.fleet).Operations(),
		},
		{
			Name: "ecr", Target: "AmazonEC2ContainerRegistry_V20150921", Throttled: "ThrottlingException", Broken: unavailable,
			Operations: a.fleet.Images.Operations(),
		},
		{
			Name: "application-autoscaling", Target: "AnyScaleFrontendService", Throttled: "ThrottlingException",
			Broken: [2]string{"InternalServiceException", failed}, Operations: a.scaling.Operations(),
		},
		{
			Name: "logs", Target: "Logs_20140328", Throttled: "ThrottlingException", Broken: internal,
			Bucket: logsBucket, Operations: a.logs.Operations(),
		},
		{
			Name: "cloudwatch", Target: "GraniteServiceVersion20100801", CBOR: true, Throttled: "Throttling",
			Broken: [2]string{"InternalServiceError", failed}, Bucket: always("alarms"), Operations: a.fleet.Alarms.Operations(),
		},
		{
			Name: "elbv2", Version: "2015-12-01", Namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
			Throttled: "Throttling", Broken: internal, Bucket: always("elb"), Operations: a.fleet.Balancing.Operations(),
		},
		{
			Name: "sts", Version: "2011-06-15", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
			Throttled: "Throttling", Broken: internal, Operations: a.stsOperations(),
		},
		{
			Name: "iam", Version: "2010-05-08", Namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
			Throttled: "Throttling", Broken: internal, Operations: a.iamOperations(),
		},
	}
}

// Served is what an account answers of one service.
type Served struct {
	Service    string   // as in the endpoint's name
	Operations []string // sorted
}

// AllServed lists what every account answers, service by service.
func AllServed() ([]Served, error) {
	a, err := New(Options{Layout: []Cluster{{Name: "empty"}}})
	if err != nil {
		return nil, err
	}
	var all []Served
	for _, s := range a.table {
		all = append(all, Served{s.Name, slices.Sorted(maps.Keys(s.Operations))})
	}
	return all, nil
}
