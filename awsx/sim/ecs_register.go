package sim

import (
	"slices"
	"strings"
)

// maxDefinition is how large a task definition may be, in bytes (Amazon ECS
// service quotas, task definition size).
const maxDefinition = 64 << 10

// registerTaskDefinition keeps the request as it came, so that members which
// this package does not know are given back by every later describe.
func (a *Account) registerTaskDefinition(body []byte) ([]byte, error) {
	document, err := decodeTree(body)
	if err != nil {
		return nil, malformed(err)
	}
	if size := len(compact(body)); size > maxDefinition {
		return nil, clientError("Actual length: '" + itoa(size) + "'. Max allowed length is '" + itoa(maxDefinition) + "' bytes.")
	}
	tags, err := takeTags(document)
	if err != nil {
		return nil, err
	}
	d, err := a.register(document, tags, a.callerARN())
	if err != nil {
		return nil, err
	}
	return d.answer(true), nil
}

// register makes a document the next revision of its family, if it is valid.
func (a *Account) register(document map[string]any, tags []tag, by string) (*taskDefinition, error) {
	if err := validateDefinition(document); err != nil {
		return nil, err
	}
	completeDefinition(document)
	d := parseTaskDefinition(document)
	d.tags = tags
	return a.addDefinition(d, by), nil
}

// outputOnly are the members of a task definition that only the service writes.
func outputOnly() []string {
	return []string{"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities",
		"registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt"}
}

func takeTags(document map[string]any) ([]tag, error) {
	raw, sent := document["tags"]
	delete(document, "tags")
	if !sent || raw == nil {
		return nil, nil
	}
	items := list(raw)
	if len(items) == 0 {
		return nil, invalid("Tags can not be empty.")
	}
	if len(items) > 50 {
		return nil, invalid("The number of tags exceeds the maximum of 50.")
	}
	var tags []tag
	for _, item := range items {
		t := tag{text(object(item)["key"]), text(object(item)["value"])}
		switch {
		case t.Key == "" || len(t.Key) > 128 || len(t.Value) > 256:
			return nil, invalid("Invalid tag: a key has 1 to 128 characters and a value at most 256.")
		case reservedTag(t.Key):
			return nil, invalid("Tag keys and values cannot start with 'aws:'.")
		}
		tags = append(tags, t)
	}
	return tags, nil
}

func reservedTag(key string) bool {
	return len(key) >= 4 && strings.EqualFold(key[:4], "aws:")
}

// plainName tells whether a name has only letters, digits, hyphens and
// underscores.
func plainName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

func validateDefinition(document map[string]any) error {
	for _, name := range outputOnly() {
		if _, sent := document[name]; sent {
			return invalid("Unexpected parameter: " + name + " is set by the service.")
		}
	}
	familyName := text(document["family"])
	switch {
	case familyName == "":
		return clientError("Family cannot be empty.")
	case len(familyName) > 255 || !plainName(familyName):
		return clientError("Family contains invalid characters.")
	}
	mode := text(document["networkMode"])
	if !slices.Contains([]string{"", "bridge", "host", "awsvpc", "none"}, mode) {
		return clientError("Invalid networkMode: " + mode)
	}
	for _, size := range []string{"cpu", "memory"} {
		if s := text(document[size]); s != "" && cpuUnits(s) <= 0 && mebibytes(s) <= 0 {
			return clientError("Invalid '" + size + "' setting for task.")
		}
	}
	containers := list(document["containerDefinitions"])
	if len(containers) == 0 {
		return clientError("Container list cannot be empty.")
	}
	var names []string
	essential := false
	for _, item := range containers {
		c := object(item)
		if err := validateContainer(c, mode, mebibytes(text(document["memory"])) > 0); err != nil {
			return err
		}
		if slices.Contains(names, text(c["name"])) {
			return clientError("Container name is not unique: " + text(c["name"]))
		}
		names = append(names, text(c["name"]))
		essential = essential || c["essential"] != false
	}
	if !essential {
		return clientError("A task must have at least one essential container.")
	}
	return nil
}

func validateContainer(c map[string]any, mode string, taskHasMemory bool) error {
	name := text(c["name"])
	switch {
	case name == "":
		return clientError("Container.name should not be null or empty.")
	case len(name) > 255 || !plainName(name):
		return clientError("Container.name contains invalid characters.")
	case text(c["image"]) == "":
		return clientError("Container.image should not be null or empty.")
	case strings.ContainsFunc(text(c["image"]), func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return clientError("Container.image contains invalid characters.")
	}
	memory, reservation := integer(c["memory"]), integer(c["memoryReservation"])
	if !taskHasMemory && memory == 0 && reservation == 0 {
		return clientError("Invalid setting for container '" + name + "'. At least one of 'memory' or 'memoryReservation' must be specified.")
	}
	if memory > 0 && reservation > memory {
		return clientError("Invalid setting for container '" + name + "'. The 'memory' must be greater than 'memoryReservation'.")
	}
	for _, item := range list(c["portMappings"]) {
		p := object(item)
		inside, outside := integer(p["containerPort"]), integer(p["hostPort"])
		if inside < 1 || inside > 65535 || outside < 0 || outside > 65535 {
			return clientError("Invalid port: ports are between 1 and 65535.")
		}
		if (mode == "awsvpc" || mode == "host") && outside != 0 && outside != inside {
			return clientError("When networkMode=" + mode + ", the host ports and container ports in port mappings must match.")
		}
	}
	return validateEnvironment(c)
}

const namelessVariable = "Environment variable name should not be null or empty."

func validateEnvironment(c map[string]any) error {
	variables := map[string]bool{}
	for _, item := range list(c["environment"]) {
		name := text(object(item)["name"])
		if name == "" {
			return clientError(namelessVariable)
		}
		variables[name] = true
	}
	for _, item := range list(c["secrets"]) {
		name := text(object(item)["name"])
		if variables[name] {
			return clientError("The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '" + name + "'.")
		}
		variables[name] = true
	}
	return nil
}

// completeDefinition fills in what the service does: normalised sizes and the
// empty lists and defaults of a container.
func completeDefinition(document map[string]any) {
	if cpu := text(document["cpu"]); cpu != "" {
		document["cpu"] = normalCPU(cpu)
	}
	if memory := text(document["memory"]); memory != "" {
		document["memory"] = normalMemory(memory)
	}
	setDefault(document, "volumes", []any{})
	setDefault(document, "placementConstraints", []any{})
	mode := text(document["networkMode"])
	for _, item := range list(document["containerDefinitions"]) {
		c := object(item)
		setDefault(c, "cpu", 0)
		setDefault(c, "essential", true)
		for _, name := range []string{"portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"} {
			setDefault(c, name, []any{})
		}
		for _, mapping := range list(c["portMappings"]) {
			p := object(mapping)
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
