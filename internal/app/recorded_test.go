package app

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk"
)

type object = map[string]any

// recorded is an account that only answers, in the shapes that AWS gives, some of
// which the simulator does not have.
type recorded struct {
	services, tasks []object
	missing         []string // tasks that are listed and cannot be described
	definitions     map[string]object
	health          map[string][]object // of target groups, by ARN
	rules           map[string]object   // weights by target group, by the rule's ARN
}

func anARN(resource string) string { return "arn:aws:ecs:eu-west-1:210987654321:" + resource }

func aGroup(name string) string {
	return "arn:aws:elasticloadbalancing:eu-west-1:210987654321:targetgroup/" + name + "/5f0e1d2c3b4a5968"
}

// before is a moment so long ago.
func before(d time.Duration) float64 { return float64(time.Now().Add(-d).UnixMilli()) / 1000 }

// RoundTrip implements http.RoundTripper.
func (a *recorded) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if _, op, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		var in object
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
		out := a.ecs(op, in)
		if out == nil {
			return refuses(r, "UnknownOperationException", ""), nil
		}
		text, err := json.Marshal(out)
		return says(r, http.StatusOK, "application/x-amz-json-1.1", string(text)), err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	op := form.Get("Action")
	out := a.balancing(op, form)
	if out == nil {
		return refuses(r, "InvalidAction", op), nil
	}
	return says(r, http.StatusOK, "text/xml", asXML(op+"Response", object{op + "Result": out})), nil
}

func (a *recorded) ecs(op string, in object) object {
	arns := func(items []object, field string, want func(object) bool) []string {
		out := []string{}
		for _, x := range items {
			if want(x) {
				out = append(out, x[field].(string))
			}
		}
		return out
	}
	pick := func(items []object, field string, names any) []object {
		out := []object{}
		for _, x := range items {
			if slices.Contains(names.([]any), x[field]) {
				out = append(out, x)
			}
		}
		return out
	}
	switch op {
	case "ListClusters":
		return object{"clusterArns": []string{anARN("cluster/shapes")}}
	case "DescribeClusters":
		return object{"clusters": []object{{"clusterArn": anARN("cluster/shapes"), "clusterName": "shapes", "status": "ACTIVE", "activeServicesCount": len(a.services)}}}
	case "ListServices":
		return object{"serviceArns": arns(a.services, "serviceArn", func(object) bool { return true })}
	case "DescribeServices":
		return object{"services": pick(a.services, "serviceArn", in["services"])}
	case "ListTasks":
		desired := in["desiredStatus"]
		listed := arns(a.tasks, "taskArn", func(x object) bool {
			return desired == nil && x["desiredStatus"] == "RUNNING" || desired == x["desiredStatus"]
		})
		if desired != "STOPPED" {
			listed = append(listed, a.missing...)
		}
		return object{"taskArns": listed}
	case "DescribeTasks":
		failures := []object{}
		for _, arn := range a.missing {
			if slices.Contains(in["tasks"].([]any), any(arn)) {
				failures = append(failures, object{"arn": arn, "reason": "MISSING"})
			}
		}
		return object{"tasks": pick(a.tasks, "taskArn", in["tasks"]), "failures": failures}
	case "DescribeTaskDefinition":
		if d := a.definitions[in["taskDefinition"].(string)]; d != nil {
			return object{"taskDefinition": d}
		}
	case "ListContainerInstances":
		return object{"containerInstanceArns": []string{}}
	}
	return nil
}

func (a *recorded) balancing(op string, form url.Values) object {
	named := func(list string) (out []string) {
		for i := 1; form.Has(fmt.Sprintf("%s.member.%d", list, i)); i++ {
			out = append(out, form.Get(fmt.Sprintf("%s.member.%d", list, i)))
		}
		return out
	}
	switch op {
	case "DescribeTargetGroups":
		groups := []object{}
		for _, arn := range named("TargetGroupArns") {
			groups = append(groups, object{"TargetGroupArn": arn, "HealthCheckPath": "/up", "HealthCheckEnabled": true})
		}
		return object{"TargetGroups": groups}
	case "DescribeTargetHealth":
		return object{"TargetHealthDescriptions": a.health[form.Get("TargetGroupArn")]}
	case "DescribeRules":
		rules := []object{}
		for _, arn := range named("RuleArns") {
			groups := []object{}
			for group, weight := range a.rules[arn] {
				groups = append(groups, object{"TargetGroupArn": group, "Weight": weight})
			}
			rules = append(rules, object{"RuleArn": arn, "Actions": []object{{"Type": "forward", "ForwardConfig": object{"TargetGroups": groups}}}})
		}
		return object{"Rules": rules}
	}
	return nil
}

