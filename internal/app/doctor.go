package app

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/store"
	"gantry/internal/audit"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/internal/inquiry/doctor"
	"gantry/internal/memory"
	"gantry/logs"
	"gantry/logs/ecslog"
)

const (
	// examinationTime bounds each part of an examination: what does not answer by
	// then is told so.
	examinationTime = 20 * time.Second
	// lately is the stretch whose documents are counted.
	lately = 15 * time.Minute
)

// Diagnose finds out how things stand with this machine, the account and the log
// store, and with a service when one is named. Unlike Open it takes what is missing
// for a finding. What it cannot know, of the terminal, is for the caller to add.
func Diagnose(ctx context.Context, cfg config.Config, o Options, cluster, service string) doctor.Facts {
	dir := cmp.Or(o.AuditDir, audit.DefaultDir())
	open, apart := way(o)
	if apart != "" {
		dir, cfg.Logs = filepath.Join(dir, apart), config.Logs{}
	}
	a := &App{Config: cfg, started: time.Now(), Reader: inquiry.Reader{Context: cfg.Context}, transport: o.Transport}
	defer func() { _ = a.Close() }() // what could not be closed is no finding
	f := doctor.Facts{Setup: doctor.Setup{Version: o.Version, File: cfg.File, DefaultFile: config.DefaultFile()}}
	a.auditDir = dir
	err := a.openJournal()
	if err == nil {
		err = a.journal.Try()
	}
	f.Setup.Journal, f.Setup.JournalErr, f.Setup.KeyShared = audit.Path(dir), err, errors.Is(err, audit.ErrShared)
	if f.Setup.Memory = memory.Path(dir); cfg.Memory.Days > 0 {
		f.Setup.MemoryErr = memory.Examine(dir)
	}
	for _, r := range a.Unended() {
		f.Setup.Unended = append(f.Setup.Unended, unendedWords(r))
	}
	opener, err := open(a, ctx, o)
	f.Account = doctor.Account{Context: a.Context, OpenErr: err}
	if err != nil {
		a.logStore = a.configuredLogs
	} else {
		a.Store = store.New(ctx, store.Options{Opener: opener, Alarming: reason.AboutHealth})
		a.examineAccount(ctx, &f.Account, cluster, service)
	}
	f.Store = a.examineStore(ctx, cluster, service, err)
	if service != "" && len(f.Account.Reads) > 0 {
		f.Service = a.examineService(ctx, cluster, service)
	}
	f.Now = a.Now()
	return f
}

// examineStore looks at the store of documents that a service's lines are in, or
// those of the context without one. Opening is the failure to open the account,
// with whose credentials requests may be signed.
func (a *App) examineStore(ctx context.Context, cluster, service string, opening error) doctor.Store {
	ctx, cancel := context.WithTimeout(ctx, examinationTime)
	defer cancel()
	settings, own := a.Config.LogsOf(a.Context)
	if override := settings.Override(cluster, service); service != "" && override != nil {
		settings = override.Store
	}
	signer := a.Config.Context
	if own || opening == nil {
		signer = a.Context
	}
	if settings.SigV4.Service != "" && opening != nil {
		return doctor.Store{OpenErr: errors.New("requests to it are signed with the account's credentials, of which there are none")}
	}
	src, err := a.opens(signer, settings)(ctx)
	switch {
	case errors.Is(err, ErrNoLogs):
		return doctor.Store{Unset: true}
	case err != nil:
		return doctor.Store{OpenErr: err}
	}
	examiner, ok := src.(logs.Examiner)
	if !ok {
		return doctor.Store{Unset: true}
	}
	return doctor.Store{Examination: examiner.Examine(ctx, a.Now(), lately, ecslog.Standard().Fields())}
}

// examineService looks for a service's lines in whatever store has them.
func (a *App) examineService(ctx context.Context, cluster, service string) *doctor.Service {
	ctx, cancel := context.WithTimeout(ctx, examinationTime)
	defer cancel()
	s := &doctor.Service{Name: cluster + "/" + service}
	svc, err := a.FindService(ctx, cluster, service)
	if err != nil {
		s.Err = err
		return s
	}
	scope, err := a.Lines().Scope(ctx, svc, nil, false)
	if err != nil {
		s.Err = err
		return s
	}
	s.How = scope.Note
	src := a.OpenLogs(a.Context)
	page, err := src.Latest(ctx, scope.Query, logs.Range{}, 1)
	switch {
	case err != nil:
		s.ReadErr = err
	case len(page.Entries) > 0:
		s.Latest = &page.Entries[0]
	default:
		x, err := src.Explain(ctx, scope.Query, logs.Range{From: a.Now().Add(-lately)})
		if s.None = x.String(); err != nil {
			s.None = err.Error()
		}
	}
	return s
}

// examineAccount asks who asks, what time it is, and a little of everything that
// gantry reads.
func (a *App) examineAccount(ctx context.Context, f *doctor.Account, cluster, service string) {
	ctx, cancel := context.WithTimeout(ctx, examinationTime)
	defer cancel()
	account, err := a.Store.Account(ctx, a.Context)
	if err != nil {
		f.OpenErr = err
		return
	}
	f.Identity, f.IdentityErr = account.Identity(ctx)
	if c, err := a.clock(ctx, a.Context); err == nil {
		f.Clock = c
	}
	switch fault.ClassOf(f.IdentityErr) {
	case fault.Expired, fault.Offline:
		return // nothing else would be answered otherwise
	}
	f.Reads = doctor.Probe(ctx, account, cluster, service)
	clusters, _ := awsx.Collect(account.Clusters(ctx)) // what cannot be read is a finding of the probe
	rules := a.Config.Policy()
	for _, c := range clusters {
		judged := rules.Judge(c.Ref, f.Identity.Account)
		f.Clusters = append(f.Clusters, doctor.Cluster{Name: c.Ref.ClusterName(), Production: judged.Production, JudgedBy: judged.By})
	}
}
