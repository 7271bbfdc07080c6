package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/internal/words"
)

// checkFamily names the other services that run the family in which a revision
// is registered: whatever deploys the family's latest revision picks it up.
func checkFamily(cur read.Current, d Change) Finding {
	if !d.Register || !d.Starts || !cur.Family.Done {
		return Finding{}
	}
	family := d.Tree.Word("family")
	switch {
	case cur.Family.Err != nil:
		return finding(Family, Skipped, "who else runs %s is not known: %s", family, read.Why(cur.Family.Err))
	case len(cur.Family.Value) == 0:
		return finding(Family, OK, "no other service of the cluster runs %s", family)
	}
	return finding(Family, Warning, "%s is also run by %s: the new revision becomes the latest there too", family, strings.Join(cur.Family.Value, ", "))
}

// checkStack finds the marks of tools that own the service or its target groups
// and would set back what is changed beside them.
func checkStack(cur read.Current, d Change) Finding {
	if _, counts := d.count(); !onService(cur) || !d.Starts && !counts {
		return Finding{}
	}
	places := map[string][]string{} // what each owner has marked
	mark := func(tags []awsx.Tag, place string) {
		for _, t := range tags {
			if owner := ownerOf(t); owner != "" {
				places[owner] = words.AddNew(places[owner], place)
			}
		}
	}
	mark(cur.Service.Tags, "the service")
	for _, g := range cur.Details.Value {
		mark(g.Tags, "target group "+awsx.GroupName(g.ARN))
	}
	var owners []string
	for _, owner := range slices.Sorted(maps.Keys(places)) {
		owners = append(owners, owner+" on "+strings.Join(places[owner], " and ")+")")
	}
	switch {
	case len(owners) > 0:
		return finding(Stack, Warning, "%s may undo this when next applied", strings.Join(owners, ", "))
	case cur.Details.Err != nil && len(cur.Service.TargetGroups()) > 0:
		return finding(Stack, Skipped, "the target groups' tags are not known: %s", read.Why(cur.Details.Err))
	}
	return finding(Stack, OK, "no tag names a stack or Terraform")
}

// ownerOf names the tool that a tag speaks of with the tag, the parenthesis left
// open for the place; empty when it speaks of none. CloudFormation sets its tags itself. Terraform sets none: whoever uses
// it marks resources by a tag of its name, or by one like managed-by.
func ownerOf(t awsx.Tag) string {
	if t.Key == "aws:cloudformation:stack-name" {
		return fmt.Sprintf("CloudFormation stack %s (%s", t.Value, t.Key)
	}
	key := strings.NewReplacer("-", "", "_", "", ":", "", ".", "", "/", "", " ", "").Replace(strings.ToLower(t.Key))
	value := strings.ToLower(t.Value)
	for _, tool := range []string{"Terraform", "Terragrunt", "OpenTofu", "Pulumi"} {
		name := strings.ToLower(tool)
		switch {
		case strings.HasPrefix(key, name) && value != "false" && value != "no",
			strings.Contains(value, name) && slices.Contains([]string{
				"managedby", "manager", "provisioner", "provisionedby", "createdby", "deployedby", "iac", "iactool", "tool",
			}, key):
			return fmt.Sprintf("%s (%s=%s", tool, t.Key, t.Value)
		}
	}
	return ""
}
