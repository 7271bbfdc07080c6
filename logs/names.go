package logs

// FieldLevel is the field by which a query asks for a line's level, wherever that was
// read: where the store has no field of that name which tells levels.
const FieldLevel = "level"

// The fields by which a Filter chooses lines of CloudWatch Logs, which are also
// fields of such a line's document. A Filter that is to find any there names a
// log group.
const (
	// FieldGroup is the log group's name.
	FieldGroup = "log_group"
	// FieldStream is the log stream's name.
	FieldStream = "log_stream"
	// FieldRegion is the AWS region that the log group is in. A Filter that leaves
	// it out means the region of the Source.
	FieldRegion = "log_region"
)
