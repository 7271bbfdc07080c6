package access

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestProfilesAreListedFromBothFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(variable, text string) {
		name := filepath.Join(dir, variable)
		if text != "" {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv(variable, name)
	}
	file("AWS_CONFIG_FILE", "# ours\n[default]\nregion = eu-west-1\n[profile prod-eu]\nsso_session = corp\nregion=eu-central-1\ns3 =\n  region = us-gov-west-1\n"+
		"[sso-session corp]\nregion = us-east-1\n[profile \"with space\"]\n[services local]\nregion = x\n[broken\nregion = y\n[profile ]\n")
	file("AWS_SHARED_CREDENTIALS_FILE", "[default]\naws_access_key_id = AKIA\nregion = us-west-2\n[ci]\nregion = us-west-1\n")
	got, err := Profiles()
	want := []Profile{{"ci", "us-west-1"}, {"default", "eu-west-1"}, {"prod-eu", "eu-central-1"}, {"with space", ""}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	file("AWS_CONFIG_FILE", "")
	os.Remove(filepath.Join(dir, "AWS_CONFIG_FILE"))
	if got, err := Profiles(); err != nil || len(got) != 2 {
		t.Errorf("without a config file: %v, %v", got, err)
	}
	t.Setenv("AWS_CONFIG_FILE", dir)
	if got, err := Profiles(); err == nil || len(got) != 2 {
		t.Errorf("with one that cannot be read: %v, %v", got, err)
	}
}
