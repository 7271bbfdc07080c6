package ecspresso

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatADirectoryIsAbout: by the files that ecspresso reads, with what they take from the
// environment.
func TestWhatADirectoryIsAbout(t *testing.T) {
	env := map[string]string{"CLUSTER": "prod", "ODD": "a: b\nservice: other", "NAME": "api"}
	for name, c := range map[string]struct {
		file, text, want, fails string
	}{
		"none":             {"other.yml", "cluster: a", "", ""},
		"plain":            {"ecspresso.yml", "region: eu-west-1\ncluster: shop\nservice: web\nservice_definition: s.json\ntimeout: 10m\n", "shop/web eu-west-1 ecspresso.yml", ""},
		"JSON":             {"ecspresso.json", `{"cluster": "shop", "service": "web"}`, "shop/web  ecspresso.json", ""},
		"no cluster":       {"ecspresso.yaml", "service: web\n", "default/web  ecspresso.yaml", ""},
		"environment":      {"ecspresso.yml", "cluster: '{{ must_env `CLUSTER` }}'\nservice: {{ env \"NONE\" `fallback` }}\n", "prod/fallback  ecspresso.yml", ""},
		"set":              {"ecspresso.yml", "cluster: {{must_env `CLUSTER`}}-1\nservice: {{- env `NAME` `x` -}}\n", "prod-1/api  ecspresso.yml", ""},
		"unset":            {"ecspresso.yml", "cluster: {{ must_env `NOWHERE` }}\nservice: web\n", "", "NOWHERE, which is not set"},
		"elsewhere":        {"ecspresso.yml", "cluster: shop\nservice: \"{{ tfstate `aws_ecs_service.web.name` }}\"\n", "", "its service is not known without ecspresso"},
		"elsewhere, else":  {"ecspresso.yml", "cluster: shop\nservice: web\nplugins:\n- name: {{ tfstate `a` }}\n", "shop/web  ecspresso.yml", ""},
		"what would break": {"ecspresso.yml", "cluster: {{ env `ODD` `x` }}\nservice: web\n", "", "its cluster is not known"},
		"no service":       {"ecspresso.yml", "cluster: shop\n", "", "names no service"},
		"no YAML":          {"ecspresso.yml", "cluster: [secret-3", "", "no YAML"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, ok, err := Find(dir, func(name string) string { return env[name] })
		switch {
		case c.fails != "":
			if err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "secret-3") {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil || ok != (c.want != ""):
			t.Errorf("%s: %v, %t", name, err, ok)
		case ok && got.Cluster+"/"+got.Service+" "+got.Region+" "+got.File != c.want:
			t.Errorf("%s: got %+v", name, got)
		}
	}
}
