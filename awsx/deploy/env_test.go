package deploy

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/internal/fault"
)

func TestRenamedVariablesKeepTheirValuesAndPlaces(t *testing.T) {
	cases := []struct {
		name string
		edit EnvEdit
		want string
		says string
	}{
		{"one", EnvEdit{Rename: map[string]string{"DB_PASSWORD": "DB_PASS"}}, "LOG_LEVEL=info DB_PASS=old-canary", "web rename DB_PASSWORD to DB_PASS"},
		{"two that swap", EnvEdit{Rename: map[string]string{"DB_PASSWORD": "LOG_LEVEL", "LOG_LEVEL": "DB_PASSWORD"}}, "DB_PASSWORD=info LOG_LEVEL=old-canary", "web rename LOG_LEVEL to DB_PASSWORD, rename DB_PASSWORD to LOG_LEVEL"},
		{"to the name of one that goes", EnvEdit{Rename: map[string]string{"DB_PASSWORD": "LOG_LEVEL"}, Unset: []string{"LOG_LEVEL"}}, "LOG_LEVEL=old-canary", "web unset LOG_LEVEL, rename DB_PASSWORD to LOG_LEVEL"},
		{"beside another", EnvEdit{Rename: map[string]string{"LOG_LEVEL": "LEVEL"}, Set: vars("NEW", "1")}, "LEVEL=info DB_PASSWORD=old-canary NEW=1", "web rename LOG_LEVEL to LEVEL, add NEW"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree := example(t)
			changes, err := setEnv(tree, SetEnv{map[string]EnvEdit{"web": c.edit}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range tree.Container("web").List("environment") {
				got = append(got, v.Word("name")+"="+v.Word("value"))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("the environment is %v, want %s", got, c.want)
			}
			if got := describeEnv(changes); got != c.says {
				t.Errorf("it says %q, want %q", got, c.says)
			}
		})
	}
}

func TestRenamesThatAreRefused(t *testing.T) {
	rename := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	cases := []struct {
		name string
		edit EnvEdit
		want string
	}{
		{"of nothing", EnvEdit{Rename: rename("LOGLEVEL", "X")}, `no variable "LOGLEVEL" to rename`},
		{"to no name", EnvEdit{Rename: rename("LOG_LEVEL", "A B")}, "expected a letter or _"},
		{"to itself", EnvEdit{Rename: rename("LOG_LEVEL", "LOG_LEVEL")}, "renamed to itself"},
		{"to a taken name", EnvEdit{Rename: rename("LOG_LEVEL", "DB_PASSWORD")}, "that name is taken"},
		{"to the name of one that is set", EnvEdit{Rename: rename("LOG_LEVEL", "X"), Set: vars("X", "1")}, "that name is taken"},
		{"two to one name", EnvEdit{Rename: rename("LOG_LEVEL", "X", "DB_PASSWORD", "X")}, "that name is taken"},
		{"to a secret's name", EnvEdit{Rename: rename("LOG_LEVEL", "API_KEY")}, "that is a secret of container web"},
		{"of one that is set", EnvEdit{Rename: rename("LOG_LEVEL", "X"), Set: vars("LOG_LEVEL", "1")}, "renamed and also set or unset"},
		{"of one that is unset", EnvEdit{Rename: rename("LOG_LEVEL", "X"), Unset: []string{"LOG_LEVEL"}}, "renamed and also set or unset"},
		{"beside replacing all", EnvEdit{Rename: rename("LOG_LEVEL", "X"), Replace: true}, "exclude each other"},
	}
	for _, c := range cases {
		tree := example(t)
		before := string(tree.Bytes())
		_, err := setEnv(tree, SetEnv{map[string]EnvEdit{"web": c.edit}})
		if fault.ClassOf(err) != fault.Invalid || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if string(tree.Bytes()) != before {
			t.Errorf("%s: a refused edit changed the document", c.name)
		}
	}
}

func TestASecretInTheEnvironmentIsWarnedOf(t *testing.T) {
	d := newDesk()
	env := func(pairs ...string) Intent { return SetEnv{map[string]EnvEdit{"": {Set: vars(pairs...)}}} }
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
		in := SetSecrets{map[string]SecretEdit{"": {Set: []awsx.SecretRef{{Name: "PW", ValueFrom: arn + given}}}}}
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
