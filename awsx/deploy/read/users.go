package read

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"gantry/awsx"
	"gantry/internal/crash"
)

// Users tells what runs the revisions of a family, as far as the account's
// clusters could be read. Pipelines and people are seen by the tasks that they start alone.
type Users struct {
	// By holds the names (cluster/service) of the services that a revision is in
	// use by, by the revision's ARN.
	By map[string][]string
	// Tasks holds a task that was seen of each revision, running or stopped within the
	// hour for which ECS remembers it, whoever started it: a schedule may be about to start
	// the next.
	Tasks map[string]string
	// Alone is a task of the family that no service started, and who did; empty when none
	// was seen. Whatever starts such tasks, a schedule for one, may name any revision.
	Alone string
	// Pinned holds the rules and schedules that start a revision by itself, by its ARN.
	Pinned map[string][]string
	// Unread says which clusters could not be read and why: a revision may be in
	// use there.
	Unread []string
}

// InUse is what the revisions of the target's family are used by.
func InUse(minds ...Mind[Users]) Read {
	return required("users", func(cur *Current) *Users { return &cur.Users }, func(s *session) (Users, error) {
		td, err := once(s, "target", s.readTarget)
		if err != nil {
			return Users{}, err
		}
		return readUsers(s.ctx, s.r, td.Family), nil
	}, minds...)
}

// ActiveRevisions are the ACTIVE revisions of the target's family.
func ActiveRevisions() Read {
	return required("active revisions", func(cur *Current) *[]string { return &cur.Active }, func(s *session) ([]string, error) {
		td, err := once(s, "target", s.readTarget)
		if err != nil {
			return nil, err
		}
		return s.r.Revisions(s.ctx, td.Family, 0)
	})
}

// clustersAtOnce bounds how many clusters are read side by side.
const clustersAtOnce = 4

// readUsers looks through every service of the account and region.
func readUsers(ctx context.Context, r awsx.Reader, family string) Users {
	users := Users{By: map[string][]string{}, Tasks: map[string]string{}, Pinned: map[string][]string{}}
	clusters, err := awsx.Collect(r.Clusters(ctx))
	if err != nil {
		users.Unread = append(users.Unread, "the list of clusters: "+Why(err))
	}
	var mu sync.Mutex
	var wg crash.Group
	slots := make(chan struct{}, clustersAtOnce)
	wg.Go(func() {
		schedules, err := awsx.Collect(r.Schedules(ctx))
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			users.Unread = append(users.Unread, "the rules and schedules that start tasks: "+Why(err))
		}
		for _, s := range schedules {
			for _, t := range s.Starts {
				if t.Pins() {
					users.Pinned[t.Definition] = append(users.Pinned[t.Definition], s.Label())
				}
			}
		}
	})
	for _, c := range clusters {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			services, err := awsx.Collect(r.Services(ctx, c.Ref))
			var tasks []awsx.Task
			for _, stopped := range []bool{false, true} {
				seen, unread := awsx.Collect(r.Tasks(ctx, awsx.TaskQuery{Cluster: c.Ref, Family: family, Stopped: stopped}))
				tasks, err = append(tasks, seen...), cmp.Or(err, unread)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, t := range tasks {
				name := "task " + c.Name + "/" + t.ID
				if !strings.HasPrefix(t.Group, "service:") {
					name += ", started by " + cmp.Or(t.StartedBy, "nobody who says so")
					users.Alone = max(users.Alone, name)
				}
				users.Tasks[t.TaskDefinition] = max(users.Tasks[t.TaskDefinition], name)
			}
			if err != nil {
				users.Unread = append(users.Unread, "cluster "+c.Name+": "+Why(err))
			}
			for _, svc := range services {
				users.add(svc, family)
			}
		})
	}
	wg.Wait()
	slices.Sort(users.Unread)
	for _, names := range users.Pinned {
		slices.Sort(names)
	}
	for _, names := range users.By {
		slices.Sort(names)
	}
	return users
}

// add notes the revisions of a family that a service runs, rolls out, drains or
// has in its task sets.
func (u Users) add(svc awsx.Service, family string) {
	arns := []string{svc.TaskDefinition}
	for _, d := range svc.Deployments {
		arns = append(arns, d.TaskDefinition)
	}
	for _, set := range svc.TaskSets {
		arns = append(arns, set.TaskDefinition)
	}
	slices.Sort(arns)
	for _, arn := range slices.Compact(arns) {
		if f, _ := awsx.SplitRevision(arn); f == family {
			u.By[arn] = append(u.By[arn], svc.Ref.ClusterName()+"/"+svc.Name)
		}
	}
}

// Of says what uses a revision, and where it may be in use for all that is known;
// it is empty when nothing does.
func (u Users) Of(arn string) string {
	uses := append(slices.Clone(u.By[arn]), u.Pinned[arn]...)
	if task := u.Tasks[arn]; task != "" {
		uses = append(uses, task)
	}
	for _, where := range u.Unread {
		uses = append(uses, "unknown in "+where)
	}
	return strings.Join(uses, ", ")
}

// Missing says in one line what was not read.
func (u Users) Missing() string { return strings.Join(u.Unread, "; ") }
