//go:build integration

package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim/output"
	"gantry/logs"
	"gantry/logs/ecslog"
)

// shipping is a log driver with what its lines can be told apart by.
type shipping struct {
	driver  string
	options map[string]string
	// document is the shape where the simulator has none.
	document func(output.Doc) map[string]any
	rule     ecslog.Rule
	// byFamily are those whose lines the family alone brings.
	byFamily []string
}

func shippings() map[string]shipping {
	streams := map[string]string{"awslogs-group": "/ecs/all", "awslogs-stream-prefix": "ecs"}
	known := []string{"forgotten"}
	everyone := []string{"forgotten", "staging", "elsewhere"}
	return map[string]shipping{
		"gelf":        {driver: "gelf", byFamily: everyone},
		"fluentd":     {driver: "fluentd", byFamily: everyone},
		"awsfirelens": {driver: "awsfirelens", byFamily: known},
		"json-file":   {driver: "json-file", byFamily: known},
		"syslog":      {driver: "syslog"},
		"syslog by name": {
			driver: "syslog", options: map[string]string{"tag": "{{.Name}}/{{.ID}}"}, byFamily: everyone,
			document: func(d output.Doc) map[string]any {
				return map[string]any{"appname": d.ContainerName + "/" + d.ContainerID[:12]}
			},
		},
		"journald": {
			driver: "journald", byFamily: everyone,
			document: func(d output.Doc) map[string]any {
				return map[string]any{"CONTAINER_ID_FULL": d.ContainerID, "CONTAINER_NAME": d.ContainerName, "MESSAGE": d.Message}
			},
		},
		"awslogs": {
			driver: "awslogs", options: streams, rule: ecslog.Rule{Documents: true},
			document: func(d output.Doc) map[string]any {
				return map[string]any{"@log_group": "/ecs/all", "@log_stream": "ecs/" + d.Container + "/" + awsx.ARNName(d.TaskARN)}
			},
		},
	}
}

// shippers are the containers that log through one driver, two of each task.
func shippers(how string, s shipping) []output.Doc {
	family := "shop-" + digest(how)[:4]
	var all []output.Doc
	for _, w := range []struct{ who, account, cluster, family string }{
		{"first", "111", "prod", family}, {"second", "111", "prod", family}, {"forgotten", "111", "prod", family},
		{"staging", "111", "staging", family}, {"elsewhere", "222", "prod", family},
		{"worker", "111", "prod", family + "-worker"}, {"other", "111", "prod", "my-" + family},
	} {
		for _, container := range []string{"web", "side_car"} {
			id := digest(how + w.who + container)
			all = append(all, output.Doc{
				Driver: s.driver, Message: how + ": " + w.who + "/" + container, ContainerID: id, Container: container,
				ContainerName: "ecs-" + w.family + "-7-" + strings.ReplaceAll(container, "_", "") + "-" + id[:20],
				TaskARN:       "arn:aws:ecs:eu-west-1:" + w.account + ":task/" + w.cluster + "/" + digest(how + w.who)[:32],
				Family:        w.family, Revision: 7, Cluster: w.cluster,
			})
		}
	}
	return all
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// derivations keeps the lines of all drivers in one pattern of two indices, one
// with text and keyword fields, the other with keywords alone, and looks for each
// service, task and container.
func (es indexer) derivations(t *testing.T) {
	es.call("PUT", "/driver-lines-2", `{"mappings":{"dynamic_templates":[{"strings":{"match_mapping_type":"string","mapping":{"type":"keyword"}}}],
		"properties":{"message":{"type":"text"},"log":{"type":"text"}}}}`)
	at := time.Now().Add(-time.Hour)
	var lines []line
	for how, s := range shippings() {
		for i, d := range shippers(how, s) {
			at = at.Add(time.Second)
			doc := d.Document()
			if s.document != nil {
				doc = s.document(d)
				doc["message"] = d.Message
			}
			// A shipper puts an object there, another a name: one index takes but one.
			delete(doc, "host")
			delete(doc, "@timestamp")
			doc["said"] = d.Message
			lines = append(lines, line{index: "driver-lines-" + []string{"1", "2"}[i%2], n: len(lines), at: at, more: doc})
		}
	}
	es.write(true, lines...)
	src := es.source(t, "driver-lines-*")
	for how, s := range shippings() {
		docs := shippers(how, s)
		service, first, tasks, definition := accountOf(docs, s)
		said := func(mark string, docs ...output.Doc) (out []string) {
			for _, d := range docs {
				out = append(out, d.Message+mark)
			}
			return out
		}
		all := said("", docs[:4]...)
		for _, d := range docs {
			if slices.ContainsFunc(s.byFamily, func(who string) bool { return strings.Contains(d.Message, ": "+who+"/") }) {
				all = append(all, said(" by family", d)...)
			}
		}
		for _, c := range []struct {
			subject ecslog.Subject
			want    []string
		}{
			{ecslog.OfService(service, tasks, definition), all},
			{ecslog.OfTask(first, definition), said("", docs[:2]...)},
			{ecslog.OfContainer(first, "side_car", definition), said("", docs[1])},
		} {
			d, err := ecslog.Standard().Ruled(func(ecslog.Subject) ecslog.Rule { return s.rule }).Derive(c.subject)
			if err != nil {
				t.Errorf("%s: %v", how, err)
				continue
			}
			page, err := src.Since(t.Context(), d.Query, logs.Range{}, 100)
			var got []string
			for _, e := range page.Entries {
				text, _ := e.Field("said")
				if d.Origins.Of(&e).ByFamily {
					text += " by family"
				}
				got = append(got, text)
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if err != nil || page.Partial != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s: %s finds (%v, %v)\n  %s\nwant\n  %s", c.subject.Kind, d.Query, err, page.Partial, strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		}
	}
}

// accountOf is what ECS tells of the first two writers' service.
func accountOf(docs []output.Doc, s shipping) (service awsx.Service, first awsx.Task, tasks []awsx.Task, td *awsx.TaskDefinition) {
	const cluster = "arn:aws:ecs:eu-west-1:111:cluster/prod"
	family := docs[0].Family
	td = &awsx.TaskDefinition{Family: family}
	for pair := range slices.Chunk(docs[:4], 2) {
		task := awsx.Task{ID: awsx.ARNName(pair[0].TaskARN), Ref: awsx.Ref{Cluster: cluster, ARN: pair[0].TaskARN}, TaskDefinition: family + ":7"}
		for _, d := range pair {
			task.Containers = append(task.Containers, awsx.Container{Name: d.Container, RuntimeID: d.ContainerID})
		}
		tasks = append(tasks, task)
	}
	for _, d := range docs[:2] {
		td.Containers = append(td.Containers, awsx.ContainerDefinition{Name: d.Container, LogDriver: s.driver, LogOptions: maps.Clone(s.options)})
	}
	service = awsx.Service{Name: family, Ref: awsx.Ref{Cluster: cluster}, TaskDefinition: family + ":7"}
	return service, tasks[0], tasks, td
}
