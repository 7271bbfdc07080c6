package editors_test

import (
	"strings"
	"testing"

	"gantry/awsx/awsxtest"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

const keyReference = "arn:aws:ssm:eu-west-1:123456789012:parameter/key"

// keeping gives the service under test a secret by reference, and the role that reads
// it.
func keeping(f *changestest.Shopfloor) {
	f.Redefine(`"environment":`, `"secrets":[{"name":"API_KEY","valueFrom":"`+keyReference+`"}],"environment":`,
		`"networkMode":`, `"executionRoleArn":"arn:aws:iam::123456789012:role/pull","networkMode":`)
}

// references are the secrets that the service under test runs with, as NAME=reference.
func references(f *changestest.Shopfloor) string {
	var out []string
	arn := f.Now().TaskDefinition
	f.Account.Edit(func(d *awsxtest.Data) {
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
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Tall, keeping, changestest.Env).Read()
		f.Shows("api-orders (2)", "api-orders secrets, by reference (1)", "API_KEY", keyReference)
		f.Keys("G", "enter", "ctrl+u")
		f.Answer("hunter2 hunter3").Shows("a secret comes from the ARN of a parameter or a secret, or the name of a parameter")
		f.Keys("ctrl+u")
		f.Answer("/prod/key").Shows("~ API_KEY", "/prod/key   was "+keyReference)
		f.Keys("a").Shows("name of the new secret in api-orders secrets")
		f.Answer("TOKEN").Answer("/prod/token").Shows("+ TOKEN", "/prod/token", "2 edits")
		f.Keys("w").Shows("secrets payments/api-orders", "api-orders set secret API_KEY, add secret TOKEN")
		f.Keys("enter").Answer("api-orders").Shows("Rollout")
		if got := references(f); got != "API_KEY=/prod/key TOKEN=/prod/token" {
			t.Errorf("the service runs with %q", got)
		}
		f.Keys("esc", "G", "x").Shows("- TOKEN")
		f.Keys("w").Shows("unset secret TOKEN")
	})
}

func TestAVariableBecomesAReferenceInOneRevision(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Tall, keeping, changestest.Env).Read()
		f.Keys("G", "a").Answer("DB_PASSWORD").Answer("/prod/db").Shows("+ DB_PASSWORD", "/prod/db")
		f.Keys("g", "j", "j", "enter", "ctrl+u").Answer("warn").Shows("2 edits")
		f.Keys("w").Shows("variables payments/api-orders", "set LOG_LEVEL", "unset DB_PASSWORD", "add secret DB_PASSWORD").Hides("hunter2")
		f.Keys("enter").Answer("api-orders").Shows("Rollout")
		if got := variables(f) + " " + references(f); got != "LOG_LEVEL=warn API_KEY="+keyReference+" DB_PASSWORD=/prod/db" {
			t.Errorf("the service runs with %q", got)
		}
		if n := f.Account.Count(awsxtest.RegisterTaskDefinition); n != 1 {
			t.Errorf("%d revisions were registered", n)
		}
	})
}

func TestVariablesAndReferencesAreRenamed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Tall, keeping, changestest.Env).Read()
		f.Keys("g", "j", "n").Shows("new name of DB_PASSWORD")
		f.Keys("ctrl+u").Answer("LOG_LEVEL").Shows("LOG_LEVEL is there already")
		f.Keys("ctrl+u").Answer("DB_PW").Shows("~ DB_PW", "was called DB_PASSWORD").Hides("hunter2")
		f.Keys("a").Answer("DB_PASSWORD").Shows("DB_PASSWORD is renamed here: undo that first")
		f.Keys("esc")
		f.Keys("G", "n", "ctrl+u").Answer("KEY").Shows("~ KEY", "was called API_KEY", "2 edits")
		f.Keys("w").Shows("rename DB_PASSWORD to DB_PW").Hides("hunter2")
		f.Keys("enter").Answer("api-orders").Shows("Rollout")
		if got := variables(f) + " " + references(f); got != "DB_PW=hunter2 LOG_LEVEL=debug KEY="+keyReference {
			t.Errorf("the service runs with %q", got)
		}
	})
}
