package sdk

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Profiles returns the names of the profiles in the shared config and
// credentials files, sorted. Files that do not exist hold none.
func Profiles() ([]string, error) {
	env, err := config.NewEnvConfig()
	if err != nil {
		return nil, loadFailure(awsx.ContextID{}, err)
	}
	configFile, credentialsFile := sharedPaths(env)
	names := map[string]bool{}
	for _, f := range []struct {
		path    string
		profile func(section string) string
	}{
		{configFile, configProfile},
		{credentialsFile, func(section string) string { return section }},
	} {
		sections, err := iniSections(f.path)
		if err != nil {
			return nil, &fault.Error{Class: fault.Invalid, Op: "list profiles", Err: err}
		}
		for _, s := range sections {
			if name := f.profile(s); name != "" {
				names[name] = true
			}
		}
	}
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	return sorted, nil
}

// configProfile returns the profile that a section of the config file names;
// sso-session and services sections name none.
func configProfile(section string) string {
	if section == "default" {
		return section
	}
	kind, name, ok := strings.Cut(section, " ")
	if !ok || kind != "profile" {
		return ""
	}
	return strings.Trim(strings.TrimSpace(name), `"'`)
}

func iniSections(path string) ([]string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var sections []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if rest, ok := strings.CutPrefix(line, "["); ok {
			if name, _, ok := strings.Cut(rest, "]"); ok {
				sections = append(sections, strings.TrimSpace(strings.ReplaceAll(name, "\t", " ")))
			}
		}
	}
	return sections, lines.Err()
}

// sharedPaths returns where the shared config and credentials are.
func sharedPaths(env config.EnvConfig) (configFile, credentialsFile string) {
	configFile, credentialsFile = config.DefaultSharedConfigFilename(), config.DefaultSharedCredentialsFilename()
	if env.SharedConfigFile != "" {
		configFile = env.SharedConfigFile
	}
	if env.SharedCredentialsFile != "" {
		credentialsFile = env.SharedCredentialsFile
	}
	return configFile, credentialsFile
}

func sharedFiles(env config.EnvConfig) func(*config.LoadSharedConfigOptions) {
	configFile, credentialsFile := sharedPaths(env)
	return func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles, o.CredentialsFiles = []string{configFile}, []string{credentialsFile}
	}
}

func profileOf(id awsx.ContextID, env config.EnvConfig) string {
	switch {
	case id.Profile != "":
		return id.Profile
	case env.SharedConfigProfile != "":
		return env.SharedConfigProfile
	}
	return config.DefaultSharedConfigProfile
}
