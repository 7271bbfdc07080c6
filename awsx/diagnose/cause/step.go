package cause

// Part is what of a service was changed. The words are stable.
type Part string

// The parts that changes are of.
const (
	PartImage    Part = "image"
	PartVariable Part = "variable"
	PartSecret   Part = "secret"
	PartCommand  Part = "command"
	PartSize     Part = "size"
	PartPort     Part = "port"
	PartCheck    Part = "health check"
	PartLog      Part = "log"
	PartRole     Part = "role"
	PartPlatform Part = "platform"
	// PartCount is the desired count, PartBounds are those of it, PartInstances what the instances are made of.
	PartCount     Part = "count"
	PartBounds    Part = "scaling bounds"
	PartInstances Part = "instances"
	PartOther     Part = "other"
)

// Do is what a step does. The words are stable; the console has a key for each.
type Do string

// The things to do. DoNothing is a step that only a person outside of gantry can take.
const (
	DoNothing         Do = ""
	DoReadLines       Do = "read lines"
	DoRollBack        Do = "roll back"
	DoDeployImage     Do = "deploy image"
	DoEditEnvironment Do = "edit environment"
	DoEditRevision    Do = "edit revision"
	DoScale           Do = "scale"
	DoSeeTasks        Do = "see tasks"
	DoSeeTargets      Do = "see targets"
	DoSeeRouting      Do = "see routing"
	DoSeeInstances    Do = "see instances"
	DoSeeGroups       Do = "see groups"
	DoSeeEvents       Do = "see events"
	DoSeeAlarms       Do = "see alarms"
)

// Step is something to check or to do.
type Step struct {
	Do   Do
	Text string
}

// Advice is a step that only a person outside of gantry can take.
func Advice(text string) Step { return Step{Text: text} }
