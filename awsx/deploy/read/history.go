package read

import (
	"gantry/awsx"
	"gantry/internal/words"
)

// RecordsRead is how many of a service's deployments are looked at: as many as one page
// of the API holds (ECS, ListServiceDeployments).
const RecordsRead = 20

// History is the service deployments, the one in progress and those that ended, with
// their service revisions. Accounts, regions and emulators may lack that API: the
// reason is kept. Minds are of the one in progress, nil when there is none.
func History(minds ...Mind[*awsx.ServiceDeployment]) Read {
	return Read{name: "history", facts: factsOf(func(cur *Current) **awsx.ServiceDeployment { return &cur.Record.Value }, minds),
		ask: func(s *session) (func(*Current), error) {
			past, err := s.history()
			return func(cur *Current) {
				cur.Revisions = past.revisions
				cur.History = Answer[[]awsx.ServiceDeployment]{Value: past.list, Err: err, Done: true}
				cur.Record = Answer[*awsx.ServiceDeployment]{Value: tell(past.list, past.revisions).open, Err: past.unlisted, Done: true}
			}, past.unlisted
		}}
}

// past is the record of a service's deployments.
type past struct {
	list      []awsx.ServiceDeployment // newest first
	revisions map[string]awsx.ServiceRevision
	unlisted  error // why there is no list
}

func (s *session) history() (past, error) {
	return once(s, "history", func() (past, error) {
		p := past{revisions: map[string]awsx.ServiceRevision{}}
		list, err := s.r.ServiceDeployments(s.ctx, s.target, RecordsRead)
		if err != nil {
			p.unlisted = err
			return p, err
		}
		p.list = list
		var arns []string
		for _, d := range list {
			if d.Target.ARN != "" {
				arns = words.AddNew(arns, d.Target.ARN)
			}
		}
		revisions, err := s.r.ServiceRevisions(s.ctx, arns)
		for _, rev := range revisions {
			p.revisions[rev.ARN] = rev
		}
		return p, err
	})
}
