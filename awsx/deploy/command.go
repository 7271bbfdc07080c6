package deploy

import (
	"cmp"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
)

// RunCommand runs programs of the operator's own, each about one target. What they do is not
// known, so that they count as changes which ask for the target's name.
type RunCommand struct {
	// Verb is what rules and the journal call it, such as "command flush".
	Verb string
	// For has what is run for each target.
	For map[awsx.Ref]Program
}

// Program is what is run for one target.
type Program struct {
	// Says is the program with its arguments as it may be shown.
	Says string
	// Service is the name of the service to which the target belongs, if it is not one
	// itself; empty where there is none.
	Service string
	// Apart says that the account is a simulated one, empty for a real one.
	Apart string
}

var _ = verbs.Add(RunCommand{})

// AnyCommand is the verb of a command without a name, of which there is none.
const AnyCommand = "command"

// Action names the intent.
func (in RunCommand) Action() string { return cmp.Or(in.Verb, AnyCommand) }

func (RunCommand) reads() []read.Read { return nil }

func (in RunCommand) draft(cur read.Current) (draft, error) {
	p, ok := in.For[cur.Target]
	if !ok {
		return draft{}, invalid("nothing is run for %s", cur.Target.Name())
	}
	d := draft{
		holds: true, before: cur.Target.Noun() + " " + cur.Target.Name(), after: p.Says,
		leaves: "what the program does is not known here, nor can it be undone from here",
		steps:  []step.Step{&step.Outside{Says: p.Says, Service: p.Service}},
	}
	if p.Apart != "" {
		d.checks = append(d.checks, check.Real(p.Apart))
	}
	return d, nil
}
