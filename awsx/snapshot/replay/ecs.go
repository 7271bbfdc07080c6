package replay

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
	"gantry/awsx/snapshot"
)

// operations is the table of what is answered, by service.
func (a *Account) operations() map[string]map[string]answer {
	describe := func(kind string) answer { return func(in tree) (tree, error) { return a.describe(kind, in) } }
	return map[string]map[string]answer{
		"ecs": {
			"ListClusters":               a.listClusters,
			"DescribeClusters":           a.describeClusters,
			"ListServices":               a.listServices,
			"DescribeServices":           a.describeServices,
			"ListTasks":                  a.listTasks,
			"DescribeTasks":              describe(snapshot.Tasks),
			"GetTaskProtection":          a.protection,
			"ListContainerInstances":     a.listInstances,
			"DescribeContainerInstances": describe(snapshot.Instances),
			"DescribeTaskDefinition":     a.describeDefinition,
			"ListTaskDefinitions":        a.listDefinitions,
			"DescribeTaskSets":           a.describeTaskSets,
			"ListServiceDeployments":     a.listDeployments,
			"DescribeServiceDeployments": describe(snapshot.Deployments),
			"DescribeServiceRevisions":   describe(snapshot.Revisions),
			"ListTagsForResource":        a.listTags,
			"DescribeCapacityProviders":  a.byName(snapshot.Providers, "name"),
		},
		"elbv2": {
			"DescribeTargetGroups":          a.describeGroups,
			"DescribeTargetHealth":          a.ofGroup(snapshot.Health),
			"DescribeTargetGroupAttributes": a.ofGroup(snapshot.Attributes),
			"DescribeTags":                  a.describeTags,
			"DescribeLoadBalancers":         a.describeBalancers,
			"DescribeListeners":             a.describeListeners,
			"DescribeRules":                 a.describeRules,
		},
		"ecr": {"DescribeRepositories": a.describeRepositories, "DescribeImages": a.describeImages, "BatchGetImage": a.getImages},
		"application-autoscaling": {
			"DescribeScalableTargets":   a.scalableTargets,
			"DescribeScalingPolicies":   a.scalingPolicies,
			"DescribeScalingActivities": a.ofName(snapshot.Did),
			"DescribeScheduledActions":  a.ofName(snapshot.Scheduled),
		},
		"ec2": {"DescribeInstances": a.machines, "DescribeLaunchTemplateVersions": a.templateVersions},
		"autoscaling": {
			"DescribeAutoScalingGroups":    a.byName(snapshot.AutoGroups, "AutoScalingGroupName"),
			"DescribeLaunchConfigurations": a.byName(snapshot.Configs, "LaunchConfigurationName"),
			"DescribePolicies":             a.ofName(snapshot.GroupRules),
			"DescribeScalingActivities":    a.ofName(snapshot.GroupDid),
			"DescribeScheduledActions":     a.ofName(snapshot.GroupTimes),
		},
		"cloudwatch": {"DescribeAlarms": a.describeAlarms, "DescribeAlarmHistory": a.turns},
		"cloudtrail": {"LookupEvents": a.trail},
		"events": {
			"ListRules":         func(tree) (tree, error) { return tree{"Rules": anys(a.entities[snapshot.EventRules])}, nil },
			"ListTargetsByRule": a.ruleTargets,
		},
		"scheduler": {
			"ListSchedules": func(tree) (tree, error) { return tree{"Schedules": anys(a.entities[snapshot.Timed])}, nil },
			"GetSchedule":   a.schedule,
		},
		"sts": {"GetCallerIdentity": a.identity},
	}
}

// kindOf is the row of a kind.
func kindOf(name string) snapshot.Kind {
	kinds := snapshot.Kinds()
	return kinds[slices.IndexFunc(kinds, func(k snapshot.Kind) bool { return k.Name == name })]
}

// find returns the entities of a kind that want.
func (a *Account) find(kind string, wanted func(tree) bool) []tree {
	var out []tree
	for _, entity := range a.entities[kind] {
		if wanted(entity) {
			out = append(out, entity)
		}
	}
	return out
}

