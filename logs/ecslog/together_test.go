package ecslog

import (
	"encoding/json"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/logs"
)

// derived is the derivation for a service of one task.
func derived(t *testing.T, r Registry, name, driver string, options map[string]string, id string) Part {
	t.Helper()
	td := &awsx.TaskDefinition{Family: name, Containers: []awsx.ContainerDefinition{{Name: "main", LogDriver: driver, LogOptions: options}}}
	service := awsx.Service{Name: name, TaskDefinition: "arn:aws:ecs:eu-west-1:000000000000:task-definition/" + name + ":3"}
	d, err := r.Derive(OfService(service, []awsx.Task{task("t-"+name, name+":3", awsx.Container{Name: "main", RuntimeID: id})}, td))
	if err != nil {
		t.Fatal(err)
	}
	return Part{name, d}
}

// TestLinesTogetherAreToldApart attributes lines of services that write to a store of
// documents, to another one, and to log groups.
func TestLinesTogetherAreToldApart(t *testing.T) {
	registry := Standard().Ruled(func(s Subject) Rule {
		if s.Service == "apart" {
			return Rule{Store: "config.yaml:9"}
		}
		return Rule{}
	})
	group := func(name string) map[string]string {
		return map[string]string{"awslogs-group": "/ecs/" + name, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "ecs"}
	}
	parts := []Part{
		derived(t, registry, "docs", "gelf", nil, idA), derived(t, registry, "apart", "gelf", nil, idB),
		derived(t, registry, "one", "awslogs", group("one"), idC), derived(t, registry, "two", "awslogs", group("two"), strings.Repeat("d4", 32)),
	}
	d := Together(parts)
	if !logs.Scattered(d.Query.Where) || d.Query.Store != "" {
		t.Errorf("the query of two stores is %s of %q", d.Query, d.Query.Store)
	}
	// Of a log stream nothing but its group says whose it was once its task is forgotten.
	stream := func(task string) string {
		b, _ := json.Marshal(map[string]string{logs.FieldGroup: "/ecs/two", logs.FieldStream: "ecs/main/" + task, logs.FieldRegion: "eu-west-1"})
		return string(b)
	}
	for name, c := range map[string]struct {
		container, source string
		part              int
		byFamily          bool
	}{
		"a container":             {container: idA, source: "{}", part: 0},
		"one in the other store":  {container: idB, source: "{}", part: 1},
		"a stream":                {source: stream("t-two"), part: 3},
		"one of a forgotten task": {source: stream("gone"), part: 3, byFamily: true},
		"a forgotten container":   {container: strings.Repeat("e5", 32), source: `{"container_name":"ecs-apart-2-main-00ff"}`, part: 1, byFamily: true},
		"what names none of them": {source: `{"container_name":"nginx"}`, part: -1, byFamily: true},
	} {
		of := d.Origins.Of(&logs.Entry{Container: c.container, Source: json.RawMessage(c.source)})
		if of.Part != c.part || of.ByFamily != c.byFamily {
			t.Errorf("%s is of part %d, by its family %v; want %d, %v", name, of.Part, of.ByFamily, c.part, c.byFamily)
		}
	}
	alike := Together([]Part{parts[1], parts[1]})
	if alike.Query.Store != "config.yaml:9" || logs.Scattered(alike.Query.Where) {
		t.Errorf("the query of one store is %s of %q", alike.Query, alike.Query.Store)
	}
	if note := strings.Join(d.Notes, "\n"); !strings.Contains(note, "one, two: awslogs names no mode") {
		t.Errorf("the notes are\n%s", note)
	}
}

func TestTogetherNothingIsSearchedForWhereNoneHasStarted(t *testing.T) {
	none := Part{"a", Derivation{Query: logs.Query{Where: logs.Any{}}}}
	if d := Together([]Part{none, none}); !d.Query.MatchesNothing() {
		t.Errorf("it asks for %s", d.Query)
	}
}
