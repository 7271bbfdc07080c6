package deploy

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
)

func TestASecretInTheEnvironmentIsWarnedOf(t *testing.T) {
	d := newDesk()
	env := func(pairs ...string) Intent { return SetEnv{map[string]edits.Env{"": {Set: vars(pairs...)}}} }
	p := d.mustPlan(t, d.api, env("DB_PASSWORD", "canary", "MODE", "x", "URL", "https://u:canary@h/"))
	c := found(t, p, check.PlainSecret)
	if c.Result != check.Warning || !strings.HasPrefix(c.Text, "DB_PASSWORD, URL: ") || !strings.Contains(c.Text, "Secrets Manager") || strings.Contains(c.Text, "canary") {
		t.Errorf("%s: %s", c.Result, c.Text)
	}
	for _, c := range d.mustPlan(t, d.api, env("MODE", "x")).Checks {
		if c.Name == check.PlainSecret {
			t.Errorf("nothing secret is set, and %s", c.Text)
		}
	}
}

func TestAReferenceToAKeyWantsAllItsFields(t *testing.T) {
	d := newDesk()
	const arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:prod/db-AbCdEf"
	for given, want := range map[string]string{"": "", ":password": ":password::", ":password:": ":password::", ":password::": "", ":password:AWSCURRENT": ":password:AWSCURRENT:"} {
		in := SetSecrets{map[string]edits.Secrets{"": {Set: []awsx.SecretRef{{Name: "PW", ValueFrom: arn + given}}}}}
		var texts []string
		for _, c := range d.mustPlan(t, d.api, in).Checks {
			if c.Name == check.References {
				texts = append(texts, string(c.Result)+" "+c.Text)
			}
		}
		switch {
		case want == "" && len(texts) > 0:
			t.Errorf("%q: %s", given, texts)
		case want != "" && (len(texts) != 1 || !strings.HasPrefix(texts[0], string(check.Warning)) || !strings.HasSuffix(texts[0], ": "+arn+want)):
			t.Errorf("%q: %q, want a warning that ends in %s", given, texts, want)
		}
	}
}
