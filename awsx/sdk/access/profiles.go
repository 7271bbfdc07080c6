package access

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
)

// Profile is a profile of the shared config or credentials files.
type Profile struct {
	Name   string
	Region string // empty where neither file names one
}

// Profiles lists the profiles of the files that the SDK reads, by name. A file that is not
// there has none; the error is of one that cannot be read, beside the profiles of the other.
func Profiles() ([]Profile, error) {
	env, err := config.NewEnvConfig()
	if err != nil {
		return nil, err
	}
	found := map[string]Profile{}
	files := []struct {
		name   string
		config bool
	}{
		{cmp.Or(env.SharedConfigFile, config.DefaultSharedConfigFilename()), true},
		{cmp.Or(env.SharedCredentialsFile, config.DefaultSharedCredentialsFilename()), false},
	}
	var failed []error
	for _, f := range files {
		b, err := os.ReadFile(f.name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
		for _, p := range profilesIn(string(b), f.config) {
			p.Region = cmp.Or(found[p.Name].Region, p.Region)
			found[p.Name] = p
		}
	}
	var list []Profile
	for _, p := range found {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Profile) int { return cmp.Compare(a.Name, b.Name) })
	return list, errors.Join(failed...)
}

// profilesIn reads the sections of a file. In the config file a profile but the default one
// is named behind the word "profile", and other words name what is no profile.
func profilesIn(text string, configFile bool) (list []Profile) {
	at := -1 // the profile whose settings these are
	for line := range strings.Lines(text) {
		nested := strings.TrimLeft(line, " \t") != line
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "[") {
			at = -1
			section, _, closed := strings.Cut(line[1:], "]")
			if name, ok := profileNamed(section, configFile); ok && closed {
				list = append(list, Profile{Name: name})
				at = len(list) - 1
			}
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if ok && at >= 0 && !nested && strings.TrimSpace(key) == "region" {
			list[at].Region = strings.TrimSpace(value)
		}
	}
	return list
}

func profileNamed(section string, configFile bool) (string, bool) {
	section = strings.TrimSpace(section)
	if configFile && section != config.DefaultSharedConfigProfile {
		word, name, ok := strings.Cut(section, " ")
		if !ok || word != "profile" {
			return "", false
		}
		section = name
	}
	name := strings.Trim(strings.TrimSpace(section), `"'`)
	return name, name != ""
}
