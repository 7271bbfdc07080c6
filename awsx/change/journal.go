package change

import (
	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/step"
	"gantry/internal/audit"
)

// journal writes the records of changes to the audit file.
type journal struct{ log *audit.Log }

// Journal returns the audit of changes that is kept in a log. Values of
// variables enter it sealed.
func Journal(log *audit.Log) deploy.Audit { return journal{log} }

// Unkept returns the audit of changes for which there is no log, and err says why. It
// takes no record, so that only who overrides the check changes anything.
func Unkept(err error) deploy.Audit { return unkept{err} }

type unkept struct{ err error }

func (u unkept) Begin(string, deploy.Plan, []string) error         { return u.err }
func (u unkept) Call(string, deploy.Plan, awsx.Call) error         { return u.err }
func (u unkept) End(string, deploy.Plan, string, step.State) error { return u.err }

// Begin records what is about to happen.
func (j journal) Begin(id string, p deploy.Plan, overridden []string) error {
	r := record(audit.Begin, id, p)
	r.Before, r.After, r.Overridden = p.Before, p.After, overridden
	r.Tier, r.Production = p.Tier.String(), &p.Production
	r.Runs, r.Undoes = p.Runs, p.Undoes
	for _, t := range p.Turns {
		r.Numbers = append(r.Numbers, audit.Number{Name: string(t.Number), Before: t.Before, After: t.After})
	}
	for _, c := range p.Env {
		v := audit.EnvVariable{Container: c.Container, Name: c.Name}
		if c.Had {
			v.Before = j.log.Seal(c.Name, c.Before.Value)
		}
		if c.Has {
			v.After = j.log.Seal(c.Name, c.After.Value)
		}
		r.Env = append(r.Env, v)
	}
	for _, c := range p.Secrets {
		r.Secrets = append(r.Secrets, audit.Reference{Container: c.Container, Name: c.Name, Before: c.Before, After: c.After})
	}
	return j.log.Append(r)
}

// Call records one mutating call before it is sent.
func (j journal) Call(id string, p deploy.Plan, c awsx.Call) error {
	r := record(audit.Sent, id, p)
	r.Call = c.Service + ":" + c.Operation
	return j.log.Append(r)
}

// End records what came of it, and under which ids the account has it.
func (j journal) End(id string, p deploy.Plan, outcome string, made step.State) error {
	r := record(audit.End, id, p)
	r.Outcome, r.Deployment = outcome, made.Deployment
	switch {
	case made.Registered != nil:
		r.Revision = awsx.ARNName(made.Registered.ARN)
	case made.Deployment != "":
		if d, ok := made.Service.Primary(); ok {
			r.Revision = awsx.ARNName(d.TaskDefinition)
		}
	}
	for _, t := range made.Tasks {
		r.Tasks = append(r.Tasks, t.ID)
	}
	return j.log.Append(r)
}

func record(kind, id string, p deploy.Plan) audit.Record {
	return audit.Record{
		Kind: kind, Change: id,
		Account: p.Identity.Account, Identity: p.Identity.ARN,
		Context: p.Target.Context.String(), Cluster: p.Target.ClusterName(), Service: p.Target.Name(),
		Action: p.Intent.Action(),
	}
}
