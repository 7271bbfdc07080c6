package house_test

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "gantry"

// rooms is the one table of what may import what. Rooms stand from the bottom to the
// top, and each may import only rooms above its line in the table: nothing imports
// upward. A room is a package, or with /... a tree of packages, which is free within.
// After the colon stands what its code may import beside the standard library, after
// the bar what its tests may import as well; they may also import the room's own support,
// such as logs/logstest of logs. A package whose name ends in test is for
// tests alone and may import what they may. What the table does not name fails.
const rooms = `
internal/clean
internal/crash
internal/wake
internal/difference: udiff
internal/fault
internal/words
internal/declared
internal/loading
internal/garbage
internal/house
internal/dist
internal/saidtest
internal/process: internal/crash
internal/audit: internal/clean internal/process xdg
internal/archive
internal/notify: internal/clean internal/crash internal/words
internal/statefile: internal/clean internal/crash

awsx: internal/clean internal/fault internal/words
awsx/awsxtest: awsx internal/clean internal/fault
awsx/document/...: awsx internal/clean internal/fault internal/words
awsx/alb: awsx internal/fault
awsx/alarms: awsx internal/words
awsx/schedule: internal/words
awsx/metrics: awsx internal/words
awsx/session: awsx internal/fault
awsx/codify: awsx awsx/document/... internal/clean internal/fault | yaml
awsx/diagnose/reason: awsx internal/words
awsx/diagnose/...: awsx awsx/alarms awsx/alb awsx/diagnose/reason internal/words
awsx/sim/wire: | aws
awsx/sim/endpoints: awsx/sim/wire
awsx/snapshot: awsx awsx/document/... awsx/sim/endpoints awsx/sim/wire internal/fault
awsx/sim/...: | aws
awsx/snapshot/replay: awsx/sim/... awsx/snapshot
awsx/sdk/body: awsx internal/clean internal/fault aws
awsx/sdk/access: awsx awsx/sdk/body internal/clean internal/fault aws
awsx/sdk/tagging: awsx awsx/sdk/body internal/fault
awsx/sdk: internal/crash awsx awsx/sdk/access awsx/sdk/body awsx/sdk/tagging internal/clean internal/fault aws | awsx/alb awsx/document/... awsx/sim/...
awsx/sim/simtest: awsx awsx/sdk/... awsx/sim/...
awsx/past: awsx
awsx/store: internal/crash internal/wake awsx awsx/past internal/fault | awsx/awsxtest awsx/sim/...
awsx/deploy/policy: awsx internal/fault internal/words
awsx/deploy/...: awsx/session internal/declared internal/crash awsx awsx/alarms awsx/alb awsx/diagnose/reason awsx/document/... awsx/store internal/clean internal/difference internal/fault internal/words | awsx/awsxtest
awsx/timeline: awsx awsx/past awsx/deploy/... awsx/diagnose/reason internal/words
awsx/change: internal/crash awsx awsx/timeline awsx/deploy/... awsx/document/... awsx/metrics awsx/store internal/audit internal/fault internal/words | awsx/awsxtest awsx/session awsx/sim/... internal/clean

logs/kql/analysis
logs/sim: logs/kql/analysis
logs/kql: logs/kql/analysis | logs/sim
logs: internal/crash logs/kql internal/clean internal/fault internal/words
logs/logstest: logs internal/fault
logs/tail: internal/crash internal/wake logs internal/fault | logs/logstest
logs/tail/tailtest: logs logs/tail
logs/merge: logs internal/fault | logs/logstest logs/tail logs/tail/tailtest logs/kql
logs/elastic: logs logs/kql internal/clean internal/fault elastic | logs/sim logs/tail logs/tail/tailtest
logs/cloudwatch: logs internal/clean internal/fault | logs/tail logs/tail/tailtest
logs/cloudwatch/loggroups: logs/cloudwatch internal/fault aws
logs/kibana: logs logs/kql internal/fault
logs/ecslog: awsx logs logs/kql internal/fault internal/words | logs/elastic logs/sim

ui/text: internal/clean ansi | ultraviolet
ui/filter: fuzzy
ui/theme: ui/text ansi colorprofile lipgloss
ui/...: internal/crash ui/text internal/clean internal/words ansi bubbles bubbletea colorprofile golden udiff vt internal/difference | ultraviolet
internal/names: internal/statefile
internal/errand: awsx awsx/deploy/... internal/clean internal/fault internal/words
internal/inquiry/...: internal/crash awsx awsx/past awsx/timeline awsx/alarms awsx/alb awsx/codify awsx/deploy/... awsx/diagnose/... awsx/metrics awsx/schedule awsx/store logs logs/ecslog internal/fault internal/words | awsx/document/... awsx/sim/... logs/elastic logs/sim
internal/plugin: awsx awsx/deploy/... awsx/session internal/crash internal/fault internal/process
internal/plugin/plugintest: | pty
views/...: internal/declared internal/errand internal/process internal/crash internal/plugin ui/... bubbletea awsx awsx/past awsx/timeline awsx/alarms awsx/alb awsx/change awsx/deploy/... awsx/diagnose/... awsx/document/... awsx/metrics awsx/session awsx/store logs logs/ecslog logs/tail internal/clean internal/fault internal/inquiry/... internal/words | awsx/awsxtest awsx/sim/... logs/kql colorprofile golden internal/plugin/plugintest

internal/config: internal/errand awsx awsx/deploy/... logs/ecslog internal/clean internal/fault internal/words ui/theme xdg yaml
internal/memory: internal/crash awsx awsx/past internal/clean internal/fault sqlite
internal/canarytest: awsx awsx/deploy/... awsx/document/... awsx/sdk/...
internal/app/...: internal/names internal/crash internal/plugin awsx/... logs/... ui/... views/... internal/audit internal/clean internal/config internal/fault internal/inquiry/... internal/memory internal/notify internal/statefile internal/words bubbletea colorprofile | internal/canarytest internal/saidtest
internal/cli/reading: logs logs/tail internal/fault internal/words | logs/elastic logs/sim
internal/cli/pipeline
internal/cli/printing: internal/cli/pipeline awsx awsx/deploy/... awsx/diagnose/... awsx/document/... internal/clean internal/inquiry/... internal/words logs ui/text
internal/ecspresso: internal/fault yaml
internal/cli/schema
internal/cli/command: internal/ecspresso internal/declared internal/crash awsx awsx/deploy/... internal/app/... internal/clean internal/cli/pipeline internal/cli/printing internal/cli/schema internal/config internal/fault internal/words ui/text cobra
internal/cli/clitest: xdg
internal/cli/changes: internal/archive internal/declared internal/plugin internal/process awsx awsx/change awsx/deploy/... awsx/diagnose/... awsx/document/... awsx/session internal/app/... internal/clean internal/cli/command internal/cli/pipeline internal/cli/printing internal/cli/schema internal/cli/reading internal/fault internal/inquiry/... internal/words cobra | awsx/sim/... internal/cli/clitest internal/config internal/plugin/plugintest
internal/cli/reports: internal/declared awsx awsx/timeline awsx/alarms awsx/alb awsx/diagnose/... awsx/document/... awsx/metrics logs logs/kql ui/filter ui/text internal/app/... internal/clean internal/cli/command internal/cli/printing internal/cli/schema internal/cli/reading internal/fault internal/difference internal/inquiry/... internal/words cobra
internal/cli/keeping: internal/declared internal/app/... internal/cli/command internal/cli/printing internal/cli/schema cobra
internal/cli/upkeep: internal/declared internal/app/... internal/clean internal/cli/command internal/cli/printing internal/cli/schema internal/config internal/fault internal/inquiry/... internal/words cobra
internal/cli: internal/audit internal/names internal/crash internal/app/... internal/cli/changes internal/cli/command internal/cli/pipeline internal/cli/printing internal/cli/keeping internal/cli/reports internal/cli/upkeep internal/config internal/words ui/filter cobra term | awsx/sim/... awsx/document/... awsx/snapshot/... logs/sim internal/audit internal/canarytest internal/cli/clitest internal/cli/schema internal/saidtest internal/clean internal/difference xdg
.: internal/cli internal/garbage internal/loading
internal/e2e: | aws awsx awsx/sdk/... awsx/sim/... logs logs/sim logs/ecslog logs/elastic logs/tail logs/kql/analysis internal/fault ansi pty vt yaml
`

