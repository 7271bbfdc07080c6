package check

import (
	"fmt"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
)

// Used tells whether anything but a service, a rule or a schedule may use a revision. What
// else starts tasks is known by those alone, of which ECS remembers those of an hour.
func Used(u read.Users, td *awsx.TaskDefinition) Finding {
	f := Finding{Name: InUse, Result: Broken}
	switch task := u.Tasks[td.ARN]; {
	case len(u.Unread) > 0:
		f.Text = "it may be in use where nothing could be read: " + u.Missing()
	case task != "":
		f.Text = task + ", is of it: whatever starts the next one fails"
	case u.Alone != "":
		f.Result, f.Text = Warning, fmt.Sprintf("no task of it is seen, but %s: what starts tasks of %s may name this revision", u.Alone, td.Family)
	default:
		f.Result, f.Text = OK, "no service, rule or schedule of the account and region uses it and no task of it is seen; pipelines and rules of other event buses were not asked"
	}
	return f
}
