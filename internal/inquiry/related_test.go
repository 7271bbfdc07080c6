package inquiry

import (
	"fmt"
	"strings"
	"testing"

	"gantry/awsx"
)

const (
	arnHead   = "arn:aws:ecs:eu-west-1:123456789012:"
	groupARN  = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
	ruleARN   = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/public/1/2/3"
	listenARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/public/1/2"
)

// around is a cluster of two services on one instance, of which one is routed to, and a task
// of none.
func around() Surroundings {
	cluster := awsx.Ref{ARN: arnHead + "cluster/blue", Cluster: arnHead + "cluster/blue"}
	instance := awsx.Instance{Ref: cluster.In(arnHead + "container-instance/blue/c1"), EC2ID: "i-0123456789"}
	web := awsx.Service{
		Ref: cluster.In(arnHead + "service/blue/web"), Name: "web", TaskDefinition: arnHead + "task-definition/web:4",
		LoadBalancers: []awsx.LoadBalancer{{TargetGroup: groupARN}}, Alarms: awsx.DeploymentAlarms{Names: []string{"web-5xx"}},
		Deployments: []awsx.Deployment{{ID: "ecs-svc/1", Status: "PRIMARY", TaskDefinition: arnHead + "task-definition/web:4"}},
	}
	mail := awsx.Service{Ref: cluster.In(arnHead + "service/blue/mail"), Name: "mail", TaskDefinition: arnHead + "task-definition/mail:1"}
	task := func(id, group, definition, image string) awsx.Task {
		return awsx.Task{Ref: cluster.In(arnHead + "task/blue/" + id), ID: id, Group: group, TaskDefinition: definition, LastStatus: "RUNNING",
			ContainerInstance: instance.Ref.ARN, Containers: []awsx.Container{{Image: image, ImageDigest: digestOf(id[:1])}}}
	}
	return Surroundings{
		Services: []awsx.Service{web, mail}, Instances: []awsx.Instance{instance},
		Tasks: []awsx.Task{
			task("a1", "service:web", web.TaskDefinition, registry+"web:v4"), task("a2", "service:web", web.TaskDefinition, registry+"web:v4"),
			task("b1", "service:mail", mail.TaskDefinition, registry+"mail:v1"), task("d1", "family:job", arnHead+"task-definition/job:2", registry+"job:v9"),
		},
		Machines: []awsx.ScalingGroup{
			{Ref: awsx.Ref{ARN: "arn:asg:hosts"}, Name: "hosts", Members: []awsx.Member{{ID: "i-0123456789"}}},
			{Ref: awsx.Ref{ARN: "arn:asg:others"}, Name: "others", Members: []awsx.Member{{ID: "i-09"}}},
		},
		Routes: []awsx.Route{{
			Balancer: awsx.Balancer{ARN: "arn:lb", Name: "public"}, Listener: awsx.Listener{ARN: listenARN},
			Rules: []awsx.Rule{{ARN: ruleARN, Priority: "5", Actions: []awsx.Action{{Type: "forward", Groups: []awsx.WeightedGroup{{Group: groupARN}}}}}},
		}},
		Alarms: []awsx.Alarm{
			{Name: "web-5xx"}, {Name: "web-any", Rule: "ALARM(web-5xx)"},
			{Name: "mail-cpu", Metrics: []awsx.AlarmMetric{{Dimensions: []awsx.Dimension{{Name: "ClusterName", Value: "blue"}, {Name: "ServiceName", Value: "mail"}}}}},
			{Name: "blue-reserved", Metrics: []awsx.AlarmMetric{{Dimensions: []awsx.Dimension{{Name: "ClusterName", Value: "blue"}}}}},
		},
		Definition: func(arn string) *awsx.TaskDefinition {
			return &awsx.TaskDefinition{Containers: []awsx.ContainerDefinition{{LogOptions: map[string]string{"awslogs-group": "/ecs" + arn[len(arn)-6:len(arn)-2]}}}}
		},
	}
}