// modules are those of others, by the name that the table has for each.
var modules = map[string]string{
	"ansi":         "github.com/charmbracelet/x/ansi",
	"aws":          "github.com/aws",
	"bubbles":      "charm.land/bubbles/v2",
	"bubbletea":    "charm.land/bubbletea/v2",
	"cobra":        "github.com/spf13/cobra",
	"colorprofile": "github.com/charmbracelet/colorprofile",
	"elastic":      "github.com/elastic",
	"fuzzy":        "github.com/sahilm/fuzzy",
	"golden":       "github.com/charmbracelet/x/exp/golden",
	"lipgloss":     "charm.land/lipgloss/v2",
	"pty":          "github.com/creack/pty",
	"rapid":        "pgregory.net/rapid",
	"sqlite":       "github.com/ncruces/go-sqlite3",
	"term":         "github.com/charmbracelet/x/term",
	"udiff":        "github.com/aymanbagabas/go-udiff",
	"ultraviolet":  "github.com/charmbracelet/ultraviolet",
	"vt":           "github.com/charmbracelet/x/vt",
	"xdg":          "github.com/adrg/xdg",
	"yaml":         "go.yaml.in/yaml/v3",
}

// everyTest is what the tests of every room may import.
var everyTest = []string{"github.com/google/go-cmp", "pgregory.net/rapid", "go.uber.org/goleak"}

