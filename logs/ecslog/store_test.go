package ecslog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/logs"
	"gantry/logs/elastic"
	"gantry/logs/sim"
)

// shipped is a way for lines to come into the store: a driver, its options, and how
// a document looks at the end.
type shipped struct {
	driver   string
	options  map[string]string
	document func(writer) map[string]any
	// cluster is true when a document tells it, so that the family's lines in other
	// clusters are not found; forgotten when a task that ECS has forgotten is found.
	cluster, forgotten bool
	// looked is a field that is looked for.
	looked string
	rule   Rule
}

// writer is a container that writes a line.
type writer struct {
	who                  string // in words, unique with the container
	account, cluster     string
	family, task         string
	container, runtimeID string
}

func (w writer) arn() string {
	return "arn:aws:ecs:eu-west-1:" + w.account + ":task/" + w.cluster + "/" + w.task
}

func (w writer) dockerName() string {
	return "ecs-" + w.family + "-7-" + dockerPart(w.container) + "-" + w.runtimeID[40:60]
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func ecsLabels(w writer, before, dot string) map[string]any {
	l := func(name string) string { return before + strings.Join([]string{"com", "amazonaws", "ecs", name}, dot) }
	return map[string]any{
		l("task-arn"): w.arn(), l("cluster"): w.cluster, l("container-name"): w.container,
		l("task-definition-family"): w.family, l("task-definition-version"): "7",
	}
}

func with(doc map[string]any, more ...map[string]any) map[string]any {
	for _, m := range more {
		maps.Copy(doc, m)
	}
	return doc
}

func gelfDocument(w writer) map[string]any {
	return map[string]any{"container_id": w.runtimeID, "container_name": w.dockerName(), "tag": w.runtimeID[:12], "level": 6, "version": "1.1"}
}

func fluentdDocument(w writer) map[string]any {
	return map[string]any{"container_id": w.runtimeID, "container_name": "/" + w.dockerName(), "source": "stdout"}
}

func firelensDocument(w writer) map[string]any {
	return with(fluentdDocument(w), map[string]any{
		"ecs_cluster": w.cluster, "ecs_task_arn": w.arn(), "ecs_task_definition": w.family + ":7", "ec2_instance_id": "i-1",
	})
}

func forwarded(group, stream string) func(writer) map[string]any {
	return func(w writer) map[string]any {
		return map[string]any{group: "/ecs/" + w.family, stream: "ecs/" + w.container + "/" + w.task}
	}
}

// shapes are all ways in which lines are read from a store of documents.
func shapes() map[string]shipped {
	asked := map[string]string{"labels": "com.amazonaws.ecs.task-arn,com.amazonaws.ecs.cluster"}
	streams := map[string]string{"awslogs-group": "/ecs/*", "awslogs-stream-prefix": "ecs"}
	return map[string]shipped{
		"gelf":     {driver: "gelf", document: gelfDocument, forgotten: true, looked: "container_id"},
		"fluentd":  {driver: "fluentd", document: fluentdDocument, forgotten: true, looked: "container_id"},
		"firelens": {driver: "awsfirelens", document: firelensDocument, cluster: true, forgotten: true, looked: "ecs_task_arn"},
		"gelf with labels": {
			driver: "gelf", options: asked, cluster: true, forgotten: true, looked: "com.amazonaws.ecs.task-arn",
			document: func(w writer) map[string]any { return with(gelfDocument(w), ecsLabels(w, "", ".")) },
		},
		"firelens on Fargate": {
			driver: "awsfirelens", cluster: true, forgotten: true, looked: "ecs_task_arn",
			document: func(w writer) map[string]any {
				return with(firelensDocument(w), map[string]any{"container_id": w.task + "-" + fmt.Sprint(len(w.container)), "container_name": w.container})
			},
		},
		"firelens without ids": {
			driver: "awsfirelens", cluster: true, forgotten: true, looked: "ecs_task_arn",
			document: func(w writer) map[string]any {
				doc := firelensDocument(w)
				delete(doc, "container_id")
				return doc
			},
		},
		"filebeat": {
			driver: "json-file", cluster: true, forgotten: true, looked: "container.labels.com_amazonaws_ecs_task-arn",
			document: func(w writer) map[string]any {
				return map[string]any{"container": map[string]any{"id": w.runtimeID, "name": w.dockerName(), "labels": ecsLabels(w, "", "_")}}
			},
		},
		"filebeat with dots": {
			driver: "", cluster: true, forgotten: true, looked: "container.labels.com.amazonaws.ecs.task-arn",
			document: func(w writer) map[string]any {
				return with(map[string]any{"container.id": w.runtimeID}, ecsLabels(w, "container.labels.", "."))
			},
		},
		"files by id": {
			driver: "json-file", looked: "container_id",
			document: func(w writer) map[string]any { return map[string]any{"container_id": w.runtimeID} },
		},
		"syslog": {
			driver: "syslog", looked: "process.name",
			document: func(w writer) map[string]any { return map[string]any{"program": w.runtimeID[:12]} },
		},
		"syslog with a name": {
			driver: "syslog", options: map[string]string{"tag": "{{.Name}}/{{.ID}}"}, forgotten: true, looked: "appname",
			document: func(w writer) map[string]any {
				return map[string]any{"appname": w.dockerName() + "/" + w.runtimeID[:12]}
			},
		},
		"syslog with a full id": {
			driver: "syslog", options: map[string]string{"tag": "app-{{ .FullID }}"}, looked: "syslogtag",
			document: func(w writer) map[string]any { return map[string]any{"syslogtag": "app-" + w.runtimeID + "[77]"} },
		},
		"journald by Filebeat": {
			driver: "journald", forgotten: true, looked: "container.id",
			document: func(w writer) map[string]any {
				return map[string]any{"container": map[string]any{"id": w.runtimeID, "id_truncated": w.runtimeID[:12], "name": w.dockerName()}}
			},
		},
		"journald as it is": {
			driver: "journald", forgotten: true, looked: "CONTAINER_ID_FULL",
			document: func(w writer) map[string]any {
				return map[string]any{"CONTAINER_ID_FULL": w.runtimeID, "CONTAINER_NAME": w.dockerName()}
			},
		},
		"awslogs by AWS's function": {
			driver: "awslogs", options: streams, rule: Rule{Documents: true}, forgotten: true, looked: "@log_stream",
			document: forwarded("@log_group", "@log_stream"),
		},
		"awslogs by Filebeat": {
			driver: "awslogs", options: streams, rule: Rule{Documents: true}, forgotten: true, looked: "aws.cloudwatch.log_stream",
			document: forwarded("aws.cloudwatch.log_group", "aws.cloudwatch.log_stream"),
		},
	}
}

// crowd are the containers that write in one shape: two tasks of a service that are
// known, one that is forgotten, and those that are not to be taken for it.
func crowd(shape, family string) []writer {
	var all []writer
	for _, w := range []writer{
		{who: "first", account: "111", cluster: "prod", family: family},
		{who: "second", account: "111", cluster: "prod", family: family},
		{who: "forgotten", account: "111", cluster: "prod", family: family},
		{who: "staging", account: "111", cluster: "staging", family: family},
		{who: "elsewhere", account: "222", cluster: "prod", family: family},
		{who: "worker", account: "111", cluster: "prod", family: family + "-worker"},
		{who: "other", account: "111", cluster: "prod", family: "my-" + family},
	} {
		w.task = digest(shape + w.who)[:32]
		for _, w.container = range []string{"web", "side_car"} {
			w.runtimeID = digest(shape + w.who + w.container)
			all = append(all, w)
		}
	}
	return all
}

func familyOf(shape string) string { return "api-" + digest(shape)[:4] }

// seenTask is a writer's task as ECS tells of it.
func seenTask(shape string, ws []writer) awsx.Task {
	w := ws[0]
	t := awsx.Task{
		ID: w.task, Ref: awsx.Ref{ARN: w.arn(), Cluster: "arn:aws:ecs:eu-west-1:111:cluster/prod"},
		TaskDefinition: "arn:aws:ecs:eu-west-1:111:task-definition/" + w.family + ":7", Group: "service:" + w.family,
	}
	for _, w := range ws {
		id := w.runtimeID
		if strings.HasSuffix(shape, "Fargate") {
			id = w.task + "-" + fmt.Sprint(len(w.container))
		}
		t.Containers = append(t.Containers, awsx.Container{Name: w.container, RuntimeID: id})
	}
	return t
}

func seenDefinition(s shipped, family string) *awsx.TaskDefinition {
	td := &awsx.TaskDefinition{Family: family}
	for _, name := range []string{"web", "side_car"} {
		options := maps.Clone(s.options)
		if group := options["awslogs-group"]; group != "" {
			options["awslogs-group"] = "/ecs/" + family
		}
		td.Containers = append(td.Containers, awsx.ContainerDefinition{Name: name, LogDriver: s.driver, LogOptions: options})
	}
	return td
}

// said is a line in words: its shape, its writer and its container.
func said(shape string, w writer) string { return shape + ": " + w.who + "/" + w.container }

// filledStore is a store with the lines of all shapes in one index.
func filledStore(t *testing.T) *elastic.Source {
	t.Helper()
	store := sim.New(sim.Options{})
	at := time.Now().Add(-time.Hour)
	for shape, s := range shapes() {
		for _, w := range crowd(shape, familyOf(shape)) {
			at = at.Add(time.Second)
			if err := store.Index("", with(s.document(w), map[string]any{"message": said(shape, w)}), at); err != nil {
				t.Fatal(err)
			}
		}
	}
	src, err := elastic.Open(elastic.Config{Addresses: []string{"http://logs.invalid"}, Transport: store.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// lines reads what a derivation finds: each line in words, with who wrote it by its
// origin, and a mark where nothing but the family says so.
func lines(t *testing.T, src logs.Source, d Derivation) []string {
	t.Helper()
	page, err := src.Since(t.Context(), d.Query, logs.Range{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range page.Entries {
		o := d.Origins.Of(&e)
		mark := " of " + o.TaskID + "/" + o.Container
		if o.ByFamily {
			mark = " by family"
		} else if o.Task.ARN == "" {
			mark = " of nobody"
		}
		out = append(out, e.Message+mark)
	}
	slices.Sort(out)
	return out
}

func TestEachDerivationFindsItsOwnLines(t *testing.T) {
	src := filledStore(t)
	for shape, s := range shapes() {
		t.Run(shape, func(t *testing.T) {
			family := familyOf(shape)
			writers := crowd(shape, family)
			td := seenDefinition(s, family)
			first, second := seenTask(shape, writers[:2]), seenTask(shape, writers[2:4])
			service := awsx.Service{Name: family, Ref: awsx.Ref{Cluster: first.Ref.Cluster}, TaskDefinition: first.TaskDefinition}
			registry := Standard().Ruled(func(Subject) Rule { return s.rule })
			known := func(ws ...writer) (out []string) {
				for _, w := range ws {
					out = append(out, said(shape, w)+" of "+w.task+"/"+w.container)
				}
				return out
			}
			byFamily := known(writers[:4]...)
			if s.forgotten {
				more := []string{"forgotten"}
				if !s.cluster {
					more = append(more, "staging", "elsewhere")
				}
				for _, w := range writers {
					if slices.Contains(more, w.who) {
						byFamily = append(byFamily, said(shape, w)+" by family")
					}
				}
			}
			for name, c := range map[string]struct {
				subject Subject
				want    []string
			}{
				"service":   {OfService(service, []awsx.Task{first, second}, td), byFamily},
				"task":      {OfTask(first, td), known(writers[:2]...)},
				"container": {OfContainer(first, "side_car", td), known(writers[1])},
			} {
				d, err := registry.Derive(c.subject)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				slices.Sort(c.want)
				if got := lines(t, src, d); !slices.Equal(got, c.want) {
					t.Errorf("%s: %s\ngot\n  %s\nwant\n  %s", name, d.Query, strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
				}
			}
		})
	}
}

// TestFieldsThatAreMissingAreNamed asks an index of another kind of document.
func TestFieldsThatAreMissingAreNamed(t *testing.T) {
	store := sim.New(sim.Options{})
	now := time.Now()
	if err := store.Index("", map[string]any{"message": "of something else"}, now); err != nil {
		t.Fatal(err)
	}
	src, err := elastic.Open(elastic.Config{Addresses: []string{"http://logs.invalid"}, Transport: store.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	for shape, s := range shapes() {
		family := familyOf(shape)
		subject := OfTask(seenTask(shape, crowd(shape, family)[:2]), seenDefinition(s, family))
		d, err := Standard().Ruled(func(Subject) Rule { return s.rule }).Derive(subject)
		if err != nil {
			t.Fatal(err)
		}
		x, err := src.Explain(t.Context(), d.Query, logs.Range{})
		if err != nil || x.Cause != logs.NoFields || !slices.Contains(x.Looked, s.looked) || len(x.Found) > 0 {
			t.Errorf("%s: %s (%v), want a word about %s", shape, x, err, s.looked)
		}
		x, err = src.Explain(t.Context(), d.Query, logs.Range{From: now.Add(time.Hour)})
		if err != nil || x.Cause != logs.NoDocuments {
			t.Errorf("%s, later: %s (%v)", shape, x, err)
		}
	}
}
