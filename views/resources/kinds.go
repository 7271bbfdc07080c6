package resources

import "gantry/views"

// Kinds are the screens of this room.
func Kinds() []views.Kind {
	return []views.Kind{clustersKind(), servicesKind(), tasksKind(), taskKind(), instancesKind(), hostedKind()}
}