// room is a line of the table.
type room struct {
	path       string
	may, tests []string
}

func readRooms() (all []room) {
	for line := range strings.Lines(rooms) {
		path, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		code, tests, _ := strings.Cut(rest, "|")
		if path != "" {
			all = append(all, room{path: path, may: strings.Fields(code), tests: strings.Fields(tests)})
		}
	}
	return all
}

// covers reports whether a package, by its directory, is that of a room's path or
// within the tree that it names.
func covers(path, dir string) bool {
	tree, isTree := strings.CutSuffix(path, "/...")
	return dir == tree || isTree && strings.HasPrefix(dir, tree+"/")
}

// roomOf returns where in the table the room of a package is: the longest path that
// covers it, or -1.
func roomOf(table []room, dir string) int {
	best := -1
	for i, r := range table {
		if covers(r.path, dir) && (best < 0 || len(r.path) > len(table[best].path)) {
			best = i
		}
	}
	return best
}

// allows reports whether one of the names of a line of the table stands for an
// imported package.
func allows(names []string, imported string) bool {
	dir, ours := strings.CutPrefix(imported, module+"/")
	return slices.ContainsFunc(names, func(name string) bool {
		if outside := modules[name]; outside != "" {
			return imported == outside || strings.HasPrefix(imported, outside+"/")
		}
		return ours && covers(name, dir)
	})
}

func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".") && first != module
}

func TestNothingImportsWhatTheTableDoesNotAllow(t *testing.T) {
	table := readRooms()
	used := make([]bool, len(table))
	for dir, files := range sources(t) {
		support := strings.HasSuffix(dir, "test") // it serves the tests of other rooms
		at := roomOf(table, dir)
		if at < 0 {
			t.Errorf("package %s is in no line of the table", dir)
			continue
		}
		used[at] = true
		r := table[at]
		for _, f := range files {
			may := append(slices.Clone(r.may), r.path)
			if f.test || support {
				may = append(may, r.tests...)
			}
			for _, spec := range f.tree.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				own := f.test && imported == module+"/"+dir+"/"+path.Base(dir)+"test"
				common := own || (f.test || support) && slices.ContainsFunc(everyTest, func(m string) bool { return imported == m || strings.HasPrefix(imported, m+"/") })
				if !standard(imported) && !common && !allows(may, imported) {
					t.Errorf("%s imports %s, which the line of %s does not allow", f.path, imported, r.path)
				}
				if strings.HasPrefix(imported, module+"/") && strings.HasSuffix(imported, "test") && !f.test && !support {
					t.Errorf("%s imports %s, which is for tests", f.path, imported)
				}
			}
		}
	}
	for i, r := range table {
		if !used[i] {
			t.Errorf("no package is left of %s", r.path)
		}
	}
}

// TestTheTableLeadsDownward: a line names only lines before it, whose trees may hold
// lines of their own.
func TestTheTableLeadsDownward(t *testing.T) {
	table := readRooms()
	for i, r := range table {
		for _, name := range append(slices.Clone(r.may), r.tests...) {
			below := slices.ContainsFunc(table[:i], func(lower room) bool {
				return lower.path == name || strings.HasSuffix(name, "/...") && covers(name, strings.TrimSuffix(lower.path, "/..."))
			})
			if modules[name] == "" && !below {
				t.Errorf("%s names %s, which is not below it", r.path, name)
			}
		}
	}
}

// TestTheTableAllowsOnlyWhatIsUsed: every name on a line is imported by its room, and every
// module that the table has a name for by some room. So no name outlives its package.
func TestTheTableAllowsOnlyWhatIsUsed(t *testing.T) {
	table := readRooms()
	used := map[string]bool{} // names of modules, and names by room
	for dir, files := range sources(t) {
		at := roomOf(table, dir)
		if at < 0 {
			continue
		}
		r := table[at]
		for _, f := range files {
			for _, spec := range f.tree.Imports {
				imported, _ := strconv.Unquote(spec.Path.Value)
				for _, name := range append(slices.Clone(r.may), r.tests...) {
					if allows([]string{name}, imported) {
						used[name], used[r.path+" "+name] = true, true
					}
				}
			}
		}
	}
	for _, r := range table {
		for _, name := range append(slices.Clone(r.may), r.tests...) {
			if !used[r.path+" "+name] {
				t.Errorf("%s may import %s and does not", r.path, name)
			}
		}
	}
	for name, path := range modules {
		if !used[name] && !slices.ContainsFunc(everyTest, func(m string) bool { return m == path }) {
			t.Errorf("nothing imports %s any more", name)
		}
	}
}
