package images

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/errand"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// imageRow is one tag of a repository, or an image without one.
type imageRow struct {
	container string // that uses the repository; empty where it is no service's
	inquiry.ImageUse
	current bool // the definition in use names it
	ran     bool // what runs was read
}

func (r *imageRow) key() string { return r.container + " " + r.Tag + "@" + r.Image.Digest }

// values are what commands of the operator's own take of an image.
func (r *imageRow) values() map[string]string {
	return map[string]string{errand.Image: r.Image.Repository + r.reference(), errand.Digest: r.Image.Digest}
}

// reference is what the definition will name: the tag, or the digest where there
// is none.
func (r *imageRow) reference() string {
	if r.Tag == "" {
		return r.pinned()
	}
	return ":" + r.Tag
}

func (r *imageRow) pinned() string { return "@" + r.Image.Digest }

// undeployable says why an image cannot be deployed, empty if it can.
func undeployable(r *imageRow, ok bool) string {
	if ok && r.Unlisted {
		return "the repository does not list it: a task could not pull it"
	}
	return livetable.Nothing(ok)
}

// status tells what runs from what does not, and a tag that has moved from under its tasks.
func (r *imageRow) status() theme.Status {
	switch {
	case len(r.Behind) > 0:
		return theme.StatusDegraded
	case r.Unlisted:
		return theme.StatusUnknown
	case r.current, len(r.Runs) > 0:
		return theme.StatusOK
	}
	return theme.StatusStopped
}

func (r *imageRow) fault() bool { return r.status().Fault() }

// runsCell is how many tasks run the image, and how many asked for its tag and run another.
func (r *imageRow) runsCell() table.Cell {
	if !r.ran {
		return livetable.ReadCell(livetable.Unread)
	}
	c := table.Cell{Text: "-", Role: theme.Dim}
	if n := r.Tasks(); n > 0 {
		c = table.Cell{Text: strconv.Itoa(n), Role: theme.OK}
	}
	if n := r.BehindTasks(); n > 0 {
		c = table.Cell{Text: wording.JoinNonEmpty(" ", strings.TrimPrefix(c.Text, "-"), theme.StatusDegraded.Glyph()+strconv.Itoa(n)), Role: theme.Degraded}
	}
	return c
}

// scanCell is the worst that a scan found.
func (r *imageRow) scanCell() table.Cell {
	c := table.Cell{Text: cmp.Or(r.Image.Scan(), "-")}
	if parts := strings.SplitN(c.Text, ", ", 3); len(parts) > 2 {
		c.Text = parts[0] + ", " + parts[1]
	}
	c.Role = scanRole(r.Image)
	return c
}

func scanRole(i awsx.Image) theme.Role {
	switch i.Worst() {
	case "CRITICAL":
		return theme.Failed
	case "HIGH":
		return theme.Degraded
	}
	return theme.Text
}

// name is the tag, or what stands for one.
func (r *imageRow) name() table.Cell {
	switch {
	case r.Unlisted:
		return table.Cell{Text: "(not listed)", Role: theme.Unknown}
	case r.Tag == "":
		return table.Cell{Text: "(untagged)", Role: theme.Dim}
	}
	return table.Cell{Text: r.Tag}
}

