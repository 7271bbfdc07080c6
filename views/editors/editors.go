package editors

import (
	"gantry/awsx"
	"gantry/views/changes"
)

// Editors opens the screens and forms in which an operator says what is to change.
// What they come to is proposed to Changes.
type Editors struct {
	Changes *changes.Changes
	// Editor finds the operator's own editor.
	Editor Editor
}

// Env opens the editor of a service's variables.
func (e *Editors) Env(service awsx.Ref) {
	e.Changes.Deps.Host.Push(NewEnvironment(e.Changes, service))
}
