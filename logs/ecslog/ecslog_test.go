package ecslog

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/logs"
)

var (
	idA = strings.Repeat("a1", 32)
	idB = strings.Repeat("b2", 32)
	idC = strings.Repeat("c3", 32)
)

func task(id, definition string, containers ...awsx.Container) awsx.Task {
	return awsx.Task{
		ID: id, TaskDefinition: "arn:aws:ecs:eu-west-1:000000000000:task-definition/" + definition,
		Ref: awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:000000000000:task/prod/" + id}, Containers: containers,
	}
}

func definition(drivers ...string) *awsx.TaskDefinition {
	td := &awsx.TaskDefinition{Family: "api"}
	for i, d := range drivers {
		td.Containers = append(td.Containers, awsx.ContainerDefinition{
			Name: []string{"web", "side_car"}[i], LogDriver: d, LogOptions: map[string]string{"gelf-address": "udp://logs:12201"},
		})
	}
	return td
}

func web(id string) awsx.Container  { return awsx.Container{Name: "web", RuntimeID: id} }
func side(id string) awsx.Container { return awsx.Container{Name: "side_car", RuntimeID: id} }

func TestDerivedQueries(t *testing.T) {
	service := awsx.Service{Name: "api", TaskDefinition: "arn:aws:ecs:eu-west-1:000000000000:task-definition/api:7"}
	two := []awsx.Task{task("t1", "api:7", web(idA), side(idB)), task("t2", "api:6", web(idC), side(""))}
	short := func(ids ...string) string {
		var out []string
		for _, id := range ids {
			out = append(out, id, id[:12])
		}
		return "container_id:(" + strings.Join(out, " or ") + ")"
	}
	for name, c := range map[string]struct {
		subject     Subject
		query, says string
	}{
		"service": {
			OfService(service, two[1:], definition("gelf", "gelf")),
			"lucene:((container_id:" + idC + " OR container_id:" + idC[:12] + ") OR (container_name:/\\/?ecs-api-[0-9]+-.*/ OR container_name.keyword:/\\/?ecs-api-[0-9]+-.*/))",
			"service api: lines with the ids of 1 container in 1 task (gelf), or container names of family api (gelf; marked, as another cluster may run it too)",
		},
		"service that lost its tasks": {
			OfService(service, nil, definition("gelf")),
			`lucene:(container_name:/\/?ecs-api-[0-9]+-.*/ OR container_name.keyword:/\/?ecs-api-[0-9]+-.*/)`,
			"service api: lines with container names of family api (gelf; marked, as another cluster may run it too)",
		},
		"task": {
			OfTask(two[0], definition("gelf", "gelf")),
			short(idA, idB),
			"task t1: lines with the ids of 2 containers in 1 task (gelf)",
		},
		"task with a container of another driver": {
			OfTask(two[0], definition("gelf", "splunk")),
			short(idA),
			"task t1: lines with the ids of 1 container in 1 task (gelf)",
		},
		"container": {
			OfContainer(two[0], "side_car", definition("gelf", "gelf")),
			short(idB),
			"container side_car: lines with the ids of 1 container in 1 task (gelf)",
		},
		"task that has not started": {
			OfTask(task("t3", "api:7", web("")), definition("gelf")),
			"not *",
			"task t3 has no container that has started yet",
		},
		"definition that could not be read": {
			OfTask(two[0], nil),
			short(idA, idB),
			"task t1: lines with the ids of 2 containers in 1 task (gelf)",
		},
	} {
		d, err := Standard().Derive(c.subject)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := d.Query.String(); got != c.query {
			t.Errorf("%s: query\ngot  %s\nwant %s", name, got, c.query)
		}
		if d.Description != c.says {
			t.Errorf("%s: description\ngot  %s\nwant %s", name, d.Description, c.says)
		}
	}
}

func TestNotesSayWhatIsMissing(t *testing.T) {
	d, err := Standard().Derive(OfTask(task("t1", "api:7", web(idA)), definition("gelf", "splunk")))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(d.Notes, "\n")
	for _, want := range []string{"log driver splunk of container side_car is not read", "gelf over UDP"} {
		if !strings.Contains(got, want) {
			t.Errorf("the notes %q lack %q", got, want)
		}
	}
}

