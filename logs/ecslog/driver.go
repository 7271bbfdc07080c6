package ecslog

import (
	"strings"

	"gantry/logs"
)

// Wanted is what a Driver turns into a filter.
type Wanted struct {
	// RuntimeIDs are the ids of the containers, 64 hex digits each.
	RuntimeIDs []string
	// Families are task definition families; lines found by them alone may be of
	// another cluster or account.
	Families []string
	// Container is the name of the container; empty means any.
	Container string
}

// Driver knows how one Docker log driver's lines look in the store.
type Driver interface {
	// Name is the driver's name in a task definition's logConfiguration.
	Name() string
	// ByRuntimeID matches the lines of the containers; nil when the driver cannot.
	ByRuntimeID(w Wanted) logs.Filter
	// ByFamily matches the lines of any container of the families; nil when the
	// driver cannot.
	ByFamily(w Wanted) logs.Filter
	// Blind says what the driver may lose before the store, as a clause; empty
	// when it waits for the store.
	Blind(options map[string]string) string
}

// Gelf is Docker's gelf driver, received by logstash's gelf input. Its lines
// carry container_id with all 64 digits and container_name without a leading
// slash.
type Gelf struct{}

// Name returns "gelf".
func (Gelf) Name() string { return "gelf" }

// shortID is the length of the abbreviated id that Docker puts into tags.
const shortID = 12

// ByRuntimeID matches container_id, in full or abbreviated.
func (Gelf) ByRuntimeID(w Wanted) logs.Filter {
	values := make([]string, 0, 2*len(w.RuntimeIDs))
	for _, id := range w.RuntimeIDs {
		values = append(values, id)
		if len(id) > shortID {
			values = append(values, id[:shortID])
		}
	}
	return logs.Match{Fields: []string{"container_id"}, Op: logs.Exact, Values: values}
}

// ByFamily matches container_name, which the ECS agent makes as
// ecs-<family>-<revision>-<container>-<20 hex digits>. A plain prefix would also
// match families whose names begin alike.
func (Gelf) ByFamily(w Wanted) logs.Filter {
	values := make([]string, len(w.Families))
	for i, family := range w.Families {
		values[i] = "/?ecs-" + literal(family) + "-[0-9]+-" + containerPattern(w.Container)
	}
	return logs.Match{Fields: []string{"container_name"}, Op: logs.Regexp, Values: values}
}

// Blind names what UDP and the non-blocking mode lose.
func (Gelf) Blind(options map[string]string) string {
	switch {
	case strings.HasPrefix(options["gelf-address"], "udp:"):
		return "gelf over UDP: what the network drops never reaches the store"
	case options["mode"] == "non-blocking":
		return "gelf in non-blocking mode: what a full buffer drops never reaches the store"
	}
	return ""
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

// literal escapes what is not plain in a regular expression.
func literal(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(`.?+*|{}[]()"\#@&<>~^$`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
