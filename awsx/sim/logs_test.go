package sim_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/output"
)

// recorder keeps what it is given.
type recorder struct {
	mu   sync.Mutex
	docs []output.Doc
}

func (r *recorder) WriteLog(d output.Doc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.docs = append(r.docs, d)
}

func (r *recorder) of(service string) []output.Doc {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.docs), func(d output.Doc) bool { return d.Service != service || d.Cluster != "prod" })
}

func TestALineIsShapedAsLogstashLeavesIt(t *testing.T) {
	var lines recorder
	live(t, sim.Options{Logs: &lines}, func(w *world) {
		time.Sleep(time.Minute)
		tasks := w.tasks("catalog", types.DesiredStatusRunning)
		docs := lines.of("catalog")
		if len(docs) == 0 {
			t.Fatal("the service wrote nothing")
		}
		name := regexp.MustCompile(`^ecs-catalog-4-catalog-[0-9a-f]{20}$`)
		for _, d := range docs {
			of := slices.IndexFunc(tasks, func(t types.Task) bool { return *t.Containers[0].RuntimeId == d.ContainerID })
			if of < 0 || len(d.ContainerID) != 64 || !name.MatchString(d.ContainerName) {
				t.Fatalf("document %+v is of no task", d)
			}
			doc := d.Document()
			if doc["level"] != 6 && doc["level"] != 3 || doc["version"] != "1.1" || doc["tag"] != d.ContainerID[:12] || !strings.HasPrefix(d.Host, "ip-") || d.Message == "" {
				t.Errorf("document %+v", d)
			}
		}
		raw, err := json.Marshal(docs[0].Document())
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"@timestamp", "container_id", "container_name", "image_name", "image_id", "command", "created", "tag", "host", "source_host", "level", "message", "version"} {
			if _, ok := fields[want]; !ok {
				t.Errorf("no field %s in %s", want, raw)
			}
		}
		if len(fields) != 13 {
			t.Errorf("%d fields in %s, want 13", len(fields), raw)
		}
	})
}

func TestEachDriverLeavesItsOwnShape(t *testing.T) {
	var lines recorder
	live(t, sim.Options{Logs: &lines}, func(w *world) {
		time.Sleep(2 * time.Minute)
		for service, fields := range map[string][]string{
			"inventory":   {"container_id", "container_name", "source", "log"},
			"sessions":    {"container_id", "container_name", "source", "log", "ecs_cluster", "ecs_task_arn", "ecs_task_definition", "ec2_instance_id"},
			"users":       {"message", "stream", "host", "input", "container"},
			"worker-mail": {"program", "logsource", "message", "facility_label", "severity"},
		} {
			docs := lines.of(service)
			if len(docs) == 0 {
				t.Errorf("%s wrote nothing", service)
				continue
			}
			doc := docs[0].Document()
			for _, field := range append(fields, "@timestamp") {
				if doc[field] == nil || doc[field] == "" {
					t.Errorf("%s: no field %s in %v", service, field, doc)
				}
			}
			if len(doc) != len(fields)+1 {
				t.Errorf("%s: %d fields in %v", service, len(doc), doc)
			}
		}
		session := lines.of("sessions")[0].Document()
		if !slices.ContainsFunc(w.tasks("sessions", types.DesiredStatusRunning), func(t types.Task) bool { return *t.TaskArn == session["ecs_task_arn"] }) ||
			session["ecs_task_definition"] != "sessions:3" || session["ecs_cluster"] != "prod" {
			t.Errorf("a line of sessions says %v", session)
		}
	})
}

func TestACrashExplainsItselfInTheLog(t *testing.T) {
	var lines recorder
	live(t, sim.Options{Logs: &lines}, func(w *world) {
		time.Sleep(2 * time.Minute)
		traces := map[string]bool{}
		for _, d := range lines.of("api-orders") {
			if strings.HasSuffix(d.Message, "KeyError: 'DB_URL'") && strings.Contains(d.Message, "Traceback") && d.Stderr {
				traces[d.ContainerID] = true
			}
		}
		for _, task := range w.tasks("api-orders", types.DesiredStatusStopped) {
			if task.StopCode == types.TaskStopCodeEssentialContainerExited && !traces[*task.Containers[0].RuntimeId] {
				t.Errorf("task %s left no trace of why it ended", *task.TaskArn)
			}
		}
		degraded := slices.ContainsFunc(lines.of("api-checkout"), func(d output.Doc) bool {
			return strings.Contains(d.Message, "Connection is not available") && strings.Contains(d.Message, "\n\tat ")
		})
		if !degraded {
			t.Error("api-checkout does not say why its health check fails")
		}
	})
}

func TestLinesComeInOrderOfTimeAndReachBack(t *testing.T) {
	var lines recorder
	live(t, sim.Options{Logs: &lines}, func(w *world) {
		start := time.Now()
		time.Sleep(30 * time.Second)
		lines.mu.Lock()
		defer lines.mu.Unlock()
		// A trace is stamped just before the exit that it explains.
		const slack = 100 * time.Millisecond
		for i := 1; i < len(lines.docs); i++ {
			if lines.docs[i].Time.Before(lines.docs[i-1].Time.Add(-slack)) {
				t.Fatalf("line %d of %s comes after one of %s", i, lines.docs[i].Time, lines.docs[i-1].Time)
			}
		}
		if reach := start.Sub(lines.docs[0].Time); reach < 5*time.Minute {
			t.Errorf("the first line is %s old, want some minutes", reach)
		}
	})
}
