package images

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/read"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The actions on an image.
var (
	actDeploy       = ui.ActEnter.As("deploy", 1).Taking(ui.TakesMarked)
	actTypeImage    = ui.Binding{ID: "type-image", Name: "type an image", Keys: []string{"i"}, Hint: 2, Takes: ui.TakesNone}
	actDeployPinned = ui.Binding{ID: "deploy-pinned", Name: "deploy its digest", Keys: []string{"D"}, Hint: 3, Takes: ui.TakesMarked}
)

// The images that a service can be given.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "images", Title: "Images",
		Bindings: livetable.Bindings(actDeploy, actTypeImage, actDeployPinned)},
	Of: views.OfService, Rows: "image", Short: []string{"image", "img"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Nav.Image(of) },
})

// Images opens the images that a service can be given.
type Images struct{ Changes *changes.Changes }

// Image opens the images of a service's repositories.
func (i *Images) Image(service awsx.Ref) {
	i.Changes.Deps.Host.Push(New(i.Changes, service))
}

// imageList is what the images screen has read.
type imageList struct {
	definition *awsx.TaskDefinition
	held       []held
	elsewhere  []awsx.ContainerDefinition // whose images no ECR repository holds
	running    running
}

// held are the images of the repository of a container.
type held struct {
	container awsx.ContainerDefinition
	current   awsx.Reference
	images    []awsx.Image
	whole     bool
}

// rows gives each tag a row.
func (l imageList) rows() (rows []*imageRow) {
	for _, h := range l.held {
		for _, u := range inquiry.ImageUses(h.current.Repository, h.images, l.running.runs) {
			if u.Unlisted && !h.whole {
				continue // it may be there
			}
			named := h.current.Digest == u.Image.Digest || h.current.Digest == "" && u.Tag != "" && u.Tag == h.current.Tag
			rows = append(rows, &imageRow{container: h.container.Name, ImageUse: u, current: named, ran: l.running.read})
		}
	}
	return rows
}

// imagesScreen lists what can be deployed. It is a table screen that also takes
// a reference as it is typed, since a registry other than ECR has no list.
type imagesScreen struct {
	changes.ServiceTable[*imageRow]
	query *livetable.Query[imageList]
}

// New makes the screen of the images of a service's repositories.
func New(c *changes.Changes, service awsx.Ref) *imagesScreen {
	s := &imagesScreen{ServiceTable: changes.ServiceTable[*imageRow]{Changes: c, Service: service}}
	s.Screen = livetable.New(c.Deps, livetable.Spec[*imageRow]{
		Name: "images", Permission: "ecr:DescribeImages",
		Subject: service,
		Table: table.Options[*imageRow]{
			Key: (*imageRow).key, Columns: imageColumns(c.Deps, true), Sort: livetable.ColAge,
			Fault: (*imageRow).fault,
		},
		Status:   func(r *imageRow) (theme.Status, bool) { return r.status(), true },
		Evidence: func(r *imageRow) []prose.Para { return r.evidence(c.Deps.Now()) },
		Open:     s.open,
		Actions:  s.actions,
		Marks:    true,
		Ref:      func(r *imageRow) awsx.Ref { return service.In(r.Image.Repository + r.pinned()) },
		Values:   (*imageRow).values,
	})
	return s
}

func (s *imagesScreen) open() livetable.Feed[*imageRow] {
	q, typing := livetable.AskAgain(s.load), s.Deps.Host.Key(actTypeImage)
	s.query = q
	return livetable.Feed[*imageRow]{
		Watches: []livetable.Watch{q},
		Build:   func(time.Time) livetable.Load[*imageRow] { return imagesLoad(q.Answer(), typing) },
	}
}

// imagesLoad turns an answer into rows with their freshness. A registry other
// than ECR cannot be listed: its images are typed.
func imagesLoad(a livetable.Answer[imageList], typing string) livetable.Load[*imageRow] {
	l := livetable.Load[*imageRow]{Rows: a.Value.rows()}
	l.Status = livetable.AnswerStatus(len(l.Rows) > 0, a.Done || len(l.Rows) > 0, a.Err)
	if len(l.Rows) > 0 {
		l.Note = a.Value.running.note()
	}
	if len(a.Value.elsewhere) == 0 {
		return l
	}
	for _, c := range a.Value.elsewhere {
		l.Foot = append(l.Foot, prose.Para{Label: c.Name, Text: c.Image + " is in a registry that cannot be listed", Depth: 1})
	}
	l.Foot = append(l.Foot, prose.Para{Text: typing + " types what to deploy: a tag, a digest or a whole reference", Role: theme.Accent, Depth: 1})
	if len(l.Rows) > 0 {
		l.Note = append(l.Note, livetable.Span{Text: wording.Count(len(a.Value.elsewhere), "container") + " not in ECR (" + typing + " types)", Role: theme.Dim})
	}
	return l
}

