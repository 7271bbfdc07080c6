package cli

import (
	"cmp"
	"runtime/debug"
)

// Release says which gantry this is: its version with the commit that it was built from
// and the day of that commit. The linker gives them for a release; for any other build
// what the go command noted of the checkout or of the module stands in.
func Release(version, commit, date string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return release(version, commit, date, info)
}

func release(version, commit, date string, info *debug.BuildInfo) string {
	noted := map[string]string{}
	for _, s := range info.Settings {
		noted[s.Key] = s.Value
	}
	if v := info.Main.Version; version == "" && v != "(devel)" {
		version = v
	}
	if c := noted["vcs.revision"]; commit == "" && c != "" {
		commit = c[:min(len(c), 12)]
		if noted["vcs.modified"] == "true" {
			commit += "-changed"
		}
	}
	if d := noted["vcs.time"]; date == "" {
		date = d[:min(len(d), len("2006-01-02"))]
	}
	text := cmp.Or(version, "dev")
	switch {
	case commit != "" && date != "":
		return text + " (" + commit + ", " + date + ")"
	case commit != "":
		return text + " (" + commit + ")"
	}
	return text
}
