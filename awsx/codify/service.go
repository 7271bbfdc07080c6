package codify

import (
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
)

// The logical names of what there is once.
const (
	definitionID = "TaskDefinition"
	serviceID    = "Service"
	targetID     = "ScalableTarget"
)

// name gives every resource its logical name before any is written, so that they can refer
// to each other in any order.
func (w *writer) name() {
	taken := &document.Node{Kind: document.Object}
	unique := func(name string) string {
		return w.unique(taken, logical(name), document.Text(ordinal(len(taken.Members))))
	}
	for _, id := range []string{definitionID, serviceID, targetID} {
		taken.Set(id, document.Text(id))
	}
	for _, g := range w.groups {
		g.id = unique("TargetGroup " + g.tree.Word("TargetGroupName"))
		w.refs[g.tree.Word("TargetGroupArn")] = ref(g.id)
		if _, _, resource, ok := awsx.ARNParts(g.tree.Word("TargetGroupArn")); ok {
			w.parts = append(w.parts, part{resource, g.id, "TargetGroupFullName"})
		}
	}
	for _, r := range w.rules {
		if isDefault(r) {
			continue
		}
		r.id = unique("Rule " + r.place + " priority " + r.tree.Word("Priority"))
		w.refs[r.tree.Word("RuleArn")] = ref(r.id)
	}
	for _, p := range w.policies {
		p.id = unique("Policy " + p.tree.Word("PolicyName"))
		w.refs[p.tree.Word("PolicyARN")] = ref(p.id)
	}
	for _, a := range append(append([]*described{}, w.alarms...), w.composites...) {
		a.id = unique("Alarm " + a.tree.Word("AlarmName"))
		w.refs[a.tree.Word("AlarmArn")] = one("Fn::GetAtt", list(a.id, "Arn"))
	}
	delete(w.refs, "")
}

func (w *writer) definitionResource() {
	if w.definition == nil {
		w.leave("task definition", "", "the service names none: who deploys its task sets chooses it")
		return
	}
	w.elsewhere(w.definition.Get("executionRoleArn"), "ExecutionRole", "The role by which ECS starts the tasks")
	w.elsewhere(w.definition.Get("taskRoleArn"), "TaskRole", "The role of the tasks")
	const kind = "AWS::ECS::TaskDefinition"
	w.resource(definitionID, kind, w.mould(kind, w.definition, w.revision, ""))
}

// linked reports whether a role is one that AWS made for its own service.
func linked(n *document.Node) bool {
	arn, _ := n.Text()
	return strings.Contains(arn, ":role/aws-service-role/")
}

// elsewhere makes a parameter of what names something that is not in the template: it belongs
// to others, and another account has its own.
func (w *writer) elsewhere(n *document.Node, name, what string) {
	if known, ok := n.Text(); ok && known != "" && w.made[n] == nil && w.refs[known] == nil {
		w.made[n] = w.parameter(name, "String", known, what)
	}
}

func (w *writer) serviceResource() {
	of, s := "service "+w.service, w.svc
	w.fromDeployment()
	if linked(s.Get("roleArn")) {
		w.drop(s, of, "AWS made this role for its own service", "roleArn")
	} else if role := s.Get("roleArn"); role != nil {
		w.elsewhere(role, "ServiceRole", "The role by which ECS registers targets")
		s.Set("role", role)
		s.Drop("roleArn")
	}
	w.drop(s, of, own, serviceState()...)
	if s.Word("schedulingStrategy") == "DAEMON" {
		w.drop(s, of, "a daemon has no count of its own", "desiredCount")
	}
	if s.Word("propagateTags") == "NONE" { // says what its absence says, and a template may say that alone
		s.Drop("propagateTags")
	}
	if w.target != nil && s.Get("desiredCount") != nil {
		w.leave(of, "", "its count is scaled: an update of the stack sets it to desiredCount again, take that out to leave it to scaling")
	}
	if kind := s.Get("deploymentController").Word("type"); kind != "" && kind != "ECS" {
		w.leave(of, "", "its tasks are deployed by "+kind+", whose applications and task sets are not the service's")
	}
	w.hooks(s.Get("deploymentConfiguration"), of)
	w.dropAWSTags(s, of)
	w.network(s.Get("networkConfiguration").Get("awsvpcConfiguration"))
	for _, lb := range s.List("loadBalancers") {
		w.balancer(lb)
	}
	w.set(s, "cluster", w.parameter("Cluster", "String", w.cluster, "The cluster, by its name"))
	if w.definition != nil {
		w.set(s, "taskDefinition", ref(definitionID))
	}
	w.resource(serviceID, "AWS::ECS::Service", w.mould("AWS::ECS::Service", s, of, ""), w.needed()...)
}