// asXML writes a tree as the Query protocol does.
func asXML(name string, v any) string {
	var b strings.Builder
	switch v := v.(type) {
	case object:
		for k, x := range v {
			b.WriteString(asXML(k, x))
		}
	case []object:
		for _, x := range v {
			b.WriteString(asXML("member", x))
		}
	default:
		fmt.Fprint(&b, v)
	}
	return "<" + name + ">" + b.String() + "</" + name + ">"
}

// serve adds a service at rest with two tasks of two hours, which edit changes.
func (a *recorded) serve(name string, edit func(s object)) {
	started := "ecs-svc/1" + name
	s := object{
		"serviceArn": anARN("service/shapes/" + name), "serviceName": name, "clusterArn": anARN("cluster/shapes"), "status": "ACTIVE",
		"desiredCount": 2, "runningCount": 2, "pendingCount": 0, "launchType": "FARGATE", "schedulingStrategy": "REPLICA",
		"taskDefinition": anARN("task-definition/" + name + ":5"), "deploymentController": object{"type": "ECS"},
		"deploymentConfiguration": object{"minimumHealthyPercent": 100, "maximumPercent": 200},
		"events":                  []object{{"id": name, "createdAt": before(time.Hour), "message": "(service " + name + ") has reached a steady state."}},
		"deployments": []object{{
			"id": started, "status": "PRIMARY", "taskDefinition": anARN("task-definition/" + name + ":5"), "desiredCount": 2, "runningCount": 2,
			"rolloutState": "COMPLETED", "createdAt": before(50 * time.Hour), "updatedAt": before(50 * time.Hour),
		}},
	}
	for i := range 2 {
		a.tasks = append(a.tasks, a.task(name, i, started))
	}
	edit(s)
	a.services = append(a.services, s)
}

func (a *recorded) task(service string, n int, started string) object {
	return object{
		"taskArn": anARN(fmt.Sprintf("task/shapes/%032x", len(a.tasks)+1)), "clusterArn": anARN("cluster/shapes"), "group": "service:" + service,
		"startedBy": started, "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "launchType": "FARGATE", "healthStatus": "UNKNOWN",
		"taskDefinitionArn": anARN("task-definition/" + service + ":5"), "createdAt": before(2 * time.Hour), "startedAt": before(2 * time.Hour),
		"containers": []object{{"name": "app", "lastStatus": "RUNNING", "networkInterfaces": []object{{"privateIpv4Address": fmt.Sprintf("10.3.0.%d", n+1)}}}},
	}
}

// died adds a task that stopped some minutes ago.
func (a *recorded) died(service, started string, minutes int, code, reason string, containers ...object) {
	t := a.task(service, 9, started)
	at := before(time.Duration(minutes) * time.Minute)
	t["lastStatus"], t["desiredStatus"], t["stopCode"], t["stoppedReason"], t["stoppedAt"], t["stoppingAt"] = "STOPPED", "STOPPED", code, reason, at, at
	if containers != nil {
		t["containers"] = containers
	}
	a.tasks = append(a.tasks, t)
}

// wrote puts an event before those of a service.
func wrote(s object, ago time.Duration, message string) {
	s["events"] = append([]object{{"id": message, "createdAt": before(ago), "message": "(service " + s["serviceName"].(string) + ") " + message}}, s["events"].([]object)...)
}

// balanced puts a service behind a target group.
func (a *recorded) balanced(s object, state, reason string) object {
	name := s["serviceName"].(string)
	var targets []object
	for i := range 2 {
		targets = append(targets, object{"Target": object{"Id": fmt.Sprintf("10.3.0.%d", i+1), "Port": 8080}, "TargetHealth": object{"State": state, "Reason": reason}})
	}
	a.health[aGroup(name)] = targets
	lb := object{"targetGroupArn": aGroup(name), "containerName": "app", "containerPort": 8080}
	s["loadBalancers"] = []object{lb}
	return lb
}

