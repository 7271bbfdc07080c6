package replay

import (
	"maps"
	"slices"
	"strings"

	"gantry/awsx/sim/wire"
	"gantry/awsx/snapshot"
)

// named returns the entities of a kind by what a call names, or all when it names
// none. One that is not there refuses the call.
func (a *Account) named(kind string, in tree, unknown func(name string) error) ([]tree, error) {
	k := kindOf(kind)
	names := texts(in[k.Ask])
	if len(names) == 0 {
		return a.entities[kind], nil
	}
	var found []tree
	for _, name := range names {
		one := a.find(kind, func(e tree) bool { return text(e, k.Key) == name })
		if len(one) == 0 {
			return nil, unknown(name)
		}
		found = append(found, one[0])
	}
	return found, nil
}

func (a *Account) describeGroups(in tree) (tree, error) {
	found, err := a.named(snapshot.Groups, in, func(arn string) error { return absent("the target group " + arn) })
	names := texts(in["Names"])
	if len(names) > 0 {
		found = slices.DeleteFunc(slices.Clone(found), func(g tree) bool { return !slices.Contains(names, text(g, "TargetGroupName")) })
	}
	return tree{"TargetGroups": anys(found)}, err
}

// ofGroup answers a call about one target group.
func (a *Account) ofGroup(kind string) answer {
	return func(in tree) (tree, error) {
		arn := text(in, "TargetGroupArn")
		found := a.find(kind, func(e tree) bool { return text(e, "TargetGroupArn") == arn })
		if len(found) == 0 {
			return nil, absent(kind + " of " + arn)
		}
		out := maps.Clone(found[0])
		delete(out, "TargetGroupArn")
		return out, nil
	}
}

func (a *Account) describeTags(in tree) (tree, error) {
	found, err := a.named(snapshot.Tags, in, func(arn string) error { return absent("the tags of " + arn) })
	return tree{"TagDescriptions": anys(found)}, err
}

func (a *Account) describeBalancers(in tree) (tree, error) {
	if len(a.entities[snapshot.Balancers]) == 0 {
		return nil, absent("load balancers")
	}
	found, err := a.named(snapshot.Balancers, in, func(arn string) error { return absent("the load balancer " + arn) })
	return tree{"LoadBalancers": anys(found)}, err
}

func (a *Account) describeListeners(in tree) (tree, error) {
	found, err := a.named(snapshot.Listeners, in, func(arn string) error { return absent("the listener " + arn) })
	if balancer := text(in, "LoadBalancerArn"); balancer != "" {
		found = a.find(snapshot.Listeners, func(l tree) bool { return text(l, "LoadBalancerArn") == balancer })
	}
	return tree{"Listeners": anys(found)}, err
}

// describeRules answers for rules by ARN, or for those of a listener, which stands in
// their ARNs alone.
func (a *Account) describeRules(in tree) (tree, error) {
	if listener := text(in, "ListenerArn"); listener != "" {
		of := strings.Replace(listener, ":listener/", ":listener-rule/", 1) + "/"
		found := a.find(snapshot.Rules, func(r tree) bool { return strings.HasPrefix(text(r, "RuleArn"), of) })
		if len(found) == 0 {
			return nil, absent("the rules of " + listener)
		}
		return tree{"Rules": anys(found)}, nil
	}
	found, err := a.named(snapshot.Rules, in, func(arn string) error { return absent("the rule " + arn) })
	return tree{"Rules": anys(found)}, err
}

// describeRepositories answers with all repositories, or those that are named.
func (a *Account) describeRepositories(in tree) (tree, error) {
	names := texts(in["repositoryNames"])
	found := a.find(snapshot.Repos, func(r tree) bool { return len(names) == 0 || slices.Contains(names, text(r, "repositoryName")) })
	if len(found) < len(names) {
		return nil, absent("the repository " + strings.Join(names, ", "))
	}
	return tree{"repositories": anys(found)}, nil
}

// describeImages answers for a repository, or for images of it by tag or digest.
func (a *Account) describeImages(in tree) (tree, error) {
	repository := text(in, "repositoryName")
	found := a.find(snapshot.Images, func(i tree) bool { return text(i, "repositoryName") == repository })
	if len(found) == 0 {
		return nil, absent("images of " + repository)
	}
	ids := wire.List(in["imageIds"])
	if len(ids) == 0 {
		return tree{"imageDetails": anys(found)}, nil
	}
	var asked []tree
	for _, id := range ids {
		id := wire.Object(id)
		i := slices.IndexFunc(found, func(image tree) bool {
			return text(id, "imageDigest") != "" && text(id, "imageDigest") == text(image, "imageDigest") ||
				slices.Contains(texts(image["imageTags"]), text(id, "imageTag"))
		})
		if i < 0 {
			return nil, absent("the image " + strings.Join(snapshot.Subjects("ecr", "DescribeImages", in), ", "))
		}
		asked = append(asked, found[i])
	}
	return tree{"imageDetails": anys(asked)}, nil
}

// getImages answers with the manifests that were read.
func (a *Account) getImages(in tree) (tree, error) {
	found := a.find(snapshot.Manifests, func(m tree) bool {
		id := wire.Object(m["imageId"])
		return text(m, "repositoryName") == text(in, "repositoryName") && slices.ContainsFunc(wire.List(in["imageIds"]), func(asked any) bool {
			want := wire.Object(asked)
			return text(want, "imageTag") != "" && text(want, "imageTag") == text(id, "imageTag") ||
				text(want, "imageDigest") != "" && text(want, "imageDigest") == text(id, "imageDigest")
		})
	})
	if len(found) == 0 {
		return nil, absent("the manifest of " + strings.Join(snapshot.Subjects("ecr", "BatchGetImage", in), ", "))
	}
	return tree{"images": anys(found), "failures": []any{}}, nil
}

// scalableTargets leaves out what is not scaled, as the API does.
func (a *Account) scalableTargets(in tree) (tree, error) {
	ids := texts(in["ResourceIds"])
	found := a.find(snapshot.Scalable, func(t tree) bool { return len(ids) == 0 || slices.Contains(ids, text(t, "ResourceId")) })
	return tree{"ScalableTargets": anys(found)}, nil
}

func (a *Account) scalingPolicies(in tree) (tree, error) {
	id := text(in, "ResourceId")
	found := a.find(snapshot.Policies, func(p tree) bool { return id == "" || text(p, "ResourceId") == id })
	return tree{"ScalingPolicies": anys(found)}, nil
}

// describeAlarms answers for alarms by name, by the beginning of their names or by
// their state.
func (a *Account) describeAlarms(in tree) (tree, error) {
	names, state, prefix := texts(in["AlarmNames"]), text(in, "StateValue"), text(in, "AlarmNamePrefix")
	wanted := func(alarm tree) bool {
		name := text(alarm, "AlarmName")
		return (len(names) == 0 || slices.Contains(names, name)) && (state == "" || text(alarm, "StateValue") == state) && strings.HasPrefix(name, prefix)
	}
	return tree{
		"MetricAlarms": anys(a.find(snapshot.Alarms, wanted)), "CompositeAlarms": anys(a.find(snapshot.Composites, wanted)),
	}, nil
}

// identity is nobody's: whoever took the snapshot is not in it.
func (a *Account) identity(tree) (tree, error) {
	return tree{
		"Account": a.doc.Account, "UserId": "AROASNAPSHOT:snapshot", "Arn": "arn:aws:sts::" + a.doc.Account + ":assumed-role/snapshot/snapshot",
	}, nil
}
