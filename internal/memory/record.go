package memory

import (
	"cmp"
	"encoding/json"
	"strconv"
	"time"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/internal/clean"
)

// kind is what a record is of. The numbers stand in the file.
type kind int

const (
	kindStopped   kind = 1
	kindContainer kind = 2
	kindEvent     kind = 3
	kindChange    kind = 4
)

// record is one thing that was seen, on its way to the file.
type record struct {
	kind  kind
	place place
	// key tells it from others of its kind: the task's ARN, the runtime id, the event's id;
	// the target of a change, of which there are many.
	key string
	at  time.Time
	// told is whether at is AWS's time and not this machine's.
	told bool
	doc  func() any
}

// place is where something was seen: a service of a cluster, or a target group. The account
// tells apart what profiles of one name led to.
type place struct {
	context                  awsx.ContextID
	account, cluster, within string
}

func placeOf(id awsx.ContextID, arn, cluster, within string) place {
	_, account, _, _ := awsx.ARNParts(arn)
	return place{id, account, cluster, within}
}

// task is what is kept of a stopped task. What a task could carry of its environment, such
// as the overrides that it was run with, has no field here.
type task struct {
	ARN        string      `json:"arn"`
	Cluster    string      `json:"cluster"`
	Definition string      `json:"def"`
	StartedBy  string      `json:"by,omitempty"`
	Last       string      `json:"last"`
	Desired    string      `json:"desired"`
	Health     string      `json:"health,omitempty"`
	Launch     string      `json:"launch,omitempty"`
	Zone       string      `json:"zone,omitempty"`
	Host       string      `json:"host,omitempty"`
	CPU        string      `json:"cpu,omitempty"`
	Memory     string      `json:"memory,omitempty"`
	Code       string      `json:"code,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Containers []container `json:"containers,omitempty"`
	Created    time.Time   `json:"created,omitzero"`
	Started    time.Time   `json:"started,omitzero"`
	Stopping   time.Time   `json:"stopping,omitzero"`
	Stopped    time.Time   `json:"stopped,omitzero"`
	Seen       time.Time   `json:"seen"`
}

// container is what is kept of one of its containers.
type container struct {
	Name    string `json:"name"`
	Image   string `json:"image,omitempty"`
	Digest  string `json:"digest,omitempty"`
	Runtime string `json:"id,omitempty"`
	Last    string `json:"last,omitempty"`
	Health  string `json:"health,omitempty"`
	Exit    *int   `json:"exit,omitempty"` // nil while it has none
	Reason  string `json:"reason,omitempty"`
}

func ofStopped(s past.Stopped) record {
	t := s.Task
	return record{kind: kindStopped, place: placeOf(t.Ref.Context, t.Ref.Cluster, t.Ref.ClusterName(), s.Service()), key: t.Ref.ARN, at: s.At(), told: !t.StoppedAt.IsZero(), doc: func() any {
		d := task{
			ARN: t.Ref.ARN, Cluster: t.Ref.Cluster, Definition: t.TaskDefinition, StartedBy: clean.Redact(t.StartedBy), Last: t.LastStatus, Desired: t.DesiredStatus,
			Health: t.Health, Launch: t.LaunchType, Zone: t.AvailabilityZone, Host: t.ContainerInstance, CPU: t.CPU, Memory: t.Memory,
			Code: t.StopCode, Reason: clean.Redact(t.StoppedReason),
			Created: t.CreatedAt, Started: t.StartedAt, Stopping: t.StoppingAt, Stopped: t.StoppedAt, Seen: s.Seen,
		}
		for _, c := range t.Containers {
			k := container{Name: c.Name, Image: c.Image, Digest: c.ImageDigest, Runtime: c.RuntimeID, Last: c.LastStatus, Health: c.Health, Reason: clean.Redact(c.Reason)}
			if c.ExitCode != awsx.Unset {
				k.Exit = &c.ExitCode
			}
			d.Containers = append(d.Containers, k)
		}
		return d
	}}
}

// stopped is a task as it was kept, of a context, a cluster and a service.
func stopped(cluster awsx.Ref, service string, doc []byte) (past.Stopped, error) {
	var d task
	if err := json.Unmarshal(doc, &d); err != nil {
		return past.Stopped{}, err
	}
	t := awsx.Task{
		Ref: cluster.In(d.ARN), ID: awsx.ARNName(d.ARN), TaskDefinition: d.Definition, Group: "service:" + service, StartedBy: d.StartedBy,
		LastStatus: d.Last, DesiredStatus: d.Desired, Health: d.Health, LaunchType: d.Launch, AvailabilityZone: d.Zone, ContainerInstance: d.Host,
		CPU: d.CPU, Memory: d.Memory, StopCode: d.Code, StoppedReason: d.Reason,
		CreatedAt: d.Created, StartedAt: d.Started, StoppingAt: d.Stopping, StoppedAt: d.Stopped,
	}
	for _, c := range d.Containers {
		k := awsx.Container{Name: c.Name, Image: c.Image, ImageDigest: c.Digest, RuntimeID: c.Runtime, LastStatus: c.Last, Health: c.Health, ExitCode: awsx.Unset, Reason: c.Reason}
		if c.Exit != nil {
			k.ExitCode = *c.Exit
		}
		t.Containers = append(t.Containers, k)
	}
	return past.Stopped{Task: t, Seen: d.Seen}, nil
}

// event is what is kept of what a service told.
type event struct {
	Service string `json:"arn"`
	Message string `json:"text"`
}

func ofEvent(e past.Event) record {
	return record{kind: kindEvent, place: placeOf(e.Service.Context, e.Service.Cluster, e.Service.ClusterName(), e.Service.Name()), key: e.ID, at: e.At, told: true, doc: func() any {
		return event{e.Service.ARN, clean.Redact(e.Message)}
	}}
}

// seen is what is kept of a container beside its id and when it was seen last.
type seen struct {
	Task      string    `json:"task"`
	Container string    `json:"name"`
	Family    string    `json:"family"`
	Revision  string    `json:"rev"`
	First     time.Time `json:"first"`
}

func ofSeen(s past.Seen) record {
	return record{kind: kindContainer, place: placeOf(s.Cluster.Context, s.Cluster.Cluster, s.Cluster.ClusterName(), s.Service), key: s.ID, at: s.Last, doc: func() any {
		return seen{s.Task, s.Container, s.Family, s.Revision, s.First}
	}}
}

// change is what is kept of a target's step.
type change struct {
	From target `json:"from,omitzero"`
	To   target `json:"to,omitzero"`
}

type target struct {
	ID          string `json:"id,omitempty"`
	Port        int    `json:"port,omitempty"`
	Zone        string `json:"zone,omitempty"`
	State       string `json:"state,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Description string `json:"text,omitempty"`
}

func targetOf(h awsx.TargetHealth) target {
	return target{h.ID, h.Port, h.Zone, h.State, h.Reason, clean.Redact(h.Description)}
}

func (t target) health() awsx.TargetHealth {
	return awsx.TargetHealth{ID: t.ID, Port: t.Port, Zone: t.Zone, State: t.State, Reason: t.Reason, Description: t.Description}
}

func ofChange(c past.TargetChange) record {
	return record{kind: kindChange, place: placeOf(c.Context, c.Group, "", c.Group), key: addressOf(c), at: c.At, doc: func() any {
		return change{targetOf(c.From), targetOf(c.To)}
	}}
}

// addressOf is the target of a step.
func addressOf(c past.TargetChange) string {
	return cmp.Or(c.To.ID, c.From.ID) + ":" + strconv.Itoa(cmp.Or(c.To.Port, c.From.Port))
}
