package changes

import (
	"fmt"
	"strings"

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

// The table of a batch that is being carried out.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "verdicts", Bindings: livetable.Bindings(actFollow)}})

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
			Fault: func(j change.Status) bool { return jobStatus(j).Fault() },
		},
		Status: func(j change.Status) (theme.Status, bool) { return jobStatus(j), true },
		Open: JobsFeed(c, func() livetable.Load[change.Status] {
			batch, ok := c.Desk.Batch(id)
			if !ok {
				return livetable.Load[change.Status]{Foot: []prose.Para{{Depth: 1,
					Text: "this batch ended long ago and is no longer kept in memory; the audit file has it"}}}
			}
			return livetable.Load[change.Status]{Rows: batch.Jobs, Note: []livetable.Span{{Text: batchNote(batch.Jobs), Role: theme.Accent}}}
		}),
		Evidence: jobEvidence,
		Actions:  c.following(intents),
		Ref:      func(j change.Status) awsx.Ref { return j.Target },
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

func verdictColumns(names map[awsx.Ref]string) []table.Column[change.Status] {
	name := func(j change.Status) string { return names[j.Target] }
	return []table.Column[change.Status]{
		{ID: livetable.ColName, Title: "TARGET", Frozen: true, Min: 12, Max: 40,
			Cell:    func(j change.Status) table.Cell { return table.Cell{Text: name(j)} },
			Compare: func(a, b change.Status) int { return strings.Compare(name(a), name(b)) }},
		{ID: livetable.ColState, Title: "VERDICT", Descending: true,
			Cell: func(j change.Status) table.Cell {
				st := jobStatus(j)
				return table.Cell{Text: st.Glyph() + " " + jobWord(j), Role: st.Role()}
			},
			Compare: func(a, b change.Status) int { return jobStatus(a).Severity() - jobStatus(b).Severity() }},
		{ID: "text", Title: "WHAT THERE IS TO SAY", Grow: true, Min: 16,
			Cell: func(j change.Status) table.Cell { return table.Cell{Text: jobProgress(j)} }},
	}
}
