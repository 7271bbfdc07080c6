package views

import (
	"strings"
	"testing"

	"gantry/awsx/awsxtest"
)

const keyReference = "arn:aws:ssm:eu-west-1:123456789012:parameter/key"

// keeping gives the service under test a secret by reference, and the role that reads
// it.
func keeping(f *shopfloor) {
	f.redefine(`"environment":`, `"secrets":[{"name":"API_KEY","valueFrom":"`+keyReference+`"}],"environment":`,
		`"networkMode":`, `"executionRoleArn":"arn:aws:iam::123456789012:role/pull","networkMode":`)
}

// references are the secrets that the service under test runs with, as NAME=reference.
func references(f *shopfloor) string {
	var out []string
	arn := f.now().TaskDefinition
	f.account.Edit(func(d *awsxtest.Data) {
		for _, td := range d.TaskDefinitions {
			if td.ARN == arn {
				for _, ref := range td.Containers[0].Secrets {
					out = append(out, ref.Name+"="+ref.ValueFrom)
				}
			}
		}
	})
	return strings.Join(out, " ")
}

func TestReferencesToSecretsAreAddedChangedAndUnset(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, tall, keeping, env).read()
		f.Shows("api-orders (2)", "api-orders secrets, by reference (1)", "API_KEY", keyReference)
		f.keys("G", "enter", "ctrl+u")
		f.answer("hunter2 hunter3").Shows("a secret comes from the ARN of a parameter or a secret, or the name of a parameter")
		f.keys("ctrl+u")
		f.answer("/prod/key").Shows("~ API_KEY", "/prod/key   was "+keyReference)
		f.keys("a").Shows("name of the new secret in api-orders secrets")
		f.answer("TOKEN").answer("/prod/token").Shows("+ TOKEN", "/prod/token", "2 edits")
		f.keys("w").Shows("secrets payments/api-orders", "api-orders set secret API_KEY, add secret TOKEN")
		f.keys("enter").answer("api-orders").Shows("Rollout")
		if got := references(f); got != "API_KEY=/prod/key TOKEN=/prod/token" {
			t.Errorf("the service runs with %q", got)
		}
		f.keys("esc", "G", "x").Shows("- TOKEN")
		f.keys("w").Shows("unset secret TOKEN")
	})
}

func TestAVariableBecomesAReferenceInOneRevision(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, tall, keeping, env).read()
		f.keys("G", "a").answer("DB_PASSWORD").answer("/prod/db").Shows("+ DB_PASSWORD", "/prod/db")
		f.keys("g", "j", "j", "enter", "ctrl+u").answer("warn").Shows("2 edits")
		f.keys("w").Shows("variables payments/api-orders", "set LOG_LEVEL", "unset DB_PASSWORD", "add secret DB_PASSWORD").Hides("hunter2")
		f.keys("enter").answer("api-orders").Shows("Rollout")
		if got := variables(f) + " " + references(f); got != "LOG_LEVEL=warn API_KEY="+keyReference+" DB_PASSWORD=/prod/db" {
			t.Errorf("the service runs with %q", got)
		}
		if n := f.account.Count(awsxtest.RegisterTaskDefinition); n != 1 {
			t.Errorf("%d revisions were registered", n)
		}
	})
}

func TestVariablesAndReferencesAreRenamed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, tall, keeping, env).read()
		f.keys("g", "j", "n").Shows("new name of DB_PASSWORD")
		f.keys("ctrl+u").answer("LOG_LEVEL").Shows("LOG_LEVEL is there already")
		f.keys("ctrl+u").answer("DB_PW").Shows("~ DB_PW", "was called DB_PASSWORD").Hides("hunter2")
		f.keys("a").answer("DB_PASSWORD").Shows("DB_PASSWORD is renamed here: undo that first")
		f.keys("esc")
		f.keys("G", "n", "ctrl+u").answer("KEY").Shows("~ KEY", "was called API_KEY", "2 edits")
		f.keys("w").Shows("rename DB_PASSWORD to DB_PW").Hides("hunter2")
		f.keys("enter").answer("api-orders").Shows("Rollout")
		if got := variables(f) + " " + references(f); got != "DB_PW=hunter2 LOG_LEVEL=debug KEY="+keyReference {
			t.Errorf("the service runs with %q", got)
		}
	})
}
