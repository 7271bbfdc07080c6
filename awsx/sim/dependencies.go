package sim

import (
	"encoding/json"
	"slices"
	"strings"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
)

// dependencies are the parameters and secrets that the account's task definitions referred
// to when it was made. They have no values: no operation reads one.
type dependencies struct{ parameters, secrets map[string]bool }

// dependencies collects what is referred to. What is registered later adds nothing.
func (a *Account) collectDependencies() {
	a.needs = dependencies{parameters: map[string]bool{}, secrets: map[string]bool{}}
	for _, f := range a.fleet.Definitions.Families {
		for _, d := range f.Revisions {
			var doc struct {
				ContainerDefinitions []struct {
					Secrets []struct{ ValueFrom string }
				}
			}
			if json.Unmarshal(d.Encoded(), &doc) != nil {
				continue
			}
			for _, c := range doc.ContainerDefinitions {
				for _, s := range c.Secrets {
					a.needs.add(s.ValueFrom)
				}
			}
		}
	}
}

func (n dependencies) add(valueFrom string) {
	switch _, name, ok := strings.Cut(valueFrom, ":parameter"); {
	case ok:
		n.parameters[name] = true
	case strings.Contains(valueFrom, ":secretsmanager:"):
		n.secrets[strings.Join(strings.SplitN(valueFrom, ":", 8)[:7], ":")] = true
	default:
		n.parameters[valueFrom] = true
	}
}

// ofCluster reports whether a name lies under that of a cluster, such as prod/catalog/KEY:
// the account has whatever its services may come to refer to.
func (a *Account) ofCluster(name string) bool {
	cluster, _, nested := strings.Cut(name, "/")
	return nested && slices.ContainsFunc(a.fleet.Clusters, func(c *fleet.Cluster) bool { return c.Name == cluster })
}

// ssmOperations are those of Systems Manager that tell what there is.
func (a *Account) ssmOperations() map[string]wire.Operation {
	return map[string]wire.Operation{"DescribeParameters": wire.JSON(a.describeParameters)}
}

type describeParametersInput struct {
	ParameterFilters []struct {
		Key    string
		Option string
		Values []string
	}
}

func (a *Account) describeParameters(in *describeParametersInput) ([]byte, error) {
	type parameter struct{ Name, Type string }
	found := []parameter{}
	for _, f := range in.ParameterFilters {
		if f.Key != "Name" || f.Option != "" && f.Option != "Equals" {
			return nil, wire.Fail("InvalidFilterKey", "The simulator filters parameters by equal names.")
		}
		for _, name := range f.Values {
			if a.needs.parameters[name] || a.ofCluster(strings.TrimPrefix(name, "/")) {
				found = append(found, parameter{name, "SecureString"})
			}
		}
	}
	return json.Marshal(map[string]any{"Parameters": found})
}

// secretsOperations are those of Secrets Manager that tell what there is.
func (a *Account) secretsOperations() map[string]wire.Operation {
	return map[string]wire.Operation{"DescribeSecret": wire.JSON(a.describeSecret)}
}

type describeSecretInput struct {
	SecretID string `json:"SecretId"`
}

func (a *Account) describeSecret(in *describeSecretInput) ([]byte, error) {
	if _, name, _ := strings.Cut(in.SecretID, ":secret:"); !a.needs.secrets[in.SecretID] && !a.ofCluster(name) {
		return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	return json.Marshal(map[string]any{"ARN": in.SecretID})
}
