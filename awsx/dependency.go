package awsx

import "context"

// DependencyKind says what a dependency is.
type DependencyKind string

// The kinds of dependencies, as they are spelled in sentences.
const (
	ParameterDependency DependencyKind = "parameter"
	SecretDependency    DependencyKind = "secret"
	LogGroupDependency  DependencyKind = "log group"
	RoleDependency      DependencyKind = "role"
)

// Dependency is something outside ECS without which tasks of a definition do not start.
type Dependency struct {
	Kind DependencyKind
	// ID is the name of a parameter or a log group, the ARN of a secret or its name, the
	// name of a role.
	ID string
	// Region is where it is; empty for the account's own, and for a role.
	Region string
}

// DependencyReader tells whether dependencies exist. No value is ever read: there is no
// call for it.
type DependencyReader interface {
	// Exists returns nil when the dependency is there and NotFound when it is not. Any
	// other error says why that is not known.
	Exists(ctx context.Context, d Dependency) error
}
