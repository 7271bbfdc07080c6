// Package endpoints says which AWS services are spoken from the service's side: by
// what their calls are told apart, and how each refuses. What a service does is its
// caller's: the account that lives, and a snapshot that is served again.
package endpoints

import "gantry/awsx/sim/wire"

// Services returns a table of the services, without operations.
func Services() []*wire.Service {
	const failed = "The service encountered an internal error."
	unavailable := [2]string{"ServerException", "Service Unavailable. Please try again later."}
	internal := [2]string{"InternalFailure", "An internal failure occurred."}
	return []*wire.Service{
		{Name: "ecs", Target: "AmazonEC2ContainerServiceV20141113", Throttled: "ThrottlingException", Broken: unavailable},
		{Name: "ecr", Target: "AmazonEC2ContainerRegistry_V20150921", Throttled: "ThrottlingException", Broken: unavailable},
		{
			Name: "application-autoscaling", Target: "AnyScaleFrontendService", Throttled: "ThrottlingException",
			Broken: [2]string{"InternalServiceException", failed},
		},
		{Name: "logs", Target: "Logs_20140328", Throttled: "ThrottlingException", Broken: internal},
		{
			Name: "cloudwatch", Target: "GraniteServiceVersion20100801", CBOR: true, Throttled: "Throttling",
			Broken: [2]string{"InternalServiceError", failed},
		},
		{
			Name: "elbv2", Version: "2015-12-01", Namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
			Throttled: "Throttling", Broken: internal,
		},
		{
			Name: "sts", Version: "2011-06-15", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
			Throttled: "Throttling", Broken: internal,
		},
		{
			Name: "iam", Version: "2010-05-08", Namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
			Throttled: "Throttling", Broken: internal,
		},
		{
			Name: "ec2", Version: "2016-11-15", Namespace: "http://ec2.amazonaws.com/doc/2016-11-15/", EC2: true,
			Throttled: "RequestLimitExceeded", Broken: [2]string{"InternalError", "An internal error has occurred"},
		},
		{
			Name: "autoscaling", Version: "2011-01-01", Namespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
			Throttled: "Throttling", Broken: internal,
		},
		{Name: "events", Target: "AWSEvents", Throttled: "ThrottlingException", Broken: [2]string{"InternalException", failed}},
		{
			Name: "scheduler", Rest: map[string]string{"GET /schedules": "ListSchedules", "GET /schedules/{Name}": "GetSchedule"},
			Throttled: "ThrottlingException", Broken: [2]string{"InternalServerException", failed},
		},
		{Name: "cloudtrail", Target: "CloudTrail_20131101", Throttled: "ThrottlingException", Broken: [2]string{"InternalFailure", failed}},
		{Name: "ssm", Target: "AmazonSSM", Throttled: "ThrottlingException", Broken: [2]string{"InternalServerError", failed}},
		{Name: "secretsmanager", Target: "secretsmanager", Throttled: "ThrottlingException", Broken: [2]string{"InternalServiceError", failed}},
	}
}
