package deploy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
)

// Intent is what somebody wants to happen to a service. The set is closed:
// Build knows each of them.
type Intent interface {
	// Action is the verb by which plans, policies and the audit file name the
	// intent.
	Action() string
	// starts reports whether carrying it out starts a deployment, which a change
	// of the count alone does not (ECS, UpdateService).
	starts() bool
}

// SetImages deploys images. Images maps a container's name to a reference, or
// to ":tag" or "@digest" to keep the repository in use; an empty name means the
// only container there is.
type SetImages struct{ Images map[string]string }

// SetEnv changes environment variables, by container name; an empty name means
// the only container there is.
type SetEnv struct{ Containers map[string]EnvEdit }

// EnvEdit is what happens to one container's variables. Set merges, and keeps
// those it does not name unless Replace is true, in which case exactly these
// stay. Unsetting a variable that is not there is an error, as it is most often
// a misspelt name.
type EnvEdit struct {
	Set     []awsx.EnvVar
	Unset   []string
	Replace bool
}

// Scale sets the number of tasks that a service should run.
type Scale struct{ Count int }

// Restart starts every task anew on the revision in use.
type Restart struct{}

// UseRevision deploys a revision that exists: an ARN, family:revision, or a
// revision number of the family in use. Going to an earlier one is a roll back.
// A revision that is no longer ACTIVE is copied into a new one.
type UseRevision struct{ Revision string }

// Action names the intent.
func (SetImages) Action() string { return "deploy" }

// Action names the intent.
func (SetEnv) Action() string { return "env" }

// Action names the intent.
func (Scale) Action() string { return "scale" }

// Action names the intent.
func (Restart) Action() string { return "restart" }

// Action names the intent.
func (UseRevision) Action() string { return "use revision" }

func (SetImages) starts() bool   { return true }
func (SetEnv) starts() bool      { return true }
func (Scale) starts() bool       { return false }
func (Restart) starts() bool     { return true }
func (UseRevision) starts() bool { return true }

// revisionID turns what UseRevision holds into something that can be described.
func (u UseRevision) revisionID(family string) (string, error) {
	s := strings.TrimSpace(u.Revision)
	number := s
	if strings.Contains(s, ":") {
		_, number = awsx.SplitRevision(s)
	} else {
		s = family + ":" + s
	}
	if number == "" || strings.Trim(number, "0123456789") != "" || strings.HasPrefix(number, "0") {
		return "", invalid("revision %q: expected a number, family:number or a task definition ARN", u.Revision)
	}
	return s, nil
}

// EnvChange is one variable that a plan sets or unsets. The values print as
// masks; the audit file keeps an HMAC of them.
type EnvChange struct {
	Container, Name string
	Before, After   awsx.EnvVar
	Had, Has        bool // whether the variable exists before and after
}

// sortedKeys returns the keys of a map in order, so that plans read the same
// each time they are made.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
