package sim

import (
	"encoding/json"
	"strings"

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
			if a.needs.parameters[name] {
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
	if !a.needs.secrets[in.SecretID] {
		return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	return json.Marshal(map[string]any{"ARN": in.SecretID})
}
