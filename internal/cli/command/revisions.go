package command

import (
	"cmp"
	"context"
	"io"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/app"
	"gantry/internal/cli/printing"
	"gantry/ui/text"
)

// listedRevisions is how many revisions are listed.
const listedRevisions = 20

// Revision is a revision of a family as lists show it.
type Revision struct {
	TaskDefinition string    `json:"taskDefinition"`
	InUse          bool      `json:"inUse"`
	Registered     time.Time `json:"registered"`
	By             string    `json:"registeredBy,omitempty"`
	Images         []string  `json:"images"`
}

// Revisions reads the newest ACTIVE revisions of the family that a service runs.
func Revisions(ctx context.Context, a *app.App, svc awsx.Service) ([]Revision, error) {
	account, err := a.Store.Account(ctx, svc.Ref.Context)
	if err != nil {
		return nil, err
	}
	family, _ := awsx.SplitRevision(svc.TaskDefinition)
	arns, err := account.Revisions(ctx, family, listedRevisions)
	if err != nil {
		return nil, err
	}
	rows := make([]Revision, len(arns))
	for i, arn := range arns {
		td, err := a.Store.TaskDefinition(ctx, svc.Ref.Context, arn)
		if err != nil {
			return nil, err
		}
		rows[i] = Revision{
			TaskDefinition: awsx.ARNName(arn), InUse: svc.Runs(arn), Registered: td.RegisteredAt.UTC(),
			By: awsx.ARNName(td.RegisteredBy), Images: []string{},
		}
		for _, c := range td.Containers {
			rows[i].Images = append(rows[i].Images, c.Image)
		}
	}
	return rows, nil
}

// WriteRevisions prints revisions as a table.
func WriteRevisions(w io.Writer, list []Revision, now time.Time) error {
	rows := make([][]string, len(list))
	for i, r := range list {
		use := "-"
		if r.InUse {
			use = "in use"
		}
		rows[i] = []string{r.TaskDefinition, use, text.Age(now.Sub(r.Registered)), cmp.Or(r.By, "-"), strings.Join(r.Images, " ")}
	}
	return printing.Table(w, []string{"REVISION", "USE", "AGE", "REGISTERED BY", "IMAGE"}, rows)
}