// TestWhateverIsTiedIsFoundFromBothEnds: over any number of steps, and not through what
// services share.
func TestWhateverIsTiedIsFoundFromBothEnds(t *testing.T) {
	web := "service web, deployment PRIMARY web:4, revision web:4, task a1, task a2, instance i-0123456789, Auto Scaling group hosts, image web:v4, target group web, rule public 5, load balancer public, alarm web-5xx, alarm web-any, log /ecs/web, log lines of web"
	without := func(what ...string) string {
		kept := ", " + web
		for _, w := range what {
			kept = strings.Replace(kept, ", "+w+",", ",", 1)
		}
		return "cluster blue" + kept
	}
	for of, want := range map[string]string{
		arnHead + "service/blue/web":       without("service web"),
		arnHead + "task/blue/a1":           without("task a1"),
		arnHead + "task-definition/web:4":  without("revision web:4"),
		"ecs-svc/1":                        without("deployment PRIMARY web:4"),
		groupARN:                           without("target group web"),
		ruleARN:                            without("rule public 5"),
		listenARN:                          without("rule public 5"),
		arnHead + "task/blue/d1":           "cluster blue, revision job:2, instance i-0123456789, Auto Scaling group hosts, image job:v9",
		registry + "mail@" + digestOf("b"): "service mail, revision mail:1, task b1, instance i-0123456789, Auto Scaling group hosts, log /ecsmail",
		arnHead + "service/blue/mail":      "cluster blue, revision mail:1, task b1, instance i-0123456789, Auto Scaling group hosts, image mail:v1, alarm mail-cpu, log /ecsmail, log lines of mail",
		"arn:aws:ecr:eu-west-1:123456789012:repository/mail":            "service mail, revision mail:1, task b1, instance i-0123456789, Auto Scaling group hosts, log /ecsmail",
		"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-5xx":       "service web",
		"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-any":       "service web",
		"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:blue-reserved": "cluster blue",
		"arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/web":        "service web, deployment PRIMARY web:4, revision web:4, task a1, task a2, instance i-0123456789, Auto Scaling group hosts, image web:v4",
		arnHead + "container-instance/blue/c1":                          "cluster blue, service mail, service web, deployment PRIMARY web:4, revision job:2, revision mail:1, revision web:4, task a1, task a2, task b1, task d1, Auto Scaling group hosts, image job:v9, image mail:v1, image web:v4, log /ecs/web, log /ecsmail",
		"arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789":      "cluster blue, service mail, service web, deployment PRIMARY web:4, revision job:2, revision mail:1, revision web:4, task a1, task a2, task b1, task d1, Auto Scaling group hosts, image job:v9, image mail:v1, image web:v4, log /ecs/web, log /ecsmail",
		"arn:asg:hosts":                  "cluster blue, service mail, service web, deployment PRIMARY web:4, revision job:2, revision mail:1, revision web:4, task a1, task a2, task b1, task d1, instance i-0123456789, image job:v9, image mail:v1, image web:v4, log /ecs/web, log /ecsmail",
		arnHead + "service/blue/nowhere": "unknown",
		"arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/other/0123": "unknown",
	} {
		found, known := around().Related(awsx.Ref{ARN: of})
		var words []string
		for _, tie := range found {
			words = append(words, fmt.Sprintf("%s %s", tie.Kind, tie.Name))
		}
		if !known {
			words = []string{"unknown"}
		}
		if got := strings.Join(words, ", "); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", of, got, want)
		}
	}
}

// TestATieIsKnownFromTheOtherEndAsWell: that one thing is tied to another does not depend on
// which is asked, but for what is shared, where the way ends.
func TestATieIsKnownFromTheOtherEndAsWell(t *testing.T) {
	s := around()
	for _, task := range s.Tasks {
		found, _ := s.Related(task.Ref)
		for _, tie := range found {
			back, _ := s.Related(awsx.Ref{ARN: tie.ID})
			met := tie.Kind == TieAlarm || tie.Kind == TieLog || tie.Kind == TieBalancer || tie.Kind == TieCluster
			for _, b := range back {
				met = met || b.ID == task.Ref.ARN
			}
			if !met {
				t.Errorf("%s leads to %s %s, and that not back", task.ID, tie.Kind, tie.Name)
			}
		}
	}
}
