package edits

import (
	"slices"

	"gantry/awsx"
	"gantry/awsx/document"
)

// FilesIn lists the containers of a document with the files that hold variables of theirs.
func FilesIn(tree *document.Node) []string {
	var list []string
	for _, c := range tree.List("containerDefinitions") {
		for _, f := range c.List("environmentFiles") {
			list = append(list, c.Word("name")+" "+f.Word("value"))
		}
	}
	slices.Sort(list)
	return list
}

// ImagesIn lists the containers of a document with their images.
func ImagesIn(tree *document.Node) []string {
	var list []string
	for _, c := range tree.List("containerDefinitions") {
		list = append(list, c.Word("name")+" "+c.Word("image"))
	}
	slices.Sort(list)
	return list
}

// Pinned reports whether a definition names each of its images by digest.
func Pinned(td *awsx.TaskDefinition) bool {
	return td != nil && !slices.ContainsFunc(td.Containers, func(c awsx.ContainerDefinition) bool {
		ref, err := awsx.ParseReference(c.Image)
		return err != nil || !ref.Pinned()
	})
}

// Overrides spells overrides of containers as the API takes them.
func Overrides(list []awsx.ContainerOverride) *document.Node {
	containers := &document.Node{Kind: document.Array}
	for _, o := range list {
		c := document.Fields("name", o.Container)
		if len(o.Command) > 0 {
			command := &document.Node{Kind: document.Array}
			for _, w := range o.Command {
				command.Items = append(command.Items, document.Text(w))
			}
			c.Set("command", command)
		}
		if len(o.Env) > 0 {
			env := &document.Node{Kind: document.Array}
			for _, v := range o.Env {
				env.Items = append(env.Items, document.Fields("name", v.Name, "value", v.Value.Reveal()))
			}
			c.Set("environment", env)
		}
		containers.Items = append(containers.Items, c)
	}
	all := &document.Node{Kind: document.Object}
	all.Set("containerOverrides", containers)
	return all
}
