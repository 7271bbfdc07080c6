package images

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

var actOpen = ui.ActEnter.As("images", 1)

// The repositories of a registry.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "repositories", Title: "Repositories", Bindings: livetable.Bindings(actOpen)},
	Of:          views.OfContext, Short: []string{"repos", "ecr"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewRepositories(deps, of.Context)) },
})

// repositoryRow is a repository of the registry, or one that only tasks tell of.
type repositoryRow struct {
	repository awsx.Repository
	unlisted   bool
	runs       []inquiry.Run
	ran        bool // what runs was read
}

func (r *repositoryRow) tasks() (n int) {
	for _, run := range r.runs {
		n += run.Tasks
	}
	return n
}

// users are who runs images of it, each once.
func (r *repositoryRow) users() []string {
	var names []string
	for _, run := range r.runs {
		if !slices.Contains(names, run.Where()) {
			names = append(names, run.Where())
		}
	}
	return names
}

// NewRepositories makes the screen of the repositories of a context: those of the account's
// registry, and those of others that its tasks use.
func NewRepositories(deps *views.Deps, id awsx.ContextID) ui.Screen {
	return livetable.New(deps, livetable.Spec[*repositoryRow]{
		Name: "repositories", Permission: "ecr:DescribeRepositories",
		Subject: awsx.Ref{Context: id}, Crumb: id.String() + " repositories",
		Table: table.Options[*repositoryRow]{
			Key: func(r *repositoryRow) string { return r.repository.URI }, Columns: repositoryColumns(deps),
		},
		Open: func() livetable.Feed[*repositoryRow] { return openRepositories(deps, id) },
		Evidence: func(r *repositoryRow) []prose.Para {
			paras := []prose.Para{{Text: r.repository.URI, Role: theme.Title}}
			for _, run := range r.runs {
				paras = append(paras, prose.Para{Label: "runs", Text: run.Where() + ": " + wording.Count(run.Tasks, "task") + " as " + awsx.ARNName(run.Reference)})
			}
			return paras
		},
		Actions: func(r *repositoryRow, ok bool) []ui.Action {
			why := livetable.Nothing(ok)
			if ok {
				if ref, err := awsx.ParseReference(r.repository.URI); err != nil || !ref.ECR() {
					why = "it is in a registry that cannot be listed"
				}
			}
			return []ui.Action{actOpen.Does(func() { deps.Host.Push(NewRepository(deps, id, r.repository.URI)) }).Unless(why)}
		},
		Ref: func(r *repositoryRow) awsx.Ref {
			return awsx.Ref{Context: id, ARN: cmp.Or(r.repository.ARN, r.repository.URI)}
		},
	})
}

// openRepositories watches the registry, and reads what runs beside it: where the one is
// refused, the other still tells what is in use.
func openRepositories(deps *views.Deps, id awsx.ContextID) livetable.Feed[*repositoryRow] {
	listed := store.Watched(deps.Store, store.List[awsx.RepositoryReader, awsx.Repository]{
		Kind: "repositories", Scope: awsx.Ref{Context: id}, Rounds: 10,
		ID: func(r *awsx.Repository) (string, string) { return r.Name, r.URI },
		Pages: func(ctx context.Context, r awsx.RepositoryReader) awsx.Pages[awsx.Repository] {
			return r.Repositories(ctx)
		},
	})
	q := livetable.AskAgain(func(ctx context.Context, publish func(running)) error {
		found, unread := whatRuns(ctx, deps, id)
		publish(found)
		return errors.Join(unread...)
	})
	return livetable.Feed[*repositoryRow]{
		Watches: []livetable.Watch{listed, q},
		Build: func(time.Time) livetable.Load[*repositoryRow] {
			snapshot, ran := listed.Snapshot(), q.Answer()
			l := livetable.Load[*repositoryRow]{Rows: repositoryRows(snapshot.Values(), ran.Value), Status: livetable.StatusOf(snapshot)}
			if snapshot.Ended() {
				l.Note = ran.Value.note()
			}
			for _, err := range []error{snapshot.Err, ran.Err} {
				if why := refusal(err); why != "" && len(l.Rows) > 0 {
					l.Note = append(l.Note, livetable.Span{Text: why, Role: theme.Warn})
				}
			}
			return l
		},
	}
}

// repositoryRows joins what is listed with what runs.
func repositoryRows(listed []awsx.Repository, ran running) []*repositoryRow {
	rows, byURI := []*repositoryRow{}, map[string]*repositoryRow{}
	add := func(r awsx.Repository, unlisted bool) {
		row := &repositoryRow{repository: r, unlisted: unlisted, ran: ran.read}
		rows, byURI[r.URI] = append(rows, row), row
	}
	for _, r := range listed {
		add(r, false)
	}
	for _, run := range ran.runs {
		uri := run.Repository()
		if uri == "" {
			continue
		}
		if byURI[uri] == nil {
			name := uri
			if ref, err := awsx.ParseReference(uri); err == nil && ref.ECR() {
				_, name, _ = strings.Cut(uri, "/")
			}
			add(awsx.Repository{Name: name, URI: uri}, true)
		}
		byURI[uri].runs = append(byURI[uri].runs, run)
	}
	slices.SortStableFunc(rows, func(a, b *repositoryRow) int { return strings.Compare(a.repository.Name, b.repository.Name) })
	return rows
}

func repositoryColumns(deps *views.Deps) []table.Column[*repositoryRow] {
	type row = *repositoryRow
	plain := func(s func(row) string) func(row) table.Cell {
		return func(r row) table.Cell { return table.Cell{Text: s(r)} }
	}
	return []table.Column[row]{
		{ID: livetable.ColName, Title: "REPOSITORY", Frozen: true, Min: 16, Max: 48, Cell: plain(func(r row) string { return r.repository.Name }),
			Compare: func(a, b row) int { return strings.Compare(a.repository.Name, b.repository.Name) }},
		{ID: "runs", Title: "RUNS", Right: true, Descending: true,
			Cell: func(r row) table.Cell {
				switch n := r.tasks(); {
				case !r.ran:
					return livetable.ReadCell(livetable.Unread)
				case n == 0:
					return table.Cell{Text: "-", Role: theme.Dim}
				default:
					return table.Cell{Text: strconv.Itoa(n)}
				}
			},
			Compare: func(a, b row) int { return cmp.Compare(a.tasks(), b.tasks()) }},
		{ID: "tags", Title: "TAGS", Priority: 2, Cell: plain(func(r row) string {
			switch {
			case r.unlisted:
				return "?"
			case r.repository.Immutable:
				return "fixed"
			}
			return "mutable"
		})},
		{ID: livetable.ColAge, Title: "SINCE", Right: true, Priority: 1, Descending: true,
			Cell:    plain(func(r row) string { return cmp.Or(wording.Since(r.repository.CreatedAt, deps.Now()), "-") }),
			Compare: func(a, b row) int { return a.repository.CreatedAt.Compare(b.repository.CreatedAt) }},
		{ID: "users", Title: "SERVICES", Grow: true, Min: 20, Cell: plain(func(r row) string { return strings.Join(r.users(), ", ") })},
	}
}
