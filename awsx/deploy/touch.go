package deploy

import (
	"slices"
	"strings"

	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
	"gantry/internal/words"
)

// touches are what a draft bears on: its target, and the services that its steps touch.
func (d draft) touches(cur read.Current) []policy.Bearing {
	names := []string{cur.Target.Name()}
	var all step.Touched
	for _, s := range d.steps {
		t := s.Touches(cur)
		for _, name := range t.Names {
			names = words.AddNew(names, name)
		}
		for _, service := range t.Services {
			all.Services = words.AddNew(all.Services, service)
		}
		all.Unknown, all.Alone = all.Unknown || t.Unknown, all.Alone || t.Alone
	}
	var list []policy.Bearing
	for _, service := range all.Services {
		cluster, name, elsewhere := strings.Cut(service, "/")
		if !elsewhere {
			cluster, name = "", service
		}
		list = append(list, policy.Bearing{Cluster: cluster, Names: append(slices.Clone(names), name)})
	}
	if len(list) == 0 || all.Unknown || all.Alone {
		list = append(list, policy.Bearing{Names: names, Unknown: all.Unknown})
	}
	return list
}

// does are the verbs to which a draft comes besides its own.
func (d draft) does(cur read.Current) []string {
	var verbs []string
	for _, s := range d.steps {
		also := s.ComesTo(cur)
		if u, ok := s.(*step.Update); ok {
			for _, i := range d.deploys(cur, u) {
				also = append(also, i.Action())
			}
		}
		for _, verb := range also {
			verbs = words.AddNew(verbs, verb)
		}
	}
	return verbs
}

// deploys are the verbs to which an update comes that deploys a document.
func (d draft) deploys(cur read.Current, s *step.Update) []Intent {
	if d.Tree == nil || cur.Definition == nil {
		return nil
	}
	before, err := document.Registrable(cur.Definition)
	after, bad := document.Parse(d.Tree.Bytes())
	if err != nil || bad != nil {
		return []Intent{EditDefinition{}, SetImages{}, SetEnv{}, SetSecrets{}}
	}
	images := !slices.Equal(edits.ImagesIn(before), edits.ImagesIn(after))
	if s.Set.ForceNew && !d.Register {
		same, _ := check.CompareDigests(cur)
		images = images || !same
	}
	var verbs []Intent
	if s.Set.ForceNew {
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
