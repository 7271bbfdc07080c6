package revisions

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/read"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/describe"
	"gantry/views/livetable"
	"gantry/views/prose"
)

// maxRevisions is how many revisions the screen offers, newest first.
const maxRevisions = 50

// The actions on a revision.
var (
	actDeployRevision = ui.ActEnter.As("deploy this revision", 1)
	actCompare        = views.ActCompare.As("compare", 2)
)

// The screen of a task definition's revisions.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "revisions", Title: "Revisions",
	Bindings: livetable.Bindings(actDeployRevision, actCompare)}, Rows: "revision"})

// Revisions opens what was deployed of a service and what can be deployed again.
type Revisions struct{ Changes *changes.Changes }

// ShowRevisions opens those that a service could go back to.
func (r *Revisions) ShowRevisions(service awsx.Ref) {
	r.Changes.Deps.Host.Push(NewRevisions(r.Changes, service, ""))
}

// Deployments opens the history of a service.
func (r *Revisions) Deployments(service awsx.Ref) {
	r.Changes.Deps.Host.Push(NewDeployments(r.Changes, service))
}

// Compare shows what tells two revisions of a service apart.
func (r *Revisions) Compare(service awsx.Ref, before, after string) {
	r.Changes.Deps.Host.Push(NewCompare(r.Changes.Deps, service, before, after))
}

// revisionsScreen lists the revisions that a service could go back to.
type revisionsScreen struct {
	changes.ServiceTable[revisionRow]
	why string // why one has to be chosen, empty when that was the wish
}

// NewRevisions makes the screen of the revisions of a service; why says why one has to be
// chosen, empty if nobody has to.
func NewRevisions(c *changes.Changes, service awsx.Ref, why string) *revisionsScreen {
	s := &revisionsScreen{ServiceTable: changes.ServiceTable[revisionRow]{Changes: c, Service: service}, why: why}
	s.Screen = livetable.New(c.Deps, livetable.Spec[revisionRow]{
		Name: "revisions", Permission: "ecs:ListTaskDefinitions",
		Subject: service,
		Table: table.Options[revisionRow]{
			Key: func(r revisionRow) string { return r.arn }, Columns: revisionColumns(c.Deps), Sort: livetable.ColName,
		},
		Status: func(r revisionRow) (theme.Status, bool) { return r.status(), true },
		Open: func() livetable.Feed[revisionRow] {
			q := livetable.Ask(s.load)
			return livetable.Feed[revisionRow]{
				Watches: []livetable.Watch{q},
				Build: func(time.Time) livetable.Load[revisionRow] {
					a := q.Answer()
					return livetable.Load[revisionRow]{Rows: a.Value, Status: livetable.AnswerStatus(a.Read, a.Done, a.Err)}
				},
			}
		},
		Actions: s.actions,
		Marks:   true,
		Ref:     func(r revisionRow) awsx.Ref { return service.In(r.arn) },
		Kind:    awsx.KindTaskDefinition,
		Values:  func(r revisionRow) map[string]string { return revisionValues(service, r.arn) },
		Describe: func(ctx context.Context, r revisionRow) ([]prose.Para, error) {
			td, err := c.Deps.Store.TaskDefinition(ctx, service.Context, r.arn)
			if err != nil {
				return nil, err
			}
			var d prose.Document
			describe.Definition(&d, td)
			return d.Paras, nil
		},
	})
	return s
}

// Header says why one has to choose, as long as nothing worse is to be said.
func (s *revisionsScreen) Header() ui.Header {
	h := s.ServiceTable.Header()
	h.Banner = cmp.Or(h.Banner, s.why)
	return h
}

func (s *revisionsScreen) actions(r revisionRow, ok bool) []ui.Action {
	enter := actDeployRevision.Does(func() { s.Propose(returning(r.arn, r.older)) }).Unless(livetable.Nothing(ok))
	if ok && r.older {
		enter.Name = "go back to it"
	}
	if ok && r.current {
		enter.Disabled = "this is the revision in use"
	}
	return []ui.Action{enter, s.comparing(r)}
}

// returning deploys a revision: one that is older than what runs is gone back to,
// with the images that ran; a newer one is deployed like any other.
func returning(revision string, older bool) deploy.Intent {
	if older {
		return deploy.RollBack{To: revision}
	}
	return deploy.UseRevision{Revision: revision}
}

// comparing shows what tells two revisions apart: those that are marked, or the
// one under the cursor and the marked one or the one in use.
func (s *revisionsScreen) comparing(r revisionRow) ui.Action {
	var marked []string
	for _, row := range s.Table.Marked() {
		marked = append(marked, row.arn)
	}
	inUse := ""
	for _, row := range s.Table.Rows() {
		if row.current {
			inUse = row.arn
		}
	}
	return comparing(s.Deps, s.Service, marked, r.arn, inUse)
}

// load lists the family, then reads each revision, then when each ran here. What
// the service deployments API does not tell stays out: an account, or an
// emulator, may not have it.
func (s *revisionsScreen) load(ctx context.Context, publish func([]revisionRow)) error {
	deps := s.Changes.Deps
	account, err := deps.Store.Account(ctx, s.Service.Context)
	if err != nil {
		return err
	}
	svc, err := read.ServiceNow(ctx, account, s.Service)
	if err != nil {
		return err
	}
	family, _ := awsx.SplitRevision(svc.TaskDefinition)
	arns, err := account.Revisions(ctx, family, maxRevisions)
	if err != nil {
		return err
	}
	if !slices.Contains(arns, svc.TaskDefinition) { // it is INACTIVE
		arns = append(arns, svc.TaskDefinition)
	}
	rows := make([]revisionRow, len(arns))
	for i, arn := range arns {
		rows[i] = revisionRow{arn: arn, number: revisionNumber(arn), current: arn == svc.TaskDefinition, used: svc.Runs(arn), older: olderThan(arn, svc)}
	}
	publish(slices.Clone(rows))
	definitions, err := readDefinitions(ctx, deps.Store, s.Service.Context, arns)
	for i := range rows {
		rows[i].definition = definitions[rows[i].arn]
	}
	publish(slices.Clone(rows))
	if past, failed := inquiry.Deployments(ctx, account, s.Service); failed == nil {
		markRuns(rows, past)
	}
	publish(rows)
	return err
}

func revisionNumber(arn string) int {
	_, number := awsx.SplitRevision(arn)
	n, _ := strconv.Atoi(number)
	return n
}

// olderThan reports whether a revision is of the family that a service runs, and
// older than what it runs.
func olderThan(arn string, svc awsx.Service) bool {
	family, _ := awsx.SplitRevision(arn)
	now, _ := awsx.SplitRevision(svc.TaskDefinition)
	return family == now && revisionNumber(arn) < revisionNumber(svc.TaskDefinition)
}
