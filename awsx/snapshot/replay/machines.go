package replay

import (
	"cmp"
	"slices"

	"gantry/awsx/sim/wire"
	"gantry/awsx/snapshot"
)

// machines answers for EC2 instances that a filter names, all without one.
func (a *Account) machines(in tree) (tree, error) {
	ids := texts(in["instance-id"])
	found := a.find(snapshot.Machines, func(r tree) bool {
		return len(ids) == 0 || slices.ContainsFunc(wire.List(r["instancesSet"]), func(i any) bool {
			return slices.Contains(ids, text(wire.Object(i), "instanceId"))
		})
	})
	if len(found) == 0 {
		return nil, absent("EC2 instances")
	}
	return tree{"reservationSet": anys(found)}, nil
}

// templateVersions answers for versions of a launch template. What was read as $Latest is
// the newest that is held.
func (a *Account) templateVersions(in tree) (tree, error) {
	id, name := text(in, "LaunchTemplateId"), text(in, "LaunchTemplateName")
	all := a.find(snapshot.Templates, func(v tree) bool {
		return id != "" && text(v, "launchTemplateId") == id || name != "" && text(v, "launchTemplateName") == name
	})
	slices.SortFunc(all, func(x, y tree) int { return cmp.Compare(number(y, "versionNumber"), number(x, "versionNumber")) })
	var found []tree
	for _, version := range texts(in["LaunchTemplateVersion"]) {
		i := slices.IndexFunc(all, func(v tree) bool {
			return version == "$Latest" || version == "$Default" && text(v, "defaultVersion") == "true" || text(v, "versionNumber") == version
		})
		if i < 0 {
			return nil, absent("version " + version + " of the launch template " + cmp.Or(name, id))
		}
		found = append(found, all[i])
	}
	return tree{"launchTemplateVersionSet": anys(found)}, nil
}

// byName answers for entities that a call names by a member, or for all.
func (a *Account) byName(kind, member string) answer {
	k := kindOf(kind)
	return func(in tree) (tree, error) {
		names := texts(in[k.Ask])
		found := a.find(kind, func(e tree) bool { return len(names) == 0 || slices.Contains(names, text(e, member)) })
		if len(found) == 0 {
			return nil, absent(k.Name)
		}
		return tree{k.Field: anys(found)}, nil
	}
}

// ofName answers for what belongs to something that a call names: a scaled service, or an
// Auto Scaling group. Nothing of it is no gap, as most have none.
func (a *Account) ofName(kind string) answer {
	k := kindOf(kind)
	return func(in tree) (tree, error) {
		name := text(in, k.Ask)
		return tree{k.Field: anys(a.find(kind, func(e tree) bool { return name == "" || text(e, k.Ask) == name }))}, nil
	}
}