// missing returns what was listed of a kind in a cluster and not described.
func (a *Account) missing(kind string, wanted func(snapshot.Missing) bool) []snapshot.Missing {
	var out []snapshot.Missing
	for _, m := range a.doc.Missing {
		if m.Kind == kind && wanted(m) {
			out = append(out, m)
		}
	}
	return out
}

// arns answers a list of ARNs a page at a time.
func arns(field string, in tree, fallback int, found []tree, key string, missing ...snapshot.Missing) (tree, error) {
	var all []string
	for _, entity := range found {
		all = append(all, text(entity, key))
	}
	for _, m := range missing {
		all = append(all, m.ARN)
	}
	slices.Sort(all)
	return paged(wire.Paging[string]{Key: func(arn string) string { return arn }, Fallback: fallback, Max: 100}, field, in, all)
}

// paged answers with the page that a call asks for.
func paged[T any](p wire.Paging[T], field string, in tree, all []T) (tree, error) {
	var size *int
	if n := wire.Integer(in["maxResults"]); n > 0 {
		size = &n
	}
	page, next, err := p.Cut(all, text(in, "nextToken"), size)
	if err != nil {
		return nil, err
	}
	out := tree{field: anys(page)}
	if next != "" {
		out["nextToken"] = next
	}
	return out, nil
}

// describe answers a call that names entities.
func (a *Account) describe(kind string, in tree) (tree, error) {
	k := kindOf(kind)
	here := all
	if cluster := text(in, "cluster"); cluster != "" {
		here = within(cluster, k.Key)
	}
	var found, failures []any
	for _, name := range texts(in[k.Ask]) {
		i := slices.IndexFunc(a.entities[kind], func(e tree) bool { return here(e) && same(name, text(e, k.Key)) })
		if i >= 0 {
			entity := a.entities[kind][i]
			if k.Tagged {
				entity = a.tagged(k, in, entity)
			}
			found = append(found, entity)
			continue
		}
		reason := "MISSING"
		for _, m := range a.missing(kind, func(m snapshot.Missing) bool { return same(name, m.ARN) }) {
			reason = cmp.Or(m.Reason, reason)
		}
		failures = append(failures, tree{"arn": name, "reason": reason})
	}
	return tree{k.Field: anys(found), "failures": anys(failures)}, nil
}

func all(tree) bool { return true }

func (a *Account) listClusters(in tree) (tree, error) {
	return arns("clusterArns", in, 100, a.find(snapshot.Clusters, all), "clusterArn")
}

func (a *Account) describeClusters(in tree) (tree, error) {
	if in["clusters"] == nil {
		in["clusters"] = []any{"default"}
	}
	return a.describe(snapshot.Clusters, in)
}

// cluster refuses a cluster that there is not, as the API does.
func (a *Account) cluster(in tree) (string, error) {
	name := cmp.Or(text(in, "cluster"), "default")
	if !slices.ContainsFunc(a.entities[snapshot.Clusters], func(c tree) bool { return same(name, text(c, "clusterArn")) }) {
		return "", wire.Fail("ClusterNotFoundException", "Cluster not found.")
	}
	return name, nil
}

// within chooses the entities of a cluster. Container instances do not say whose they
// are, but for their ARN.
func within(cluster, key string) func(tree) bool {
	return func(e tree) bool {
		if arn := text(e, "clusterArn"); arn != "" {
			return same(cluster, arn)
		}
		parts := strings.Split(text(e, key), "/")
		return len(parts) < 3 || snapshot.Tail(cluster) == parts[1]
	}
}

// of chooses what belongs to the service that a call names.
func of(in tree) func(tree) bool {
	here := within(cmp.Or(text(in, "cluster"), "default"), "serviceArn")
	return func(e tree) bool {
		service := text(e, "serviceArn")
		return text(in, "service") == service || here(e) && same(text(in, "service"), service)
	}
}

func inCluster(cluster string) func(snapshot.Missing) bool {
	return func(m snapshot.Missing) bool { return same(cluster, m.Cluster) || same(m.Cluster, cluster) }
}

