package sim

import (
	"encoding/json"
	"strings"

	"gantry/awsx/sim/wire"
)

// absent is what the names of parameters and secrets hold that the account does not have.
// It has all others, without values: no operation reads one.
const absent = "missing"

// ssmOperations are those of Systems Manager that tell what there is.
func (a *Account) ssmOperations() map[string]wire.Operation {
	return map[string]wire.Operation{"DescribeParameters": wire.JSON(describeParameters)}
}

type describeParametersInput struct {
	ParameterFilters []struct {
		Key    string
		Option string
		Values []string
	}
}

func describeParameters(in *describeParametersInput) ([]byte, error) {
	type parameter struct{ Name, Type string }
	found := []parameter{}
	for _, f := range in.ParameterFilters {
		if f.Key != "Name" || f.Option != "" && f.Option != "Equals" {
			return nil, wire.Fail("InvalidFilterKey", "The simulator filters parameters by equal names.")
		}
		for _, name := range f.Values {
			if !strings.Contains(name, absent) {
				found = append(found, parameter{name, "SecureString"})
			}
		}
	}
	return json.Marshal(map[string]any{"Parameters": found})
}

// secretsOperations are those of Secrets Manager that tell what there is.
func (a *Account) secretsOperations() map[string]wire.Operation {
	return map[string]wire.Operation{"DescribeSecret": wire.JSON(describeSecret)}
}

type describeSecretInput struct {
	SecretID string `json:"SecretId"`
}

func describeSecret(in *describeSecretInput) ([]byte, error) {
	if strings.Contains(in.SecretID, absent) {
		return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	return json.Marshal(map[string]any{"ARN": in.SecretID})
}
