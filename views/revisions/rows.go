package revisions

import (
	"cmp"
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/internal/errand"
	"gantry/internal/inquiry"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/deployed"
	"gantry/views/livetable"
	"gantry/views/wording"
)

// revisionRow is one revision of a family. A definition that is nil was not read.
type revisionRow struct {
	arn        string
	number     int
	definition *awsx.TaskDefinition
	current    bool                 // the service's own
	used       bool                 // it, or that of another of its deployments
	older      bool                 // than what runs
	runs       []inquiry.Deployment // of it to the service, the newest first
}

// revisionValues are what commands of the operator's own take of a revision of a service.
func revisionValues(service awsx.Ref, arn string) map[string]string {
	return map[string]string{errand.Service: service.Name(), errand.Revision: awsx.ARNName(arn)}
}

// markRuns gives each revision its deployments.
func markRuns(rows []revisionRow, past []inquiry.Deployment) {
	for i := range rows {
		for _, d := range past {
			if d.Revision.TaskDefinition == rows[i].arn {
				rows[i].runs = append(rows[i].runs, d)
			}
		}
	}
}

// status is how the revision did when it was last deployed here.
func (r revisionRow) status() theme.Status {
	if len(r.runs) == 0 {
		return theme.StatusUnknown
	}
	return deployed.State(r.runs[0])
}

// image names what the revision ran here last, else what it names.
func (r revisionRow) image() string {
	if len(r.runs) > 0 {
		if ran := deployed.Images(r.runs[0]); ran != "" {
			return ran
		}
	}
	if r.definition == nil {
		return livetable.Unread
	}
	tags := make([]string, len(r.definition.Containers))
	for i, c := range r.definition.Containers {
		tags[i] = wording.ShortImage(c.Image, "")
	}
	return strings.Join(tags, " ")
}

func revisionColumns(deps *views.Deps) []table.Column[revisionRow] {
	return []table.Column[revisionRow]{
		{ID: livetable.ColName, Title: "REVISION", Frozen: true, Min: 8, Descending: true,
			Cell:    func(r revisionRow) table.Cell { return table.Cell{Text: awsx.ARNName(r.arn)} },
			Compare: func(a, b revisionRow) int { return cmp.Compare(a.number, b.number) }},
		{ID: "use", Title: "USE", Cell: func(r revisionRow) table.Cell {
			if r.used {
				return table.Cell{Text: "in use", Role: theme.OK}
			}
			return table.Cell{}
		}},
		{ID: "image", Title: "IMAGE", Max: 40, Min: 10, Cell: func(r revisionRow) table.Cell { return livetable.ReadCell(r.image()) }},
		{ID: "ran", Title: "LAST DEPLOYED HERE", Grow: true, Min: 12, Priority: 1,
			Cell: func(r revisionRow) table.Cell {
				if len(r.runs) == 0 {
					return table.Cell{Text: "no record", Role: theme.Dim}
				}
				st := r.status()
				cell := table.Cell{Text: st.Glyph() + " " + r.runs[0].Words() + " " + wording.Since(r.runs[0].CreatedAt, deps.Now()) + " ago"}
				if n := len(r.runs); n > 1 {
					cell.Text += fmt.Sprintf(", %d times", n)
				}
				if st == theme.StatusFailed {
					cell.Role = st.Role()
				}
				return cell
			},
			Compare: func(a, b revisionRow) int { return a.ran().CreatedAt.Compare(b.ran().CreatedAt) }},
		{ID: livetable.ColAge, Title: "AGE", Right: true,
			Cell: func(r revisionRow) table.Cell {
				if r.definition == nil {
					return table.Cell{Text: livetable.Unread, Role: theme.Unknown}
				}
				return table.Cell{Text: cmp.Or(wording.Since(r.definition.RegisteredAt, deps.Now()), "-")}
			}},
		{ID: "by", Title: "REGISTERED BY", Max: 24, Priority: 2, Cell: func(r revisionRow) table.Cell { return authorCell(r.definition) }},
	}
}

// ran is the last deployment of the revision here, zero without one.
func (r revisionRow) ran() inquiry.Deployment {
	if len(r.runs) == 0 {
		return inquiry.Deployment{}
	}
	return r.runs[0]
}

// authorCell is who registered a definition.
func authorCell(td *awsx.TaskDefinition) table.Cell {
	if td == nil {
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}
	}
	return table.Cell{Text: cmp.Or(awsx.ARNName(td.RegisteredBy), "-")}
}
