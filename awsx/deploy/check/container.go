package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
	"gantry/internal/words"
)

// checkPorts finds port mappings that the service, or Docker, refuses.
func checkPorts(cur read.Current, d Change) Finding {
	if !d.runs() {
		return Finding{}
	}
	network := cmp.Or(d.Tree.Word("networkMode"), "bridge")
	var wrong []string
	taken := map[string]string{} // the container that has a port first
	mapped := false
	for _, c := range d.Tree.List("containerDefinitions") {
		name := c.Word("name")
		for _, m := range c.List("portMappings") {
			mapped = true
			host, why := hostPort(network, m.Number("containerPort", 0), m.Number("hostPort", 0))
			if why != "" {
				wrong = append(wrong, name+": "+why)
				continue
			}
			if host == 0 {
				continue
			}
			port := fmt.Sprintf("%d/%s", host, cmp.Or(m.Word("protocol"), "tcp"))
			if other, ok := taken[port]; ok {
				wrong = append(wrong, fmt.Sprintf("%s and %s both want %s", other, name, port))
			}
			taken[port] = name
		}
	}
	switch {
	case len(wrong) > 0:
		return finding(Ports, Broken, "%s", strings.Join(wrong, "; "))
	case !mapped:
		return Finding{}
	case network == "awsvpc":
		return finding(Ports, OK, "each task has an interface of its own (awsvpc)")
	case len(taken) > 0:
		return finding(Ports, OK, "%s of the host: one task an instance", strings.Join(slices.Sorted(maps.Keys(taken)), ", "))
	}
	return finding(Ports, OK, "the host's ports are chosen when tasks start")
}

// hostPort is the port that a mapping takes where its task runs, 0 for one that
// is chosen then, or why the mapping cannot be. Where containers share one
// network, of the host or of the task, both ports are one; the ports of SSH,
// Docker and the agent are taken on every instance (ECS, PortMapping).
func hostPort(network string, container, host int) (port int, why string) {
	switch network {
	case "none":
		return 0, "a task without a network cannot map ports"
	case "host", "awsvpc":
		if host != 0 && host != container {
			return 0, fmt.Sprintf("in network mode %s port %d cannot become %d", network, container, host)
		}
		host = container
	}
	if network != "awsvpc" && slices.Contains([]int{22, 2375, 2376, 51678, 51679, 51680}, host) {
		return 0, fmt.Sprintf("port %d of the host is reserved for its agents", host)
	}
	return host, ""
}

// checkLogs names where the lines of each container go, and finds drivers that
// lack what they cannot start without.
func checkLogs(cur read.Current, d Change) Finding {
	if !d.runs() {
		return Finding{}
	}
	var wrong, unkept []string
	masking := document.MaskingIn(d.Tree)
	kept := map[string][]string{} // containers by where their lines go
	for _, c := range d.Tree.List("containerDefinitions") {
		name := c.Word("name")
		log := c.Get("logConfiguration")
		if log.Word("logDriver") == "" {
			if essential(c) {
				unkept = append(unkept, name)
			}
			continue
		}
		if why := brokenDriver(d.Tree, log); why != "" {
			wrong = append(wrong, name+": "+why)
			continue
		}
		where := logTarget(log, masking)
		kept[where] = append(kept[where], name)
	}
	var parts []string
	for _, where := range slices.Sorted(maps.Keys(kept)) {
		parts = append(parts, strings.Join(kept[where], ", ")+" to "+where)
	}
	switch {
	case len(wrong) > 0:
		return finding(Logs, Broken, "%s", strings.Join(wrong, "; "))
	case len(unkept) > 0:
		lost := "the lines of " + strings.Join(unkept, ", ") + " stay on the instance"
		if cur.Service.OnFargate() {
			lost = "the lines of " + strings.Join(unkept, ", ") + " are lost"
		}
		return finding(Logs, Warning, "%s: no log driver is set", strings.Join(append(parts, lost), "; "))
	}
	return finding(Logs, OK, "%s", strings.Join(parts, "; "))
}

// logEndpoints returns, by log driver, the option that says where lines go.
func logEndpoints() map[string]string {
	return map[string]string{
		"awslogs": "awslogs-group", "gelf": "gelf-address", "splunk": "splunk-url",
		"fluentd": "fluentd-address", "syslog": "syslog-address",
	}
}

