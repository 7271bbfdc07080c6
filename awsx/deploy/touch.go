package deploy

import (
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
	"gantry/internal/words"
)

// touches are what a draft bears on: its target, and the services whose tasks it stops,
// runs or moves.
func (d draft) touches(cur read.Current) []policy.Bearing {
	target := []string{cur.Target.Name()}
	var services []string
	unknown := false
	for _, s := range d.steps {
		switch s := s.(type) {
		case *stopTaskStep:
			target = append(target, s.task.ID)
			if name, ok := strings.CutPrefix(s.task.Group, "service:"); ok {
				services = append(services, name)
			}
		case *statusStep:
			target = append(target, s.instance.EC2ID)
			if s.status != "ACTIVE" {
				services, unknown = read.ServicesOf(cur.Tasks.Value), cur.Tasks.Err != nil
			}
		case *endStep:
			target = append(target, s.instance.EC2ID, s.group.Name())
			services, unknown = read.ServicesOf(cur.Tasks.Value), cur.Tasks.Err != nil
		case *groupStep:
			if s.desired < s.group.Desired {
				services, unknown = read.ServicesOf(cur.Tasks.Value), cur.Tasks.Err != nil || cur.Target.Cluster == ""
			}
		case *runTaskStep:
			family, _ := awsx.SplitRevision(s.run.TaskDefinition)
			target = append(target, family)
			services, unknown = append(services, cur.Family.Value...), cur.Family.Err != nil
			if cur.Service.Name != "" {
				services = words.AddNew(services, cur.Service.Name)
			}
		case *deregisterStep:
			return endings(cur)
		}
	}
	list := []policy.Bearing{}
	for _, name := range services {
		list = append(list, policy.Bearing{Names: slices.Concat(target, []string{name})})
	}
	if len(list) == 0 || unknown {
		list = append(list, policy.Bearing{Names: target, Unknown: unknown})
	}
	return list
}

// endings are what the end of revisions bears on: their family, and the services that run
// any of it, whose way back it may be. The clusters are theirs, as a revision has none.
func endings(cur read.Current) []policy.Bearing {
	names := words.AddNew([]string{cur.Target.Name(), awsx.ARNName(cur.Wanted.ARN)}, cur.Wanted.Family)
	list := []policy.Bearing{{Names: names, Unknown: len(cur.Users.Unread) > 0}}
	for _, revision := range slices.Sorted(maps.Keys(cur.Users.By)) {
		for _, user := range cur.Users.By[revision] {
			cluster, service, _ := strings.Cut(user, "/")
			list = append(list, policy.Bearing{Cluster: cluster, Names: append(slices.Clone(names), service)})
		}
	}
	return list
}

// does are the verbs to which a draft comes besides its own, by what would run then: who
// forbids another image forbids it whichever way it comes.
func (d draft) does(cur read.Current) []string {
	var verbs []string
	add := func(is bool, intents ...Intent) {
		for _, i := range intents {
			if is {
				verbs = words.AddNew(verbs, i.Action())
			}
		}
	}
	for _, s := range d.steps {
		switch s := s.(type) {
		case *updateStep:
			add(true, d.deploys(cur, s)...)
		case *stopStep:
			add(true, Cancel{}, RollBack{}) // a deployment is stopped by rolling it back
		case *continueStep:
			add(s.rollBack, Cancel{}, RollBack{})
		case *runTaskStep:
			add(true, SetImages{})
			add(len(d.env) > 0, SetEnv{})
		case *scalingStep:
			want := SetScaling{Min: s.update.Min, Max: s.update.Max, Suspend: s.update.Suspend}.applied(*cur.Scaling.Value)
			moved := cur.Service.Desired < want.Min || cur.Service.Desired > want.Max
			add(moved && !want.Suspended(), Scale{})
		case *stopTaskStep:
			// The service starts another, which pulls what its tag names by then.
			add(strings.HasPrefix(s.task.Group, "service:") && !edits.Pinned(cur.Definition), SetImages{})
		}
	}
	return verbs
}

// deploys are the verbs to which an update comes that deploys a document.
func (d draft) deploys(cur read.Current, s *updateStep) []Intent {
	if d.Tree == nil || cur.Definition == nil {
		return nil
	}
	before, err := document.Registrable(cur.Definition)
	after, bad := document.Parse(d.Tree.Bytes())
	if err != nil || bad != nil {
		return []Intent{EditDefinition{}, SetImages{}, SetEnv{}, SetSecrets{}}
	}
	images := !slices.Equal(edits.ImagesIn(before), edits.ImagesIn(after))
	if s.update.ForceNew && !d.Register {
		same, _ := check.CompareDigests(cur)
		images = images || !same
	}
	var verbs []Intent
	if s.update.ForceNew {
		verbs = append(verbs, Restart{})
	}
	if d.chosen {
		verbs = append(verbs, UseRevision{})
	}
	if w := cur.Wanted; w != nil && d.Revision == w.ARN && w.Family == cur.Definition.Family && w.Revision < cur.Definition.Revision {
		verbs = append(verbs, RollBack{})
	}
	if images {
		verbs = append(verbs, SetImages{})
	}
	if len(edits.EnvDifference(before, after)) > 0 || !slices.Equal(edits.FilesIn(before), edits.FilesIn(after)) {
		verbs = append(verbs, SetEnv{})
	}
	if len(edits.SecretDifference(before, after)) > 0 {
		verbs = append(verbs, SetSecrets{})
	}
	for _, tree := range []*document.Node{before, after} {
		tree.Drop("tags") // of the revision, no part of what runs
		for _, c := range tree.List("containerDefinitions") {
			for _, other := range []string{"image", "environment", "environmentFiles", "secrets"} {
				c.Drop(other)
			}
		}
	}
	if !document.Same(before, after) {
		verbs = append(verbs, EditDefinition{})
	}
	return verbs
}
