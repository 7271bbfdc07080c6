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
	actDeploy       = ui.ActEnter.As("deploy", 1)
	actTypeImage    = ui.Binding{ID: "type-image", Name: "type an image", Keys: []string{"i"}, Hint: 2}
	actDeployPinned = ui.Binding{ID: "deploy-pinned", Name: "deploy its digest", Keys: []string{"D"}, Hint: 3}
)

// The images that a service can be given.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "images", Title: "Images",
		Bindings: livetable.Bindings(actDeploy, actTypeImage, actDeployPinned)},
	Of: views.OfService, Short: []string{"image", "img"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Nav.Image(of) },
})

// Images opens the images that a service can be given.
type Images struct{ Changes *changes.Changes }

// Image opens the images of a service's repositories.
func (i *Images) Image(service awsx.Ref) tea.Cmd {
	i.Changes.Deps.Host.Push(New(i.Changes, service))
	return nil
}

// imageRow is one tag of a repository that a container of the service uses.
type imageRow struct {
	container string
	image     awsx.Image
	tag       string // empty for an image without tags
	current   bool   // the definition in use names it
}

func (r imageRow) key() string { return r.container + " " + r.tag + "@" + r.image.Digest }

// reference is what the definition will name: the tag, or the digest where there
// is none.
func (r imageRow) reference() string {
	if r.tag == "" {
		return r.pinned()
	}
	return ":" + r.tag
}

func (r imageRow) pinned() string { return "@" + r.image.Digest }

// imageList is what the images screen has read.
type imageList struct {
	definition *awsx.TaskDefinition
	rows       []imageRow
	elsewhere  []awsx.ContainerDefinition // whose images no ECR repository holds
}

// imagesScreen lists what can be deployed. It is a table screen that also takes
// a reference as it is typed, since a registry other than ECR has no list.
type imagesScreen struct {
	changes.ServiceTable[imageRow]
	query *livetable.Query[imageList]
}

// New makes the screen of the images of a service's repositories.
func New(c *changes.Changes, service awsx.Ref) *imagesScreen {
	s := &imagesScreen{ServiceTable: changes.ServiceTable[imageRow]{Changes: c, Service: service}}
	s.Screen = livetable.New(c.Deps, livetable.Spec[imageRow]{
		Name: "images", Permission: "ecr:DescribeImages",
		Subject: service,
		Table: table.Options[imageRow]{
			Key: imageRow.key, Columns: imageColumns(c.Deps), Sort: livetable.ColAge,
		},
		Status:  imageStatus,
		Open:    s.open,
		Actions: s.actions,
		Marks:   true,
		Ref:     func(r imageRow) awsx.Ref { return service.In(r.image.Repository + r.pinned()) },
	})
	return s
}

func (s *imagesScreen) open() livetable.Feed[imageRow] {
	q, typing := livetable.Ask(s.load), s.Deps.Host.Key(actTypeImage)
	s.query = q
	return livetable.Feed[imageRow]{
		Watches: []livetable.Watch{q},
		Build:   func(time.Time) livetable.Load[imageRow] { return imagesLoad(q.Answer(), typing) },
	}
}

// imagesLoad turns an answer into rows with their freshness. A registry other
// than ECR cannot be listed: its images are typed.
func imagesLoad(a livetable.Answer[imageList], typing string) livetable.Load[imageRow] {
	l := livetable.Load[imageRow]{Rows: a.Value.rows, Status: livetable.AnswerStatus(len(a.Value.rows) > 0, a.Done, a.Err)}
	if len(a.Value.elsewhere) == 0 {
		return l
	}
	for _, c := range a.Value.elsewhere {
		l.Foot = append(l.Foot, prose.Para{Label: c.Name, Text: c.Image + " is in a registry that cannot be listed", Depth: 1})
	}
	l.Foot = append(l.Foot, prose.Para{Text: typing + " types what to deploy: a tag, a digest or a whole reference", Role: theme.Accent, Depth: 1})
	if len(l.Rows) > 0 {
		l.Note = []livetable.Span{{Text: wording.Count(len(a.Value.elsewhere), "container") + " not in ECR (" + typing + " types)", Role: theme.Dim}}
	}
	return l
}

