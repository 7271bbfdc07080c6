// Package config gathers what the program is told from flags, environment and
// one YAML file into one struct, once, before anything else starts. A setting
// that is wrong is an error that names the file, the line and what was expected;
// all of them are reported together.
package config

import (
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/policy"
	"gantry/internal/errand"
	"gantry/ui/theme"
)

// Config is everything that can be set. It is complete: what nobody set holds
// its default.
type Config struct {
	// File is the file that was read; empty when there is none.
	File string
	// Context is where to begin, and Contexts what else can be switched to, in
	// the order of the file.
	Context  awsx.ContextID
	Contexts []NamedContext
	// Chosen is true when flags, environment or file say which Context it is to be. Start says
	// where the console begins that is told nothing: StartLast, StartClusters or empty, which is
	// where the last run ended unless the file names a context.
	Chosen bool
	Start  string
	// Endpoint is the address that flags or environment give for every service of whatever
	// profile; one that a context or a profile sets is that one's own.
	Endpoint string
	Logs     Logs
	// NonProduction holds the words and globs that say which clusters are not
	// production; the others say it by the profile and by the account.
	NonProduction, NonProductionProfiles, NonProductionAccounts []string
	// Looks say what production is called and in which colour.
	Looks []policy.Look
	// Rules refine what changes need, in the order in which they are tried.
	Rules []policy.Rule
	// Owners say what services are deployed with, in the order in which they are tried.
	Owners []policy.Owner
	// KeepRevisions is how many of a family's revisions stay active after a
	// deployment that succeeded; 0 keeps all.
	KeepRevisions int
	// Notify says whom to tell of changes.
	Notify  Notify
	Writing Writing
	// Memory says how much of what was seen outlives a run.
	Memory Memory
	// Refresh is how old visible rows may grow.
	Refresh time.Duration
	Screen  Screen
	Keys    Keys
	// Columns are the keys of tags that tables show in columns, by screen or kind of rows.
	Columns map[string][]string
	// Commands are the operator's own, in the order of the file.
	Commands []errand.Command
	// Aliases are the operator's own names for what the palette takes, and Favourites such
	// texts by the digits that go there, in the order of the file.
	Aliases, Favourites []Named
	// Themes are those of one's own.
	Themes []theme.Scheme
}

// Named is a text for the palette under a name.
type Named struct{ Name, Text string }

// NamedContext is a context under the name that the file gives it.
type NamedContext struct {
	Name string
	ID   awsx.ContextID
	// Logs are the context's own; nil are those of all contexts.
	Logs *Logs
}

// Writing says when changes are possible.
type Writing struct {
	// ReadOnly refuses every change for as long as the program runs.
	ReadOnly bool
	// Arm is for how long production can be changed once armed. Zero means that
	// production needs no arming.
	Arm time.Duration
}

// Memory bounds what is kept on disk of what was seen. Without days nothing is kept.
type Memory struct {
	Days, Megabytes int
}

// Screen says how to draw.
type Screen struct {
	NoColor    bool
	ASCII      bool
	Theme      string // the name of a scheme, empty for the one that follows the terminal
	Still      bool   // nothing moves but data
	Hints      bool   // a newcomer is told of keys that help
	Background string // auto, dark or light
	Sync       string // auto, on or off: synchronized output
	Mouse      bool   // the wheel scrolls, and the terminal selects no text
}

// Keys says which keys run which actions.
type Keys struct {
	Preset string              // k9s or vim
	Bind   map[string][]string // action's name to keys
}

// Flags is what the command line may say. It beats the environment, which beats
// the file. An empty string is a flag that was not given.
type Flags struct {
	File     string
	Context  string // a name from the file
	Profile  string
	Region   string
	Endpoint string
	ReadOnly bool
	NoColor  bool
	ASCII    bool
	Still    bool
}

// Where the console begins.
const (
	StartLast     = "last"
	StartClusters = "clusters"
)

// The defaults that are not empty.
const (
	DefaultArm                                = 15 * time.Minute
	DefaultRefresh                            = 5 * time.Second
	DefaultMemoryDays, DefaultMemoryMegabytes = 14, 64
	DefaultIndex                              = "logstash-*"
	DefaultTimestamp                          = "@timestamp"
)

func defaults() Config {
	return Config{
		Logs:    Logs{Index: DefaultIndex, Timestamp: DefaultTimestamp, Awslogs: FromCloudWatch},
		Writing: Writing{Arm: DefaultArm},
		Memory:  Memory{Days: DefaultMemoryDays, Megabytes: DefaultMemoryMegabytes},
		Refresh: DefaultRefresh,
		Screen:  Screen{Hints: true, Background: "auto", Sync: "auto"},
		Keys:    Keys{Preset: "k9s"},
	}
}
