package revisions

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/deployed"
	"gantry/views/describe"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// deploymentRow is one deployment of a service, with what it is judged by.
type deploymentRow struct {
	inquiry.Deployment
	service    awsx.Service
	definition *awsx.TaskDefinition // nil until it was read
}

// name is the revision deployed, else the record's own id.
func (r deploymentRow) name() string {
	if r.Revision.TaskDefinition == "" {
		return cmp.Or(awsx.ARNName(r.ARN), livetable.Unread)
	}
	return awsx.ARNName(r.Revision.TaskDefinition)
}

// deploymentHistory is what the deployments screen has read.
type deploymentHistory struct {
	service     awsx.Service
	past        []inquiry.Deployment
	definitions map[string]*awsx.TaskDefinition
}

// The actions on a deployment.
var (
	actGoBack = ui.ActEnter.As("go back to it", 1)
	actUndo   = views.ActUndo.As("undo the last change", 2).Taking(ui.TakesNone)
)

// The screen of how a service was deployed.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "deployments", Title: "Deployments", Bindings: livetable.Bindings(actGoBack, actUndo, actCompare)},
	Of:          views.OfService, Rows: "revision", Short: []string{"deployment", "deploy", "dp", "history"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Nav.Deployments(of) },
})

// deploymentsScreen lists how a service was deployed, the newest first.
type deploymentsScreen struct {
	changes.ServiceTable[deploymentRow]
}

// NewDeployments makes the screen of how a service was deployed.
func NewDeployments(c *changes.Changes, service awsx.Ref) *deploymentsScreen {
	s := &deploymentsScreen{changes.ServiceTable[deploymentRow]{Changes: c, Service: service}}
	s.Screen = livetable.New(c.Deps, livetable.Spec[deploymentRow]{
		Name: "deployments", Permission: "ecs:ListServiceDeployments",
		Subject: service,
		Table: table.Options[deploymentRow]{
			Key: func(r deploymentRow) string { return r.ARN }, Columns: deploymentColumns(c.Deps), Sort: livetable.ColAge,
			Fault: func(r deploymentRow) bool { return deployed.State(r.Deployment).Fault() },
		},
		Status:   func(r deploymentRow) (theme.Status, bool) { return deployed.State(r.Deployment), true },
		Open:     s.open,
		Evidence: func(r deploymentRow) []prose.Para { return deploymentEvidence(r, c.Deps.Now()) },
		Actions:  s.actions,
		Marks:    true,
		Ref:      func(r deploymentRow) awsx.Ref { return service.In(r.ARN) },
		Values:   func(r deploymentRow) map[string]string { return revisionValues(service, r.Revision.TaskDefinition) },
	})
	return s
}

// open reads the history once, and watches the service for what goes on.
func (s *deploymentsScreen) open() livetable.Feed[deploymentRow] {
	q, w := livetable.Ask(s.load), s.Deps.Store.Service(s.Service)
	return livetable.Feed[deploymentRow]{
		Watches: []livetable.Watch{q, w},
		Build: func(now time.Time) livetable.Load[deploymentRow] {
			a, snap := q.Answer(), w.Snapshot()
			l := livetable.Load[deploymentRow]{Rows: deploymentRows(a.Value, snap), Status: livetable.AnswerStatus(a.Read, a.Done, a.Err)}
			if len(snap.Items) > 0 {
				var d prose.Document
				describe.TaskSets(&d, snap.Items[0].Service, now)
				l.Foot = d.Paras
			}
			return l
		},
	}
}

// load reads the records, then who registered what they deployed.
func (s *deploymentsScreen) load(ctx context.Context, publish func(deploymentHistory)) error {
	account, err := s.Deps.Store.Account(ctx, s.Service.Context)
	if err != nil {
		return err
	}
	h := deploymentHistory{}
	if h.service, err = read.ServiceNow(ctx, account, s.Service); err != nil {
		return err
	}
	if h.past, err = inquiry.Deployments(ctx, account, s.Service); err != nil && h.past == nil {
		return err
	}
	publish(h)
	var arns []string
	for _, d := range h.past {
		if arn := d.Revision.TaskDefinition; arn != "" && !slices.Contains(arns, arn) {
			arns = append(arns, arn)
		}
	}
	// Who registered a revision that is gone is not known: the row says so.
	h.definitions, _ = readDefinitions(ctx, s.Deps.Store, s.Service.Context, arns)
	publish(h)
	return err
}

