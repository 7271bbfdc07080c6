package sim

import (
	"net/url"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// stsOperations are those of the Security Token Service.
func (a *Account) stsOperations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"GetCallerIdentity": wire.Form(a.getCallerIdentity),
		"AssumeRole":        wire.Form(a.assumeRole),
	}
}

func (a *Account) getCallerIdentity(url.Values) ([]byte, error) {
	var x wire.XML
	x.Text("Arn", a.world.CallerARN())
	x.Text("UserId", "AROADEMODEMODEMODEMO0:demo")
	x.Text("Account", a.opts.AccountID)
	return x.Bytes(), nil
}

// assumeRole hands out credentials for any role of the account. Nobody checks them.
func (a *Account) assumeRole(form url.Values) ([]byte, error) {
	role, session := form.Get("RoleArn"), form.Get("RoleSessionName")
	path, ok := strings.CutPrefix(role, "arn:aws:iam::"+a.opts.AccountID+":role/")
	switch {
	case session == "":
		return nil, wire.Fail("ValidationError", "1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null")
	case !ok || path == "":
		return nil, wire.Fail("AccessDenied", "User: "+a.world.CallerARN()+" is not authorized to perform: sts:AssumeRole on resource: "+role)
	}
	var x wire.XML
	x.Open("Credentials")
	x.Text("AccessKeyId", "ASIA"+strings.ToUpper(a.callRng.Hex(16)))
	x.Text("SecretAccessKey", a.callRng.Word(40))
	x.Text("SessionToken", a.callRng.Word(120))
	x.Text("Expiration", a.world.Now.Add(time.Hour).UTC().Format(time.RFC3339))
	x.Close("Credentials")
	x.Open("AssumedRoleUser")
	x.Text("Arn", "arn:aws:sts::"+a.opts.AccountID+":assumed-role/"+world.Tail(path)+"/"+session)
	x.Text("AssumedRoleId", "AROADEMODEMODEMODEMO0:"+session)
	x.Close("AssumedRoleUser")
	return x.Bytes(), nil
}

// iamOperations are those of Identity and Access Management.
func (a *Account) iamOperations() map[string]wire.Operation {
	return map[string]wire.Operation{"GetRole": wire.Form(a.getRole), "SimulatePrincipalPolicy": wire.Form(a.simulatePolicy)}
}

// simulatePolicy lets a role do all that it is asked about, unless the role's name ends so
// that it must not.
func (a *Account) simulatePolicy(form url.Values) ([]byte, error) {
	role, decision := form.Get("PolicySourceArn"), "allowed"
	if !strings.HasPrefix(world.Tail(role), "ecs-") {
		return nil, wire.Missing("NoSuchEntity", "The role with name "+world.Tail(role)+" cannot be found.")
	}
	if strings.HasSuffix(role, "-unshelled") {
		decision = "implicitDeny"
	}
	var x wire.XML
	x.Bool("IsTruncated", false)
	x.Open("EvaluationResults")
	for _, action := range wire.FormList(form, "ActionNames") {
		x.Open("member")
		x.Text("EvalActionName", action)
		x.Text("EvalResourceName", "*")
		x.Text("EvalDecision", decision)
		x.Close("member")
	}
	x.Close("EvaluationResults")
	return x.Bytes(), nil
}

// getRole knows the roles that are named as those of the account's task definitions
// and services are.
func (a *Account) getRole(form url.Values) ([]byte, error) {
	name := form.Get("RoleName")
	if !strings.HasPrefix(name, "ecs-") {
		return nil, wire.Missing("NoSuchEntity", "The role with name "+name+" cannot be found.")
	}
	var x wire.XML
	x.Open("Role")
	x.Text("Path", "/")
	x.Text("RoleName", name)
	x.Text("RoleId", "AROADEMODEMODEMODEMO1")
	x.Text("Arn", "arn:aws:iam::"+a.opts.AccountID+":role/"+name)
	x.Text("CreateDate", "2024-02-01T09:00:00Z")
	x.Text("AssumeRolePolicyDocument", url.QueryEscape(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`))
	x.Number("MaxSessionDuration", 3600)
	x.Close("Role")
	return x.Bytes(), nil
}
