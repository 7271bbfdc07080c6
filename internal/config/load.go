package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"

	"gantry/awsx"
	"gantry/awsx/deploy/policy"
	"gantry/internal/fault"
)

// DefaultFile is where the file is looked for unless a flag or GANTRY_CONFIG
// says otherwise.
func DefaultFile() string { return filepath.Join(xdg.ConfigHome, "gantry", "config.yaml") }

// Load reads the file that the flags, GANTRY_CONFIG or the default name, and
// lays environment and flags over it. Only a file that was asked for has to
// exist. Errors are of class Invalid and list everything that is wrong, what judges find
// among it.
//
// The environment gives AWS_PROFILE, AWS_REGION (or AWS_DEFAULT_REGION),
// NO_COLOR, and the variables that the file refers to for secrets.
func Load(flags Flags, getenv func(string) string, judges ...Judge) (Config, error) {
	asked := cmp.Or(flags.File, getenv("GANTRY_CONFIG"))
	path := cmp.Or(asked, DefaultFile())
	cfg := defaults()
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && asked == "":
		cfg.NonProduction = policy.DefaultNonProduction()
		cfg.Themes, _ = themes(cfg.themeDir()) // none is chosen: what is wrong is for the check
		return overlay(cfg, "", flags, getenv)
	case err != nil:
		return Config{}, &fault.Error{Class: fault.Invalid, Op: "config", Err: err,
			Fix: "create the file, or leave --config and GANTRY_CONFIG unset"}
	}
	cfg.File = path
	begin, err := parse(&cfg, path, data, getenv, judges)
	if err != nil {
		return Config{}, &fault.Error{Class: fault.Invalid, Op: "config", Err: err}
	}
	return overlay(cfg, begin, flags, getenv)
}

// overlay lays environment and flags over what the file says; begin is the name
// of the context that the file begins with.
func overlay(cfg Config, begin string, flags Flags, getenv func(string) string) (Config, error) {
	profile := getenv("AWS_PROFILE")
	cfg.Chosen = cmp.Or(flags.Context, flags.Profile, flags.Region, flags.Endpoint, profile, getenv("AWS_REGION"), getenv("AWS_ACCESS_KEY_ID")) != "" || begin != "" && cfg.Start != StartLast
	name := flags.Context
	if name == "" && profile == "" && flags.Profile == "" {
		name = begin // a profile chosen outside the file beats the file's context
	}
	if getenv("AWS_ACCESS_KEY_ID") != "" && getenv("AWS_SECRET_ACCESS_KEY") != "" {
		profile = "" // keys of the environment win over it, as in every program of AWS
	}
	if name != "" {
		id, ok := cfg.named(name)
		if !ok {
			return Config{}, cfg.noSuchContext(name)
		}
		cfg.Context = id
	} else {
		cfg.Context.Profile = profile
	}
	region := cmp.Or(getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"))
	cfg.Context.Region = cmp.Or(cfg.Context.Region, region)
	override(&cfg.Context.Profile, flags.Profile)
	override(&cfg.Context.Region, flags.Region)
	override(&cfg.Context.Endpoint, flags.Endpoint)
	cfg.Endpoint = cmp.Or(flags.Endpoint, getenv("AWS_ENDPOINT_URL"))
	if flags.Endpoint != "" {
		if err := checkURL(flags.Endpoint); err != nil {
			return Config{}, fault.Errorf(fault.Invalid, "config", "", "--endpoint: %w", err)
		}
	}
	cfg.Writing.ReadOnly = cfg.Writing.ReadOnly || flags.ReadOnly
	// Any value of NO_COLOR counts, whatever it says (no-color.org).
	cfg.Screen.NoColor = cfg.Screen.NoColor || flags.NoColor || getenv("NO_COLOR") != ""
	cfg.Screen.ASCII = cfg.Screen.ASCII || flags.ASCII
	cfg.Screen.Still = cfg.Screen.Still || flags.Still
	return cfg, nil
}

func override(field *string, value string) {
	if value != "" {
		*field = value
	}
}

func (c Config) named(name string) (awsx.ContextID, bool) {
	for _, n := range c.Contexts {
		if n.Name == name {
			return n.ID, true
		}
	}
	return awsx.ContextID{}, false
}

func (c Config) noSuchContext(name string) error {
	if len(c.Contexts) == 0 {
		return fault.Errorf(fault.Invalid, "config", "", "context %q: no configuration file names any context", name)
	}
	var names []string
	for _, n := range c.Contexts {
		names = append(names, n.Name)
	}
	return fault.Errorf(fault.Invalid, "config", "", "context %q is not in %s: expected %s", name, c.File, oneOf(names))
}

func oneOf(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return fmt.Sprintf("one of %s", strings.Join(names, ", "))
}