// imageColumns are those of a service's images, or of a repository's.
func imageColumns(deps *views.Deps, ofService bool) []table.Column[*imageRow] {
	type row = *imageRow
	columns := []table.Column[row]{
		{ID: livetable.ColName, Title: "TAG", Frozen: true, Min: 12, Max: 40, Cell: row.name,
			Compare: func(a, b row) int { return strings.Compare(a.Tag, b.Tag) }},
	}
	if ofService {
		columns = append(columns, table.Column[row]{ID: "use", Title: "USE", Cell: func(r row) table.Cell {
			if r.current {
				return table.Cell{Text: "in use", Role: theme.OK}
			}
			return table.Cell{}
		}}, table.Column[row]{ID: "container", Title: "CONTAINER", Max: 24, Priority: 2,
			Cell:    func(r row) table.Cell { return table.Cell{Text: r.container} },
			Compare: func(a, b row) int { return strings.Compare(a.container, b.container) }})
	}
	return append(columns,
		table.Column[row]{ID: "runs", Title: "RUNS", Right: true, Descending: true, Cell: row.runsCell,
			Compare: func(a, b row) int { return cmp.Compare(a.Tasks(), b.Tasks()) }},
		table.Column[row]{ID: livetable.ColAge, Title: "PUSHED", Right: true, Descending: true,
			Cell: func(r row) table.Cell {
				return table.Cell{Text: cmp.Or(wording.Since(r.Image.PushedAt, deps.Now()), "-")}
			},
			Compare: func(a, b row) int { return a.Image.PushedAt.Compare(b.Image.PushedAt) }},
		table.Column[row]{ID: "size", Title: "MIB", Right: true, Priority: 4, Descending: true,
			Cell: func(r row) table.Cell {
				if r.Unlisted {
					return table.Cell{Text: "-", Role: theme.Dim}
				}
				return table.Cell{Text: fmt.Sprint(r.Image.Size >> 20)}
			},
			Compare: func(a, b row) int { return cmp.Compare(a.Image.Size, b.Image.Size) }},
		table.Column[row]{ID: "scan", Title: "SCAN", Max: 24, Priority: 1, Cell: row.scanCell},
		table.Column[row]{ID: "digest", Title: "DIGEST", Grow: true, Min: 14, Priority: 3,
			Cell: func(r row) table.Cell { return table.Cell{Text: r.Image.Digest, Role: theme.Dim} }},
	)
}

// evidence tells where the image runs, and what asked for its tag and runs another.
func (r *imageRow) evidence(now time.Time) []prose.Para {
	i := r.Image
	head := wording.JoinNonEmpty("  ", awsx.ARNName(i.Repository)+r.reference())
	if at := wording.Since(i.PushedAt, now); at != "" {
		head += "  pushed " + at + " ago"
	}
	paras := []prose.Para{{Text: head, Role: theme.Title}}
	if i.Digest != "" { // whole: a narrow screen has no column for all of it
		paras = append(paras, prose.Para{Label: "digest", Text: i.Digest})
	}
	if r.Unlisted {
		paras = append(paras, prose.Para{Text: "tasks run it, and the repository does not list it: no further task could pull it", Role: theme.Degraded})
	}
	if scan := i.Scan(); scan != "" {
		paras = append(paras, prose.Para{Label: "scan", Text: scan, Role: scanRole(i)})
	}
	for _, run := range r.Behind {
		paras = append(paras, prose.Para{Label: "behind", Role: theme.Degraded, Text: fmt.Sprintf(
			"%s: %s asked for %s and run %s, which the tag does not name any more", run.Where(), wording.Count(run.Tasks, "task"), r.Tag, awsx.ShortDigest(run.Digest))})
	}
	for _, run := range r.Runs {
		paras = append(paras, prose.Para{Label: "runs", Text: fmt.Sprintf("%s: %s, container %s, as %s",
			run.Where(), wording.Count(run.Tasks, "task"), run.Container, awsx.ARNName(run.Reference))})
	}
	switch {
	case !r.ran:
		paras = append(paras, prose.Para{Label: "runs", Text: "what runs was not read yet", Role: theme.Unknown})
	case len(r.Runs) == 0:
		paras = append(paras, prose.Para{Label: "runs", Text: "no task runs it", Role: theme.Dim})
	}
	return paras
}

// running is what runs in all clusters of a context, and when that was read.
type running struct {
	runs []inquiry.Run
	read bool
	at   time.Time
}

// whatRuns reads what runs. What could not be read is told, and the rest is good; of a
// reading that brought nothing nothing is claimed.
func whatRuns(ctx context.Context, deps *views.Deps, id awsx.ContextID) (running, []error) {
	runs, unread, err := inquiry.Reader{Context: id, Store: deps.Store, Clock: deps.Now}.Runs(ctx)
	if err != nil {
		unread = append(unread, err)
	}
	return running{runs: runs, read: len(runs) > 0 || len(unread) == 0, at: deps.Now()}, unread
}

// note says from when it is, or that it is missing.
func (r running) note() []livetable.Span {
	if !r.read {
		return []livetable.Span{{Text: "what runs unread", Role: theme.Unknown}}
	}
	return []livetable.Span{{Text: "tasks as of " + r.at.Format("15:04"), Role: theme.Dim}}
}

// refusal names the call that an account refused, empty where none was.
func refusal(err error) string {
	var e *fault.Error
	if !errors.As(err, &e) || e.Class != fault.Denied {
		return ""
	}
	return e.Op + " is not allowed"
}
