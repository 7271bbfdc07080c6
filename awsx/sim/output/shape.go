package output

import (
	"strconv"
	"time"
)

// The levels that Docker's gelf driver gives to the two streams of a container.
const (
	stdout = 6
	stderr = 3
)

// Document returns the message as a log store holds it, in the shape that the
// container's log driver and what commonly ships its lines leave. Of a driver that
// is not known it is that of gelf.
func (d Doc) Document() map[string]any {
	doc := map[string]any{}
	switch d.Driver {
	case "fluentd":
		d.fluentd(doc)
	case "awsfirelens":
		d.fluentd(doc)
		doc["ecs_cluster"], doc["ecs_task_arn"], doc["ecs_task_definition"] = d.Cluster, d.TaskARN, d.Family+":"+strconv.Itoa(d.Revision)
		doc["ec2_instance_id"] = d.Instance
	case "json-file":
		d.filebeat(doc)
	case "syslog":
		d.syslog(doc)
	default:
		d.gelf(doc)
	}
	doc["@timestamp"] = d.Time.Format(time.RFC3339Nano)
	return doc
}

// gelf is what logstash's gelf input leaves: the fields of Docker's gelf driver
// without their underscore, short_message renamed to message.
func (d Doc) gelf(doc map[string]any) {
	doc["version"], doc["level"] = "1.1", stdout
	if d.Stderr {
		doc["level"] = stderr
	}
	doc["host"], doc["source_host"], doc["message"] = d.Host, d.SourceHost, d.Message
	doc["container_id"], doc["container_name"], doc["tag"] = d.ContainerID, d.ContainerName, d.tag()
	doc["image_name"], doc["image_id"], doc["command"] = d.ImageName, d.ImageID, d.Command
	doc["created"] = d.Created.Format(time.RFC3339Nano)
}

// fluentd is the record of Docker's fluentd driver.
func (d Doc) fluentd(doc map[string]any) {
	doc["container_id"], doc["container_name"] = d.ContainerID, "/"+d.ContainerName
	doc["source"], doc["log"] = d.stream(), d.Message
}

// filebeat is what Filebeat makes of a file of the json-file driver, with its
// processor for Docker's metadata, which puts underscores for the dots of labels.
func (d Doc) filebeat(doc map[string]any) {
	const label = "com_amazonaws_ecs_"
	doc["message"], doc["stream"] = d.Message, d.stream()
	doc["host"] = map[string]any{"name": d.Host}
	doc["input"] = map[string]any{"type": "container"}
	doc["container"] = map[string]any{
		"id": d.ContainerID, "name": d.ContainerName, "image": map[string]any{"name": d.ImageName},
		"labels": map[string]any{
			label + "task-arn": d.TaskARN, label + "cluster": d.Cluster, label + "container-name": d.Container,
			label + "task-definition-family": d.Family, label + "task-definition-version": strconv.Itoa(d.Revision),
		},
	}
}

// syslog is what logstash's syslog input makes of Docker's syslog driver: its tag
// is the program's name.
func (d Doc) syslog(doc map[string]any) {
	doc["program"], doc["logsource"], doc["message"] = d.tag(), d.Host, d.Message
	doc["facility_label"], doc["severity"] = "system", stdout
	if d.Stderr {
		doc["severity"] = stderr
	}
}

// tag is the abbreviated id, which Docker takes where no tag is configured.
func (d Doc) tag() string { return d.ContainerID[:min(len(d.ContainerID), 12)] }

func (d Doc) stream() string {
	if d.Stderr {
		return "stderr"
	}
	return "stdout"
}
