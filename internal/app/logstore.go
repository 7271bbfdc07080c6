package app

import (
	"cmp"
	"errors"
	"net/url"
	"regexp"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/elastic"
)

// ErrNoLogs is the cause when no log store is configured.
var ErrNoLogs = errors.New("no log store is configured")

// configuredLogs opens a log store as a context has it.
func (a *App) configuredLogs(id awsx.ContextID, c config.Logs) (logs.Source, error) {
	if !c.Configured() {
		return nil, &fault.Error{Class: fault.Invalid, Op: "open the log store", Err: ErrNoLogs,
			Fix: "set logs.endpoints in " + fileName(a.Config.File)}
	}
	return elastic.Open(a.storeConfig(id, c))
}

// storeConfig says a log store of the configuration in the adapter's words.
func (a *App) storeConfig(id awsx.ContextID, c config.Logs) elastic.Config {
	return elastic.Config{
		Addresses: c.Endpoints, CloudID: c.CloudID, Index: c.Index, Timestamp: c.Timestamp, Message: c.Message, Level: c.Level, Levels: logs.LevelsOf(c.Levels), Tiebreak: c.Tiebreak,
		Auth:   elastic.Auth{Username: c.User, Password: c.Password, APIKey: c.APIKey, Bearer: c.Bearer},
		Signer: a.signer(id, c),
		CAFile: c.CAFile, Fingerprint: c.Fingerprint, CertFile: c.ClientCert, KeyFile: c.ClientKey,
		Transport: a.transport,
	}
}

// signer returns what signs requests to a log store, with the credentials of a
// context unless the store's settings name a profile; nil when they are not signed.
func (a *App) signer(id awsx.ContextID, c config.Logs) elastic.Signer {
	s := c.SigV4
	if s.Service == "" || a.signers == nil {
		return nil
	}
	if s.Profile != "" {
		id = awsx.ContextID{Profile: s.Profile, Region: id.Region}
	}
	region := s.Region
	for _, endpoint := range c.Endpoints {
		region = cmp.Or(region, amazonRegion(endpoint))
	}
	id.Region = cmp.Or(id.Region, region)
	return a.signers(id, s.Service, region)
}

// signersOf returns what makes signers with the credentials of a context.
func signersOf(o sdk.Opener) func(id awsx.ContextID, service, region string) elastic.Signer {
	return func(id awsx.ContextID, service, region string) elastic.Signer { return o.Signer(id, service, region) }
}

// amazonHost finds the region in the host name of an Amazon OpenSearch domain or
// collection, in the older form and the one for both versions of IP.
var amazonHost = regexp.MustCompile(`\.([a-z]{2,4}(?:-[a-z]+)+-[0-9]+)\.(?:es|aoss)\.amazonaws\.com(?:\.cn)?$|\.(?:aos|aoss)\.([a-z]{2,4}(?:-[a-z]+)+-[0-9]+)\.on\.aws$`)

// amazonRegion returns the region that an endpoint's host name says; empty when it
// says none, as the names that an organisation gives do not.
func amazonRegion(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	m := amazonHost.FindStringSubmatch(u.Hostname())
	if m == nil {
		return ""
	}
	return cmp.Or(m[1], m[2])
}

func fileName(file string) string {
	return cmp.Or(file, config.DefaultFile())
}
