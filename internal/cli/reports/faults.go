package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/inquiry"
	"gantry/internal/words"
)

// placedService is a service as lists over several clusters print it.
type placedService struct {
	Context string `json:"context"`
	Cluster string `json:"cluster"`
	serviceStatus
}

// located is how a service stands, and where it was found.
type located struct {
	diagnose.Standing
	context awsx.ContextID
}

// everywhere is how the services of all clusters stand.
type everywhere struct {
	clusters int // that were read
	all      []located
	partial  []error
}

// readAll reads the services of all clusters of contexts. A cluster that cannot be read is
// told of beside the others.
func readAll(ctx context.Context, a *app.App, contexts []awsx.ContextID) (out everywhere) {
	seen := map[string]bool{} // an account that two contexts reach is read once
	for _, id := range contexts {
		reader := a.Reader
		reader.Context = id
		lacks := func(errs ...error) {
			for _, err := range errs {
				if err != nil && len(contexts) > 1 {
					err = fmt.Errorf("%s: %w", id, err)
				}
				if err != nil {
					out.partial = append(out.partial, err)
				}
			}
		}
		clusters, lacking, err := reader.Clusters(ctx)
		lacks(append(lacking, err)...)
		if err != nil {
			continue
		}
		// Two addresses may serve accounts that call themselves alike.
		clusters = slices.DeleteFunc(slices.Clone(clusters), func(c awsx.Cluster) bool {
			place := id.Endpoint + " " + c.Ref.ARN
			known := seen[place]
			seen[place] = true
			return known
		})
		surveys := make([]inquiry.Survey, len(clusters))
		errs := make([]error, len(clusters))
		inquiry.EachPlace(len(clusters), func(i int) { surveys[i], errs[i] = reader.Survey(ctx, clusters[i].Ref) })
		for i, survey := range surveys {
			lacks(append(survey.Partial, errs[i])...)
			if errs[i] != nil {
				continue
			}
			out.clusters++
			for _, s := range survey.Standings {
				out.all = append(out.all, located{s, id})
			}
		}
	}
	slices.SortStableFunc(out.all, func(a, b located) int { return cmp.Compare(b.Finding.Severity, a.Finding.Severity) })
	return out
}

// placed makes services ready for JSON, with what their containers run. What it returns
// beside them is what could not be read.
func placed(ctx context.Context, a *app.App, all []located) ([]placedService, []error) {
	standings := make([]diagnose.Standing, len(all))
	for i, s := range all {
		standings[i] = s.Standing
	}
	known, partial := statuses(ctx, a, standings)
	list := make([]placedService, len(all))
	for i, s := range all {
		list[i] = s.placed(known[i])
	}
	return list, partial
}

func (l located) placed(s serviceStatus) placedService {
	return placedService{l.context.String(), l.Service().Ref.ClusterName(), s}
}

// cells are the cells of a service where its cluster stands before it.
func (l located) cells(now time.Time) []string {
	return append([]string{l.Service().Ref.ClusterName()}, serviceCells(l.Standing, now)...)
}

// faultsStatus is what status --faults -o json prints.
type faultsStatus struct {
	Clusters int             `json:"clusters"`
	Services int             `json:"services"`
	Faults   []placedService `json:"faults"`
	completeness
}

// allStatus is what status --all -o json prints.
type allStatus struct {
	Clusters int             `json:"clusters"`
	Services []placedService `json:"services"`
	completeness
}

// listAll prints the services of all clusters, or those among them that are unhealthy or of
// which too little was read, the worst first. When no cluster can be read it is the error.
func (p program) listAll(ctx context.Context, a *app.App, args []string, f statusFlags) error {
	contexts := []awsx.ContextID{a.Context}
	if len(args) > 0 {
		var err error
		if contexts, err = a.ContextsNamed(args); err != nil {
			return command.Usagef("%w; status --faults and --all take names of contexts, such as @prod", err)
		}
	}
	found := readAll(ctx, a, contexts)
	services := len(found.all)
	if found.clusters == 0 && len(found.partial) > 0 {
		return found.partial[0]
	}
	if f.faults {
		found.all = slices.DeleteFunc(found.all, func(s located) bool { return !s.Finding.Status.Fault() })
	}
	faults := len(found.all)
	var rows [][]string
	header := append([]string{"CLUSTER"}, serviceHeader()...)
	for _, s := range found.all {
		row := s.cells(a.Now())
		if len(contexts) > 1 {
			row = append([]string{cmp.Or(a.ContextName(s.context), s.context.String())}, row...)
		}
		rows = append(rows, row)
	}
	if len(contexts) > 1 {
		header = append([]string{"CONTEXT"}, header...)
	}
	all, rows, untold := narrow(f.keep, p.Err, found.all, rows, func(i int) thing { return serviceThing(found.all[i].Standing) })
	partial := append(found.partial, untold...)
	if f.output == "json" {
		list, lacking := placed(ctx, a, all)
		partial = append(partial, lacking...)
		p.Partial(partial)
		if f.faults {
			return printing.JSON(p.Out, faultsStatus{found.clusters, services, list, completenessOf(a, partial)})
		}
		return printing.JSON(p.Out, allStatus{found.clusters, list, completenessOf(a, partial)})
	}
	p.Partial(partial)
	if faults == 0 && f.faults {
		_, err := fmt.Fprintf(p.Out, "none of %s in %s wants attention\n", words.Count(services, "service"), words.Count(found.clusters, "cluster"))
		return err
	}
	return printing.Table(p.Out, header, rows)
}
