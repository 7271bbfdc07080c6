package images

import (
	"context"
	"errors"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/modal"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The images of one repository.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "repository", Title: "Images of a repository",
		Bindings: livetable.Bindings(actDeploy, actDeployPinned)},
	Rows: "image",
})

// repositoryList is what was read of a repository.
type repositoryList struct {
	images  []awsx.Image
	running running
}

// NewRepository makes the screen of a repository's images, named by its URI: where each
// runs now, and which tags have moved from under the tasks that asked for them.
func NewRepository(deps *views.Deps, id awsx.ContextID, uri string) *livetable.Screen[*imageRow] {
	var s *livetable.Screen[*imageRow]
	var q *livetable.Query[repositoryList]
	s = livetable.New(deps, livetable.Spec[*imageRow]{
		Name: "repository", Nouns: "images", Permission: "ecr:DescribeImages",
		Subject: awsx.Ref{Context: id}, Crumb: id.String() + " images of " + awsx.ARNName(uri),
		Table: table.Options[*imageRow]{
			Key: (*imageRow).key, Columns: imageColumns(deps, false), Sort: livetable.ColAge, Fault: (*imageRow).fault,
		},
		Status:   func(r *imageRow) (theme.Status, bool) { return r.status(), true },
		Evidence: func(r *imageRow) []prose.Para { return r.evidence(deps.Now()) },
		Open: func() livetable.Feed[*imageRow] {
			q = livetable.AskAgain(func(ctx context.Context, publish func(repositoryList)) error {
				return readRepository(ctx, deps, id, uri, publish)
			})
			return livetable.Feed[*imageRow]{
				Watches: []livetable.Watch{q},
				Build:   func(time.Time) livetable.Load[*imageRow] { return repositoryLoad(uri, q.Answer()) },
			}
		},
		Actions: func(r *imageRow, ok bool) []ui.Action {
			var users []inquiry.Run
			if q != nil {
				users = usersOf(uri, q.Answer().Value.running.runs)
			}
			return []ui.Action{
				deployTo(s, actDeploy, users, r, ok, (*imageRow).reference),
				deployTo(s, actDeployPinned, users, r, ok, (*imageRow).pinned),
			}
		},
		Ref:    func(r *imageRow) awsx.Ref { return awsx.Ref{Context: id, ARN: r.Image.Repository + r.pinned()} },
		Values: (*imageRow).values,
	})
	return s
}

func readRepository(ctx context.Context, deps *views.Deps, id awsx.ContextID, uri string, publish func(repositoryList)) error {
	account, err := deps.Store.Account(ctx, id)
	if err != nil {
		return err
	}
	var list repositoryList
	var failed error
	for page, err := range account.Images(ctx, uri) {
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		list.images = slices.Concat(list.images, awsx.Values(page.Items))
		publish(list)
	}
	var unread []error
	list.running, unread = whatRuns(ctx, deps, id)
	publish(list)
	return errors.Join(append(unread, failed)...)
}

func repositoryLoad(uri string, a livetable.Answer[repositoryList]) livetable.Load[*imageRow] {
	var l livetable.Load[*imageRow]
	for _, u := range inquiry.ImageUses(uri, a.Value.images, a.Value.running.runs) {
		l.Rows = append(l.Rows, &imageRow{ImageUse: u, ran: a.Value.running.read})
	}
	l.Status = livetable.AnswerStatus(len(l.Rows) > 0, a.Done || len(l.Rows) > 0, a.Err)
	if len(l.Rows) > 0 {
		l.Note = a.Value.running.note()
	}
	return l
}

// usersOf are the services that run images of a repository, by container.
func usersOf(uri string, runs []inquiry.Run) (users []inquiry.Run) {
	for _, r := range runs {
		same := func(u inquiry.Run) bool { return u.ServiceRef() == r.ServiceRef() && u.Container == r.Container }
		if r.Service() != "" && r.Repository() == uri && !slices.ContainsFunc(users, same) {
			users = append(users, r)
		}
	}
	return users
}

// deployTo deploys the image under the cursor to the service that runs others of its
// repository, or to one of them.
func deployTo(s *livetable.Screen[*imageRow], b ui.Binding, users []inquiry.Run, r *imageRow, ok bool, reference func(*imageRow) string) ui.Action {
	why := undeployable(r, ok)
	if why == "" && len(users) == 0 {
		why = "no service that runs an image of this repository is known"
	}
	propose := func(to inquiry.Run) {
		s.Deps.Nav.Plan(deploy.SetImages{Images: map[string]string{to.Container: reference(r)}}, s.Act, to.ServiceRef())
	}
	return b.Does(func() {
		if len(users) == 1 {
			propose(users[0])
			return
		}
		options := make([]modal.Option, len(users))
		for i, u := range users {
			options[i] = modal.Option{Name: u.Where(), Detail: wording.JoinNonEmpty(" ", u.Container, awsx.ARNName(u.Reference))}
		}
		s.Deps.Host.Modal(modal.NewChoice(s.Deps.Host.Theme(), modal.ChoiceOptions{
			Title: "Deploy " + reference(r) + " to which service?", Options: options,
			Chosen: func(i int) { propose(users[i]) },
		}))
	}).Unless(why)
}
