package inquiry

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"gantry/awsx"
)

// Identifier is what somebody pasted in order to see it.
type Identifier struct {
	// ARN is set when it names a resource in full. Region and Account are those that it
	// names, empty when it does not.
	ARN, Region, Account string
	// Cluster, Service and Task name what lives in a cluster, as far as it says so. Task may
	// be the beginning of an id, and in no cluster.
	Cluster, Service, Task string
	// Address is the private address of a task or of an instance, with a port where one was
	// given.
	Address awsx.Address
	// Instance is an EC2 or a container instance's id.
	Instance string
	// Family is a task definition's, without its revision.
	Family string
	// Mention is what a service or its task definition names: a target group, an image, a log
	// group, a secret, a role.
	Mention string
	// Route is a load balancer's, a listener's or a rule's ARN, or the name of a host; URL is
	// what was asked of that.
	Route, URL string
}

// The forms of ids.
var (
	instanceForm = regexp.MustCompile(`^i-[0-9a-f]{4,17}$`)
	taskForm     = regexp.MustCompile(`^[0-9a-f]{6,32}$`)
	// Names of load balancers have the region before elb, those of network load balancers
	// behind it.
	balancerForm = regexp.MustCompile(`^[a-z0-9.-]+\.(?:([a-z]{2}-[a-z-]+-\d)\.elb|elb\.([a-z]{2}-[a-z-]+-\d))\.amazonaws\.com(?:\.cn)?$`)
	// No name of ECS has a dot in it.
	hostForm    = regexp.MustCompile(`^(?i)[a-z0-9](?:[a-z0-9-]*\.)+[a-z]{2,24}$`)
	consoleForm = regexp.MustCompile(`^(?:([a-z]{2}-[a-z-]+-\d)\.)?console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)$`)
)

// Identify reads an ARN, a link of the web console, another URL, an image, an instance's or
// a task's id, a private address, the name of a host; ok is false for what is none of these,
// such as a name.
func Identify(text string) (id Identifier, ok bool) {
	text = strings.TrimSpace(text)
	switch region, account, resource, isARN := awsx.ARNParts(text); {
	case text == "" || strings.ContainsAny(text, " \t\r\n"):
		return Identifier{}, false
	case isARN:
		id = Identifier{ARN: text, Region: region, Account: account}
		id.ofARN(strings.Split(text, ":")[2], resource)
		return id, true
	case strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://"):
		u, err := url.Parse(text)
		if err != nil {
			return Identifier{}, false
		}
		return ofURL(u), true
	case balancerForm.MatchString(strings.ToLower(text)):
		return ofHost(text), true
	case addressOf(text).ID != "":
		return Identifier{Address: addressOf(text)}, true
	case hostForm.MatchString(text):
		id = ofHost(text)
		id.Mention = text
		return id, true
	case instanceForm.MatchString(text):
		return Identifier{Instance: text}, true
	case taskForm.MatchString(text):
		return Identifier{Task: text}, true
	case strings.Contains(text, ".dkr.ecr."):
		return ofImage(text), true
	}
	return Identifier{}, false
}

// addressOf reads an IP address, with or without a port; it is zero for anything else.
func addressOf(text string) awsx.Address {
	if ip, err := netip.ParseAddr(text); err == nil {
		return awsx.Address{ID: ip.String()}
	}
	if at, err := netip.ParseAddrPort(text); err == nil {
		return awsx.Address{ID: at.Addr().String(), Port: int(at.Port())}
	}
	return awsx.Address{}
}

// ofARN reads the resource that an ARN names.
func (id *Identifier) ofARN(service, resource string) {
	kind, rest, _ := strings.Cut(resource, "/")
	parts := strings.Split(rest, "/")
	switch {
	case service == "ecs" && kind == "cluster":
		id.Cluster = parts[0]
	case service == "ecs" && len(parts) >= 2 && (kind == "service" || kind == "service-deployment" || kind == "service-revision" || kind == "task-set"):
		id.Cluster, id.Service = parts[0], parts[1]
	case service == "ecs" && kind == "task" && len(parts) == 2:
		id.Cluster, id.Task = parts[0], parts[1]
	case service == "ecs" && kind == "task" && len(parts) == 1:
		id.Task = parts[0]
	case service == "ecs" && kind == "container-instance":
		id.Instance = parts[len(parts)-1]
		if len(parts) == 2 {
			id.Cluster = parts[0]
		}
	case service == "ecs" && kind == "task-definition":
		id.Family, _ = awsx.SplitRevision(rest)
	case service == "ec2" && kind == "instance":
		id.Instance = rest
	case service == "elasticloadbalancing" && (kind == "loadbalancer" || kind == "listener" || kind == "listener-rule"):
		id.Route = id.ARN
	case service == "ecr" && kind == "repository":
		id.Mention = "/" + rest
	case service == "logs":
		name := strings.TrimPrefix(resource, "log-group:")
		name, _, _ = strings.Cut(name, ":")
		id.Mention = name
	case service == "cloudwatch":
		id.Mention = strings.TrimPrefix(resource, "alarm:")
	default:
		id.Mention = id.ARN
	}
}