// rolling adds a deployment that one of two tasks belongs to.
func rolling(s object, ago time.Duration) {
	name := s["serviceName"].(string)
	old := s["deployments"].([]object)[0]
	old["status"], old["runningCount"] = "ACTIVE", 1
	s["deployments"] = []object{{
		"id": "ecs-svc/2" + name, "status": "PRIMARY", "taskDefinition": anARN("task-definition/" + name + ":6"), "desiredCount": 2, "runningCount": 1,
		"rolloutState": "IN_PROGRESS", "createdAt": before(ago), "updatedAt": before(ago),
	}, old}
}

// sets gives a service to another controller: the API has no deployments then.
func sets(s object, controller string, sets ...object) {
	name := s["serviceName"].(string)
	delete(s, "deployments")
	s["deploymentController"] = object{"type": controller}
	for i, set := range sets {
		set["taskSetArn"], set["taskDefinition"] = anARN("task-set/shapes/"+name), anARN(fmt.Sprintf("task-definition/%s:%d", name, 5+i))
		set["computedDesiredCount"], set["scale"] = 2, object{"value": 100, "unit": "PERCENT"}
	}
	s["taskSets"] = sets
}

// shapes is an account with the shapes that surprise, and how each service of it is
// to be judged.
func shapes() (*recorded, map[string]string) {
	a := &recorded{health: map[string][]object{}, rules: map[string]object{}, definitions: map[string]object{}}
	want := map[string]string{}
	add := func(name, verdict string, edit func(s object)) {
		want[name] = verdict
		a.serve(name, edit)
	}
	add("swapped", "+ ok", func(s object) {
		lb := a.balanced(s, "healthy", "")
		a.health[aGroup("swapped-alt")], a.health[aGroup("swapped")] = a.health[aGroup("swapped")], nil
		lb["advancedConfiguration"] = object{"alternateTargetGroupArn": aGroup("swapped-alt"), "productionListenerRule": "rule/swapped"}
		a.rules["rule/swapped"] = object{aGroup("swapped"): 0, aGroup("swapped-alt"): 100}
		s["deploymentConfiguration"].(object)["strategy"] = "BLUE_GREEN"
	})
	add("greendark", "x fail", func(s object) {
		lb := a.balanced(s, "healthy", "")
		a.health[aGroup("greendark-alt")] = []object{{"Target": object{"Id": "10.3.0.1", "Port": 8080}, "TargetHealth": object{"State": "unhealthy", "Reason": "Target.Timeout"}}}
		lb["advancedConfiguration"] = object{"alternateTargetGroupArn": aGroup("greendark-alt"), "productionListenerRule": "rule/greendark"}
		a.rules["rule/greendark"] = object{aGroup("greendark"): 0, aGroup("greendark-alt"): 1}
		rolling(s, 20*time.Minute)
		s["deploymentConfiguration"].(object)["strategy"] = "BLUE_GREEN"
	})
	add("flaps", "! degr", func(s object) {
		sets(s, "CODE_DEPLOY", object{"id": "ecs-svc/1flaps", "status": "PRIMARY", "runningCount": 2, "createdAt": before(30 * time.Hour)})
		for i := range 3 {
			a.died("flaps", "ecs-svc/1flaps", 10+i, "EssentialContainerExited", "Essential container in task exited", object{"name": "app", "exitCode": 3})
		}
	})
	add("greenset", "x fail", func(s object) {
		sets(s, "CODE_DEPLOY", object{"id": "ecs-svc/1greenset", "status": "PRIMARY", "runningCount": 2, "createdAt": before(30 * time.Hour)},
			object{"id": "ecs-svc/2greenset", "status": "ACTIVE", "runningCount": 0, "createdAt": before(20 * time.Minute)})
		for i := range 3 {
			a.died("greenset", "ecs-svc/2greenset", 2+i, "EssentialContainerExited", "Essential container in task exited", object{"name": "app", "exitCode": 4})
		}
	})
	add("outerset", "~ pend", func(s object) {
		sets(s, "EXTERNAL", object{"id": "ecs-svc/1outerset", "status": "PRIMARY", "runningCount": 2, "createdAt": before(30 * time.Hour)},
			object{"id": "ecs-svc/2outerset", "status": "ACTIVE", "runningCount": 0, "pendingCount": 1, "createdAt": before(time.Minute)})
	})
	add("nobodynew", "x fail", func(s object) { a.balanced(s, "unhealthy.draining", "Target.FailedHealthChecks") })
	add("theirfault", "! degr", func(s object) {
		a.balanced(s, "healthy", "")
		a.health[aGroup("theirfault")][1]["TargetHealth"] = object{"State": "unavailable", "Reason": "Elb.InternalError"}
	})
	add("untold", "?", func(object) {
		last := len(a.tasks) - 1
		a.missing = append(a.missing, a.tasks[last]["taskArn"].(string))
		a.tasks = a.tasks[:last]
	})
	add("nohosts", "~ pend", func(s object) {
		s["schedulingStrategy"], s["desiredCount"], s["runningCount"], s["deployments"] = "DAEMON", 0, 0, []object{}
		a.tasks = a.tasks[:len(a.tasks)-2]
	})
	add("helper", "! degr", func(object) {
		a.definitions[anARN("task-definition/helper:5")] = object{"taskDefinitionArn": anARN("task-definition/helper:5"), "family": "helper",
			"containerDefinitions": []object{{"name": "app", "image": "app", "essential": true}, {"name": "warmup", "image": "warmup", "essential": false}}}
		a.died("helper", "ecs-svc/1helper", 2, "EssentialContainerExited", "Essential container in task exited", object{"name": "warmup", "exitCode": 2}, object{"name": "app", "exitCode": 0})
	})
	add("shielded", "~ pend", func(s object) {
		s["desiredCount"] = 1
		wrote(s, time.Minute, "was unable to reach steady state because (taskSet ecs-svc/1shielded) was unable to scale in due to (reason 1 tasks under protection)")
	})
	add("wantslogin", "! degr", func(s object) {
		rolling(s, 6*time.Minute)
		wrote(s, time.Minute, "was unable to place a task. Reason: CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref quay.io/acme/till:9: failed to authorize: unexpected status: 401 Unauthorized")
	})
	add("everyday", "~ pend", func(s object) {
		rolling(s, 3*time.Minute)
		wrote(s, time.Minute, "is not AZ balanced with 2 tasks in eu-west-1a, 0 tasks in eu-west-1b. AZ Rebalancing in progress.")
	})
	add("bygone", "~ pend", func(s object) {
		s["events"] = []object{}
		rolling(s, 2*time.Minute)
		wrote(s, 30*time.Minute, "is unable to consistently start tasks successfully.")
	})
	add("oldlb", "+ ok", func(s object) {
		s["loadBalancers"] = []object{{"loadBalancerName": "elb-2014", "containerName": "app", "containerPort": 8080}}
	})
	add("spot", "+ ok", func(object) {
		a.died("spot", "ecs-svc/1spot", 2, "SpotInterruption", "Your Spot Task was interrupted.")
	})
	return a, want
}

// TestTheConsoleAndStatusAgreeOnShapesThatSurprise holds both against how such
// services are to be judged, and against each other.
func TestTheConsoleAndStatusAgreeOnShapesThatSurprise(t *testing.T) {
	var want map[string]string
	s := setting{w: 240, h: 60, opener: func(o sdk.Options) awsx.Opener {
		o.Transport, want = shapes()
		return sdk.NewStatic(o, sdk.Static{Region: simRegion, AccessKey: "AKID", SecretKey: "SECRET"})
	}}
	sit(t, s, func(t *testing.T, d *desk) {
		d.cluster("shapes").read()
		clusters, _, err := d.app.Clusters(t.Context())
		if err != nil || len(clusters) != 1 {
			t.Fatalf("%v %v", clusters, err)
		}
		agrees(t, d, clusters[0].Ref)
		for name, verdict := range want {
			row, _ := rowOf(d.Text(), name)
			if status := strings.TrimPrefix(strings.TrimLeft(row, "> *"), name); !strings.HasPrefix(strings.TrimSpace(status), verdict) {
				t.Errorf("%s is not %q: %s", name, verdict, row)
			}
		}
	})
}
