package codify

import (
	"strconv"

	"gantry/awsx"
	"gantry/awsx/document"
)

// DefaultRule is why a listener's default rule is left out.
const DefaultRule = "it is the listener's own, which belongs to its load balancer"

func isDefault(r *described) bool {
	return r.tree.Truth("IsDefault") || r.tree.Word("Priority") == "default"
}

// priority is where a rule stands among those of its listener; the default one is the last.
func priority(r *described) int {
	n, err := strconv.Atoi(r.tree.Word("Priority"))
	if err != nil {
		return 1 << 20
	}
	return n
}

func (w *writer) groupResource(g *described) {
	of := "target group " + g.tree.Word("TargetGroupName")
	w.drop(g.tree, of, own, "TargetGroupArn", "LoadBalancerArns")
	w.dropAWSTags(g.tree, of)
	g.tree.Set("Name", g.tree.Get("TargetGroupName"))
	g.tree.Drop("TargetGroupName")
	if vpc := g.tree.Get("VpcId"); w.made[vpc] == nil && g.tree.Word("VpcId") != "" {
		w.made[vpc] = w.parameter("Vpc", "AWS::EC2::VPC::Id", g.tree.Word("VpcId"), "The VPC of the targets")
	}
	if set := nonEmpty(g.attributes); len(set.Items) > 0 {
		g.tree.Set("TargetGroupAttributes", set)
	}
	const kind = "AWS::ElasticLoadBalancingV2::TargetGroup"
	w.resource(g.id, kind, w.mould(kind, g.tree, of, ""))
}

// nonEmpty leaves out attributes without a value: the API lists them where nobody set one.
func nonEmpty(pairs *document.Node) *document.Node {
	n := &document.Node{Kind: document.Array}
	if pairs == nil {
		return n
	}
	for _, p := range pairs.Items {
		if p.Word("Value") != "" {
			n.Items = append(n.Items, p)
		}
	}
	return n
}

func (w *writer) ruleResource(r *described) {
	of := "rule " + r.tree.Word("Priority") + " of " + r.place
	if isDefault(r) {
		w.leave("the default rule of "+r.place, "", DefaultRule)
		return
	}
	w.drop(r.tree, of, own, "RuleArn", "IsDefault")
	w.dropAWSTags(r.tree, of)
	if n, err := strconv.Atoi(r.tree.Word("Priority")); err == nil {
		r.tree.Set("Priority", &document.Node{Raw: strconv.AppendInt(nil, int64(n), 10)})
	}
	for _, c := range r.tree.List("Conditions") {
		condition(c)
	}
	for i, a := range r.tree.List("Actions") {
		w.action(of, i, a)
	}
	w.set(r.tree, "ListenerArn", w.parameter("Listener "+r.place, "String", r.listener, "The listener "+r.place))
	const kind = "AWS::ElasticLoadBalancingV2::ListenerRule"
	w.resource(r.id, kind, w.mould(kind, r.tree, of, ""))
}

// condition drops what the API says twice: beside the configuration of its kind a condition
// has the same values in the form of old, and a rule takes either.
func condition(c *document.Node) {
	for _, name := range []string{"HostHeaderConfig", "PathPatternConfig", "HttpHeaderConfig", "HttpRequestMethodConfig", "QueryStringConfig", "SourceIpConfig"} {
		if v := c.Get(name); v != nil && len(v.Members) > 0 {
			c.Drop("Values")
			c.Drop("RegexValues")
		}
	}
}

// action drops the form of old as well, and makes parameters of what is others'.
func (w *writer) action(of string, i int, a *document.Node) {
	forward := a.Get("ForwardConfig")
	if forward != nil && len(forward.List("TargetGroups")) > 0 {
		a.Drop("TargetGroupArn")
	}
	w.elsewhere(a.Get("TargetGroupArn"), groupParameter(a), "A target group of others that the rule sends to")
	if forward != nil {
		for _, g := range forward.List("TargetGroups") {
			w.elsewhere(g.Get("TargetGroupArn"), groupParameter(g), "A target group of others that the rule sends to")
		}
	}
	oidc := a.Get("AuthenticateOidcConfig")
	if oidc != nil && oidc.Get("ClientSecret") == nil {
		w.set(oidc, "ClientSecret", w.secret("Client secret of "+oidc.Word("Issuer"), "The client secret at "+oidc.Word("Issuer")))
		oidc.Drop("UseExistingClientSecret")
		w.leave(of, "Actions["+ordinal(i)+"].AuthenticateOidcConfig.ClientSecret", "the API does not tell it: a parameter asks for it")
	}
}

func groupParameter(g *document.Node) string {
	return "TargetGroupArn " + awsx.GroupName(g.Word("TargetGroupArn"))
}
