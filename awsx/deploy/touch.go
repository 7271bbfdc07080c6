package deploy

import (
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
				services, unknown = groupsOf(cur.Tasks.Value), cur.Tasks.Err != nil
			}
		case *runTaskStep:
			family, _ := awsx.SplitRevision(s.run.TaskDefinition)
			target = append(target, family)
			services, unknown = append(services, cur.Family.Value...), cur.Family.Err != nil
			if cur.Service.Name != "" {
				services = words.AddNew(services, cur.Service.Name)
			}
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

// groupsOf names the services of tasks.
func groupsOf(tasks []awsx.Task) []string {
	var names []string
	for _, t := range tasks {
		if name, ok := strings.CutPrefix(t.Group, "service:"); ok {
			names = words.AddNew(names, name)
		}
	}
	return names
}

// does are the verbs to which a draft comes besides its own, by what would run then: who
// forbids another image forbids it whichever way it comes.
func (d draft) does(cur read.Current) []string {
	var verbs []string
	add := func(is bool, i Intent) {
		if is {
			verbs = append(verbs, i.Action())
		}
	}
	for _, s := range d.steps {
		switch s := s.(type) {
		case *updateStep:
			if d.Tree == nil || cur.Definition == nil {
				continue
			}
			before, err := document.Registrable(cur.Definition)
			if err != nil {
				continue
			}
			images := !slices.Equal(imagesIn(before), imagesIn(d.Tree))
			if s.update.ForceNew && !d.Register {
				same, _ := check.CompareDigests(cur)
				images = images || !same
			}
			env := len(edits.EnvDifference(before, d.Tree)) > 0
			secrets := len(edits.SecretDifference(before, d.Tree)) > 0
			add(images, SetImages{})
			add(env, SetEnv{})
			add(secrets, SetSecrets{})
			add(!images && !env && !secrets && !document.Same(before, d.Tree), EditDefinition{})
		case *runTaskStep:
			add(true, SetImages{})
			add(len(d.env) > 0, SetEnv{})
		case *scalingStep:
			want := SetScaling{Min: s.update.Min, Max: s.update.Max, Suspend: s.update.Suspend}.applied(*cur.Scaling.Value)
			moved := cur.Service.Desired < want.Min || cur.Service.Desired > want.Max
			add(moved && !want.Suspended(), Scale{})
		case *stopTaskStep:
			// The service starts another, which pulls what its tag names by then.
			add(strings.HasPrefix(s.task.Group, "service:") && !pinned(cur.Definition), SetImages{})
		}
	}
	return verbs
}

// imagesIn lists the containers of a document with their images.
func imagesIn(tree *document.Node) []string {
	var list []string
	for _, c := range tree.List("containerDefinitions") {
		list = append(list, c.Word("name")+" "+c.Word("image"))
	}
	slices.Sort(list)
	return list
}

// pinned reports whether a definition names each of its images by digest.
func pinned(td *awsx.TaskDefinition) bool {
	return td != nil && !slices.ContainsFunc(td.Containers, func(c awsx.ContainerDefinition) bool {
		ref, err := awsx.ParseReference(c.Image)
		return err != nil || !ref.Pinned()
	})
}