// deploymentRows joins what was read with the newest that is known of what goes
// on now.
func deploymentRows(h deploymentHistory, snap *store.Snapshot[store.ServiceState]) []deploymentRow {
	past := h.past
	if len(snap.Items) > 0 && snap.Items[0].Deployment != nil {
		state := snap.Items[0]
		h.service = state.Service
		now := inquiry.Deployment{ServiceDeployment: *state.Deployment, Revision: state.Revisions[state.Deployment.Target.ARN]}
		i := slices.IndexFunc(past, func(d inquiry.Deployment) bool { return d.ARN == now.ARN })
		switch {
		case i < 0:
			past = slices.Concat([]inquiry.Deployment{now}, past)
		case !past[i].Ended():
			past = slices.Clone(past)
			if now.Revision.ARN == "" {
				now.Revision = past[i].Revision
			}
			past[i] = now
		}
	}
	rows := make([]deploymentRow, len(past))
	for i, d := range past {
		rows[i] = deploymentRow{d, h.service, h.definitions[d.Revision.TaskDefinition]}
	}
	return rows
}

func (s *deploymentsScreen) actions(r deploymentRow, ok bool) []ui.Action {
	enter := actGoBack.Runs(nil).Unless(livetable.Nothing(ok))
	if ok && !r.Ended() {
		enter.Name, enter.Run = "follow", ui.Do(func() { s.Changes.Follow(s.Service) })
		return []ui.Action{enter, s.rollBack(), s.comparing(r)}
	}
	definition := r.Revision.TaskDefinition
	enter.Run = ui.Do(func() { s.Propose(returning(definition, olderThan(definition, r.service))) })
	switch {
	case !ok:
	case definition == "":
		enter.Disabled = "the revision that was deployed is not known"
	case definition == r.service.TaskDefinition:
		enter.Disabled = "this is the revision in use"
	case !olderThan(definition, r.service):
		enter.Name = "deploy it again"
	}
	return []ui.Action{enter, s.rollBack(), s.comparing(r)}
}

// comparing shows what tells the revisions of two deployments apart: of those that are
// marked, or of the one under the cursor and the marked one or what is in use.
func (s *deploymentsScreen) comparing(r deploymentRow) ui.Action {
	var marked []string
	for _, row := range s.Table.Marked() {
		marked = append(marked, row.Revision.TaskDefinition)
	}
	return comparing(s.Deps, s.Service, marked, r.Revision.TaskDefinition, r.service.TaskDefinition)
}

// rollBack plans the way back.
func (s *deploymentsScreen) rollBack() ui.Action {
	return actUndo.Does(func() { s.Changes.Undo(s.Service) })
}

// took is how long the deployment lasted, or lasts.
func (r deploymentRow) took(now time.Time) time.Duration {
	start, end := r.Began(), r.Over()
	if !r.Ended() {
		end = now
	}
	if start.IsZero() || end.Before(start) {
		return 0
	}
	return end.Sub(start)
}

// why is what there is to say beyond the state: what holds it up, or ended it.
func (r deploymentRow) why() string {
	if _, paused := r.Paused(); paused {
		return "waits at " + wording.StageWords(r.Stage)
	}
	if r.Rollback != nil && r.Rollback.Reason != "" {
		return r.Rollback.Reason
	}
	switch {
	case !r.Ended() && r.Stage != "":
		return wording.StageWords(r.Stage)
	case deployed.State(r.Deployment) == theme.StatusFailed:
		return r.StatusReason
	case !r.Ended():
		return r.WhySoFar(r.service, r.Revision.TaskDefinition)
	}
	return ""
}

// breaker is how near the circuit breaker came to giving the deployment up.
func (r deploymentRow) breaker() string {
	if r.BreakerThreshold == 0 {
		return strings.ToLower(r.BreakerStatus)
	}
	return follow.Gauge{Enabled: true, Failures: r.BreakerFailures, Threshold: r.BreakerThreshold}.String()
}

