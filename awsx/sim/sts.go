package sim

import "net/url"

func stsOperation(name string) func(*Account, url.Values) ([]byte, error) {
	if name == "GetCallerIdentity" {
		return (*Account).getCallerIdentity
	}
	return nil
}

// callerARN is who every call comes from.
func (a *Account) callerARN() string {
	return "arn:aws:sts::" + a.opts.AccountID + ":assumed-role/operator/demo"
}

func (a *Account) getCallerIdentity(url.Values) ([]byte, error) {
	var x xmlWriter
	x.text("Arn", a.callerARN())
	x.text("UserId", "AROADEMODEMODEMODEMO0:demo")
	x.text("Account", a.opts.AccountID)
	return x.Bytes(), nil
}
