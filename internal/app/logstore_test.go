package app

import (
	"testing"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/logs/elastic"
)

func TestTheRegionOfAnAmazonEndpoint(t *testing.T) {
	for endpoint, want := range map[string]string{
		"https://search-logs-abc123.eu-west-1.es.amazonaws.com":       "eu-west-1",
		"https://vpc-logs-abc123.us-gov-west-1.es.amazonaws.com:443":  "us-gov-west-1",
		"https://search-logs.cn-north-1.es.amazonaws.com.cn/":         "cn-north-1",
		"https://abc123.ap-southeast-2.aoss.amazonaws.com":            "ap-southeast-2",
		"https://search-logs-abc123.aos.eu-west-1.on.aws":             "eu-west-1",
		"https://logs.example.com":                                    "",
		"https://search-logs.eu-west-1.es.amazonaws.com.evil.example": "",
		"https://elsewhere.example/x.eu-west-1.es.amazonaws.com":      "",
		"https://eu-west-1.es.amazonaws.com":                          "",
	} {
		if got := amazonRegion(endpoint); got != want {
			t.Errorf("%s is in %q, want %q", endpoint, got, want)
		}
	}
}

func TestWhoseCredentialsSign(t *testing.T) {
	start := awsx.ContextID{Profile: "main", Region: "eu-west-1", Endpoint: "http://127.0.0.1:4566"}
	const host = "https://search-x.us-east-1.es.amazonaws.com"
	for name, c := range map[string]struct {
		logs   config.Logs
		id     awsx.ContextID
		region string
	}{
		"the context's":       {config.Logs{SigV4: config.Signature{Service: "es"}}, start, ""},
		"the endpoint's name": {config.Logs{Endpoints: []string{"https://x", host}, SigV4: config.Signature{Service: "es"}}, start, "us-east-1"},
		"what is set":         {config.Logs{Endpoints: []string{host}, SigV4: config.Signature{Service: "es", Region: "eu-central-1"}}, start, "eu-central-1"},
		"a profile of its own": {
			config.Logs{SigV4: config.Signature{Service: "es", Profile: "logs"}}, awsx.ContextID{Profile: "logs", Region: "eu-west-1"}, "",
		},
	} {
		asked := false
		a := &App{signers: func(id awsx.ContextID, service, region string) elastic.Signer {
			asked = true
			if id != c.id || region != c.region || service != "es" {
				t.Errorf("%s: asked for %v, %s, %q", name, id, service, region)
			}
			return nil
		}}
		if a.signer(start, c.logs); !asked {
			t.Errorf("%s: nothing signs", name)
		}
		if a.signer(start, config.Logs{}) != nil {
			t.Error("requests are signed that nobody wants signed")
		}
	}
}
