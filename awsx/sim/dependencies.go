package sim

import (
	"encoding/json"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
)

// absent is what the names of parameters and secrets hold that the account does not have.
// It has all others, and they all have the same value.
const absent = "missing"

// madeUp is what every parameter and secret holds: something for clients that make sure
// that they may read it.
const madeUp = "a value that the simulator made up"

// stored is when all of them were last changed.
var stored = time.Date(2024, time.February, 1, 9, 0, 0, 0, time.UTC)

// ssmOperations are those of Systems Manager that tell what there is.
func (a *Account) ssmOperations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"DescribeParameters": wire.JSON(describeParameters),
		"GetParameter":       wire.JSON(a.getParameter),
		"GetParameters":      wire.JSON(a.getParameters),
	}
}

// parameter is the document of a parameter, by its name or ARN.
func (a *Account) parameter(id string) map[string]any {
	name := id
	if _, path, ok := strings.Cut(id, ":parameter/"); ok {
		name = path
		if strings.Contains(path, "/") {
			name = "/" + path
		}
	}
	return map[string]any{
		"Name": name, "Type": "SecureString", "Value": madeUp, "Version": 1, "DataType": "text",
		"ARN":              "arn:aws:ssm:" + a.world.Region + ":" + a.opts.AccountID + ":parameter/" + strings.TrimPrefix(name, "/"),
		"LastModifiedDate": wire.At(stored),
	}
}

type getParameterInput struct{ Name string }

func (a *Account) getParameter(in *getParameterInput) ([]byte, error) {
	if strings.Contains(in.Name, absent) {
		return nil, wire.Fail("ParameterNotFound", "")
	}
	return json.Marshal(map[string]any{"Parameter": a.parameter(in.Name)})
}

type getParametersInput struct{ Names []string }

func (a *Account) getParameters(in *getParametersInput) ([]byte, error) {
	if len(in.Names) == 0 || len(in.Names) > 10 {
		return nil, wire.Fail("ValidationException", "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length less than or equal to 10")
	}
	found, invalid := []map[string]any{}, []string{}
	for _, name := range in.Names {
		if strings.Contains(name, absent) {
			invalid = append(invalid, name)
		} else {
			found = append(found, a.parameter(name))
		}
	}
	return json.Marshal(map[string]any{"Parameters": found, "InvalidParameters": invalid})
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
	return map[string]wire.Operation{
		"DescribeSecret": wire.JSON(describeSecret),
		"GetSecretValue": wire.JSON(a.getSecretValue),
	}
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

func (a *Account) getSecretValue(in *describeSecretInput) ([]byte, error) {
	if strings.Contains(in.SecretID, absent) {
		return nil, wire.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	arn, name := in.SecretID, in.SecretID
	if _, tail, ok := strings.Cut(arn, ":secret:"); ok {
		name = tail
	} else {
		arn = "arn:aws:secretsmanager:" + a.world.Region + ":" + a.opts.AccountID + ":secret:" + name
	}
	return json.Marshal(map[string]any{
		"ARN": arn, "Name": name, "SecretString": madeUp, "VersionId": "00000000-0000-4000-8000-000000000001",
		"VersionStages": []string{"AWSCURRENT"}, "CreatedDate": wire.At(stored),
	})
}
