package tasks

import (
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/ui"
	"gantry/views"
	"gantry/views/livetable"
)

// copyingAddress copies the address of the task under the cursor, or of the marked ones.
func copyingAddress(s *livetable.Screen[*taskRow], r *taskRow, ok bool) ui.Action {
	return s.OverRows(copyAddress(s.Deps, livetable.Under(r, ok)), func(rows []*taskRow) ui.Action {
		return copyAddress(s.Deps, rows)
	})
}

// copyAddress copies where tasks listen, for curl, one a line.
func copyAddress(deps *views.Deps, rows []*taskRow) ui.Action {
	if len(rows) == 0 {
		return actAddress.Does(nil).Unless(livetable.Nothing(false))
	}
	var all []string
	for _, r := range rows {
		of := r.addresses()
		if len(of) == 0 {
			return actAddress.Does(nil).Unless("no port of " + r.name() + " is known that a host listens on")
		}
		all = append(all, of[0])
	}
	what := "address"
	if len(all) > 1 {
		what = fmt.Sprintf("%d addresses", len(all))
	}
	return actAddress.Does(func() { deps.Host.Copy(what, strings.Join(all, "\n")) })
}

// taskActions are what can be done with a task.
func taskActions(s *livetable.Screen[*taskRow], service awsx.Ref, r *taskRow, ok bool) []ui.Action {
	deps, why := s.Deps, "no task is selected"
	if ok {
		why = ""
		if r.stray != nil {
			why = "this target belongs to no task"
		}
	}
	instances := toInstances(deps, service, "")
	unstoppable, task := why, awsx.Ref{}
	if why == "" {
		instances = toInstances(deps, service, r.task.ContainerInstance)
		task = r.task.Ref
		if r.stopped {
			unstoppable = "the task has stopped already"
		}
	}
	into := intoTask(deps, service, r, why)
	into[1] = s.OverLogs(into[1], func(r *taskRow) (views.LogScope, bool) { return logsOf(service, &r.task), r.stray == nil })
	return append(append(append(into, asksWhy(deps, service, r, why)), shelling(deps, r, unstoppable)...), stopping(s, task, unstoppable), instances, jumpToService(deps, service))
}

// shelling opens a shell in a task, and forwards a port through it. Why says that there is
// none that runs.
func shelling(deps *views.Deps, r *taskRow, why string) []ui.Action {
	return []ui.Action{
		views.ActShell.Does(func() { deps.Nav.Shell(r.task, "") }).Unless(why),
		views.ActForward.Does(func() { deps.Nav.Forward(r.task, "") }).Unless(why),
	}
}

// intoTask leads to the containers and the logs of a task. Why says that there is none.
func intoTask(deps *views.Deps, service awsx.Ref, r *taskRow, why string) []ui.Action {
	return []ui.Action{
		actContainers.Does(func() { deps.Host.Push(NewContainers(deps, service, r.task)) }).Unless(why),
		views.ActLogs.Does(func() {
			deps.Nav.Logs(logsOf(service, &r.task))
		}).Unless(why),
	}
}

// asksWhy shows what is wrong with a task. Why says that there is none.
func asksWhy(deps *views.Deps, service awsx.Ref, r *taskRow, why string) ui.Action {
	a := views.ActWhy.Does(func() { deps.Nav.Why(service, r.task) }).Unless(why).Helping(why == "" && r.status.Fault())
	a.Hint = 9 // behind what ends and enters tasks
	return a
}

// jumpToService goes to a service among those of its cluster.
func jumpToService(deps *views.Deps, service awsx.Ref) ui.Action {
	return actService.Does(func() { deps.Nav.Service(service) })
}

// toInstances goes to the instances of a service's cluster.
func toInstances(deps *views.Deps, service awsx.Ref, first string) ui.Action {
	return views.ActInstances.Does(func() { deps.Nav.Instances(service, first) })
}

// stopping stops the task under the cursor, or the marked ones. Why says that there
// is none to stop.
func stopping[T any](s *livetable.Screen[T], task awsx.Ref, why string) ui.Action {
	nav := s.Deps.Nav
	return s.OverMarks(actStop.Does(func() { nav.StopTasks([]awsx.Ref{task}, s.Act) }).Unless(why), nav.StopTasks)
}