// load reads the definition in use, then the repositories of its containers.
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
		for page, err := range account.Images(ctx, ref.Repository) {
			if err != nil {
				failed = errors.Join(failed, err)
				continue
			}
			list.rows = slices.Concat(list.rows, imageRows(c, ref, page.Items))
			publish(list)
		}
	}
	publish(list)
	return failed
}

// imageStatus tells what runs from what does not.
func imageStatus(r imageRow) (theme.Status, bool) {
	if r.current {
		return theme.StatusOK, true
	}
	return theme.StatusStopped, true
}

// imageRows gives each tag a row.
func imageRows(c awsx.ContainerDefinition, current awsx.Reference, images []awsx.Image) []imageRow {
	var rows []imageRow
	for _, i := range images {
		tags := i.Tags
		if len(tags) == 0 {
			tags = []string{""}
		}
		for _, tag := range tags {
			named := current.Digest == i.Digest || current.Digest == "" && tag != "" && tag == current.Tag
			rows = append(rows, imageRow{container: c.Name, image: i, tag: tag, current: named})
		}
	}
	return rows
}

func imageColumns(deps *views.Deps) []table.Column[imageRow] {
	return []table.Column[imageRow]{
		{ID: livetable.ColName, Title: "TAG", Frozen: true, Min: 12, Max: 40,
			Cell: func(r imageRow) table.Cell {
				if r.tag == "" {
					return table.Cell{Text: "(untagged)", Role: theme.Dim}
				}
				return table.Cell{Text: r.tag}
			},
			Compare: func(a, b imageRow) int { return strings.Compare(a.tag, b.tag) }},
		{ID: "use", Title: "USE", Cell: func(r imageRow) table.Cell {
			if r.current {
				return table.Cell{Text: "in use", Role: theme.OK}
			}
			return table.Cell{}
		}},
		{ID: "container", Title: "CONTAINER", Max: 24, Priority: 2,
			Cell:    func(r imageRow) table.Cell { return table.Cell{Text: r.container} },
			Compare: func(a, b imageRow) int { return strings.Compare(a.container, b.container) }},
		{ID: livetable.ColAge, Title: "PUSHED", Right: true, Descending: true,
			Cell: func(r imageRow) table.Cell {
				return table.Cell{Text: cmp.Or(wording.Since(r.image.PushedAt, deps.Now()), "-")}
			},
			Compare: func(a, b imageRow) int { return a.image.PushedAt.Compare(b.image.PushedAt) }},
		{ID: "size", Title: "MIB", Right: true, Priority: 3, Descending: true,
			Cell:    func(r imageRow) table.Cell { return table.Cell{Text: fmt.Sprint(r.image.Size >> 20)} },
			Compare: func(a, b imageRow) int { return cmp.Compare(a.image.Size, b.image.Size) }},
		{ID: "scan", Title: "SCAN", Priority: 4,
			Cell: func(r imageRow) table.Cell {
				return table.Cell{Text: cmp.Or(strings.ToLower(r.image.ScanStatus), "-")}
			}},
		{ID: "digest", Title: "DIGEST", Grow: true, Min: 14, Priority: 1,
			Cell: func(r imageRow) table.Cell { return table.Cell{Text: r.image.Digest, Role: theme.Dim} }},
	}
}

func (s *imagesScreen) actions(r imageRow, ok bool) []ui.Action {
	enter := s.deploying(actDeploy, r, ok, imageRow.reference)
	pin := s.deploying(actDeployPinned, r, ok, imageRow.pinned)
	typed := actTypeImage.Does(func() { s.ask(r.container) })
	if s.query == nil || s.query.Answer().Value.definition == nil {
		typed.Disabled = "the task definition was not read yet"
	}
	return []ui.Action{enter, typed, pin}
}

// deploying deploys the image under the cursor, or the marked ones, one for each container.
func (s *imagesScreen) deploying(b ui.Binding, r imageRow, ok bool, reference func(imageRow) string) ui.Action {
	rows := s.Table.Marked()
	if len(rows) == 0 {
		return b.Does(func() { s.deploy(r.container, reference(r)) }).Unless(livetable.Nothing(ok))
	}
	b.Name = fmt.Sprintf("%s %d marked", b.Name, len(rows))
	images, why := map[string]string{}, s.HiddenMarks()
	for _, row := range rows {
		if _, twice := images[row.container]; twice && why == "" {
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
	if container == "" {
		container = td.Containers[0].Name
	}
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
