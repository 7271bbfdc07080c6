package changes

import (
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
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
	return livetable.New(c.Deps, livetable.Spec[change.Status]{
		Name: "verdicts", Nouns: nouns, Subject: cluster,
		Crumb: views.Crumb(cluster) + " " + b.Action,
		Table: table.Options[change.Status]{
			Key: func(j change.Status) string { return j.ID }, Columns: verdictColumns(names),
			Fault: func(j change.Status) bool { return verdictOf(j).Fault() },
		},
		Status: func(j change.Status) (theme.Status, bool) { return verdictOf(j), true },
		Open: func() livetable.Feed[change.Status] {
			changed, stop := c.Changer.Subscribe()
			return livetable.Feed[change.Status]{
				Watches: []livetable.Watch{jobsWatch{changed, stop}},
				Build: func(time.Time) livetable.Load[change.Status] {
					batch, ok := c.Changer.Batch(id)
					jobs := batch.Jobs
					if !ok {
						return livetable.Load[change.Status]{Status: livetable.AnswerStatus(true, true, nil), Foot: []prose.Para{{Depth: 1,
							Text: "this batch ended long ago and is no longer kept in memory; the audit file has it"}}}
					}
					return livetable.Load[change.Status]{Rows: jobs, Status: livetable.AnswerStatus(true, true, nil), Note: []livetable.Span{{Text: batchNote(jobs), Role: theme.Accent}}}
				},
			}
		},
		Evidence: verdictEvidence,
		Actions: func(j change.Status, ok bool) []ui.Action {
			enter := actFollow.Does(func() {
				c.Deps.Host.Push(NewFollow(c, j.ID, Proposal{Service: j.Target, Intent: intents[j.Target]}))
			})
			enter.Disabled = livetable.Nothing(ok)
			return []ui.Action{enter}
		},
		Ref: func(j change.Status) awsx.Ref { return j.Target },
	})
}

// batchNote says how far a batch has come.
func batchNote(jobs []change.Status) string {
	ended := 0
	for _, j := range jobs {
		if j.Over() {
			ended++
		}
	}
	if ended == len(jobs) {
		return "all have ended"
	}
	return fmt.Sprintf("%d of %d ended, esc leaves them running", ended, len(jobs))
}

// verdictOf is how one target of a batch stands.
func verdictOf(j change.Status) theme.Status {
	switch {
	case j.Missed():
		return theme.StatusStopped
	case j.Refused():
		return theme.StatusFailed
	}
	return jobStatus(j)
}

// verdictWord is that in a word or two.
func verdictWord(j change.Status) string {
	switch {
	case j.Missed():
		return "not begun"
	case j.Stage == change.Waiting:
		return "waiting"
	case j.Refused():
		return "refused"
	}
	return jobWord(j)
}

// verdictText is what there is to say beyond it.
func verdictText(j change.Status) string {
	if j.Stage == change.Waiting {
		return brief(j.Summary)
	}
	return jobProgress(j)
}

func verdictColumns(names map[awsx.Ref]string) []table.Column[change.Status] {
	name := func(j change.Status) string { return names[j.Target] }
	return []table.Column[change.Status]{
		{ID: livetable.ColName, Title: "TARGET", Frozen: true, Min: 12, Max: 40,
			Cell:    func(j change.Status) table.Cell { return table.Cell{Text: name(j)} },
			Compare: func(a, b change.Status) int { return strings.Compare(name(a), name(b)) }},
		{ID: livetable.ColState, Title: "VERDICT", Descending: true,
			Cell: func(j change.Status) table.Cell {
				st := verdictOf(j)
				return table.Cell{Text: st.Glyph() + " " + verdictWord(j), Role: st.Role()}
			},
			Compare: func(a, b change.Status) int { return verdictOf(a).Severity() - verdictOf(b).Severity() }},
		{ID: "text", Title: "WHAT THERE IS TO SAY", Grow: true, Min: 16,
			Cell: func(j change.Status) table.Cell { return table.Cell{Text: verdictText(j)} }},
	}
}

// verdictEvidence tells all of a row.
func verdictEvidence(j change.Status) []prose.Para {
	paras := []prose.Para{{Text: jobName(j) + "  " + verdictWord(j), Role: verdictOf(j).Role()}}
	if words := verdictText(j); words != "" {
		paras = append(paras, prose.Para{Text: words})
	}
	if j.Err != nil {
		if _, fix := CauseOf(j.Err); fix != "" {
			paras = append(paras, prose.Para{Label: "fix", Text: fix, Role: theme.Accent})
		}
	}
	if j.Stage != change.Waiting {
		paras = append(paras, prose.Para{Label: j.Action, Text: brief(j.Summary)})
	}
	for _, stop := range j.Progress.Stops {
		paras = append(paras, prose.Para{Label: "stopped", Text: stop.String()})
	}
	return paras
}
