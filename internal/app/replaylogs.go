package app

import (
	"encoding/json"
	"math"
	"time"

	"gantry/awsx/snapshot"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/logs"
	"gantry/logs/elastic"
	logsim "gantry/logs/sim"
)

// linesOf puts what containers wrote into the form of a snapshot.
func linesOf(all []inquiry.Written) []snapshot.Line {
	var lines []snapshot.Line
	for _, w := range all {
		for _, e := range w.Entries {
			var place map[string]any
			_ = json.Unmarshal(e.Source, &place) // what has no place of CloudWatch Logs has none
			group, _ := place[logs.FieldGroup].(string)
			stream, _ := place[logs.FieldStream].(string)
			lines = append(lines, snapshot.Line{
				Time: e.Time.UTC(), Task: w.Task.Ref.ARN, Container: w.Container.Name, ContainerID: w.Container.RuntimeID,
				Group: group, Stream: stream, Level: e.Level, Message: e.Message,
			})
		}
	}
	return lines
}

// storeOf returns the log store of a snapshot: its lines, as whatever ships the lines
// of any driver may leave them.
func storeOf(doc *snapshot.Document) (logs.Source, error) {
	store, err := kept(doc)
	if err != nil {
		return nil, err
	}
	return elastic.Open(elastic.Config{Addresses: []string{"http://logs.invalid"}, Transport: store.RoundTripper()})
}

// kept returns the lines of a snapshot as documents; NotFound when it has none.
func kept(doc *snapshot.Document) (*logsim.Store, error) {
	if len(doc.Lines) == 0 {
		e := fault.Errorf(fault.NotFound, "read logs", "", "the snapshot holds no log lines")
		e.Fix = "take it with --logs, while the lines are there"
		return nil, e
	}
	store := logsim.New(logsim.Options{MaxDocs: len(doc.Lines), MaxAge: math.MaxInt64})
	for _, l := range doc.Lines {
		line := map[string]any{
			"@timestamp": l.Time.Format(time.RFC3339Nano), "message": l.Message,
			"container_id": l.ContainerID, "container": map[string]any{"id": l.ContainerID}, "program": l.ContainerID[:min(len(l.ContainerID), 12)],
			"ecs_task_arn": l.Task, "container_name": l.Container,
		}
		if l.Level != "" {
			line["level"] = l.Level
		}
		if l.Stream != "" {
			line["@log_group"], line["@log_stream"] = l.Group, l.Stream
		}
		if err := store.Index("", line, l.Time); err != nil {
			return nil, &fault.Error{Class: fault.Invalid, Op: "read logs", Err: err}
		}
	}
	return store, nil
}
