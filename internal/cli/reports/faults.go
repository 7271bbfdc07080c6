package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/words"
)

// faultyService is an unhealthy service as status --faults prints it, or one of which too
// little was read.
type faultyService struct {
	Context string `json:"context"`
	Cluster string `json:"cluster"`
	serviceStatus
}

// faults prints the unhealthy services of all clusters, the worst first. A cluster that
// cannot be read is a warning beside those of the others; when none can be it is the error.
func (p program) faults(ctx context.Context, a *app.App, args []string, keep *narrowing, output string) error {
	contexts := []awsx.ContextID{a.Context}
	if len(args) > 0 {
		var err error
		if contexts, err = a.ContextsNamed(args); err != nil {
			return command.Usagef("%w; status --faults takes names of contexts, such as @prod", err)
		}
	}
	type found struct {
		diagnose.Standing
		context awsx.ContextID
	}
	var all []found
	var partial []error
	seen := map[string]bool{} // an account that two contexts reach is read once
	read, services := 0, 0
	for _, id := range contexts {
		reader := a.Reader
		reader.Context = id
		lacks := func(errs ...error) {
			for _, err := range errs {
				if err != nil && len(contexts) > 1 {
					err = fmt.Errorf("%s: %w", id, err)
				}
				if err != nil {
					partial = append(partial, err)
				}
			}
		}
		clusters, lacking, err := reader.Clusters(ctx)
		lacks(append(lacking, err)...)
		if err != nil {
			continue
		}
		for _, c := range clusters {
			// Two addresses may serve accounts that call themselves alike.
			place := id.Endpoint + " " + c.Ref.ARN
			if seen[place] {
				continue
			}
			seen[place] = true
			survey, err := reader.Survey(ctx, c.Ref)
			lacks(append(survey.Partial, err)...)
			if err != nil {
				continue
			}
			read++
			for _, s := range survey.Standings {
				if services++; s.Finding.Status.Fault() {
					all = append(all, found{s, id})
				}
			}
		}
	}
	if read == 0 && len(partial) > 0 {
		return partial[0]
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(b.Finding.Severity, a.Finding.Severity) })
	list := make([]faultyService, len(all))
	var rows [][]string
	header := []string{"CLUSTER", "SERVICE", "STATUS", "RUN/DES", "NEW", "TGT", "DIED", "CHG", "REVISION", "WHY"}
	for i, f := range all {
		s := f.Service()
		list[i] = faultyService{f.context.String(), s.Ref.ClusterName(), statusOf(s, f.Finding)}
		row := append([]string{list[i].Cluster}, serviceCells(list[i].serviceStatus, f.Finding, a.Now())...)
		if len(contexts) > 1 {
			row = append([]string{cmp.Or(a.ContextName(f.context), list[i].Context)}, row...)
		}
		rows = append(rows, row)
	}
	if len(contexts) > 1 {
		header = append([]string{"CONTEXT"}, header...)
	}
	faulty := len(list)
	list, rows, untold := narrow(keep, p.Err, list, rows, func(i int) thing { return thing{list[i].Name, all[i].Service().Tags} })
	partial = append(partial, untold...)
	p.Partial(partial)
	if output == "json" {
		return printing.JSON(p.Out, struct {
			Clusters int             `json:"clusters"`
			Services int             `json:"services"`
			Faults   []faultyService `json:"faults"`
			completeness
		}{read, services, list, completenessOf(a, partial)})
	}
	if faulty == 0 {
		_, err := fmt.Fprintf(p.Out, "none of %s in %s wants attention\n", words.Count(services, "service"), words.Count(read, "cluster"))
		return err
	}
	return printing.Table(p.Out, header, rows)
}