// serviceState are the members of a service that say how it stands (ECS, Service).
func serviceState() []string {
	return []string{
		"serviceArn", "clusterArn", "status", "runningCount", "pendingCount", "taskDefinition", "deployments", "taskSets", "events",
		"createdAt", "createdBy", "currentServiceDeployment", "currentServiceRevisions", "platformFamily", "resourceManagementType",
	}
}

// fromDeployment takes what the API tells of the primary deployment alone: a service itself
// does not say how it is connected.
func (w *writer) fromDeployment() {
	for _, d := range w.svc.List("deployments") {
		if d.Word("status") != "PRIMARY" {
			continue
		}
		for _, name := range []string{"serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations"} {
			if v := d.Get(name); !w.blank(v) {
				w.svc.Set(name, v)
			}
		}
	}
}

// hooks leaves out the hooks of deployments that call nothing, such as a pause.
func (w *writer) hooks(config *document.Node, of string) {
	hooks := config.Get("lifecycleHooks")
	if w.blank(hooks) {
		return
	}
	kept := hooks.Items[:0]
	for i, h := range hooks.Items {
		if h.Word("hookTargetArn") != "" {
			kept = append(kept, h)
			continue
		}
		w.leave(of, at("deploymentConfiguration.lifecycleHooks", i, h), "a template knows only hooks that call a function")
	}
	hooks.Items = kept
}

// dropAWSTags removes the tags that AWS sets and that nobody else may.
func (w *writer) dropAWSTags(n *document.Node, of string) {
	for _, name := range []string{"tags", "Tags"} {
		tags := n.Get(name)
		if tags == nil {
			continue
		}
		kept := tags.Items[:0]
		for _, t := range tags.Items {
			if key := t.Label(); strings.HasPrefix(strings.ToLower(key), "aws:") {
				w.leave(of, name+"["+key+"]", own)
				continue
			}
			kept = append(kept, t)
		}
		tags.Items = kept
	}
}

// network makes parameters of where the tasks stand.
func (w *writer) network(n *document.Node) {
	for _, part := range []struct{ member, name, kind, what string }{
		{"subnets", "Subnets", "List<AWS::EC2::Subnet::Id>", "The subnets of the tasks"},
		{"securityGroups", "SecurityGroups", "List<AWS::EC2::SecurityGroup::Id>", "The security groups of the tasks"},
	} {
		ids := n.Get(part.member)
		if w.blank(ids) {
			continue
		}
		var all []string
		for _, item := range ids.Items {
			if id, ok := item.Text(); ok && w.made[item] == nil {
				all = append(all, id)
			}
		}
		if len(all) == len(ids.Items) {
			w.made[ids] = w.parameter(part.name, part.kind, strings.Join(all, ","), part.what)
		}
	}
}

// balancer makes parameters of what a load balancer's entry names beyond the template.
func (w *writer) balancer(lb *document.Node) {
	w.elsewhere(lb.Get("targetGroupArn"), "TargetGroupArn", "A target group that could not be read")
	if a := lb.Get("advancedConfiguration"); a != nil {
		w.elsewhere(a.Get("alternateTargetGroupArn"), "AlternateTargetGroupArn", "A target group that could not be read")
		w.elsewhere(a.Get("productionListenerRule"), "ProductionListenerRule", "The rule whose traffic is shifted, a listener's default")
		w.elsewhere(a.Get("testListenerRule"), "TestListenerRule", "The rule whose test traffic is shifted, a listener's default")
		w.elsewhere(a.Get("roleArn"), "LoadBalancerRole", "The role by which ECS shifts traffic")
	}
	w.elsewhere(lb.Get("loadBalancerName"), "ClassicLoadBalancer", "The classic load balancer of the service")
}

// needed are the rules that must be there before the service: a target group without a load
// balancer takes no service. Those that it refers to are waited for anyway.
func (w *writer) needed() (ids []string) {
	named := map[string]bool{}
	for _, lb := range w.svc.List("loadBalancers") {
		a := lb.Get("advancedConfiguration")
		named[a.Word("productionListenerRule")], named[a.Word("testListenerRule")] = true, true
	}
	for _, r := range w.rules {
		if r.id != "" && !named[r.tree.Word("RuleArn")] {
			ids = append(ids, r.id)
		}
	}
	return ids
}
