package changes

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/views"
	"gantry/views/incident"
	"gantry/views/prose"
	"gantry/views/wording"
)

const (
	// besideWidth is the width from which the lines of tasks stand beside the story, which
	// takes storyWidth then; between the two lies a gutter.
	besideWidth = 160
	storyWidth  = 92
	gutter      = 3
)

// View draws the story, with the lines of the tasks beside it where there is room.
func (s *followScreen) View(w, h int) ui.Frame {
	lines := s.taskLines()
	s.beside, s.rows = w >= besideWidth, h
	if !s.beside || len(lines) == 0 || h <= 0 {
		return s.Draw("", w, h)
	}
	th := s.changes.Deps.Host.Theme()
	story := strings.Split(s.Draw("beside", storyWidth, h).Body, "\n")
	pane := prose.Wrapped(th, w-storyWidth-gutter, lines)
	if len(pane) > h { // the newest lines under their heading
		pane = append(pane[:1:1], pane[len(pane)-h+1:]...)
	}
	rows := make([]string, max(len(story), len(pane)))
	for i := range rows {
		if i < len(story) {
			rows[i] = story[i]
		}
		if i < len(pane) && pane[i] != "" {
			rows[i] = text.FitPainted(rows[i], storyWidth, "") + text.Spaces(gutter) + pane[i]
		}
	}
	return ui.Frame{Body: strings.Join(rows, "\n")}
}

// foundOut is what is wrong with the service of a change that did not end well.
type foundOut struct{ troubles []diagnose.Trouble }

// findOut asks once why a change did not end well.
func (s *followScreen) findOut() tea.Cmd {
	v := s.job.Result.Verdict
	if s.asked || v == nil || v.Good() || v.Outcome == follow.Superseded || views.NotAService(s.Service) != "" {
		return nil
	}
	s.asked = true
	deps, service, ctx := s.changes.Deps, s.Service, s.ctx
	return func() tea.Msg {
		answer, err := incident.Asker(deps, service.Context).Service(ctx, service)
		if err != nil {
			return nil // the verdict stands without it
		}
		return foundOut{answer.Troubles}
	}
}

// linesWanted is how many lines of a task are read: as many as there is room for.
func (s *followScreen) linesWanted() int {
	if s.beside {
		return max(lastLinesShown, s.rows-1)
	}
	return lastLinesShown
}

// taskLines are those of the task that failed last, or else of the newest one; none once a
// change went well.
func (s *followScreen) taskLines() []prose.Para {
	var d prose.Document
	here := s.changes.Deps.Host.Now().Location()
	if v := s.job.Result.Verdict; s.last.Task != "" && (v == nil || !v.Good()) {
		d.Heading(s.last.Heading())
		d.Paras = append(d.Paras, s.last.Paras(here)...)
	}
	s.newTask(&d, here)
	return d.Paras
}

// side is one of the two sides of a rollout: tasks, and their targets.
type side struct{ targets, healthy, unknown int }

// words count the targets of a side; empty for one that has none.
func (s side) words() string {
	switch {
	case s.targets == 0 && s.unknown == 0:
		return ""
	case s.targets == 0:
		return "targets ?"
	}
	return fmt.Sprintf("%d of %s healthy", s.healthy, wording.Count(s.targets, "target"))
}

// counted is what a counting of the two sides came to.
type counted struct{ fresh, old side }

// watchHosts has the cluster's instances read, since targets are known by them.
func (s *followScreen) watchHosts(ctx context.Context) tea.Cmd {
	if views.NotAService(s.Service) != "" {
		return nil
	}
	hosts := s.changes.Deps.Store.Instances(s.Service.ClusterRef())
	return func() tea.Msg {
		<-ctx.Done()
		hosts.Close()
		return nil
	}
}

// countSides counts the targets of the tasks that the deployment started, and of those that
// it replaces, as they were last read.
func (s *followScreen) countSides() tea.Cmd {
	if views.NotAService(s.Service) != "" || s.job.Over() {
		return nil
	}
	st, service, now := s.changes.Deps.Store, s.Service, s.changes.Deps.Now()
	return func() tea.Msg {
		w, hosts := st.Service(service), st.Instances(service.ClusterRef())
		defer w.Close()
		defer hosts.Close()
		var c counted
		for _, state := range w.Snapshot().Values() {
			define := func(arn string) *awsx.TaskDefinition {
				td, _ := st.CachedTaskDefinition(service.Context, arn)
				return td
			}
			e := inquiry.Evidence(state, define, inquiry.Instances(hosts.Snapshot().Values()), now)
			c.add(state, e.Join())
		}
		return c
	}
}

func (c *counted) add(state store.ServiceState, joined alb.Joined) {
	rolling, ok := state.Service.InProgress()
	for i, t := range state.Running {
		if !ok || i >= len(joined.Tasks) {
			return
		}
		of := &c.old
		if t.StartedBy == rolling.ID {
			of = &c.fresh
		}
		for _, target := range joined.Tasks[i].Targets {
			switch target.Standing {
			case alb.Unread, alb.Unresolved:
				of.unknown++
			case alb.Registered, alb.NotRegistered:
				of.targets++
			}
			if target.Standing == alb.Registered && target.Health.State == "healthy" {
				of.healthy++
			}
		}
	}
}