func (a *Account) listServices(in tree) (tree, error) {
	cluster, err := a.cluster(in)
	if err != nil {
		return nil, err
	}
	in2 := within(cluster, "serviceArn")
	found := a.find(snapshot.Services, func(s tree) bool {
		wants := func(name string) bool { return text(in, name) == "" || text(in, name) == text(s, name) }
		return in2(s) && text(s, "status") != "INACTIVE" && wants("launchType") && wants("schedulingStrategy")
	})
	return arns("serviceArns", in, 10, found, "serviceArn", a.missing(snapshot.Services, inCluster(cluster))...)
}

func (a *Account) describeServices(in tree) (tree, error) {
	if _, err := a.cluster(in); err != nil {
		return nil, err
	}
	return a.describe(snapshot.Services, in)
}

// tagged answers with the tags of what was asked for with them, null where nobody had asked
// while the snapshot was taken, and of a service without them to who does not ask.
func (a *Account) tagged(k snapshot.Kind, in, entity tree) tree {
	asked := slices.Contains(texts(in["include"]), "TAGS")
	read := entity["tags"] != nil && (a.doc.Tagged || len(wire.List(entity["tags"])) > 0)
	switch {
	case asked && !read:
		out := maps.Clone(entity)
		out["tags"] = nil
		return out
	case !asked && k.Name == snapshot.Services:
		out := maps.Clone(entity)
		delete(out, "tags")
		return out
	}
	return entity
}

func (a *Account) listTasks(in tree) (tree, error) {
	cluster, err := a.cluster(in)
	if err != nil {
		return nil, err
	}
	desired, here := cmp.Or(text(in, "desiredStatus"), "RUNNING"), within(cluster, "taskArn")
	group := ""
	if s := text(in, "serviceName"); s != "" {
		group = "service:" + snapshot.Tail(s)
	}
	found := a.find(snapshot.Tasks, func(t tree) bool {
		family, _, _ := strings.Cut(snapshot.Tail(text(t, "taskDefinitionArn")), ":")
		wants := func(want, is string) bool { return want == "" || want == is }
		return here(t) && text(t, "desiredStatus") == desired && wants(group, text(t, "group")) &&
			wants(text(in, "family"), family) && wants(text(in, "startedBy"), text(t, "startedBy")) &&
			(text(in, "containerInstance") == "" || same(text(in, "containerInstance"), text(t, "containerInstanceArn")))
	})
	narrow := text(in, "family")+text(in, "startedBy")+text(in, "containerInstance") != ""
	missing := a.missing(snapshot.Tasks, func(m snapshot.Missing) bool {
		return inCluster(cluster)(m) && cmp.Or(m.DesiredStatus, "RUNNING") == desired && (group == "" || group == m.Group) && !narrow
	})
	return arns("taskArns", in, 100, found, "taskArn", missing...)
}

func (a *Account) listInstances(in tree) (tree, error) {
	cluster, err := a.cluster(in)
	if err != nil {
		return nil, err
	}
	found := a.find(snapshot.Instances, within(cluster, "containerInstanceArn"))
	return arns("containerInstanceArns", in, 100, found, "containerInstanceArn", a.missing(snapshot.Instances, inCluster(cluster))...)
}

// describeDefinition takes an ARN, FAMILY:REVISION, or a family for its newest.
func (a *Account) describeDefinition(in tree) (tree, error) {
	name := text(in, "taskDefinition")
	found := a.find(snapshot.Definitions, func(d tree) bool { return same(name, text(d, "taskDefinitionArn")) })
	if len(found) == 0 {
		found = a.find(snapshot.Definitions, func(d tree) bool { return text(d, "family") == name && text(d, "status") == "ACTIVE" })
		slices.SortFunc(found, func(x, y tree) int { return cmp.Compare(number(y, "revision"), number(x, "revision")) })
	}
	if len(found) == 0 {
		return nil, absent("the task definition " + snapshot.Tail(name))
	}
	definition, tags := tree{}, any([]any{})
	for member, v := range found[0] {
		if member == "tags" {
			tags = v
			continue
		}
		definition[member] = v
	}
	return tree{"taskDefinition": definition, "tags": tags}, nil
}

