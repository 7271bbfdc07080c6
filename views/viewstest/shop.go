package viewstest

import (
	"gantry/awsx"
	"gantry/awsx/awsxtest"
)

// Shop is a cluster in which each kind of trouble happens once.
func Shop() (a *awsxtest.Account, cluster *awsxtest.Cluster) {
	a = awsxtest.New(awsx.ContextID{Profile: "main"})
	cluster = a.Cluster("payments")
	a.Cluster("staging").Service("web", awsxtest.Desired(1))
	cluster.Service("api-checkout", awsxtest.Desired(4), awsxtest.Targets("unhealthy", "Target.ResponseCodeMismatch"))
	cluster.Service("api-orders", awsxtest.Desired(4), awsxtest.Tag("v2"), awsxtest.Env("DB_PASSWORD", "hunter2"), awsxtest.Env("LOG_LEVEL", "debug"))
	cluster.Service("batch", awsxtest.Desired(2), awsxtest.Running(0), awsxtest.Unbalanced(),
		awsxtest.Event("was unable to place a task because no container instance met all of its requirements."),
		awsxtest.Stopped("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref batch:v9: not found"))
	cluster.Service("front", awsxtest.Network("awsvpc"))
	cluster.Service("legacy", awsxtest.Network("host"))
	cluster.Service("worker", awsxtest.Unbalanced())
	return a, cluster
}
