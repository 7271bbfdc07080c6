package sim

import (
	"net/url"

	"gantry/awsx/sim/wire"
)

// stsOperations are those of the Security Token Service.
func (a *Account) stsOperations() map[string]wire.Operation {
	return map[string]wire.Operation{"GetCallerIdentity": wire.Form(a.getCallerIdentity)}
}

func (a *Account) getCallerIdentity(url.Values) ([]byte, error) {
	var x wire.XML
	x.Text("Arn", a.world.CallerARN())
	x.Text("UserId", "AROADEMODEMODEMODEMO0:demo")
	x.Text("Account", a.opts.AccountID)
	return x.Bytes(), nil
}
