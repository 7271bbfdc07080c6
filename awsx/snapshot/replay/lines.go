package replay

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"gantry/awsx/sim/cwlogs"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
	"gantry/awsx/snapshot"
)

// groupsOf returns CloudWatch Logs with the lines of a document that came from there,
// in whichever region it is asked. Whatever is not among them is said not to be in the
// document: what it has are the last lines of some tasks, and no group as a whole.
func groupsOf(doc *snapshot.Document) map[string]wire.Operation {
	store, kept := cwlogs.NewStore(world.New(0, 1, doc.Region, doc.Account, doc.Taken)), false
	for _, l := range doc.Lines {
		if l.Stream != "" {
			store.WriteEvent(cwlogs.Place{Group: l.Group, Stream: l.Stream}, l.Time, l.Time, l.Message)
			kept = true
		}
	}
	var one sync.Mutex // the store wants its caller to take turns
	operations := store.Operations()
	for name, do := range operations {
		operations[name] = func(r *wire.Request) ([]byte, error) {
			in := r.Input()
			group := cmp.Or(text(in, "logGroupName"), text(in, "logGroupIdentifier"), text(in, "logGroupNamePrefix"))
			if !kept {
				return nil, absent("lines of the log group " + group)
			}
			one.Lock()
			defer one.Unlock()
			r.Region = ""
			body, err := do(r)
			unknown := err != nil && strings.HasPrefix(err.Error(), "ResourceNotFoundException")
			if unknown || name == "DescribeLogGroups" && !holds(doc, group) {
				return nil, absent(strings.TrimSpace("lines of the log group " + group + " " + text(in, "logStreamName")))
			}
			return body, err
		}
	}
	return operations
}

// holds reports whether lines of a group are in a document; of any, without a name.
func holds(doc *snapshot.Document, group string) bool {
	return slices.ContainsFunc(doc.Lines, func(l snapshot.Line) bool { return l.Stream != "" && (group == "" || l.Group == group) })
}
