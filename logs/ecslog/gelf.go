package ecslog

import (
	"strings"

	"gantry/logs"
)

// Gelf is Docker's gelf driver, received by logstash's gelf input. Its lines
// carry container_id with all 64 digits and container_name without a leading
// slash.
type Gelf struct{}

// Name returns "gelf".
func (Gelf) Name() string { return "gelf" }

// shortID is the length of the abbreviated id that Docker puts into tags.
const shortID = 12

// ByContainer matches container_id, in full or abbreviated.
func (Gelf) ByContainer(w Wanted) logs.Filter {
	values := make([]string, 0, 2*len(w.Containers))
	for _, id := range w.runtimeIDs() {
		values = append(values, id)
		if len(id) > shortID {
			values = append(values, id[:shortID])
		}
	}
	if len(values) == 0 {
		return nil
	}
	return logs.Match{Fields: []string{"container_id"}, Op: logs.Exact, Values: values}
}

// ByFamily matches container_name, which the ECS agent makes as
// ecs-<family>-<revision>-<container>-<20 hex digits>. A plain prefix would also
// match families whose names begin alike.
func (Gelf) ByFamily(w Wanted) logs.Filter {
	if len(w.Families) == 0 {
		return nil
	}
	values := make([]string, len(w.Families))
	for i, family := range w.Families {
		values[i] = "/?ecs-" + literal(family) + "-[0-9]+-" + containerPattern(w.Container)
	}
	return logs.Match{Fields: []string{"container_name"}, Op: logs.Regexp, Values: values}
}

// Words returns what container_id and container_name are.
func (Gelf) Words() (container, family string) { return "ids", "container names" }

// Notes name what UDP and the non-blocking mode lose.
func (Gelf) Notes(w Wanted) []string {
	var notes []string
	for _, d := range w.Definitions {
		switch {
		case strings.HasPrefix(d.LogOptions["gelf-address"], "udp:"):
			notes = append(notes, "gelf over UDP: what the network drops never reaches the store")
		case d.LogOptions["mode"] == "non-blocking":
			notes = append(notes, "gelf in non-blocking mode: what a full buffer drops never reaches the store")
		}
	}
	return notes
}

// Trace reads container_name.
func (Gelf) Trace(e *logs.Entry, families []string) (Trace, bool) {
	name, ok := e.Field("container_name")
	if !ok {
		name, _ = e.Field("container.name")
	}
	for _, family := range families {
		if revision, container, ok := splitDockerName(name, family); ok {
			return Trace{Container: container, Revision: revision}, true
		}
	}
	return Trace{}, false
}

// containerPattern matches the part of a Docker name after the revision.
func containerPattern(container string) string {
	if container == "" {
		return ".*"
	}
	return literal(dockerPart(container)) + "-[0-9a-f]+"
}

// dockerPart drops the characters that the ECS agent drops from a container's
// name when it names the Docker container.
func dockerPart(container string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, container)
}

// splitDockerName takes ecs-<family>-<revision>-<container>-<hex> apart.
func splitDockerName(name, family string) (revision, container string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(name, "/"), "ecs-"+family+"-")
	if !ok {
		return "", "", false
	}
	revision, rest, ok = strings.Cut(rest, "-")
	if !ok || revision == "" || strings.Trim(revision, "0123456789") != "" {
		return "", "", false
	}
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		rest = rest[:i]
	}
	return revision, rest, true
}
