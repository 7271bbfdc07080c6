package cli

import (
	"context"
	"errors"
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

// revisionRow is a revision of a family as lists show it.
type revisionRow struct {
	TaskDefinition string    `json:"taskDefinition"`
	InUse          bool      `json:"inUse"`
	Registered     time.Time `json:"registered"`
	By             string    `json:"registeredBy,omitempty"`
	Images         []string  `json:"images"`
}

// revisions reads the newest ACTIVE revisions of the family that a service runs.
func revisions(ctx context.Context, a *app.App, svc awsx.Service) ([]revisionRow, error) {
	account, err := a.Store.Account(ctx, svc.Ref.Context)
	if err != nil {
		return nil, err
	}
	family, _ := awsx.SplitRevision(svc.TaskDefinition)
	arns, err := account.Revisions(ctx, family, listedRevisions)
	if err != nil {
		return nil, err
	}
	rows := make([]revisionRow, len(arns))
	for i, arn := range arns {
		td, err := a.Store.TaskDefinition(ctx, svc.Ref.Context, arn)
		if err != nil {
			return nil, err
		}
		rows[i] = revisionRow{
			TaskDefinition: awsx.ARNName(arn), InUse: svc.Runs(arn), Registered: td.RegisteredAt.UTC(),
			By: awsx.ARNName(td.RegisteredBy), Images: []string{},
		}
		for _, c := range td.Containers {
			rows[i].Images = append(rows[i].Images, c.Image)
		}
	}
	return rows, nil
}

func writeRevisions(w io.Writer, list []revisionRow, now time.Time) error {
	rows := make([][]string, len(list))
	for i, r := range list {
		use := "-"
		if r.InUse {
			use = "in use"
		}
		rows[i] = []string{r.TaskDefinition, use, text.Age(now.Sub(r.Registered)), dash(r.By), strings.Join(r.Images, " ")}
	}
	return printing.Table(w, []string{"REVISION", "USE", "AGE", "REGISTERED BY", "IMAGE"}, rows)
}

// offerRevisions lists what a service could go back to: without a record there is
// nothing that gantry could choose without guessing.
func (p *program) offerRevisions(ctx context.Context, a *app.App, svc awsx.Service, why error) error {
	list, err := revisions(ctx, a, svc)
	if err != nil {
		return errors.Join(why, err)
	}
	if err := writeRevisions(p.Err, list, a.Now()); err != nil {
		return err
	}
	return usagef("%w; name one of these with --to, such as --to %s", why, example(list))
}

// example is the newest revision before those in use.
func example(list []revisionRow) string {
	used := false
	for _, r := range list {
		if used && !r.InUse {
			return r.TaskDefinition
		}
		used = used || r.InUse
	}
	return "1"
}
