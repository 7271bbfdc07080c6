package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
)

var _ = commands.Add(program.historyCommand)

func (p program) historyCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "history CLUSTER/SERVICE",
		Short: "Show the deployments of a service",
		Long: `Show the deployments of a service, newest first: what each ran, by revision and digest,
how it ended, how long it took, and who registered the revision. Where ECS keeps no
such record the revisions of the family are listed instead.`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.WithService(cmd.Context(), args[0], func(a *app.App, svc command.Found) error {
				return p.history(cmd.Context(), a, svc, output)
			})
		},
	}
	command.OutputFlag(cmd, &output, "table", "json")
	return cmd
}

var _ = schema.Add("history", "gantry history", history{})

// history is what history -o json prints; one of the two lists is there.
type history struct {
	Context     string             `json:"context"`
	Cluster     string             `json:"cluster"`
	Service     string             `json:"service"`
	Deployments []pastRow          `json:"deployments,omitempty"`
	Revisions   []command.Revision `json:"revisions,omitempty"`
}

// pastRow is one deployment of a service.
type pastRow struct {
	ARN            string      `json:"arn"`
	Status         string      `json:"status"`
	Strategy       string      `json:"strategy,omitempty"`
	TaskDefinition string      `json:"taskDefinition,omitempty"` // absent when it was not read
	Images         []pastImage `json:"images"`
	By             string      `json:"registeredBy,omitempty"`
	Started        time.Time   `json:"started"`
	Finished       *time.Time  `json:"finished,omitempty"`
	Seconds        *float64    `json:"seconds,omitempty"`
	Reason         string      `json:"reason,omitempty"`
	RolledBackTo   string      `json:"rolledBackTo,omitempty"`
}

type pastImage struct {
	Container string `json:"container"`
	Image     string `json:"image"`
	Digest    string `json:"digest,omitempty"`
}

// historyLimit is how many deployments are shown, as many as one page of the API
// holds (ECS, ListServiceDeployments).
const historyLimit = 20

func (p program) history(ctx context.Context, a *app.App, svc command.Found, output string) (err error) {
	h := history{Context: svc.Ref.Context.String(), Cluster: svc.Ref.ClusterName(), Service: svc.Ref.Name()}
	for _, change := range a.UnendedOf(svc.Ref) {
		fmt.Fprintln(p.Err, "warning: "+printing.Shown(change)+"; the service runs "+awsx.ARNName(svc.Service.TaskDefinition)+" now")
	}
	h.Deployments, err = p.past(ctx, a, svc)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		fmt.Fprintln(p.Err, "warning: no record of deployments, these are the revisions: "+printing.Shown(err.Error()))
	case len(h.Deployments) == 0:
		fmt.Fprintln(p.Err, "warning: no deployment is on record, these are the revisions")
	}
	if len(h.Deployments) == 0 {
		if h.Revisions, err = command.Revisions(ctx, a, *svc.Service); err != nil {
			return err
		}
	}
	switch {
	case output == "json":
		return printing.JSON(p.Out, h)
	case len(h.Deployments) == 0:
		return command.WriteRevisions(p.Out, h.Revisions, a.Now())
	}
	rows := make([][]string, len(h.Deployments))
	for i, d := range h.Deployments {
		rows[i] = d.cells()
	}
	return printing.Table(p.Out, []string{"STARTED", "REVISION", "STATUS", "TOOK", "REGISTERED BY", "IMAGES", "REASON"}, rows)
}

// past reads the deployments of a service with what they ran.
func (p program) past(ctx context.Context, a *app.App, svc command.Found) ([]pastRow, error) {
	service := svc.Ref
	account, err := a.Store.Account(ctx, service.Context)
	if err != nil {
		return nil, err
	}
	list, err := account.ServiceDeployments(ctx, service, historyLimit)
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, d := range list {
		for _, arn := range []string{d.Target.ARN, returnedTo(d)} {
			if arn != "" && !slices.Contains(arns, arn) {
				arns = append(arns, arn)
			}
		}
	}
	read, err := account.ServiceRevisions(ctx, arns)
	if err != nil {
		p.Partial([]error{err})
	}
	ran := map[string]awsx.ServiceRevision{}
	for _, r := range read {
		ran[r.ARN] = r
	}
	rows := make([]pastRow, len(list))
	for i, d := range list {
		rows[i] = pastOf(d, ran, *svc.Service)
		if arn := ran[d.Target.ARN].TaskDefinition; arn != "" {
			// Who registered a revision that is gone is not known.
			if td, err := a.Store.TaskDefinition(ctx, service.Context, arn); err == nil {
				rows[i].By = awsx.ARNName(td.RegisteredBy)
			}
		}
	}
	return rows, nil
}

func returnedTo(d awsx.ServiceDeployment) string {
	if d.Rollback == nil {
		return ""
	}
	return d.Rollback.Revision
}

func pastOf(d awsx.ServiceDeployment, ran map[string]awsx.ServiceRevision, now awsx.Service) pastRow {
	row := pastRow{
		ARN: d.ARN, Status: d.Status, Strategy: d.Strategy, Images: []pastImage{}, Started: d.Began().UTC(),
		TaskDefinition: awsx.ARNName(ran[d.Target.ARN].TaskDefinition),
		RolledBackTo:   awsx.ARNName(ran[returnedTo(d)].TaskDefinition),
		Reason:         clean.Redact(d.WhySoFar(now, ran[d.Target.ARN].TaskDefinition)),
	}
	if ended := d.Over(); !ended.IsZero() {
		took := ended.Sub(row.Started).Round(time.Millisecond).Seconds()
		row.Finished, row.Seconds = printing.Moment(ended), &took
	}
	for _, i := range ran[d.Target.ARN].Images {
		row.Images = append(row.Images, pastImage{i.Container, i.Image, i.Digest})
	}
	return row
}

func (r pastRow) cells() []string {
	took := "-"
	if r.Seconds != nil {
		took = (time.Duration(*r.Seconds * float64(time.Second))).Round(time.Second).String()
	}
	images := make([]string, len(r.Images))
	for i, image := range r.Images {
		images[i] = image.Image
		if ref, err := awsx.ParseReference(image.Image); err == nil {
			images[i] = ref.Short()
			if image.Digest != "" && !ref.Pinned() {
				images[i] += "@" + awsx.ShortDigest(image.Digest)
			}
		}
	}
	reason := r.Reason
	if r.RolledBackTo != "" {
		reason = strings.TrimPrefix(strings.TrimSuffix(reason, ".")+"; back to "+r.RolledBackTo, "; ")
	}
	return []string{r.Started.Format("2006-01-02 15:04Z"), cmp.Or(r.TaskDefinition, "-"), r.Status, took, cmp.Or(r.By, "-"), cmp.Or(strings.Join(images, " "), "-"), reason}
}
