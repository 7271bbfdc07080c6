// Package app is the composition root: it turns a configuration into opened
// accounts, a log store, the store of snapshots and the runner of changes, which
// the console and the headless commands share.
package app

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/awsx/snapshot"
	"gantry/awsx/store"
	"gantry/internal/audit"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/internal/names"
	"gantry/logs"
	"gantry/logs/cloudwatch"
	"gantry/logs/elastic"
	"gantry/logs/merge"
)

// Options say how the application runs.
type Options struct {
	Version string
	// Demo opens the embedded account and its log store instead of real ones.
	Demo bool
	// Tour leads through the demo.
	Tour bool
	// Replay is the file of a snapshot that is opened instead of an account.
	Replay string
	// Recorded has what the account answers gathered, for Snapshot.
	Recorded bool
	// Code is asked for the code of an MFA device by commands; nil has nobody to ask. The
	// console, which is Patient, asks in a dialog of its own.
	Code func(context.Context, CodeRequest) (string, error)
	// Patient begins without credentials where a program that the console can run gets some.
	Patient bool
	// Resume begins in the context in which the last run of the console ended, where neither
	// flags, nor the environment, nor the file say in which.
	Resume bool
	// AuditDir is where the journal is kept; empty is the user's state directory.
	AuditDir string
	// Transport carries every request in place of the network; nil is the network.
	Transport http.RoundTripper
	// Undisturbed calls a function that runs another program at the terminal, to which the
	// interrupt key belongs meanwhile; nil calls it as it is.
	Undisturbed func(func() error) error
	// Load reads the configuration again; nil never does.
	Load func() (config.Config, error)
}

// App is everything that a run of gantry works with.
type App struct {
	Config config.Config
	inquiry.Reader
	// Beginning is where the console begins.
	Beginning Beginning
	// Changes plans changes and carries them out.
	Changes *change.Desk
	Policy  policy.Policy
	// Gate refuses what this run may not change; the console's wants arming.
	Gate   deploy.Gate
	Arming *change.Arming

	// journal is nil when the state directory cannot be used, and journalErr says why:
	// looking needs no record.
	journal    *audit.Log
	journalErr error
	auditDir   string
	// load and reload are for the configuration that changes while the console runs.
	load    func() (config.Config, error)
	reload  reload
	left    left // nothing before there is a console
	started time.Time
	notices notices
	codes   *codes // nil when nobody is asked for codes in a dialog
	chat    *chat  // nil when nobody is told of changes
	// logStore opens a store of documents, logGroups CloudWatch Logs of a context.
	logStore  func(awsx.ContextID, config.Logs) (logs.Source, error)
	logGroups func(awsx.ContextID) cloudwatch.Port
	signers   func(id awsx.ContextID, service, region string) elastic.Signer
	clock     func(context.Context, awsx.ContextID) (awsx.Clock, error)
	forgiving func(awsx.ContextID) bool // see access.Forgiving
	// profiles are those of the shared config, each with its region, as the console found
	// them when it began; none for an account that is reached without.
	profiles  []awsx.ContextID
	logMu     sync.Mutex
	documents []openStore // the stores of documents that are open
	merged    map[awsx.ContextID]*merge.Source
	closers   []func() error
	// transport carries the requests to log stores and to the team's chat; nil is
	// the network.
	transport http.RoundTripper
	// recorder gathers what the account answers; nil gathers nothing.
	recorder *snapshot.Recorder
	version  string
	// undisturbed is as Options have it.
	undisturbed func(func() error) error
	demo, tour  bool      // the account is the demo's, and its tour is wanted
	apart       bool      // the account is a simulated or a recorded one
	elsewhere   bool      // it began in another context than usual, that of the last run
	taken       time.Time // when the snapshot was taken that is open; else zero
}

// patience is how long closing waits for calls under way.
const patience = 20 * time.Second

// Open makes the application. It makes no call to the account, but looks for
// credentials: an error of class Expired says that there are none, unless the options say
// that those can be waited for.
func Open(ctx context.Context, cfg config.Config, o Options) (*App, error) {
	read := reload{read: cfg, file: stampOf(cfg.File)}
	dir := cmp.Or(o.AuditDir, audit.DefaultDir())
	open, apart := way(o)
	if apart != "" {
		dir = filepath.Join(dir, apart)
		// A context of the file would be the simulated account under the name of a
		// real one.
		cfg.Contexts = nil
		cfg.Logs = config.Logs{} // its lines are its own
		// And the team would be told of changes that nobody made.
		cfg.Notify = config.Notify{}
		// What is seen here was never there.
		cfg.Memory = config.Memory{}
	}
	usual, elsewhere := cfg, false
	if o.Resume && apart == "" {
		cfg, elsewhere = resumes(cfg, dir)
	}
	a := &App{elsewhere: elsewhere, Config: cfg, started: time.Now(), Reader: inquiry.Reader{Context: cfg.Context}, transport: o.Transport, version: o.Version, apart: apart != "", undisturbed: o.Undisturbed, load: o.Load, reload: read, demo: o.Demo, tour: o.Tour}
	if o.Recorded {
		a.recorder = snapshot.NewRecorder()
	}
	opener, err := open(a, ctx, o)
	if err != nil && cfg.Context != usual.Context {
		_ = a.Close() // it was never used
		o.Resume = false
		return Open(ctx, usual, o)
	}
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.assemble(ctx, opener, dir)
	return a, nil
}

