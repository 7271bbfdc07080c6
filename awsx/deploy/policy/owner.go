package policy

import (
	"strings"

	"gantry/awsx"
)

// Owner says which tool services are deployed with, so that whoever changes them beside it
// is told.
type Owner struct {
	// Cluster and Service are globs without regard to case; an empty one matches anything.
	Cluster, Service string
	// Tool is the tool's name, such as ecspresso.
	Tool string
}

// OwnerOf returns the tool that a service is deployed with; ok is false when none is named. The
// first that fits counts.
func (p Policy) OwnerOf(service awsx.Ref) (owner Owner, ok bool) {
	for _, o := range p.Owners {
		if globs(o.Cluster, service.ClusterName()) && globs(o.Service, service.Name()) {
			return o, true
		}
	}
	return Owner{}, false
}

// Undoes says by which of its deeds a tool sets back what is changed beside it.
func (o Owner) Undoes() string {
	next := map[string]string{
		"ecspresso": "deploy", "terraform": "apply", "opentofu": "apply", "tofu": "apply", "terragrunt": "apply", "pulumi": "up", "copilot": "svc deploy",
		"cdk": "deploy", "sam": "deploy", "serverless": "deploy", "sst": "deploy", "cloudformation": "stack update", "codedeploy": "deployment", "codepipeline": "run", "ansible": "play",
	}
	if does, known := next[strings.ToLower(o.Tool)]; known {
		return "the next " + o.Tool + " " + does + " undoes this, unless it is changed there too"
	}
	return "what " + o.Tool + " does next may undo this, unless it is changed there too"
}