// brokenDriver says what a log configuration lacks: the drivers below refuse to
// start without their endpoint (Docker's manuals; ECS for awslogs), and FireLens
// needs a container that routes.
func brokenDriver(tree, log *document.Node) string {
	driver := log.Word("logDriver")
	switch driver {
	case "awslogs", "gelf", "splunk":
		option := logEndpoints()[driver]
		if log.Get("options").Word(option) == "" && !slices.ContainsFunc(log.List("secretOptions"), func(o *document.Node) bool { return o.Word("name") == option }) {
			return driver + " has no " + option
		}
	case "awsfirelens":
		if !slices.ContainsFunc(tree.List("containerDefinitions"), func(c *document.Node) bool { return c.Get("firelensConfiguration") != nil }) {
			return "awsfirelens has no container that routes"
		}
	}
	return ""
}

// logTarget names a log driver with its group or endpoint, credentials masked.
func logTarget(log *document.Node, masking document.Masking) string {
	driver, options := log.Word("logDriver"), log.Get("options")
	where := options.Word(logEndpoints()[driver])
	if driver == "awsfirelens" {
		where = strings.TrimSpace(options.Word("Name") + " " + cmp.Or(options.Word("Host"), options.Word("log_group_name"), options.Word("delivery_stream")))
	}
	return masking.Text(strings.TrimSpace(driver + " " + where))
}

// checkVariables finds variables that are there twice. The service registers them and the
// later value counts: one that the edit made is taken for a slip.
func checkVariables(cur read.Current, d Change) Finding {
	if !d.runs() {
		return Finding{}
	}
	before := twice(documentOf(baseOf(cur, d)))
	var fresh, old []string
	for _, name := range twice(d.Tree) {
		if slices.Contains(before, name) {
			old = append(old, name)
		} else {
			fresh = append(fresh, name)
		}
	}
	const says = "there twice, and the later value counts: "
	switch {
	case len(fresh) > 0:
		return finding(Variables, Broken, says+"%s", strings.Join(fresh, ", "))
	case len(old) > 0:
		return finding(Variables, Warning, says+"%s, as before", strings.Join(old, ", "))
	}
	return Finding{}
}

// twice names the variables of a document that a container has twice.
func twice(tree *document.Node) []string {
	var names []string
	for _, c := range tree.List("containerDefinitions") {
		seen := map[string]bool{}
		for _, v := range c.List("environment") {
			name := v.Word("name")
			if seen[name] {
				names = words.AddNew(names, name+" of "+c.Word("name"))
			}
			seen[name] = true
		}
	}
	return names
}

// checkRoles names the roles that a revision's tasks take on, which whoever
// deploys it must be allowed to pass, and finds one that is missing.
func checkRoles(cur read.Current, d Change) Finding {
	if !d.runs() {
		return Finding{}
	}
	execution, task := d.Tree.Word("executionRoleArn"), d.Tree.Word("taskRoleArn")
	if why := needsExecutionRole(cur, d.Tree); why != "" && execution == "" {
		return finding(Roles, Broken, "there is no execution role, and %s", why)
	}
	var names []string
	if execution != "" {
		names = append(names, "execution role "+awsx.ARNName(execution))
	}
	if task != "" && task != execution {
		names = append(names, "task role "+awsx.ARNName(task))
	}
	if len(names) == 0 {
		return finding(Roles, OK, "the tasks take on no role of their own")
	}
	if !d.Names {
		return finding(Roles, OK, "%s", strings.Join(names, ", "))
	}
	return finding(Roles, OK, "%s: needs iam:PassRole", strings.Join(names, ", "))
}

// needsExecutionRole says what the agent cannot do for a task in its own name
// (ECS, task execution IAM role).
func needsExecutionRole(cur read.Current, tree *document.Node) string {
	fargate := cur.Service.OnFargate()
	for _, c := range tree.List("containerDefinitions") {
		ref, err := awsx.ParseReference(c.Word("image"))
		log := c.Get("logConfiguration")
		switch {
		case len(c.List("secrets")) > 0 || len(log.List("secretOptions")) > 0:
			return c.Word("name") + " has secrets"
		case c.Get("repositoryCredentials") != nil:
			return c.Word("name") + " pulls with credentials"
		case fargate && err == nil && ref.ECR():
			return "Fargate pulls " + c.Word("name") + " from ECR"
		case fargate && log.Word("logDriver") == "awslogs":
			return "Fargate writes the log group of " + c.Word("name")
		}
	}
	return ""
}
