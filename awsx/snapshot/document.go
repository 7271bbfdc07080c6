package snapshot

import (
	"encoding/json"
	"time"
)

// The format of the documents that this version writes, and the newest it reads.
const (
	Format  = "gantry snapshot"
	Version = 1
)

// Document is a snapshot of an account.
type Document struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Taken   time.Time `json:"taken"`
	// Program is the version of gantry that wrote it; empty in one that a person wrote.
	Program string `json:"gantry,omitempty"`
	Region  string `json:"region"`
	Account string `json:"account"`
	// Scope is CLUSTER or CLUSTER/SERVICE when not all of the account was read.
	Scope string `json:"scope,omitempty"`
	// Revealed is true when secrets were left as they are, Anonymous when account
	// numbers were replaced.
	Revealed  bool `json:"revealed,omitempty"`
	Anonymous bool `json:"anonymous,omitempty"`
	// Tagged is true when ECS was asked for tags all along: an empty list of them is no
	// resource that nobody asked about.
	Tagged bool `json:"tagged,omitempty"`
	// Entities holds what was read, in the API's own JSON, by the names of the kinds.
	// What the Query protocol answers has its members' names and texts.
	Entities map[string][]json.RawMessage `json:"entities"`
	Missing  []Missing                    `json:"missing,omitempty"`
	Refused  []Refusal                    `json:"refused,omitempty"`
	Lines    []Line                       `json:"lines,omitempty"`
}

// Missing is something that was listed and not described.
type Missing struct {
	Kind string `json:"kind"` // services, tasks or containerInstances
	ARN  string `json:"arn"`
	// Reason is what the API said; empty when the call that describes was refused.
	Reason  string `json:"reason,omitempty"`
	Cluster string `json:"clusterArn"`
	// DesiredStatus and Group are a task's, as far as it was listed by them.
	DesiredStatus string `json:"desiredStatus,omitempty"`
	Group         string `json:"group,omitempty"`
}

// Refusal is a call about a subject that brought nothing. It is served again as it
// came: what could not be read is no empty list.
type Refusal struct {
	Service   string `json:"service"`
	Operation string `json:"operation"`
	// Subject is what Subjects returns of the call; empty stands for any.
	Subject string `json:"subject,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Line is a message that a container wrote.
type Line struct {
	Time      time.Time `json:"time"`
	Task      string    `json:"taskArn"`
	Container string    `json:"container"`
	// ContainerID is the container's runtime id; Group and Stream are where CloudWatch
	// Logs has the line, empty for one of another store.
	ContainerID string `json:"runtimeId"`
	Group       string `json:"logGroup,omitempty"`
	Stream      string `json:"logStream,omitempty"`
	Level       string `json:"level,omitempty"`
	Message     string `json:"message"`
}
