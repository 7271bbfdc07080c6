package views

import (
	"strings"

	"gantry/awsx"
	"gantry/ui"
)

// nounOf is what the target of a change is called, by its ARN.
func nounOf(target awsx.Ref) string {
	_, _, resource, _ := awsx.ARNParts(target.ARN)
	switch kind, _, _ := strings.Cut(resource, "/"); kind {
	case "task":
		return "task"
	case "container-instance":
		return "instance"
	case "task-definition":
		return "revision"
	}
	return "service"
}

// ofService says why something that only services have is not there, empty for a
// service.
func ofService(target awsx.Ref) string {
	if noun := nounOf(target); noun != "service" {
		return "this is about " + article(noun) + ", not about a service"
	}
	return ""
}

func article(noun string) string {
	if strings.Contains("aeiou", noun[:1]) {
		return "an " + noun
	}
	return "a " + noun
}

// crumb is where a screen about a service stands, or one about a task or an instance,
// whose names are too long to be read.
func crumb(target awsx.Ref) string {
	name := target.Name()
	if noun := nounOf(target); noun == "task" || noun == "instance" {
		name = noun + " " + shortID(name)
	}
	return target.Context.String() + " " + target.ClusterName() + " " + name
}

// header is the chrome of a screen about a service.
func (d *Deps) header(service awsx.Ref, name string) ui.Header {
	return ui.Header{
		Badge: d.badge(service.ClusterRef()),
		Crumb: crumb(service) + " " + name,
		Scope: d.Policy.Scope(service.ClusterRef()),
	}
}
