package views

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
)

// newVerdicts makes the table of a batch that is being carried out: a row a target,
// from its first call to its verdict. Leaving it leaves the batch running.
func newVerdicts(c *Changes, id string, cluster awsx.Ref, b deploy.Batch) ui.Screen {
	intents := map[awsx.Ref]deploy.Intent{}
	names := map[awsx.Ref]string{}
	for _, p := range b.Plans {
		intents[p.Target], names[p.Target] = p.Intent, p.Name()
	}
	nouns := nounOf(b.Plans[0].Target) + "s"
	return newTableScreen(c.Deps, tableSpec[Job]{
		name: "verdicts", nouns: nouns, subject: cluster,
		crumb: cluster.Context.String() + " " + cluster.Name() + " " + b.Action,
		table: table.Options[Job]{
			Key: func(j Job) string { return j.ID }, Columns: verdictColumns(names),
			Fault: func(j Job) bool { return verdictOf(j).Fault() },
		},
		status: func(j Job) (theme.Status, bool) { return verdictOf(j), true },
		open: func() feed[Job] {
			changed, stop := c.Changer.Subscribe()
			return feed[Job]{
				watches: []watch{jobsWatch{changed, stop}},
				build: func(time.Time) load[Job] {
					jobs, ok := c.Changer.Batch(id)
					if !ok {
						return load[Job]{status: answerStatus(true, true, nil), foot: []para{{depth: 1,
							text: "this batch ended long ago and is no longer kept in memory; the audit file has it"}}}
					}
					return load[Job]{rows: jobs, status: answerStatus(true, true, nil), note: []span{{batchNote(jobs), theme.Accent}}}
				},
			}
		},
		evidence: verdictEvidence,
		actions: func(j Job, ok bool) []ui.Action {
			enter := ui.Shared(ui.ActEnter, ui.Do(func() {
				c.Deps.Host.Push(newFollow(c, j.ID, proposal{service: j.Target, intent: intents[j.Target]}))
			}))
			enter.Name, enter.Disabled = "follow", nothing(ok)
			return []ui.Action{enter}
		},
		ref: func(j Job) awsx.Ref { return j.Target },
	})
}

// batchNote says how far a batch has come.
func batchNote(jobs []Job) string {
	ended := 0
	for _, j := range jobs {
		if j.Ended {
			ended++
		}
	}
	if ended == len(jobs) {
		return "all have ended"
	}
	return fmt.Sprintf("%d of %d ended, esc leaves them running", ended, len(jobs))
}

// verdictOf is how one target of a batch stands.
func verdictOf(j Job) theme.Status {
	switch {
	case j.Turn == TurnMissed:
		return theme.StatusStopped
	case errors.Is(j.Err, deploy.ErrRefused):
		return theme.StatusFailed
	}
	return jobStatus(j)
}

// verdictWord is that in a word or two.
func verdictWord(j Job) string {
	switch {
	case j.Turn == TurnMissed:
		return "not begun"
	case j.Turn == TurnAhead:
		return "waiting"
	case errors.Is(j.Err, deploy.ErrRefused):
		return "refused"
	}
	return jobWord(j)
}

// verdictText is what there is to say beyond it.
func verdictText(j Job) string {
	if j.Turn == TurnAhead {
		return brief(j.Summary)
	}
	return jobProgress(j)
}

func verdictColumns(names map[awsx.Ref]string) []table.Column[Job] {
	name := func(j Job) string { return names[j.Target] }
	return []table.Column[Job]{
		{ID: colName, Title: "TARGET", Frozen: true, Min: 12, Max: 40,
			Cell:    func(j Job) table.Cell { return table.Cell{Text: name(j)} },
			Compare: func(a, b Job) int { return strings.Compare(name(a), name(b)) }},
		{ID: colState, Title: "VERDICT", Descending: true,
			Cell: func(j Job) table.Cell {
				st := verdictOf(j)
				return table.Cell{Text: st.Glyph() + " " + verdictWord(j), Role: st.Role()}
			},
			Compare: func(a, b Job) int { return verdictOf(a).Severity() - verdictOf(b).Severity() }},
		{ID: "text", Title: "WHAT THERE IS TO SAY", Grow: true, Min: 16,
			Cell: func(j Job) table.Cell { return table.Cell{Text: verdictText(j)} }},
	}
}

// verdictEvidence tells all of a row.
func verdictEvidence(j Job) []para {
	paras := []para{{text: jobName(j) + "  " + verdictWord(j), role: verdictOf(j).Role()}}
	if words := verdictText(j); words != "" {
		paras = append(paras, para{text: words})
	}
	if j.Err != nil {
		if _, fix := causeOf(j.Err); fix != "" {
			paras = append(paras, para{label: "fix", text: fix, role: theme.Accent})
		}
	}
	if j.Turn != TurnAhead {
		paras = append(paras, para{label: j.Action, text: brief(j.Summary)})
	}
	for _, stop := range j.Progress.Stops {
		paras = append(paras, para{label: "stopped", text: stop.String()})
	}
	return paras
}
