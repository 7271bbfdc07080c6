package step

import (
	"context"
	"encoding/json"
	"fmt"
	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"gantry/internal/fault"
	"gantry/internal/words"
	"slices"
	"strings"
)

// RunTask starts tasks. The change's id is their token and their starter, by
// which they are found again.
type RunTask struct {
	Plain
	Asked awsx.RunTask
	Sets  bool // variables otherwise than the revision does
}

// Touches the family, and the services that run it or whose surroundings the tasks share.
func (s *RunTask) Touches(cur read.Current) Touched {
	family, _ := awsx.SplitRevision(s.Asked.TaskDefinition)
	t := Touched{Names: []string{family}, Services: slices.Clone(cur.Family.Value), Unknown: cur.Family.Err != nil}
	if cur.Service.Name != "" {
		t.Services = words.AddNew(t.Services, cur.Service.Name)
	}
	return t
}

// ComesTo another image, which the revision names, and to other variables.
func (s *RunTask) ComesTo(read.Current) []string {
	if s.Sets {
		return []string{VerbImages, VerbEnv}
	}
	return []string{VerbImages}
}

// Tokened is true: the change's id is the token.
func (*RunTask) Tokened() bool { return true }

// Describe spells the call.
func (s *RunTask) Describe() Description {
	r := s.Asked
	args := []string{"--cluster", r.Cluster.ClusterName(), "--task-definition", awsx.ARNName(r.TaskDefinition), "--count", fmt.Sprint(r.Count)}
	if r.LaunchType != "" {
		args = append(args, "--launch-type", r.LaunchType)
	}
	for _, option := range []struct {
		name string
		doc  json.RawMessage
	}{
		{"--capacity-provider-strategy", r.CapacityProviderStrategy}, {"--network-configuration", r.NetworkConfiguration},
		{"--placement-constraints", r.PlacementConstraints}, {"--placement-strategy", r.PlacementStrategy},
	} {
		if len(option.doc) > 0 {
			args = append(args, option.name, string(option.doc))
		}
	}
	if r.PlatformVersion != "" {
		args = append(args, "--platform-version", r.PlatformVersion)
	}
	if r.ExecuteCommand {
		args = append(args, "--enable-execute-command")
	}
	if r.ManagedTags {
		args = append(args, "--enable-ecs-managed-tags")
	}
	if r.DefinitionTags {
		args = append(args, "--propagate-tags", "TASK_DEFINITION")
	}
	command := shell.AWS(r.Cluster.Context, "ecs", "run-task", args...)
	if len(r.Overrides) > 0 {
		all := edits.Overrides(r.Overrides)
		command = shell.WithInput("overrides", all, command)
	}
	return Description{Text: fmt.Sprintf("run %s of %s on cluster %s", words.Count(r.Count, "task"), awsx.ARNName(r.TaskDefinition), r.Cluster.ClusterName()), Command: command}
}

// Run starts them. Those that did start are noted even when others could not be
// placed.
func (s *RunTask) Run(ctx context.Context, w awsx.Writer, st *State) error {
	r := s.Asked
	r.Token, r.StartedBy = st.Change, startedBy(st)
	tasks, err := w.RunTask(ctx, r)
	s.note(tasks, st)
	if err != nil && len(tasks) > 0 {
		var ids []string
		for _, t := range tasks {
			ids = append(ids, t.ID)
		}
		return &fault.Error{Class: fault.ClassOf(err), Op: "run", Resource: r.TaskDefinition, Err: err,
			Fix: fmt.Sprintf("%d of %s did start: %s", len(tasks), words.Count(r.Count, "task"), strings.Join(ids, ", "))}
	}
	return err
}

// Resolve looks for tasks that the change started. Fewer than were asked for may be all
// that could be placed, which only the answer tells.
func (s *RunTask) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	var found []awsx.Task
	for _, stopped := range []bool{false, true} {
		list, err := awsx.Collect(r.Tasks(ctx, awsx.TaskQuery{Cluster: s.Asked.Cluster, StartedBy: startedBy(st), Stopped: stopped}))
		if err != nil {
			return false, err
		}
		found = append(found, slices.DeleteFunc(list, func(t awsx.Task) bool { return t.StartedBy != startedBy(st) })...)
	}
	s.note(found, st)
	switch n := len(found); {
	case n == 0:
		return false, nil
	case n < s.Asked.Count:
		return false, read.Untold{Why: fmt.Sprintf("%d of %s were started", n, words.Count(s.Asked.Count, "task"))}
	}
	return true, nil
}

func (s *RunTask) note(tasks []awsx.Task, st *State) {
	st.Tasks, st.Applied = tasks, len(tasks) > 0
}

// startedBy is how a task names the change that started it.
func startedBy(st *State) string { return "gantry/" + st.Change }

// StopTask stops a task.
type StopTask struct {
	Plain
	Task   awsx.Task
	Reason string
}

// Touches the task and its service.
func (s *StopTask) Touches(read.Current) Touched { return OfTask(s.Task) }

// OfTask is a task with its service.
func OfTask(task awsx.Task) Touched {
	t := Touched{Names: []string{task.ID}}
	if name, ok := strings.CutPrefix(task.Group, "service:"); ok {
		t.Services = []string{name}
	}
	return t
}

// ComesTo another image where the service starts another task, which pulls what its tag
// names by then.
func (s *StopTask) ComesTo(cur read.Current) []string {
	if strings.HasPrefix(s.Task.Group, "service:") && !edits.Pinned(cur.Definition) {
		return []string{VerbImages}
	}
	return nil
}

// Describe spells the call.
func (s *StopTask) Describe() Description {
	args := []string{"--cluster", s.Task.Ref.ClusterName(), "--task", s.Task.ID}
	if s.Reason != "" {
		args = append(args, "--reason", s.Reason)
	}
	return Description{Text: "stop task " + s.Task.ID, Command: shell.AWS(s.Task.Ref.Context, "ecs", "stop-task", args...)}
}

// Run stops it.
func (s *StopTask) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if _, err := w.StopTask(ctx, s.Task.Ref, s.Reason); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the task: one that was stopped says so at once, or is forgotten.
func (s *StopTask) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	t, err := read.TaskNow(ctx, r, s.Task.Ref)
	if err != nil && fault.ClassOf(err) != fault.NotFound {
		return false, err
	}
	st.Applied = err != nil || t.DesiredStatus == "STOPPED"
	return st.Applied, nil
}
