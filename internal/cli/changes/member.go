package changes

import (
	"strings"

	"gantry/awsx"
	"gantry/internal/cli/command"
)

// parseMember splits CLUSTER/NAME, where the name may also be an ARN, and so may
// the whole: the cluster then comes from it. An ARN is compared with those that
// the account names, so one of another account or region is not found.
func parseMember(s, kind, example string) (cluster, name string, err error) {
	if _, _, resource, ok := awsx.ARNParts(s); ok {
		parts := strings.Split(resource, "/")
		if len(parts) != 3 || parts[0] != kind {
			return "", "", command.Usagef("%q: expected the ARN of a %s, or %s", s, kind, example)
		}
		return parts[1], s, nil
	}
	cluster, name, ok := strings.Cut(s, "/")
	_, _, _, isARN := awsx.ARNParts(name)
	if !ok || cluster == "" || name == "" || strings.Contains(name, "/") && !isARN {
		return "", "", command.Usagef("%q: expected %s", s, example)
	}
	return cluster, name, nil
}