func (r deploymentRow) strategy() string {
	return strings.ToLower(strings.ReplaceAll(cmp.Or(r.Strategy, "ROLLING"), "_", "/"))
}

func deploymentColumns(deps *views.Deps) []table.Column[deploymentRow] {
	type row = deploymentRow
	return []table.Column[row]{
		{ID: livetable.ColName, Title: "REVISION", Frozen: true, Min: 14, Max: 40,
			Cell:    func(r row) table.Cell { return table.Cell{Text: r.name()} },
			Compare: func(a, b row) int { return strings.Compare(a.name(), b.name()) }},
		{ID: livetable.ColState, Title: "ST", Descending: true,
			Cell: func(r row) table.Cell {
				return table.Cell{Text: deployed.State(r.Deployment).Glyph() + " " + r.Words(), Role: deployed.State(r.Deployment).Role()}
			},
			Compare: func(a, b row) int {
				return deployed.State(a.Deployment).Severity() - deployed.State(b.Deployment).Severity()
			}},
		{ID: livetable.ColAge, Title: "BEGAN", Right: true, Descending: true,
			Cell:    func(r row) table.Cell { return table.Cell{Text: wording.Since(r.CreatedAt, deps.Now())} },
			Compare: func(a, b row) int { return a.CreatedAt.Compare(b.CreatedAt) }},
		{ID: "took", Title: "TOOK", Right: true, Priority: 3, Cell: func(r row) table.Cell {
			d := r.took(deps.Now())
			switch {
			case d == 0:
				return table.Cell{Text: "-", Role: theme.Dim}
			case !r.Ended():
				return table.Cell{Text: text.Age(d), Role: theme.Pending}
			}
			return table.Cell{Text: text.Span(d)}
		}},
		{ID: "image", Title: "IMAGE", Min: 12, Max: 40, Priority: 1,
			Cell: func(r row) table.Cell {
				return livetable.ReadCell(cmp.Or(deployed.Images(r.Deployment), livetable.Unread))
			}},
		{ID: "by", Title: "REGISTERED BY", Max: 20, Priority: 5, Cell: func(r row) table.Cell { return authorCell(r.definition) }},
		{ID: "breaker", Title: "BRK", Right: true, Priority: 6,
			Cell: func(r row) table.Cell { return table.Cell{Text: cmp.Or(r.breaker(), "-")} }},
		{ID: "strategy", Title: "STRATEGY", Priority: 7, Cell: func(r row) table.Cell { return table.Cell{Text: r.strategy()} }},
		{ID: "why", Title: "WHY", Grow: true, Min: 18, Priority: 2, Cell: func(r row) table.Cell { return table.Cell{Text: r.why()} }},
	}
}

// deploymentEvidence tells all of a row.
func deploymentEvidence(r deploymentRow, now time.Time) []prose.Para {
	var d prose.Document
	head := r.name() + "  " + r.Words()
	if why := r.why(); why != "" {
		head += ": " + why
	}
	role := deployed.State(r.Deployment).Role()
	if deployed.State(r.Deployment) == theme.StatusOK {
		role = theme.Title
	}
	d.Paras = append(d.Paras, prose.Para{Text: head, Role: role})
	say := func(label, value string) {
		if value != "" {
			d.Paras = append(d.Paras, prose.Para{Label: label, Text: value})
		}
	}
	for _, image := range r.Revision.Images {
		say(image.Container, wording.JoinNonEmpty("  ", image.Image, image.Digest))
	}
	say("began", wording.Moment(r.CreatedAt, now))
	if d := r.took(now); d > 0 && r.Ended() {
		say("took", text.Span(d)+", "+r.strategy())
	}
	if r.definition != nil {
		say("registered by", r.definition.RegisteredBy)
	}
	if r.Rollback != nil && r.Rollback.Revision != "" {
		say("rolled back", wording.Moment(r.Rollback.At, now)+" to service revision "+awsx.ARNName(r.Rollback.Revision))
	}
	say("alarms", strings.Join(r.TriggeredAlarms, ", "))
	say("reason", r.StatusReason)
	return d.Paras
}
