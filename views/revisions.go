package views

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
)

// revisionRow is one revision of a family. A definition that is nil was not read.
type revisionRow struct {
	arn        string
	number     int
	definition *awsx.TaskDefinition
	current    bool
	ran        string    // how its last deployment to the service ended
	ranAt      time.Time // when that began
}

// status is how the revision did when it was last deployed here.
func (r revisionRow) status() theme.Status {
	switch {
	case r.ran == "":
		return theme.StatusUnknown
	case r.ran == "successful":
		return theme.StatusOK
	case strings.HasPrefix(r.ran, "rollback"), r.ran == "stopped":
		return theme.StatusFailed
	}
	return theme.StatusPending
}

// maxRevisions is how many revisions the screen offers, newest first.
const maxRevisions = 50

// revisionsScreen lists the revisions that a service could go back to.
type revisionsScreen struct{ changeTable[revisionRow] }

func newRevisions(c *Changes, service awsx.Ref) *revisionsScreen {
	s := &revisionsScreen{changeTable[revisionRow]{changes: c, service: service}}
	s.tableScreen = newTableScreen(c.Deps, tableSpec[revisionRow]{
		name: "revisions", nouns: "revisions", permission: "ecs:ListTaskDefinitions",
		subject: service, crumb: crumb(service) + " revisions",
		table: table.Options[revisionRow]{
			Key: func(r revisionRow) string { return r.arn }, Columns: revisionColumns(c.Deps), Sort: colName,
		},
		status: func(r revisionRow) (theme.Status, bool) { return r.status(), true },
		open: func() feed[revisionRow] {
			q := ask(s.load)
			return feed[revisionRow]{
				watches: []watch{q},
				build: func(time.Time) load[revisionRow] {
					a := q.Answer()
					return load[revisionRow]{rows: a.value, status: answerStatus(a.read, a.done, a.err)}
				},
			}
		},
		actions: func(r revisionRow, ok bool) []ui.Action {
			enter := ui.Shared(ui.ActEnter, ui.Do(func() { s.propose(deploy.UseRevision{Revision: r.arn}) }))
			enter.Name, enter.Disabled = "deploy this revision", nothing(ok)
			if ok && r.current {
				enter.Disabled = "this is the revision in use"
			}
			return []ui.Action{enter}
		},
		ref:  func(r revisionRow) awsx.Ref { return service.In(r.arn) },
		kind: awsx.KindTaskDefinition,
		describe: func(ctx context.Context, r revisionRow) ([]para, error) {
			td, err := c.Deps.Store.TaskDefinition(ctx, service.Context, r.arn)
			if err != nil {
				return nil, err
			}
			var d document
			describeDefinition(&d, td)
			return d.paras, nil
		},
	})
	return s
}

// load lists the family, then reads each revision, then when each ran here. What
// the service deployments API does not tell stays out: an account, or an
// emulator, may not have it.
func (s *revisionsScreen) load(ctx context.Context, publish func([]revisionRow)) error {
	deps := s.changes.Deps
	account, err := deps.Store.Account(ctx, s.service.Context)
	if err != nil {
		return err
	}
	svc, err := deploy.ReadService(ctx, account, s.service)
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
		_, number := awsx.SplitRevision(arn)
		n, _ := strconv.Atoi(number)
		rows[i] = revisionRow{arn: arn, number: n, current: arn == svc.TaskDefinition}
	}
	publish(slices.Clone(rows))
	err = readDefinitions(ctx, deps, s.service.Context, rows)
	publish(slices.Clone(rows))
	markRuns(ctx, account, s.service, rows)
	publish(rows)
	return err
}

// readers bounds how many definitions are read at once.
const readers = 4

func readDefinitions(ctx context.Context, deps *Deps, id awsx.ContextID, rows []revisionRow) error {
	var wg sync.WaitGroup
	errs := make([]error, len(rows))
	slots := make(chan struct{}, readers)
	for i := range rows {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			rows[i].definition, errs[i] = deps.Store.TaskDefinition(ctx, id, rows[i].arn)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// markRuns notes how the newest deployment of each revision ended.
func markRuns(ctx context.Context, r awsx.DeploymentReader, service awsx.Ref, rows []revisionRow) {
	deployments, err := r.ServiceDeployments(ctx, service, 20)
	if err != nil || len(deployments) == 0 {
		return
	}
	slices.SortFunc(deployments, func(a, b awsx.ServiceDeployment) int { return b.CreatedAt.Compare(a.CreatedAt) })
	var arns []string
	for _, d := range deployments {
		if !slices.Contains(arns, d.Target.ARN) {
			arns = append(arns, d.Target.ARN)
		}
	}
	revisions, err := r.ServiceRevisions(ctx, arns)
	if err != nil {
		return
	}
	definition := map[string]string{}
	for _, rev := range revisions {
		definition[rev.ARN] = rev.TaskDefinition
	}
	for _, d := range deployments {
		for i := range rows {
			if rows[i].ran == "" && rows[i].arn == definition[d.Target.ARN] {
				rows[i].ran = strings.ToLower(strings.ReplaceAll(d.Status, "_", " "))
				rows[i].ranAt = d.CreatedAt
			}
		}
	}
}

func revisionColumns(deps *Deps) []table.Column[revisionRow] {
	return []table.Column[revisionRow]{
		{ID: colName, Title: "REVISION", Frozen: true, Min: 8, Descending: true,
			Cell:    func(r revisionRow) table.Cell { return table.Cell{Text: awsx.ARNName(r.arn)} },
			Compare: func(a, b revisionRow) int { return cmp.Compare(a.number, b.number) }},
		{ID: "use", Title: "USE", Cell: func(r revisionRow) table.Cell {
			if r.current {
				return table.Cell{Text: "in use", Role: theme.OK}
			}
			return table.Cell{}
		}},
		{ID: "image", Title: "IMAGE", Max: 40, Min: 10, Cell: func(r revisionRow) table.Cell {
			if r.definition == nil {
				return table.Cell{Text: unread, Role: theme.Unknown}
			}
			tags := make([]string, len(r.definition.Containers))
			for i, c := range r.definition.Containers {
				tags[i] = shortImage(c.Image, "")
			}
			return table.Cell{Text: strings.Join(tags, " ")}
		}},
		{ID: "ran", Title: "LAST DEPLOYED HERE", Grow: true, Min: 12, Priority: 1,
			Cell: func(r revisionRow) table.Cell {
				st := r.status()
				if st == theme.StatusUnknown {
					return table.Cell{Text: "no record", Role: theme.Dim}
				}
				cell := table.Cell{Text: st.Glyph() + " " + r.ran + " " + since(r.ranAt, deps.Host.Now()) + " ago"}
				if st == theme.StatusFailed {
					cell.Role = st.Role()
				}
				return cell
			},
			Compare: func(a, b revisionRow) int { return a.ranAt.Compare(b.ranAt) }},
		{ID: colAge, Title: "AGE", Right: true,
			Cell: func(r revisionRow) table.Cell {
				if r.definition == nil {
					return table.Cell{Text: unread, Role: theme.Unknown}
				}
				return table.Cell{Text: orDefault(since(r.definition.RegisteredAt, deps.Host.Now()), "-")}
			}},
		{ID: "by", Title: "BY", Max: 24, Priority: 2, Cell: func(r revisionRow) table.Cell {
			if r.definition == nil {
				return table.Cell{Text: unread, Role: theme.Unknown}
			}
			return table.Cell{Text: orDefault(awsx.ARNName(r.definition.RegisteredBy), "-")}
		}},
	}
}
