package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/awsx/sim"
	"gantry/awsx/sim/output"
	"gantry/awsx/sim/seed"
	"gantry/internal/config"
	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/elastic"
	logsim "gantry/logs/sim"
)

// SimOptions shape a simulated account that is served.
type SimOptions struct {
	Listen                    string
	Latency                   time.Duration
	Clusters, Services, Tasks int
	Scenario                  string
	Speed                     float64
	Seed                      uint64
}

// SimAddresses is where a simulated account is served.
type SimAddresses struct{ AWS, Logs, Region, Index string }

const simRegion = "eu-west-1"

// ScenarioGroup names scenarios of a simulated account about one subject.
type ScenarioGroup struct {
	Subject string
	Names   []string
}

// ScenarioGroups names what can be wrong in a simulated account.
func ScenarioGroups() []ScenarioGroup {
	var groups []ScenarioGroup
	for _, g := range seed.ScenarioGroups() {
		group := ScenarioGroup{Subject: g.Subject}
		for _, s := range g.Scenarios {
			group.Names = append(group.Names, string(s))
		}
		groups = append(groups, group)
	}
	return groups
}

// Served lists what a simulated account answers: a line a service, its name first.
func Served() ([][]string, error) {
	all, err := sim.AllServed()
	var lines [][]string
	for _, s := range all {
		lines = append(lines, append([]string{s.Service}, s.Operations...))
	}
	return lines, err
}

// invalidOption makes an error of an option that a person gave.
func invalidOption(err error) error {
	return &fault.Error{Class: fault.Invalid, Op: "simulate", Err: err}
}

// simulation is an account that lives and the log store its tasks write to.
type simulation struct {
	account *sim.Account
	logs    *logsim.Store
	cancel  context.CancelFunc
	running crash.Group
	done    chan struct{} // closed once it has ended
}

// simulate builds an account and lets it live until stop is called.
func simulate(o SimOptions) (*simulation, error) {
	scenario, err := seed.ParseScenario(o.Scenario)
	if err != nil {
		return nil, invalidOption(err)
	}
	if o.Speed <= 0 { // which the account would take for its default
		return nil, invalidOption(fmt.Errorf("speed is %g: want more than 0", o.Speed))
	}
	s := &simulation{logs: logsim.New(logsim.Options{}), done: make(chan struct{})}
	s.account, err = sim.New(sim.Options{
		Seed: o.Seed, Clusters: o.Clusters, Services: o.Services, Tasks: o.Tasks,
		Scenario: scenario, Speed: o.Speed, Latency: o.Latency, Region: simRegion, Logs: sink{s.logs},
	})
	if err != nil {
		return nil, invalidOption(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.running.Go(func() {
		defer close(s.done)
		_ = s.account.Run(ctx) // ends with the context's error
	})
	return s, nil
}

func (s *simulation) stop() error {
	s.cancel()
	s.running.Settle()
	if fault := s.running.Report(); fault != nil {
		return fault
	}
	return nil
}

// sink hands the tasks' lines to the log store as what ships them would.
type sink struct{ store *logsim.Store }

// WriteLog stores one document.
func (s sink) WriteLog(d output.Doc) { s.store.Put("", d.Document, d.Time) }

// openDemo opens an embedded account. Nothing of it leaves the process.
func (a *App) openDemo(_ context.Context, o Options) (awsx.Opener, error) {
	s, err := simulate(SimOptions{Seed: 1, Speed: 1})
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, s.stop)
	a.Context = awsx.ContextID{Profile: "simulated", Region: simRegion}
	a.logStore = func(awsx.ContextID, config.Logs) (logs.Source, error) {
		// The newest lines are the last to come of those that were there before.
		select {
		case <-s.account.Written():
		case <-s.done:
		}
		return elastic.Open(elastic.Config{Addresses: []string{"http://logs.invalid"}, Transport: s.logs.RoundTripper()})
	}
	opener := sdk.NewStatic(
		access.Options{Version: o.Version, ReadOnly: a.Config.Writing.ReadOnly, Transport: s.account.RoundTripper(), Record: a.record()},
		access.Static{Region: simRegion, AccessKey: "simulated", SecretKey: "simulated"},
	)
	a.logGroups, a.clock = groupsOf(opener), opener.Clock
	return opener, nil
}

// Simulate serves a simulated account and its log store until ctx ends. Ready is
// called once both listen.
func Simulate(ctx context.Context, o SimOptions, ready func(SimAddresses)) (err error) {
	s, err := simulate(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	return serveBoth(ctx, o.Listen, SimAddresses{Region: simRegion, Index: config.DefaultIndex}, s.account, s.logs, ready)
}

// serveBoth serves an account and, unless that is nil, a log store on the port beside
// it, until ctx ends. It completes the addresses, and calls ready with them.
func serveBoth(ctx context.Context, listen string, at SimAddresses, account http.Handler, store *logsim.Store, ready func(SimAddresses)) error {
	aws, err := net.Listen("tcp", listen)
	if err != nil {
		return cannotListen(listen, err)
	}
	defer aws.Close()
	at.AWS = "http://" + aws.Addr().String()
	served := map[net.Listener]http.Handler{aws: account}
	if store != nil {
		beside := nextPort(aws.Addr(), listen)
		lines, err := net.Listen("tcp", beside)
		if err != nil {
			return cannotListen(beside, err)
		}
		defer lines.Close()
		at.Logs, served[lines] = "http://"+lines.Addr().String(), store
	}
	ready(at)
	return serve(ctx, served)
}

// cannotListen says why an address is not served, and what would do.
func cannotListen(address string, err error) error {
	fix := "give --listen an address of this machine as HOST:PORT, such as 127.0.0.1:4566"
	var syscallErr *os.SyscallError
	if errors.As(err, &syscallErr) {
		err = syscallErr.Err
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		err = errors.New("something listens there already, perhaps another gantry sim")
		fix = "choose another address with --listen; with port 0 any free one is taken"
	}
	return &fault.Error{Class: fault.Invalid, Op: "listen on " + address, Fix: fix, Err: err}
}

// nextPort is the address beside one that was asked for; any free port when any
// was asked for.
func nextPort(got net.Addr, asked string) string {
	host, port, err := net.SplitHostPort(asked)
	if err != nil || port == "0" {
		return net.JoinHostPort(host, "0")
	}
	tcp, ok := got.(*net.TCPAddr)
	if !ok {
		return net.JoinHostPort(host, "0")
	}
	return net.JoinHostPort(host, strconv.Itoa(tcp.Port+1))
}

// serve serves handlers until ctx ends or one of them fails.
func serve(ctx context.Context, handlers map[net.Listener]http.Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg crash.Group
	errs := make(chan error, len(handlers))
	for l, h := range handlers {
		srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
		wg.Go(func() {
			if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				errs <- err
				cancel()
			}
		})
		wg.Go(func() {
			<-ctx.Done()
			_ = srv.Close()
		})
	}
	wg.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}