// load reads the definition in use, then the repositories of its containers, then where
// their images run.
func (s *imagesScreen) load(ctx context.Context, publish func(imageList)) error {
	account, err := s.Changes.Deps.Store.Account(ctx, s.Service.Context)
	if err != nil {
		return err
	}
	svc, err := read.ServiceNow(ctx, account, s.Service)
	if err != nil {
		return err
	}
	td, err := s.Changes.Deps.Store.TaskDefinition(ctx, s.Service.Context, svc.TaskDefinition)
	if err != nil {
		return err
	}
	list := imageList{definition: td}
	var failed error
	for _, c := range td.Containers {
		ref, err := awsx.ParseReference(c.Image)
		if err != nil || !ref.ECR() {
			list.elsewhere = append(slices.Clone(list.elsewhere), c)
			continue
		}
		h := held{container: c, current: ref, whole: true}
		before := list.held
		for page, err := range account.Images(ctx, ref.Repository) {
			if err != nil {
				failed, h.whole = errors.Join(failed, err), false
				continue
			}
			h.images = slices.Concat(h.images, awsx.Values(page.Items))
			list.held = append(slices.Clone(before), h)
			publish(list)
		}
		list.held = append(slices.Clone(before), h)
	}
	publish(list)
	var unread []error
	list.running, unread = whatRuns(ctx, s.Changes.Deps, s.Service.Context)
	publish(list)
	return errors.Join(append(unread, failed)...)
}

func (s *imagesScreen) actions(r *imageRow, ok bool) []ui.Action {
	enter := s.deploying(actDeploy, r, ok, (*imageRow).reference)
	pin := s.deploying(actDeployPinned, r, ok, (*imageRow).pinned)
	container := ""
	if ok {
		container = r.container
	}
	typed := actTypeImage.Does(func() { s.ask(container) })
	if s.query == nil || s.query.Answer().Value.definition == nil {
		typed.Disabled = "the task definition was not read yet"
	}
	return []ui.Action{enter, typed, pin}
}

// deploying deploys the image under the cursor, or the marked ones, one for each container.
func (s *imagesScreen) deploying(b ui.Binding, r *imageRow, ok bool, reference func(*imageRow) string) ui.Action {
	rows := s.Table.Marked()
	if len(rows) == 0 {
		return b.Does(func() { s.deploy(r.container, reference(r)) }).Unless(undeployable(r, ok))
	}
	b.Name = fmt.Sprintf("%s %d marked", b.Name, len(rows))
	images, why := map[string]string{}, s.HiddenMarks()
	for _, row := range rows {
		if _, twice := images[row.container]; why != "" {
			continue
		} else if row.Unlisted {
			why = undeployable(row, true)
		} else if twice {
			why = "two images of container " + row.container + " are marked: mark one"
		}
		images[row.container] = reference(row)
	}
	return b.Does(func() {
		s.Table.ClearMarks()
		s.Propose(deploy.SetImages{Images: images})
	}).Unless(why)
}

func (s *imagesScreen) deploy(container, reference string) {
	s.Propose(deploy.SetImages{Images: map[string]string{container: reference}})
}

// ask takes a reference as typed, for a container of the definition.
func (s *imagesScreen) ask(container string) {
	td := s.query.Answer().Value.definition
	container = cmp.Or(container, td.Containers[0].Name)
	names := make([]string, len(td.Containers))
	for i, c := range td.Containers {
		names[i] = c.Name
	}
	image := form.Field{Label: "image", Placeholder: ":tag", Help: "REPOSITORY:TAG, REPOSITORY@DIGEST, or :TAG to keep the repository"}
	fields := []form.Field{image}
	if len(names) > 1 {
		fields = []form.Field{{
			Label: "container", Value: container, Help: "one of " + strings.Join(names, ", "),
			Check: func(name string) error {
				if !slices.Contains(names, name) {
					return fmt.Errorf("%q is no container of %s: expected %s", name, awsx.ARNName(td.ARN), strings.Join(names, ", "))
				}
				return nil
			},
		}, image}
	}
	s.Changes.Deps.Host.Modal(form.New(s.Changes.Deps.Host.Theme(), form.Options{
		Title: "Deploy an image to " + s.Service.ClusterName() + "/" + s.Service.Name(), Fields: fields,
		Submit: func(values []string) (tea.Cmd, error) {
			name, reference := container, strings.TrimSpace(values[len(values)-1])
			if len(values) == 2 {
				name = values[0]
			}
			current, _ := td.Container(name)
			if _, err := awsx.ResolveReference(reference, current.Image); err != nil {
				return nil, err
			}
			s.deploy(name, reference)
			return nil, nil
		},
	}))
}
