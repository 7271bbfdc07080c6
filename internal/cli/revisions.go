package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/app"
	"gantry/ui/text"
)

// listedRevisions is how many revisions rollback offers.
const listedRevisions = 20

// offerRevisions lists what a service could go back to: without --to there is
// nothing that gantry could choose without guessing.
func (p *program) offerRevisions(ctx context.Context, target string) error {
	cluster, name, err := parseService(target)
	if err != nil {
		return err
	}
	return p.with(ctx, func(a *app.App) error {
		svc, err := a.FindService(ctx, cluster, name)
		if err != nil {
			return err
		}
		account, err := a.Store.Account(ctx, svc.Ref.Context)
		if err != nil {
			return err
		}
		family, _ := awsx.SplitRevision(svc.TaskDefinition)
		arns, err := account.Revisions(ctx, family, listedRevisions)
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(arns))
		for _, arn := range arns {
			td, err := a.Store.TaskDefinition(ctx, svc.Ref.Context, arn)
			if err != nil {
				return err
			}
			use := ""
			if arn == svc.TaskDefinition {
				use = "in use"
			}
			images := make([]string, len(td.Containers))
			for i, c := range td.Containers {
				images[i] = c.Image
			}
			rows = append(rows, []string{awsx.ARNName(arn), dash(use), text.Age(time.Since(td.RegisteredAt)), dash(awsx.ARNName(td.RegisteredBy)), strings.Join(images, " ")})
		}
		if err := writeTable(p.Err, []string{"REVISION", "USE", "AGE", "BY", "IMAGE"}, rows); err != nil {
			return err
		}
		return usagef("--to is missing: expected one of these revisions, such as --to %s", example(arns, svc.TaskDefinition))
	})
}

// example is the newest revision before the one in use.
func example(arns []string, current string) string {
	for i, arn := range arns {
		if arn == current && i+1 < len(arns) {
			return awsx.ARNName(arns[i+1])
		}
	}
	return fmt.Sprint(awsx.ARNName(current))
}
