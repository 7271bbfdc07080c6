package reports

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/ui/text"
)

var _ = commands.Add(program.imagesCommand)

func (p program) imagesCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "images CLUSTER/SERVICE | REPOSITORY",
		Short: "Show the images of a repository, what scans found, and where each one runs",
		Long: `Show the images of an ECR repository, or of those that a service uses: tags, age, size, what
scans found, and where each one runs now, in all clusters. BEHIND are tasks that asked for
the tag and run another digest than it names now.

A repository is named, or given by its URI. What has one slash is taken for a service, and
for a repository where there is no such cluster or service.`,
		Example: `  gantry images prod/api
  gantry images team/api -o json | jq '.repositories[].images[] | select(.tasks > 0)'`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := command.NoARN(args[0]); err != nil {
				return err
			}
			return p.With(cmd.Context(), func(a *app.App) error { return p.images(cmd.Context(), a, args[0], output) })
		},
	}
	command.OutputFlag(cmd, &output, "table", "json")
	return cmd
}

// oneRepository is a repository in images -o json.
type oneRepository struct {
	URI    string     `json:"uri"`
	Read   bool       `json:"read"` // its images were listed
	Images []oneImage `json:"images"`
}

type oneImage struct {
	Tag      string         `json:"tag,omitempty"`
	Digest   string         `json:"digest"`
	Listed   bool           `json:"listed"`
	PushedAt *time.Time     `json:"pushedAt,omitempty"`
	Size     int64          `json:"sizeBytes"`
	Scan     string         `json:"scan,omitempty"`
	Findings map[string]int `json:"findings"` // null where no scan gave a summary
	Tasks    int            `json:"tasks"`
	Runs     []oneRun       `json:"runs"`
	Behind   []oneRun       `json:"behind"`
}

type oneRun struct {
	Cluster   string `json:"cluster"`
	Service   string `json:"service,omitempty"`
	Group     string `json:"group"`
	Container string `json:"container"`
	Image     string `json:"image"`
	Digest    string `json:"digest"`
	Tasks     int    `json:"tasks"`
}

// imagesDocument is what images -o json prints.
type imagesDocument struct {
	Context      string          `json:"context"`
	Target       string          `json:"target"`
	Repositories []oneRepository `json:"repositories"`
	Elsewhere    []string        `json:"elsewhere"` // images that no ECR repository holds
	completeness
}

var _ = schema.Add("images", "gantry images", imagesDocument{})

func (p program) images(ctx context.Context, a *app.App, target, output string) error {
	uris, elsewhere, err := repositoriesNamed(ctx, a, target)
	if err != nil {
		return err
	}
	found, partial, err := a.Repositories(ctx, uris)
	if err != nil {
		return err
	}
	repositories, failed := []oneRepository{}, []error{}
	for _, r := range found {
		if r.Err != nil {
			failed = append(failed, r.Err)
		}
		repositories = append(repositories, imagesOf(r))
	}
	if len(failed) == len(found) && len(failed) > 0 {
		return failed[0]
	}
	partial = append(partial, failed...)
	p.Partial(partial)
	if output == "json" {
		return printing.JSON(p.Out, imagesDocument{a.Context.String(), target, repositories, append([]string{}, elsewhere...), completenessOf(a, partial)})
	}
	for _, image := range elsewhere {
		fmt.Fprintf(p.Err, "%s is in a registry that cannot be listed\n", printing.Shown(image))
	}
	for i, r := range repositories {
		if i > 0 {
			fmt.Fprintln(p.Out)
		}
		fmt.Fprintf(p.Out, "%s\n\n", printing.Shown(r.URI))
		var rows [][]string
		for _, x := range r.Images {
			rows = append(rows, x.row(a.Now()))
		}
		if err := printing.Table(p.Out, []string{"TAG", "PUSHED", "MIB", "SCAN", "DIGEST", "RUNS", "BEHIND"}, rows); err != nil {
			return err
		}
	}
	return nil
}

// repositoriesNamed returns the URIs of the repositories that are meant, and the images of a
// service that lie elsewhere.
func repositoriesNamed(ctx context.Context, a *app.App, target string) (uris, elsewhere []string, err error) {
	var noService error
	if ref, err := awsx.ParseReference(target); strings.Count(target, "/") == 1 && (err != nil || !ref.ECR()) {
		find, err := command.ServiceNamed(target)
		if err != nil {
			return nil, nil, err
		}
		found, err := find(ctx, a)
		switch {
		case err == nil:
			td, err := a.Store.TaskDefinition(ctx, a.Context, found.Service.TaskDefinition)
			if err != nil {
				return nil, nil, err
			}
			uris, elsewhere = inquiry.RepositoriesOf(td)
			return uris, elsewhere, nil
		case fault.ClassOf(err) != fault.NotFound:
			return nil, nil, err
		}
		noService = err
	}
	uri, err := a.RepositoryNamed(ctx, target)
	if fault.ClassOf(err) == fault.NotFound && noService != nil {
		return nil, nil, noService
	}
	return []string{uri}, nil, err
}

func imagesOf(r inquiry.Repository) oneRepository {
	out := oneRepository{URI: r.URI, Read: r.Err == nil, Images: []oneImage{}}
	for _, u := range r.Uses {
		x := oneImage{
			Tag: u.Tag, Digest: u.Image.Digest, Listed: !u.Unlisted, PushedAt: printing.Moment(u.Image.PushedAt), Size: u.Image.Size,
			Scan: u.Image.Scan(), Findings: u.Image.Findings, Tasks: u.Tasks(), Runs: runsOf(u.Runs), Behind: runsOf(u.Behind),
		}
		out.Images = append(out.Images, x)
	}
	return out
}

func runsOf(runs []inquiry.Run) []oneRun {
	out := []oneRun{}
	for _, r := range runs {
		out = append(out, oneRun{r.Cluster.Name(), r.Service(), r.Group, r.Container, r.Reference, r.Digest, r.Tasks})
	}
	return out
}

func (x oneImage) row(now time.Time) []string {
	name := cmp.Or(x.Tag, "(untagged)")
	if !x.Listed {
		name = "(not listed)"
	}
	age, size := "-", "-"
	if x.PushedAt != nil {
		age, size = text.Age(now.Sub(*x.PushedAt)), strconv.FormatInt(x.Size>>20, 10)
	}
	return []string{name, age, size, cmp.Or(x.Scan, "-"), awsx.ShortDigest(x.Digest), runWords(x.Runs), runWords(x.Behind)}
}

// runWords says who runs an image and with how many tasks.
func runWords(runs []oneRun) string {
	var words []string
	for _, r := range runs {
		words = append(words, fmt.Sprintf("%s/%s %d", r.Cluster, cmp.Or(r.Service, r.Group), r.Tasks))
	}
	return cmp.Or(strings.Join(words, ", "), "-")
}