// way is how the account is opened, and where what is written about one stands that
// is not real; empty for a real one.
func way(o Options) (open func(*App, context.Context, Options) (awsx.Opener, error), apart string) {
	switch {
	case o.Replay != "":
		return (*App).openSnapshot, "snapshot"
	case o.Demo:
		return (*App).openDemo, "demo"
	}
	return (*App).openReal, ""
}

// record is what is shown the calls of an account; nil when nothing is.
func (a *App) record() func(*http.Request, []byte, int, []byte, error) {
	if a.recorder == nil {
		return nil
	}
	return a.recorder.Record
}

// assemble builds what stands on the opened account.
func (a *App) assemble(ctx context.Context, opener awsx.Opener, auditDir string) {
	a.auditDir = auditDir
	records := change.Unkept(a.openJournal())
	if a.journal != nil {
		records = change.Journal(a.journal)
	}
	a.Policy = a.Config.Policy()
	a.notices.wake = make(chan struct{}, 1)
	noting := &naming{Opener: opener, app: a, first: NamesOf(a.Config), contexts: a.Config.Contexts, books: map[string]*names.Book{}}
	a.closers = append(a.closers, noting.close)
	a.forgiving = access.Forgiving(opener)
	a.Store = store.New(ctx, store.Options{Opener: noting, Refresh: a.Config.Refresh, Past: a.remembering(), Renewed: access.Renewing(opener), Unwatched: access.Forgetting(opener), Alarming: reason.AboutHealth})
	a.guard(0)
	o := change.Options{Account: a.Store.Account, Gate: gate{a}, Audit: records, Source: change.StoreSource(a.Store)}
	if a.openChat(); a.chat != nil {
		o.Herald = a.chat
	}
	a.Changes = &change.Desk{Runner: change.New(o), Store: a.Store, Policy: a.Policy, Clock: a.Clock, Records: a.records}
}

// gate is the application's gate at the time it is asked: the console exchanges
// it for one that wants arming.
type gate struct{ a *App }

func (g gate) Allow(p deploy.Plan) error { return g.a.Gate.Allow(p) }

// guard sets what refuses changes; production has to be armed for the span, unless
// that is zero.
func (a *App) guard(span time.Duration) {
	a.Arming = change.NewArming(a.Config.Writing.ReadOnly, span)
	a.Gate = a.Arming
	if a.looksBack() {
		a.Gate = bygone(a.taken)
	}
}

func (a *App) openReal(ctx context.Context, o Options) (awsx.Opener, error) {
	if o.Patient {
		a.codes = newCodes(a.notices.tell)
		a.closers = append(a.closers, a.codes.close)
		o.Code = a.codes.ask
	}
	opener := sdk.New(access.Options{Code: o.Code, Version: o.Version, ReadOnly: a.Config.Writing.ReadOnly, Transport: o.Transport, Record: a.record()})
	id, err := opener.Resolve(ctx, a.Context)
	if err != nil {
		return nil, err
	}
	a.Context = id
	if o.Patient && opener.AsksForCode(ctx, id) {
		// The console asks, which is not there yet.
	} else if err := opener.Login(ctx, id); err != nil && !(o.Patient && hasKey(err)) {
		return nil, err
	}
	a.logStore, a.logGroups, a.signers = a.configuredLogs, groupsOf(opener), signersOf(opener)
	a.clock = opener.Clock
	return opener, nil
}

// hasKey reports whether a key of the banner mends an error.
func hasKey(err error) bool {
	f := fault.Of(err)
	return f != nil && f.Run != nil
}

// Close ends what Open began, in the reverse order. Calls of changes under way
// are waited for, and messages about them for a little.
func (a *App) Close() error {
	var errs []error
	if a.Changes != nil {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		errs = append(errs, a.Changes.Shutdown(ctx))
	}
	if a.chat != nil {
		a.chat.close()
	}
	if a.Store != nil {
		a.Store.Close()
	}
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i]())
	}
	return errors.Join(errs...)
}

// sharedProfiles are the profiles of the shared config as it is now. What of it cannot be read
// has none: whoever uses a profile of it is told why.
func sharedProfiles() (ids []awsx.ContextID) {
	found, _ := access.Profiles()
	for _, p := range found {
		ids = append(ids, awsx.ContextID{Profile: p.Name, Region: p.Region})
	}
	return ids
}
