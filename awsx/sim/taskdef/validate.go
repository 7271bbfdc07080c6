package taskdef

import (
	"slices"
	"strings"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// ClientError is the error of ECS for a task definition that it does not take.
func ClientError(message string) error { return wire.Fail("ClientException", message) }

// OutputOnly are the members of a task definition that only the service writes.
func OutputOnly() []string {
	return []string{"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities",
		"registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt"}
}

// TakeTags takes the tags out of a request, and refuses those that ECS does.
func TakeTags(document map[string]any) ([]world.Tag, error) {
	raw, sent := document["tags"]
	delete(document, "tags")
	if !sent || raw == nil {
		return nil, nil
	}
	items := wire.List(raw)
	if len(items) == 0 {
		return nil, wire.Invalid("Tags can not be empty.")
	}
	if len(items) > 50 {
		return nil, wire.Invalid("The number of tags exceeds the maximum of 50.")
	}
	var tags []world.Tag
	for _, item := range items {
		t := world.Tag{Key: wire.Text(wire.Object(item)["key"]), Value: wire.Text(wire.Object(item)["value"])}
		switch {
		case t.Key == "" || len(t.Key) > 128 || len(t.Value) > 256:
			return nil, wire.Invalid("Invalid tag: a key has 1 to 128 characters and a value at most 256.")
		case reservedTag(t.Key):
			return nil, wire.Invalid("Tag keys and values cannot start with 'aws:'.")
		}
		tags = append(tags, t)
	}
	return tags, nil
}

func reservedTag(key string) bool {
	return len(key) >= 4 && strings.EqualFold(key[:4], "aws:")
}

// PlainName reports whether a name has only letters, digits, hyphens and
// underscores.
func PlainName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

func validateDefinition(document map[string]any) error {
	for _, name := range OutputOnly() {
		if _, sent := document[name]; sent {
			return wire.Invalid("Unexpected parameter: " + name + " is set by the service.")
		}
	}
	familyName := wire.Text(document["family"])
	switch {
	case familyName == "":
		return ClientError("Family cannot be empty.")
	case len(familyName) > 255 || !PlainName(familyName):
		return ClientError("Family contains invalid characters.")
	}
	mode := wire.Text(document["networkMode"])
	if !slices.Contains([]string{"", "bridge", "host", "awsvpc", "none"}, mode) {
		return ClientError("Invalid networkMode: " + mode)
	}
	for _, size := range []string{"cpu", "memory"} {
		if s := wire.Text(document[size]); s != "" && CPUUnits(s) <= 0 && Mebibytes(s) <= 0 {
			return ClientError("Invalid '" + size + "' setting for task.")
		}
	}
	containers := wire.List(document["containerDefinitions"])
	if len(containers) == 0 {
		return ClientError("Container list cannot be empty.")
	}
	var names []string
	essential := false
	for _, item := range containers {
		c := wire.Object(item)
		if err := validateContainer(c, mode, Mebibytes(wire.Text(document["memory"])) > 0); err != nil {
			return err
		}
		if slices.Contains(names, wire.Text(c["name"])) {
			return ClientError("Container name is not unique: " + wire.Text(c["name"]))
		}
		names = append(names, wire.Text(c["name"]))
		essential = essential || c["essential"] != false
	}
	if !essential {
		return ClientError("A task must have at least one essential container.")
	}
	return nil
}

func validateContainer(c map[string]any, mode string, taskHasMemory bool) error {
	name := wire.Text(c["name"])
	switch {
	case name == "":
		return ClientError("Container.name should not be null or empty.")
	case len(name) > 255 || !PlainName(name):
		return ClientError("Container.name contains invalid characters.")
	case wire.Text(c["image"]) == "":
		return ClientError("Container.image should not be null or empty.")
	case strings.ContainsFunc(wire.Text(c["image"]), func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return ClientError("Container.image contains invalid characters.")
	}
	memory, reservation := wire.Integer(c["memory"]), wire.Integer(c["memoryReservation"])
	if !taskHasMemory && memory == 0 && reservation == 0 {
		return ClientError("Invalid setting for container '" + name + "'. At least one of 'memory' or 'memoryReservation' must be specified.")
	}
	if memory > 0 && reservation > memory {
		return ClientError("Invalid setting for container '" + name + "'. The 'memory' must be greater than 'memoryReservation'.")
	}
	for _, item := range wire.List(c["portMappings"]) {
		p := wire.Object(item)
		inside, outside := wire.Integer(p["containerPort"]), wire.Integer(p["hostPort"])
		if inside < 1 || inside > 65535 || outside < 0 || outside > 65535 {
			return ClientError("Invalid port: ports are between 1 and 65535.")
		}
		if (mode == "awsvpc" || mode == "host") && outside != 0 && outside != inside {
			return ClientError("When networkMode=" + mode + ", the host ports and container ports in port mappings must match.")
		}
	}
	return validateEnvironment(c)
}

// NamelessVariable is what ECS says of an environment variable without a name.
const NamelessVariable = "Environment variable name should not be null or empty."

func validateEnvironment(c map[string]any) error {
	variables := map[string]bool{}
	for _, item := range wire.List(c["environment"]) {
		name := wire.Text(wire.Object(item)["name"])
		if name == "" {
			return ClientError(NamelessVariable)
		}
		variables[name] = true
	}
	for _, item := range wire.List(c["secrets"]) {
		name := wire.Text(wire.Object(item)["name"])
		if variables[name] {
			return ClientError("The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '" + name + "'.")
		}
		variables[name] = true
	}
	return nil
}

// completeDefinition fills in what the service does: normalised sizes and the
// empty lists and defaults of a container.
func completeDefinition(document map[string]any) {
	if cpu := wire.Text(document["cpu"]); cpu != "" {
		document["cpu"] = normalCPU(cpu)
	}
	if memory := wire.Text(document["memory"]); memory != "" {
		document["memory"] = normalMemory(memory)
	}
	setDefault(document, "volumes", []any{})
	setDefault(document, "placementConstraints", []any{})
	mode := wire.Text(document["networkMode"])
	for _, item := range wire.List(document["containerDefinitions"]) {
		c := wire.Object(item)
		setDefault(c, "cpu", 0)
		setDefault(c, "essential", true)
		for _, name := range []string{"portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"} {
			setDefault(c, name, []any{})
		}
		for _, mapping := range wire.List(c["portMappings"]) {
			p := wire.Object(mapping)
			setDefault(p, "protocol", "tcp")
			if mode == "awsvpc" || mode == "host" {
				p["hostPort"] = p["containerPort"]
			} else {
				setDefault(p, "hostPort", 0)
			}
		}
	}
}

func setDefault(o map[string]any, name string, value any) {
	if o[name] == nil {
		o[name] = value
	}
}
