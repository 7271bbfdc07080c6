package app

import (
	"os"
	"path/filepath"
	"testing"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/internal/statefile"
)

// TestTheConsoleBeginsInTheContextOfTheLastRun, unless somebody says in which, or it is none any
// more.
func TestTheConsoleBeginsInTheContextOfTheLastRun(t *testing.T) {
	dir := t.TempDir()
	shared := filepath.Join(dir, "shared")
	if err := os.WriteFile(shared, []byte("[profile kiln]\nregion = eu-west-2\n[profile loom]\nregion = eu-west-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", shared)
	file := filepath.Join(dir, "gantry.yaml")
	contexts := "contexts:\n  mill: {profile: mill, region: eu-south-1}\n  loom: {profile: loom, region: eu-west-1}\n"
	for name, c := range map[string]struct {
		left, yaml string
		env        map[string]string
		flags      config.Flags
		want       awsx.ContextID
		elsewhere  bool
	}{
		"nothing was left":         {yaml: contexts},
		"a profile":                {left: "eu-west-3 kiln", want: awsx.ContextID{Profile: "kiln", Region: "eu-west-3"}, elsewhere: true},
		"one of the file":          {left: "eu-south-1 mill", yaml: contexts, want: awsx.ContextID{Profile: "mill", Region: "eu-south-1"}, elsewhere: true},
		"a profile that is gone":   {left: "eu-west-1 barn", yaml: contexts},
		"a context of the file":    {left: "eu-west-2 kiln", yaml: contexts + "context: loom\n", want: awsx.ContextID{Profile: "loom", Region: "eu-west-1"}},
		"the last one before that": {left: "eu-west-2 kiln", yaml: contexts + "context: loom\nstart: last\n", want: awsx.ContextID{Profile: "kiln", Region: "eu-west-2"}, elsewhere: true},
		"the same as usual":        {left: "eu-west-1 loom", yaml: contexts + "context: loom\nstart: last\n", want: awsx.ContextID{Profile: "loom", Region: "eu-west-1"}},
		"clusters":                 {left: "eu-west-2 kiln", yaml: "start: clusters\n"},
		"a flag":                   {left: "eu-west-2 kiln", flags: config.Flags{Profile: "loom"}, want: awsx.ContextID{Profile: "loom"}},
		"a region":                 {left: "eu-west-2 kiln", flags: config.Flags{Region: "eu-west-1"}, want: awsx.ContextID{Region: "eu-west-1"}},
		"the environment":          {left: "eu-west-2 kiln", env: map[string]string{"AWS_PROFILE": "loom"}, want: awsx.ContextID{Profile: "loom"}},
		"keys":                     {left: "eu-west-2 kiln", env: map[string]string{"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B"}},
		"half a context":           {left: "eu-west-2"},
	} {
		t.Run(name, func(t *testing.T) {
			state := t.TempDir()
			f := statefile.Open(filepath.Join(state, stateFile), func(err error) { t.Error(err) })
			f.Set("", statefile.Context, c.left)
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(c.yaml), 0o600); err != nil {
				t.Fatal(err)
			}
			c.flags.File = file
			cfg, err := config.Load(c.flags, func(name string) string { return c.env[name] }, Judge)
			if err != nil {
				t.Fatal(err)
			}
			in, elsewhere := resumes(cfg, state)
			if in.Context != c.want || elsewhere != c.elsewhere {
				t.Errorf("it begins in %v, elsewhere %v", in.Context, elsewhere)
			}
		})
	}
}

// TestARunLeavesItsContext for the next, that of the screen which it ended at.
func TestARunLeavesItsContext(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		d.app.leave(d.Shell.Host().Screens())
		if got := d.app.left.Value("", statefile.Context); got != simRegion+" main" {
			t.Errorf("it leaves %q", got)
		}
	})
}
