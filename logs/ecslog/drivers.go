package ecslog

import (
	"fmt"
	"strings"

	"gantry/awsx"
)

// Standard returns the registry of the drivers in this package. A driver whose lines
// become documents is one more function below; one that needs code of its own, as
// awslogs does, has a file of its own as well.
func Standard() Registry {
	return NewRegistry(Gelf(), Fluentd(), Firelens(), Syslog{}, JSONFile(), Journald(), Awslogs{})
}

// Gelf is Docker's gelf driver, received by logstash's gelf input. Its lines carry
// container_id with all 64 digits, container_name without a leading slash, and the
// labels that its options ask for.
func Gelf() Driver {
	return documents{
		name: "gelf", words: Words{"ids", "container names", otherCluster},
		ids: []string{"container_id"}, names: []string{"container_name"},
		metadata: []metadata{labels("", ".", true)},
		notes: func(c awsx.ContainerDefinition) string {
			if strings.HasPrefix(c.LogOptions["gelf-address"], "udp:") {
				return "gelf over UDP: what the network drops never reaches the store"
			}
			return nonBlocking(c)
		},
	}
}

// Fluentd is Docker's fluentd driver. Its lines carry container_id, and
// container_name with a leading slash; a line over 16 KiB comes in pieces.
func Fluentd() Driver {
	return documents{
		name: "fluentd", words: Words{"ids", "container names", otherCluster},
		ids: []string{"container_id"}, names: []string{"container_name"},
		metadata: []metadata{labels("", ".", true)},
		notes: func(c awsx.ContainerDefinition) string {
			if c.LogOptions["fluentd-async"] == "true" || c.LogOptions["fluentd-async-connect"] == "true" {
				return "fluentd connects in the background: what its buffer cannot hold never reaches the store"
			}
			return nonBlocking(c)
		},
	}
}

// Firelens is ECS's awsfirelens driver: the fields of fluentd, and those that the
// agent adds unless enable-ecs-log-metadata is off.
func Firelens() Driver {
	return documents{
		name: "awsfirelens", words: Words{"task ARNs and ids", "task definitions", "another service may run it too"},
		ids: []string{"container_id"}, names: []string{"container_name"},
		metadata: []metadata{{task: "ecs_task_arn", definition: "ecs_task_definition", cluster: "ecs_cluster"}},
		notes: func(awsx.ContainerDefinition) string {
			return "awsfirelens: what its router drops or holds back is not in the store"
		},
	}
}

// JSONFile is Docker's json-file driver, read from the instance's disk by Filebeat,
// which adds the container's id, its name and its labels, or by another shipper that
// takes the id from the file's name. It is also what Docker uses when nothing is
// configured.
func JSONFile() Driver {
	return documents{
		name: "json-file", words: Words{"ids and labels", "labels and container names", otherCluster},
		ids: []string{"container.id", "container_id"}, names: []string{"container.name", "container_name"},
		metadata: []metadata{
			labels("container.labels.", "_", false),
			labels("container.labels.", ".", false),
			labels("attrs.", ".", true),
		},
		notes: func(c awsx.ContainerDefinition) string {
			if c.LogDriver == "" {
				return fmt.Sprintf("container %s sets no log driver: taken for Docker's default, json-file, whose lines stay on the instance unless they are shipped", c.Name)
			}
			return "json-file: lines are in the store only where the instance ships them"
		},
	}
}

// Journald is Docker's journald driver, shipped by Filebeat, which renames the
// journal's fields, or by a shipper that keeps their names.
func Journald() Driver {
	return documents{
		name: "journald", words: Words{"ids", "container names", otherCluster},
		ids:   []string{"container.id", "container.id_truncated", "CONTAINER_ID_FULL", "CONTAINER_ID"},
		names: []string{"container.name", "CONTAINER_NAME"},
		notes: func(awsx.ContainerDefinition) string {
			return "journald: lines are in the store only where the instance ships them"
		},
	}
}

// nonBlocking says what a driver's non-blocking mode loses.
func nonBlocking(c awsx.ContainerDefinition) string {
	if c.LogOptions[optionMode] == "non-blocking" {
		return c.LogDriver + " in non-blocking mode: what a full buffer drops never reaches the store"
	}
	return ""
}
