package doctor

import (
	"time"

	"gantry/awsx"
	"gantry/logs"
)

// Facts are what was found out.
type Facts struct {
	Now      time.Time
	Setup    Setup
	Account  Account
	Store    Store
	Service  *Service // nil when none was named
	Terminal Terminal
}

// Setup is gantry's own.
type Setup struct {
	Version string
	// File is the configuration file in use, empty without one; DefaultFile is
	// where it would be.
	File, DefaultFile string
	// FileErr is what is wrong with the configuration, a line for each fault:
	// nothing else was looked at then.
	FileErr error
	// JournalErr is why no record could be written to the journal; KeyShared is set when
	// it is that others can use its key.
	Journal    string
	JournalErr error
	KeyShared  bool
	// Memory is the file in which what was seen is kept; MemoryErr is why it is not used, nil
	// too where none is kept.
	Memory    string
	MemoryErr error
	// Unended tells of each change that began and has no end on record.
	Unended []string
}

// Account is the AWS account of a context.
type Account struct {
	Context awsx.ContextID
	// OpenErr is the failure to load the context or to find credentials: nothing
	// was asked then.
	OpenErr     error
	Identity    awsx.Identity
	IdentityErr error
	// Clock is what the time was at AWS and here; both are zero when unread.
	Clock awsx.Clock
	Reads []Read
	// Clusters are those that could be read, each with what it counts as.
	Clusters []Cluster
}

// Cluster is a cluster as the policy judges it.
type Cluster struct {
	Name       string
	Production bool
	JudgedBy   string // what decided
}

// Read is one kind of call that only reads.
type Read struct {
	Name    string
	Actions string // as IAM spells them
	// Loss is what cannot be seen without it. Essential is set when little is left
	// then.
	Loss      string
	Essential bool
	Found     string // what was read, in words
	Err       error
	// Skipped is why it was not tried; empty when it was.
	Skipped string
}

// Store is the log store of the configuration.
type Store struct {
	// Unset is set when none is configured, and OpenErr is what is wrong with the
	// configuration of one. Nothing was asked then.
	Unset       bool
	OpenErr     error
	Examination logs.Examination
}

// Service is the one that was asked about.
type Service struct {
	Name string
	// Err is the failure to find it, or to derive a query for its lines.
	Err error
	// How says how its lines are found.
	How string
	// Latest is its newest line; ReadErr why it could not be read, and None why
	// there is none.
	Latest  *logs.Entry
	ReadErr error
	None    string
}

// Terminal is what the console would draw on.
type Terminal struct {
	IsTerminal bool
	Term       string // TERM
	NoColor    string // what turned colours off; empty when nothing did
	Profile    string // colour profile
	Unicode    bool
	Sync       string // the setting of synchronized output: auto, on or off
	SSH        bool
	// Asked is set when the terminal is asked whether it has synchronized output.
	Asked bool
}
