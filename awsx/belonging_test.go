package awsx_test

import (
	"testing"

	"gantry/awsx"
)

// TestWhereAGroupBelongs: instances tell before a capacity provider, and that before the
// user data.
func TestWhereAGroupBelongs(t *testing.T) {
	cluster := func(name string, providers ...string) awsx.Cluster {
		arn := "arn:aws:ecs:eu-west-1:1:cluster/" + name
		return awsx.Cluster{Ref: awsx.Ref{Cluster: arn, ARN: arn}, Name: name, CapacityProviders: providers}
	}
	blue, green := cluster("blue", "blue-spot"), cluster("green", "FARGATE", "green-od")
	known := awsx.Known{
		Hosts:     map[string]string{"i-1": blue.Ref.ARN, "i-2": blue.Ref.ARN, "i-3": green.Ref.ARN},
		Clusters:  []awsx.Cluster{blue, green},
		Providers: []awsx.CapacityProvider{{Name: "FARGATE"}, {Name: "green-od", Group: "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:u:autoScalingGroupName/g2"}, {Name: "blue-spot", Group: "g3"}, {Name: "unused", Group: "g4"}},
	}
	group := func(name string, ids ...string) awsx.ScalingGroup {
		g := awsx.ScalingGroup{Name: name, Ref: awsx.Ref{ARN: "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:u:autoScalingGroupName/" + name}}
		for _, id := range ids {
			g.Members = append(g.Members, awsx.Member{ID: id})
		}
		return g
	}
	says := func(name string) awsx.Launch {
		return awsx.Launch{Joins: awsx.Joins{Cluster: name, Line: "ECS_CLUSTER=" + name}}
	}
	for _, c := range []struct {
		name     string
		group    awsx.ScalingGroup
		launches awsx.Launch
		want     awsx.Belonging
	}{
		{"instances", group("g2", "i-1", "i-2", "i-9"), says("green"), awsx.Belonging{Cluster: blue.Ref.ARN, Name: "blue", By: "2 of its 3 instances registered there"}},
		{"most instances", group("g1", "i-1", "i-2", "i-3"), says("green"), awsx.Belonging{Cluster: blue.Ref.ARN, Name: "blue", By: "2 of its 3 instances registered there"}},
		{"a provider by ARN", group("g2", "i-9"), says("blue"), awsx.Belonging{Cluster: green.Ref.ARN, Name: "green", By: "it has the capacity provider green-od over the group"}},
		{"a provider by bare name", group("g3"), awsx.Launch{}, awsx.Belonging{Cluster: blue.Ref.ARN, Name: "blue", By: "it has the capacity provider blue-spot over the group"}},
		{"a provider that no cluster has", group("g4"), says("green"), awsx.Belonging{Cluster: green.Ref.ARN, Name: "green", By: "the user data says ECS_CLUSTER=green"}},
		{"user data", group("g5"), says("green"), awsx.Belonging{Cluster: green.Ref.ARN, Name: "green", By: "the user data says ECS_CLUSTER=green"}},
		{"user data with an ARN", group("g5"), says(green.Ref.ARN), awsx.Belonging{Cluster: green.Ref.ARN, Name: "green", By: "the user data says ECS_CLUSTER=" + green.Ref.ARN}},
		{"user data of no cluster", group("g6", "i-9"), says("red"), awsx.Belonging{Name: "red", By: "the user data says ECS_CLUSTER=red", Stray: true}},
		{"no ECS at all", group("g7"), says("default"), awsx.Belonging{Name: "default", By: "the user data says ECS_CLUSTER=default"}},
		{"a name of the shell", group("g8"), awsx.Launch{Joins: awsx.Joins{Line: "ECS_CLUSTER=$X"}}, awsx.Belonging{By: "ECS_CLUSTER=$X"}},
		{"nothing read", group("g9"), awsx.Launch{}, awsx.Belonging{}},
	} {
		if got := known.Belongs(c.group, c.launches); got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