// ofImage reads an image's name; which tag it has does not matter.
func ofImage(image string) Identifier {
	id := Identifier{Mention: image}
	if ref, err := awsx.ParseReference(strings.TrimPrefix(image, "https://")); err == nil {
		id.Mention = ref.Repository
	}
	if host, _, _ := strings.Cut(id.Mention, "/"); strings.Contains(host, ".dkr.ecr.") {
		parts := strings.Split(host, ".")
		id.Account, id.Region = parts[0], parts[3]
	}
	return id
}

// ofHost reads the name of a host, which says where it is when a load balancer has it by
// birth.
func ofHost(name string) Identifier {
	id := Identifier{Route: name}
	if m := balancerForm.FindStringSubmatch(strings.ToLower(name)); m != nil {
		id.Region = m[1] + m[2]
	}
	return id
}

// ofURL reads a link of the web console; any other address leads to a load balancer, or is
// something that a definition may mention.
func ofURL(u *url.URL) Identifier {
	match := consoleForm.FindStringSubmatch(u.Host)
	if match == nil {
		if strings.Contains(u.Host, ".dkr.ecr.") {
			return ofImage(strings.TrimSuffix(u.Host+u.Path, "/"))
		}
		if at := addressOf(u.Host); at.ID != "" {
			return Identifier{Address: at}
		}
		id := ofHost(u.Hostname())
		id.Mention, id.URL = u.Hostname(), u.String()
		return id
	}
	id := Identifier{Region: match[1]}
	if r := u.Query().Get("region"); r != "" {
		id.Region = r
	}
	path, _, _ := strings.Cut(strings.ReplaceAll(u.Path+u.Fragment, "$252F", "/"), "?")
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '=' || r == ':' || r == '#' })
	after := func(word string, n int) string {
		for i, p := range parts {
			if p == word && i+n < len(parts) {
				return parts[i+n]
			}
		}
		return ""
	}
	id.Cluster, id.Service, id.Task = after("clusters", 1), after("services", 1), after("tasks", 1)
	id.Instance, id.Family = after("instanceId", 1), after("task-definitions", 1)
	if i := after("container-instances", 1); i != "" {
		id.Instance = i
	}
	switch {
	case after("private", 2) != "" && strings.HasPrefix(u.Path, "/ecr"):
		id.Account = after("private", 1)
		_, name, _ := strings.Cut(path, "/private/"+id.Account+"/")
		id.Mention = "/" + strings.SplitN(name, "/_", 2)[0]
	case after("log-group", 1) != "":
		_, name, _ := strings.Cut(path, "log-group/")
		name, _, _ = strings.Cut(name, "/log-events")
		id.Mention = name
	}
	// A link of the console for EC2 holds the ARN of what it shows.
	query, _ := url.QueryUnescape(u.RawQuery)
	if _, arn, ok := strings.Cut(u.Fragment+"&"+query, "arn:"); ok && id == (Identifier{Region: id.Region}) {
		if end := strings.IndexAny(arn, "&;"); end >= 0 {
			arn = arn[:end]
		}
		if named, ok := Identify("arn:" + arn); ok {
			return named
		}
	}
	return id
}

// String says what it is of, as far as it tells.
func (id Identifier) String() string {
	short := func(s string) string { return s[:min(len(s), 8)] }
	in := ""
	if id.Cluster != "" {
		in = " of " + id.Cluster
	}
	switch {
	case id.Task != "":
		return "task " + short(id.Task) + in
	case id.Address.ID != "":
		return "what has the address " + id.Address.String()
	case id.Instance != "":
		return "instance " + id.Instance + in
	case id.Service != "":
		return "service " + id.Cluster + "/" + id.Service
	case id.Family != "":
		return "task definition " + id.Family
	case id.Route != "":
		return "what is behind " + behind(id)
	case id.Mention != "":
		return "what names " + awsx.ARNName(id.Mention)
	}
	return "cluster " + id.Cluster
}

// behind is what a load balancer, a listener, a rule or a host is called.
func behind(id Identifier) string {
	_, _, resource, ok := awsx.ARNParts(id.Route)
	parts := strings.Split(resource, "/")
	if !ok || len(parts) < 3 {
		return id.Route
	}
	return parts[0] + " of " + parts[2]
}
