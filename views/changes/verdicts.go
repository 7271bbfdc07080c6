package changes

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
	"gantry/views/livetable"
	"gantry/views/prose"
)

// newVerdicts makes the table of a batch that is being carried out: a row a target,
// from its first call to its verdict. Leaving it leaves the batch running.
func newVerdicts(c *Changes, id string, cluster awsx.Ref, b deploy.Batch) ui.Screen {
	intents := map[awsx.Ref]deploy.Intent{}
	names := map[awsx.Ref]string{}
	for _, p := range b.Plans {
		intents[p.Target], names[p.Target] = p.Intent, p.Name()
	}
	nouns := b.Plans[0].Target.Noun() + "s"
	return livetable.New(c.Deps, livetable.Spec[Job]{
		Name: "verdicts", Nouns: nouns, Subject: cluster,
		Crumb: cluster.Context.String() + " " + cluster.Name() + " " + b.Action,
		Table: table.Options[Job]{
			Key: func(j Job) string { return j.ID }, Columns: verdictColumns(names),
			Fault: func(j Job) bool { return verdictOf(j).Fault() },
		},
		Status: func(j Job) (theme.Status, bool) { return verdictOf(j), true },
		Open: func() livetable.Feed[Job] {
			changed, stop := c.Changer.Subscribe()
			return livetable.Feed[Job]{
				Watches: []livetable.Watch{jobsWatch{changed, stop}},
				Build: func(time.Time) livetable.Load[Job] {
					jobs, ok := c.Changer.Batch(id)
					if !ok {
						return livetable.Load[Job]{Status: livetable.AnswerStatus(true, true, nil), Foot: []prose.Para{{Depth: 1,
							Text: "this batch ended long ago and is no longer kept in memory; the audit file has it"}}}
					}
					return livetable.Load[Job]{Rows: jobs, Status: livetable.AnswerStatus(true, true, nil), Note: []livetable.Span{{Text: batchNote(jobs), Role: theme.Accent}}}
				},
			}
		},
		Evidence: verdictEvidence,
		Actions: func(j Job, ok bool) []ui.Action {
			enter := actFollow.Does(func() {
				c.Deps.Host.Push(NewFollow(c, j.ID, Proposal{Service: j.Target, Intent: intents[j.Target]}))
			})
			enter.Disabled = livetable.Nothing(ok)
			return []ui.Action{enter}
		},
		Ref: func(j Job) awsx.Ref { return j.Target },
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
		{ID: livetable.ColName, Title: "TARGET", Frozen: true, Min: 12, Max: 40,
			Cell:    func(j Job) table.Cell { return table.Cell{Text: name(j)} },
			Compare: func(a, b Job) int { return strings.Compare(name(a), name(b)) }},
		{ID: livetable.ColState, Title: "VERDICT", Descending: true,
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
func verdictEvidence(j Job) []prose.Para {
	paras := []prose.Para{{Text: jobName(j) + "  " + verdictWord(j), Role: verdictOf(j).Role()}}
	if words := verdictText(j); words != "" {
		paras = append(paras, prose.Para{Text: words})
	}
	if j.Err != nil {
		if _, fix := CauseOf(j.Err); fix != "" {
			paras = append(paras, prose.Para{Label: "fix", Text: fix, Role: theme.Accent})
		}
	}
	if j.Turn != TurnAhead {
		paras = append(paras, prose.Para{Label: j.Action, Text: brief(j.Summary)})
	}
	for _, stop := range j.Progress.Stops {
		paras = append(paras, prose.Para{Label: "stopped", Text: stop.String()})
	}
	return paras
}
