package views

import (
	"strings"

	"gantry/awsx"
	"gantry/ui"
	"gantry/views/wording"
)

// NotAService says why something that only services have is not there, empty for a
// service.
func NotAService(target awsx.Ref) string {
	if noun := target.Noun(); noun != "service" {
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

// Crumb is where a screen about a service stands, or about its cluster, or about a task
// or an instance, whose names are too long to be read.
func Crumb(target awsx.Ref) string {
	name := target.Name()
	if target == target.ClusterRef() {
		return wording.JoinNonEmpty(" ", target.Context.String(), name)
	}
	if noun := target.Noun(); noun == "task" || noun == "instance" {
		name = noun + " " + wording.ShortID(name)
	}
	return target.Context.String() + " " + target.ClusterName() + " " + name
}

// Header is the chrome of a screen about a service.
func (d *Deps) Header(service awsx.Ref, name string) ui.Header {
	return d.Within(service.ClusterRef(), Crumb(service)+" "+name)
}

// ContextName is what a context is called where there is little room: as the configuration
// does, or by its profile and region.
func (d *Deps) ContextName(id awsx.ContextID) string {
	if d.Contexts != nil {
		if name := d.Contexts.Name(id); name != "" {
			return name
		}
	}
	return id.String()
}

// Where is what a context is called at the head of a screen: with the region that calls go
// to, and not with an address that the configuration has a name for.
func (d *Deps) Where(id awsx.ContextID) string {
	if name := d.ContextName(id); name != id.String() {
		return strings.TrimSuffix(name+"/"+id.Region, "/")
	}
	return id.String()
}

// Within is the chrome of a screen within a cluster, or of one about all clusters of a
// context: where it is, whose account that is and what is at stake there. A crumb that begins
// with the context has it by its name.
func (d *Deps) Within(cluster awsx.Ref, crumb string) ui.Header {
	h := ui.Header{Crumb: crumb, Place: cluster.Context.String()}
	if rest, ok := strings.CutPrefix(crumb, cluster.Context.String()); ok {
		h.Crumb = d.Where(cluster.Context) + rest
	}
	if d.Contexts != nil && cluster.Context != (awsx.ContextID{}) {
		h.Whose = d.Contexts.Whose(cluster.Context)
	}
	if cluster.ARN != "" {
		h.Badge, h.Scope = d.Badge(cluster), d.Policy.Scope(cluster)
	}
	return h
}