func TestDriversThatAreNotReadAreNamed(t *testing.T) {
	for _, c := range []struct {
		subject Subject
		want    string
	}{
		{OfTask(task("t1", "api:7", web(idA)), definition("splunk")), "logs of task t1: invalid: log driver splunk of container web is not read (lines are read of containers that log through awsfirelens, awslogs, fluentd, gelf, journald, json-file, syslog)"},
		{OfContainer(task("t1", "api:7", web(idA)), "nope", definition("gelf")), `the task definition has no container "nope"`},
	} {
		_, err := Standard().Derive(c.subject)
		if fault.ClassOf(err) != fault.Invalid || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestAFamilyIsNotItsNamesake(t *testing.T) {
	m := Gelf().ByFamily(Wanted{Families: []string{"api"}}).(logs.Match)
	one := Gelf().ByFamily(Wanted{Families: []string{"api"}, Container: "side_car"}).(logs.Match)
	for name, want := range map[string][2]bool{
		"ecs-api-7-web-00ff00ff00ff00ff00ff":        {true, false},
		"/ecs-api-12-sidecar-00ff00ff00ff00ff00ff":  {true, true},
		"ecs-api-worker-7-web-00ff00ff00ff00ff00ff": {false, false},
		"my-ecs-api-7-web-00ff":                     {false, false},
	} {
		for i, match := range []logs.Match{m, one} {
			if got := regexp.MustCompile("^(?:" + match.Values[0] + ")$").MatchString(name); got != want[i] {
				t.Errorf("%s matches %s: %v, want %v", match, name, got, want[i])
			}
		}
	}
}

func TestALineIsAttributed(t *testing.T) {
	s := OfService(awsx.Service{Name: "api", TaskDefinition: "api:7"}, []awsx.Task{task("t1", "api:7", web(idA))}, nil)
	d, err := Standard().Derive(s)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		container, dockerName string
		want                  Origin
	}{
		"full id":         {idA, "", Origin{Task: s.Tasks[0].Ref, TaskID: "t1", Container: "web", Revision: "7"}},
		"short id":        {idA[:12], "", Origin{Task: s.Tasks[0].Ref, TaskID: "t1", Container: "web", Revision: "7"}},
		"another id":      {idA[:12] + strings.Repeat("0", 52), "", Origin{ByFamily: true}},
		"forgotten task":  {idB, "/ecs-api-5-web-front-00ff", Origin{Container: "web-front", Revision: "5", ByFamily: true}},
		"another service": {idB, "ecs-api-worker-5-web-00ff", Origin{ByFamily: true}},
		"no id at all":    {"", "", Origin{ByFamily: true}},
	} {
		source, _ := json.Marshal(map[string]string{"container_name": c.dockerName})
		if got := d.Origins.Of(&logs.Entry{Container: c.container, Source: source}); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

func TestAQueryNamesABoundedNumberOfContainers(t *testing.T) {
	s := Subject{Kind: "service", Name: "big"}
	for i := range maxContainers + 10 {
		s.Tasks = append(s.Tasks, task(fmt.Sprint(i), "big:1", web(fmt.Sprintf("%064x", i))))
	}
	d, err := Standard().Derive(s)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Query.Where.(logs.Match).Values); n != 2*maxContainers {
		t.Errorf("the query has %d ids, want %d", n, 2*maxContainers)
	}
	if !strings.Contains(strings.Join(d.Notes, "\n"), "only the 2000 youngest containers") {
		t.Errorf("the notes %q do not say so", d.Notes)
	}
}

// logged is a definition of containers that log through awslogs, by their options.
func logged(options ...map[string]string) *awsx.TaskDefinition {
	td := definition(make([]string, len(options))...)
	for i, o := range options {
		td.Containers[i].LogDriver, td.Containers[i].LogOptions = "awslogs", o
	}
	return td
}

func awslogs(group, region, prefix string) map[string]string {
	o := map[string]string{"awslogs-group": group, "mode": "blocking"}
	if region != "" {
		o["awslogs-region"] = region
	}
	if prefix != "" {
		o["awslogs-stream-prefix"] = prefix
	}
	return o
}

func TestLogStreamsAreDerived(t *testing.T) {
	service := awsx.Service{Name: "api", TaskDefinition: "arn:aws:ecs:eu-west-1:000000000000:task-definition/api:7"}
	two := []awsx.Task{task("t1", "api:7", web(idA), side(idB)), task("t2", "api:6", web(idC), side(""))}
	mixed := definition("gelf", "")
	mixed.Containers[1].LogDriver, mixed.Containers[1].LogOptions = "awslogs", awslogs("/ecs/api", "", "ecs")
	for name, c := range map[string]struct {
		subject     Subject
		query, says string
		notes       string
	}{
		"task": {
			OfTask(two[0], logged(awslogs("/ecs/api", "eu-west-1", "ecs"), awslogs("/ecs/api", "eu-west-1", "ecs"))),
			"log_region:\"eu-west-1\" and log_group:\"/ecs/api\" and log_stream:(\"ecs/web/t1\" or \"ecs/side_car/t1\")",
			"task t1: lines with the log streams of 2 containers in 1 task (awslogs)", "",
		},
		"containers of different groups": {
			OfTask(two[0], logged(awslogs("/b", "", "ecs"), awslogs("/a", "us-east-1", ""))),
			"(log_region:\"us-east-1\" and log_group:\"/a\" and log_stream:" + idB + ") or (log_group:\"/b\" and log_stream:\"ecs/web/t1\")",
			"task t1: lines with the log streams of 2 containers in 1 task (awslogs)", "",
		},
		"service in a group of its own": {
			OfService(service, two, logged(awslogs("/ecs/api", "", "ecs"))),
			`(log_group:"/ecs/api" and log_stream:("ecs/web/t1" or "ecs/web/t2")) or (log_group:"/ecs/api" and log_stream:ecs/web/*)`,
			"service api: lines with the log streams of 2 containers in 2 tasks (awslogs), or log stream prefix of family api (awslogs; marked, as another cluster may run it too)", "",
		},
		"service in a group of many": {
			OfService(service, two[:1], logged(awslogs("/ecs/prod", "", "ecs"))),
			`log_group:"/ecs/prod" and log_stream:"ecs/web/t1"`,
			"service api: lines with the log streams of 1 container in 1 task (awslogs)",
			"log group /ecs/prod does not say whose a log stream is",
		},
		"sidecar": {
			OfTask(two[0], mixed),
			"(log_group:\"/ecs/api\" and log_stream:\"ecs/side_car/t1\") or container_id:(" + idA + " or " + idA[:12] + ")",
			"task t1: lines with the log streams of 1 container in 1 task (awslogs), or the ids of 1 container in 1 task (gelf)",
			"gelf over UDP",
		},
		"no group": {
			OfTask(two[0], logged(map[string]string{})), "not *", "task t1 has no container that has started yet", "container web names no log group",
		},
		"no mode": {
			OfTask(two[0], logged(map[string]string{"awslogs-group": "/a"})), "log_group:\"/a\" and log_stream:" + idA,
			"task t1: lines with the log streams of 1 container in 1 task (awslogs)", "where the account's default is non-blocking",
		},
	} {
		d, err := Standard().Derive(c.subject)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := d.Query.String(); got != c.query {
			t.Errorf("%s: query\ngot  %s\nwant %s", name, got, c.query)
		}
		if d.Description != c.says {
			t.Errorf("%s: description\ngot  %s\nwant %s", name, d.Description, c.says)
		}
		if got := strings.Join(d.Notes, "; "); !strings.HasPrefix(got, c.notes) && !strings.Contains(got, c.notes) || c.notes == "" && got != "" {
			t.Errorf("%s: notes %q, want %q", name, got, c.notes)
		}
	}
}

func TestALineOfALogStreamIsAttributed(t *testing.T) {
	s := OfService(awsx.Service{Name: "api", TaskDefinition: "api:7"}, []awsx.Task{task("t1", "api:7", web(idA))}, logged(awslogs("/ecs/api", "", "a/b")))
	d, err := Standard().Derive(s)
	if err != nil {
		t.Fatal(err)
	}
	for stream, want := range map[string]Origin{
		"a/b/web/t1":   {Task: s.Tasks[0].Ref, TaskID: "t1", Container: "web", Revision: "7"},
		"a/b/web/gone": {TaskID: "gone", Container: "web", ByFamily: true},
		"elsewhere":    {ByFamily: true},
	} {
		source, _ := json.Marshal(map[string]string{logs.FieldStream: stream})
		if got := d.Origins.Of(&logs.Entry{Source: source}); got != want {
			t.Errorf("%s: got %+v, want %+v", stream, got, want)
		}
	}
}
