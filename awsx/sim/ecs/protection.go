package ecs

import (
	"cmp"
	"time"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

type protectionInput struct {
	Cluster string   `json:"cluster"`
	Tasks   []string `json:"tasks"`
	Enabled *bool    `json:"protectionEnabled"`
	Minutes int      `json:"expiresInMinutes"`
}

type protectionDoc struct {
	ARN     string     `json:"taskArn"`
	Enabled bool       `json:"protectionEnabled"`
	Expires wire.Epoch `json:"expirationDate,omitzero"`
}

// The bounds of a protection, in minutes (UpdateTaskProtection).
const (
	defaultProtection = 120
	maxProtection     = 2880
)

func (a *API) getTaskProtection(in *protectionInput) ([]byte, error) {
	return a.protections(in, func(*fleet.Task) {})
}

func (a *API) updateTaskProtection(in *protectionInput) ([]byte, error) {
	minutes := cmp.Or(in.Minutes, defaultProtection)
	switch {
	case in.Enabled == nil:
		return nil, wire.Invalid("protectionEnabled cannot be null.")
	case len(in.Tasks) == 0 || len(in.Tasks) > 10:
		return nil, wire.Invalid("Tasks must have 1 to 10 items.")
	case minutes < 1 || minutes > maxProtection:
		return nil, wire.Invalid("expiresInMinutes must be between 1 and 2880.")
	}
	return a.protections(in, func(t *fleet.Task) {
		if *in.Enabled {
			a.Protect(t, time.Duration(minutes)*time.Minute)
		} else {
			a.Protect(t, 0)
		}
	})
}

// protections answers for the tasks of services that a call names, after what it does
// to each. Tasks of no service cannot be protected.
func (a *API) protections(in *protectionInput, do func(*fleet.Task)) ([]byte, error) {
	c, err := a.findCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	out := described{Failures: []failure{}}
	docs := [][]byte{}
	for _, name := range in.Tasks {
		t := a.findTask(c, name)
		switch {
		case t == nil:
			if !world.IsARN(name) {
				name = a.ARN("ecs", "task/"+c.Name+"/"+name)
			}
			out.Failures = append(out.Failures, failure{ARN: name, Reason: "MISSING"})
			continue
		case t.Service == nil || t.Desired != fleet.Running:
			out.Failures = append(out.Failures, failure{ARN: t.ARN, Reason: "TASK_NOT_VALID"})
			continue
		}
		do(t)
		doc := protectionDoc{ARN: t.ARN, Enabled: t.Protected(a.Now)}
		if doc.Enabled {
			doc.Expires = wire.At(t.ProtectedUntil)
		}
		docs = append(docs, wire.Encode(doc))
	}
	return wire.Envelope("protectedTasks", docs, out), nil
}
