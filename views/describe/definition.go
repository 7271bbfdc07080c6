package describe

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"gantry/awsx"
	api "gantry/awsx/document"
	"gantry/ui/theme"
	"gantry/views/prose"
	"gantry/views/wording"
)

// unreadDefinition says why the revision that something runs is not told.
func unreadDefinition(d *prose.Document, arn string, err error) {
	d.Heading("Task definition " + awsx.ARNName(arn))
	if err != nil {
		d.Line(theme.Unknown, "not read: "+err.Error())
	}
}

// Definition tells what a revision runs. Values of variables that look
// like secrets are masked.
func Definition(d *prose.Document, td *awsx.TaskDefinition) {
	d.Heading("Task definition " + td.Family + ":" + strconv.Itoa(td.Revision))
	d.Field("network mode", cmp.Or(td.NetworkMode, "bridge"))
	d.Field("CPU, memory", wording.JoinNonEmpty(", ", td.CPU, td.Memory))
	d.Field("task role", awsx.ARNName(td.TaskRole))
	d.Field("execution role", awsx.ARNName(td.ExecutionRole))
	masking := api.MaskingOf(td)
	for _, c := range td.Containers {
		d.Heading("Container " + c.Name)
		containerDefinition(d, c, masking)
	}
}

func containerDefinition(d *prose.Document, c awsx.ContainerDefinition, masking api.Masking) {
	d.Field("image", c.Image)
	d.Field("essential", yesNo(c.Essential))
	d.Field("CPU", nonZero(c.CPU))
	d.Field("memory", memory(c))
	for _, p := range c.Ports {
		host := "dynamic"
		if p.HostPort != 0 {
			host = strconv.Itoa(p.HostPort)
		}
		d.Field("port", fmt.Sprintf("%s -> %s %s", awsx.PortWords(p.ContainerPort, p.Range), host, cmp.Or(p.Protocol, "tcp")))
	}
	d.Field("log driver", c.LogDriver)
	d.Field("health command", yesNo(c.HasHealth))
	Environment(d, c, masking)
}

// Environment lists the variables of a container.
func Environment(d *prose.Document, c awsx.ContainerDefinition, masking api.Masking) {
	for _, v := range c.Env {
		d.Field("env "+v.Name, cmp.Or(masking.Value(v.Name, v.Value.Reveal()), `""`))
	}
	for _, s := range c.Secrets {
		d.Field("env "+s.Name, "from "+s.ValueFrom)
	}
	for _, arn := range c.EnvFiles {
		d.Field("env file", arn)
	}
}

// ContainerOf finds the definition of a task's container.
func ContainerOf(td *awsx.TaskDefinition, container string) (awsx.ContainerDefinition, bool) {
	if td == nil {
		return awsx.ContainerDefinition{}, false
	}
	return td.Container(container)
}

func memory(c awsx.ContainerDefinition) string {
	var parts []string
	if c.Memory > 0 {
		parts = append(parts, fmt.Sprintf("limit %d MiB", c.Memory))
	}
	if c.Reservation > 0 {
		parts = append(parts, fmt.Sprintf("reserved %d MiB", c.Reservation))
	}
	return strings.Join(parts, ", ")
}

func nonZero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
