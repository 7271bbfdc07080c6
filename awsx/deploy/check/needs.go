package check

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// checkNeeds tells whether the parameters, secrets, log groups and roles that a document
// names are there. ECS takes a definition that names others, and its tasks fail to start
// (ECS, ResourceInitializationError). What nobody may look at is skipped.
func checkNeeds(cur read.Current, d Change) Finding {
	if !d.runs() || d.Tree == nil {
		return Finding{}
	}
	var missing, strange, there, unknown []string
	for _, need := range Needs(d.Tree, cur.Target) {
		name := string(need.Kind) + " " + need.ID
		err, asked := cur.Needs[need]
		switch {
		case !asked:
		case err == nil:
			there = append(there, name)
		case fault.ClassOf(err) == fault.NotFound:
			// The service itself refuses to register a role that is not there
			// (RegisterTaskDefinition, ClientException: "Role is not valid") before anything
			// is left behind. Of a revision that was registered before, it starts no task
			// ("ECS was unable to assume the role"), which nothing refuses.
			if need.Kind == awsx.RoleDependency && d.Register {
				strange = append(strange, name)
			} else {
				missing = append(missing, name)
			}
		default:
			unknown = words.AddNew(unknown, read.Why(err))
		}
	}
	switch {
	case len(missing) > 0:
		return finding(Secrets, Broken, "not there: %s", strings.Join(append(missing, strange...), ", "))
	case len(strange) > 0:
		return finding(Secrets, Warning, "IAM knows of no %s", strings.Join(strange, ", "))
	case len(unknown) > 0:
		text := "not all is known: "
		if len(there) > 0 {
			text = strings.Join(there, ", ") + " there; " + text
		}
		return finding(Secrets, Skipped, "%s", text+strings.Join(unknown, "; "))
	case len(there) == 0:
		return Finding{}
	}
	return finding(Secrets, OK, "%s there", strings.Join(there, ", "))
}

// Needs returns what the tasks of a document cannot start without, each once: what its
// secrets, its logs' options and its registries' credentials refer to, the log groups that
// the agent does not create itself, and its roles. What is of another account than the
// target is left out: it may be used from here and not be looked at.
func Needs(tree *document.Node, target awsx.Ref) []awsx.Dependency {
	var list []awsx.Dependency
	add := func(d awsx.Dependency) {
		d.Region = elsewhere(d.Region, target)
		if d.ID != "" && !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	own := accountOf(target.Cluster, target.ARN)
	refer := func(valueFrom string) {
		if d, account := referred(valueFrom); account == "" || own == "" || account == own {
			add(d)
		}
	}
	for _, c := range tree.List("containerDefinitions") {
		log := c.Get("logConfiguration")
		for _, s := range slices.Concat(c.List("secrets"), log.List("secretOptions")) {
			refer(s.Word("valueFrom"))
		}
		if credentials := c.Get("repositoryCredentials").Word("credentialsParameter"); credentials != "" {
			refer(credentials)
		}
		if options := log.Get("options"); log.Word("logDriver") == "awslogs" && options.Word("awslogs-create-group") != "true" {
			add(awsx.Dependency{Kind: awsx.LogGroupDependency, ID: options.Word("awslogs-group"), Region: options.Word("awslogs-region")})
		}
	}
	for _, field := range []string{"executionRoleArn", "taskRoleArn"} {
		if arn := tree.Word(field); arn != "" && (own == "" || !strings.HasPrefix(arn, "arn:") || accountOf(arn) == own) {
			add(awsx.Dependency{Kind: awsx.RoleDependency, ID: arn[strings.LastIndex(arn, "/")+1:]})
		}
	}
	return list
}

// elsewhere is a region when it is not the target's.
func elsewhere(region string, target awsx.Ref) string {
	if region == target.Context.Region {
		return ""
	}
	return region
}

// accountOf is the account of the first of some ARNs that has one.
func accountOf(arns ...string) string {
	for _, arn := range arns {
		if parts := strings.Split(arn, ":"); len(parts) > 5 && parts[4] != "" {
			return parts[4]
		}
	}
	return ""
}

// referred reads what a valueFrom names: a secret by its ARN, which may go on with a key, a
// stage and a version, or a parameter by its name or its ARN (ECS, Secret). The account is
// empty where it does not say.
func referred(valueFrom string) (d awsx.Dependency, account string) {
	parts := strings.Split(valueFrom, ":")
	if len(parts) < 6 || parts[0] != "arn" {
		return awsx.Dependency{Kind: awsx.ParameterDependency, ID: valueFrom}, ""
	}
	region, account := parts[3], parts[4]
	switch {
	case parts[2] == "secretsmanager":
		return awsx.Dependency{Kind: awsx.SecretDependency, ID: strings.Join(parts[:min(len(parts), 7)], ":"), Region: region}, account
	case parts[2] == "ssm" && strings.HasPrefix(parts[5], "parameter/"):
		return awsx.Dependency{Kind: awsx.ParameterDependency, ID: strings.TrimPrefix(parts[5], "parameter"), Region: region}, account
	}
	return awsx.Dependency{}, account
}
