package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/awsx/snapshot"
	"gantry/awsx/snapshot/replay"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/internal/words"
	"gantry/logs"
)

// SnapshotOptions say what a snapshot holds and where it goes.
type SnapshotOptions struct {
	File             string
	Cluster, Service string // empty for all
	Logs             bool   // with what failing tasks wrote last
	snapshot.Options
}

// Snapshot reads the account, a cluster of it or a service, and saves what it answered.
// It returns how much that was, in words, and what could not be read. The application
// was opened with Options.Recorded.
func (a *App) Snapshot(ctx context.Context, o SnapshotOptions) (summary string, partial []error, err error) {
	all, err := a.Everything(ctx, o.Cluster, o.Service)
	if err != nil {
		return "", nil, err
	}
	kept := map[string]bool{}
	for _, c := range all.Clusters {
		kept[c.Ref.ARN] = true
	}
	for _, s := range all.Services {
		kept[s.Ref.ARN] = true
	}
	doc := a.recorder.Document(func(kind, arn string) bool { return kept[arn] || kind == snapshot.Services && o.Service == "" })
	doc.Taken, doc.Program, doc.Region = time.Now().UTC().Truncate(time.Millisecond), a.version, a.Context.Region
	doc.Scope = strings.Trim(o.Cluster+"/"+o.Service, "/")
	summary, partial = all.Summary(), all.Partial
	if o.Logs {
		written, unread := a.Lines().Failing(ctx, all.Tasks)
		doc.Lines, partial = linesOf(written), append(partial, unread...)
		summary += ", " + words.Count(len(doc.Lines), "log line")
	}
	return summary, partial, doc.Save(o.File, o.Options)
}

// snapshotProfile is the name of the context that a snapshot is looked at as.
const snapshotProfile = "snapshot"

// openSnapshot opens the account of a snapshot. Nothing leaves the process.
func (a *App) openSnapshot(_ context.Context, o Options) (awsx.Opener, error) {
	doc, err := snapshot.Load(o.Replay)
	if err != nil {
		return nil, err
	}
	return a.replay(doc, o)
}

// replay looks at a document, at the time at which it was taken.
func (a *App) replay(doc *snapshot.Document, o Options) (awsx.Opener, error) {
	account, err := replay.New(doc)
	if err != nil {
		return nil, &fault.Error{Class: fault.Invalid, Op: "open the snapshot", Resource: o.Replay, Err: err}
	}
	a.taken = doc.Taken
	a.Clock = func() time.Time { return doc.Taken }
	a.Config.Writing.ReadOnly = true
	a.Context = awsx.ContextID{Profile: snapshotProfile, Region: doc.Region}
	a.Config.Logs.Awslogs = config.FromDocuments // whichever store they came from
	a.logStore = func(awsx.ContextID, config.Logs) (logs.Source, error) { return storeOf(doc) }
	opener := sdk.NewStatic(
		access.Options{Version: o.Version, ReadOnly: true, Transport: account.RoundTripper()},
		access.Static{Region: doc.Region, AccessKey: "snapshot", SecretKey: "snapshot"},
	)
	a.logGroups, a.clock = groupsOf(opener), opener.Clock
	return opener, nil
}

// Taken is when the snapshot was taken that is open; zero when an account is open.
func (a *App) Taken() time.Time { return a.taken }

// looksBack reports whether a snapshot is open.
func (a *App) looksBack() bool { return !a.taken.IsZero() }

// bygone is the gate of a snapshot, which was taken then: nothing changes it.
type bygone time.Time

// Allow refuses every change.
func (p bygone) Allow(plan deploy.Plan) error {
	return &fault.Error{Class: fault.Denied, Op: plan.Intent.Action(), Resource: plan.Target.ARN, Fix: "start without --replay",
		Err: fmt.Errorf("%w: a snapshot of %s is open, which nothing changes", deploy.ErrRefused, time.Time(p).Format(time.RFC3339))}
}

// SimulateSnapshot serves a snapshot's account, and the log lines that it has, until ctx
// ends. Ready is called once it listens.
func SimulateSnapshot(ctx context.Context, file, listen string, ready func(SimAddresses)) error {
	doc, err := snapshot.Load(file)
	if err != nil {
		return err
	}
	account, err := replay.New(doc)
	if err != nil {
		return &fault.Error{Class: fault.Invalid, Op: "open the snapshot", Resource: file, Err: err}
	}
	lines, err := kept(doc)
	if fault.ClassOf(err) == fault.NotFound {
		return serveBoth(ctx, listen, SimAddresses{Region: doc.Region}, account, nil, ready)
	}
	if err != nil {
		return err
	}
	return serveBoth(ctx, listen, SimAddresses{Region: doc.Region, Index: config.DefaultIndex}, account, lines, ready)
}