// listDefinitions lists the revisions that were listed, and those that were read
// without being listed.
func (a *Account) listDefinitions(in tree) (tree, error) {
	family, status := text(in, "familyPrefix"), cmp.Or(text(in, "status"), "ACTIVE")
	var all []string
	for _, f := range a.find(snapshot.Families, func(f tree) bool {
		return (family == "" || text(f, "familyPrefix") == family) && text(f, "status") == status
	}) {
		all = append(all, texts(f["taskDefinitionArns"])...)
	}
	for _, d := range a.find(snapshot.Definitions, func(d tree) bool {
		return (family == "" || text(d, "family") == family) && cmp.Or(text(d, "status"), "ACTIVE") == status
	}) {
		all = append(all, text(d, "taskDefinitionArn"))
	}
	p := wire.Paging[string]{Key: revisionKey, Fallback: 100, Max: 100, Descending: text(in, "sort") == "DESC"}
	slices.SortFunc(all, func(x, y string) int { return cmp.Compare(revisionKey(x), revisionKey(y)) })
	all = slices.Compact(all)
	if p.Descending {
		slices.Reverse(all)
	}
	return paged(p, "taskDefinitionArns", in, all)
}

// revisionKey sorts revisions by their numbers.
func revisionKey(arn string) string {
	i := strings.LastIndexByte(arn, ':')
	return fmt.Sprintf("%s:%012s", arn[:max(i, 0)], arn[i+1:])
}

// describeTaskSets takes them from their service.
func (a *Account) describeTaskSets(in tree) (tree, error) {
	var sets []any
	for _, s := range a.find(snapshot.Services, of(in)) {
		for _, set := range wire.List(s["taskSets"]) {
			set := wire.Object(set)
			wanted := texts(in["taskSets"])
			if len(wanted) == 0 || slices.Contains(wanted, text(set, "taskSetArn")) || slices.Contains(wanted, text(set, "id")) {
				sets = append(sets, set)
			}
		}
	}
	return tree{"taskSets": anys(sets), "failures": []any{}}, nil
}

// listDeployments lists the deployments of a service, the newest first.
func (a *Account) listDeployments(in tree) (tree, error) {
	found := a.find(snapshot.Deployments, of(in))
	key := func(d tree) string {
		return wire.Countdown(time.UnixMilli(int64(number(d, "createdAt")*1000))) + text(d, "serviceDeploymentArn")
	}
	slices.SortFunc(found, func(x, y tree) int { return cmp.Compare(key(x), key(y)) })
	wanted := texts(in["status"])
	found = slices.DeleteFunc(found, func(d tree) bool { return len(wanted) > 0 && !slices.Contains(wanted, text(d, "status")) })
	return paged(wire.Paging[tree]{Key: key, Fallback: 20, Max: 100}, "serviceDeployments", in, briefly(found))
}

// briefly gives deployments as they are listed.
func briefly(deployments []tree) []tree {
	out := make([]tree, len(deployments))
	for i, d := range deployments {
		out[i] = tree{}
		for _, name := range []string{"serviceDeploymentArn", "serviceArn", "clusterArn", "startedAt", "createdAt", "finishedAt", "status", "statusReason"} {
			if v, ok := d[name]; ok {
				out[i][name] = v
			}
		}
		if arn := text(wire.Object(d["targetServiceRevision"]), "arn"); arn != "" {
			out[i]["targetServiceRevisionArn"] = arn
		}
	}
	return out
}

// listTags finds the tags of whatever has the ARN.
func (a *Account) listTags(in tree) (tree, error) {
	arn := text(in, "resourceArn")
	for _, k := range snapshot.Kinds() {
		if k.Service != "ecs" {
			continue
		}
		for _, e := range a.find(k.Name, func(e tree) bool { return text(e, k.Key) == arn }) {
			return tree{"tags": anys(wire.List(e["tags"]))}, nil
		}
	}
	return nil, absent(arn)
}

// protection answers for those of the tasks that were protected, or asked about; of the others
// nothing was read, and they are taken for not protected.
func (a *Account) protection(in tree) (tree, error) {
	tasks := texts(in["tasks"])
	found := a.find(snapshot.Protected, func(p tree) bool { return slices.Contains(tasks, text(p, "taskArn")) })
	return tree{"protectedTasks": anys(found), "failures": []any{}}, nil
}
