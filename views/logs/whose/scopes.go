package whose

import (
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/ui/text"
	"gantry/views"
	"gantry/views/wording"
)

// Scopes are whose lines are shown: one's, or those of several together. All are of one
// context, and there is always one.
type Scopes []views.LogScope

// Several tells that the lines of more than one are shown together.
func (s Scopes) Several() bool { return len(s) > 1 }

// Context is where the writers run.
func (s Scopes) Context() awsx.ContextID { return s[0].Context() }

// clusterOf is where the writers of a scope run.
func clusterOf(s views.LogScope) awsx.Ref {
	if s.Task != nil {
		return s.Task.Ref.ClusterRef()
	}
	return s.Service.ClusterRef()
}

// Cluster is where the writers run: of several clusters the first that grave holds of,
// since its care is needed for all.
func (s Scopes) Cluster(grave func(cluster awsx.Ref) bool) awsx.Ref {
	for _, one := range s {
		if cluster := clusterOf(one); grave(cluster) {
			return cluster
		}
	}
	return clusterOf(s[0])
}

// Targets are the services whose secrets the lines may tell, and the tasks of none, each
// once.
func (s Scopes) Targets() []awsx.Ref {
	var out []awsx.Ref
	for _, one := range s {
		of := one.Service
		if of.ARN == "" && one.Task != nil {
			of = one.Task.Ref
		}
		if !slices.Contains(out, of) {
			out = append(out, of)
		}
	}
	return out
}

// Place is the service that the lines are of, or the cluster of a task of none.
func (s Scopes) Place() awsx.Ref {
	if s[0].Service.ARN == "" {
		return clusterOf(s[0])
	}
	return s[0].Service
}

// crumbNames is how many of several a crumb names.
const crumbNames = 4

// Crumb is where the lines are from. A file that they are saved to is called after it.
func (s Scopes) Crumb() string {
	one := s[0]
	if s.Several() {
		names := s.Names()
		if more := len(names) - crumbNames; more > 0 {
			names = append(names[:crumbNames:crumbNames], fmt.Sprintf("and %d more", more))
		}
		where := []string{s.Context().String()}
		switch {
		case s.ofOne(func(s views.LogScope) awsx.Ref { return s.Service }) && one.Service.ARN != "":
			where[0] = views.Crumb(one.Service)
		case s.ofOne(clusterOf):
			where = append(where, clusterOf(one).Name())
		}
		return strings.Join(append(where, names...), " ")
	}
	var parts []string
	if one.Service.ARN != "" {
		parts = append(parts, views.Crumb(one.Service))
	} else {
		cluster := clusterOf(one)
		parts = append(parts, cluster.Context.String(), cluster.Name())
	}
	if one.Task != nil {
		parts = append(parts, wording.ShortID(one.Task.ID))
	}
	return wording.JoinNonEmpty(" ", append(parts, one.Container)...)
}

// ofOne tells that all scopes have one thing in common.
func (s Scopes) ofOne(what func(views.LogScope) awsx.Ref) bool {
	return !slices.ContainsFunc(s, func(one views.LogScope) bool { return what(one) != what(s[0]) })
}

// Noun is what the scopes are: "service", "task" or "container".
func (s Scopes) Noun() string {
	switch one := s[0]; {
	case one.Task == nil:
		return "service"
	case one.Container == "" || s.Several():
		return "task"
	}
	return "container"
}

// Names tell several scopes apart, each in a word: services by their names, with their
// clusters where they are of more than one, and tasks of one service by their ids.
func (s Scopes) Names() []string {
	out := make([]string, len(s))
	alone := s.ofOne(func(s views.LogScope) awsx.Ref { return s.Service })
	cluster := s.ofOne(clusterOf)
	for i, one := range s {
		var parts []string
		if !cluster {
			parts = append(parts, clusterOf(one).Name())
		}
		if one.Service.ARN != "" && !alone {
			parts = append(parts, one.Service.Name())
		}
		if one.Task != nil && (alone || s.again(i)) {
			parts = append(parts, wording.ShortID(one.Task.ID))
		}
		if one.Container != "" {
			parts = append(parts, one.Container)
		}
		out[i] = strings.Join(parts, "/")
	}
	return out
}

// again tells that there is another scope of the same service.
func (s Scopes) again(i int) bool {
	for j, other := range s {
		if j != i && other.Service == s[i].Service {
			return true
		}
	}
	return false
}

// labelCells is how wide a name may be that stands before every line, unless it takes more
// to tell it from the others.
const labelCells = 12

// Labels are the names as they stand before lines: what all of them begin with is left
// out where they are long.
func (s Scopes) Labels() []string {
	names := s.Names()
	long := slices.ContainsFunc(names, func(name string) bool { return text.Width(name) > labelCells })
	if !long {
		return names
	}
	n := sharedStart(names)
	for i := range names {
		names[i] = names[i][n:]
	}
	return names
}

// sharedStart is how many bytes of whole words all names begin with, such as those of
// "preprod-"; each has something after them.
func sharedStart(names []string) int {
	shared := names[0]
	for _, name := range names[1:] {
		n := 0
		for n < min(len(shared), len(name)) && shared[n] == name[n] {
			n++
		}
		shared = shared[:n]
	}
	return strings.LastIndexAny(shared, "-_/.") + 1
}
