package viewstest

import (
	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/views"
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

// ServiceNamed is the reference of the shop's service of a name, zero without one.
func ServiceNamed(a *awsxtest.Account, name string) (ref awsx.Ref) {
	a.Edit(func(d *awsxtest.Data) {
		for _, s := range d.Services {
			if s.Name == name {
				ref = s.Ref
			}
		}
	})
	return ref
}

// OnService opens a screen of the shop's service of a name.
func OnService(name string, open func(*views.Deps, awsx.Ref) ui.Screen) func(*awsxtest.Account, *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return func(a *awsxtest.Account, _ *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		return func(deps *views.Deps) ui.Screen { return open(deps, ServiceNamed(a, name)) }
	}
}
