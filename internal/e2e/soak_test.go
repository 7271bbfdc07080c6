//go:build integration

package e2e

import (
	"context"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/awsx/sim/output"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	logsim "gantry/logs/sim"
)

// soaked is one console that is watched for long.
type soaked struct {
	*console
	what   string
	rows   *regexp.Regexp // of which there are never less than ten on screen
	blanks int
	at     []time.Duration
	memory []float64 // MiB
	most   []int     // goroutines that there were at once so far
	files  []int
}

// sample notes what the console holds.
func (s *soaked) sample(at time.Duration, goroutines int64) {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", s.what, err, s.text())
	}
	s.at = append(s.at, at)
	s.memory = append(s.memory, memory(s.t, s.console, "VmRSS"))
	s.files = append(s.files, len(files))
	s.most = append(s.most, goroutinesOf(s.t, s.cmd.Process.Pid, goroutines))
}

// warm is how long a console may grow at first: a log that says so much remembers more of its
// lines until it remembers half a million.
const warm = 10 * time.Minute

// grown compares the middle of what was noted in the fifth of the time after it was warm with
// that of the last fifth.
func grown[N int | float64](at []time.Duration, noted []N) (before, after N) {
	middle := func(part []N) N {
		sorted := slices.Sorted(slices.Values(part))
		return sorted[len(sorted)/2]
	}
	fifth := max(1, len(noted)/5)
	from, _ := slices.BinarySearch(at, warm)
	from = max(0, min(from, len(noted)-2*fifth))
	return middle(noted[from : from+fifth]), middle(noted[len(noted)-fifth:])
}

// allGoroutines is where the runtime counts the goroutines that it ever had at once: those
// that ended are used again.
func allGoroutines(t testing.TB) int64 {
	t.Helper()
	file, err := elf.Open(gantry)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		if s.Name == "runtime.allglen" {
			return int64(s.Value)
		}
	}
	t.Fatal("the program does not say where it counts goroutines")
	return 0
}

func goroutinesOf(t testing.TB, pid int, at int64) int {
	t.Helper()
	file, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var n [8]byte
	if _, err := file.ReadAt(n[:], at); err != nil {
		t.Fatal(err)
	}
	return int(binary.LittleEndian.Uint64(n[:]))
}

// loud takes the lines of an account and writes a thousand a second more of one service.
type loud struct {
	store   *logsim.Store
	service string

	mu    sync.Mutex
	model *output.Doc
}

// WriteLog implements output.Sink.
func (l *loud) WriteLog(d output.Doc) {
	l.store.Put("", d.Document, d.Time)
	l.mu.Lock()
	defer l.mu.Unlock()
	if d.Service == l.service {
		l.model = &d
	}
}

func (l *loud) write(ctx context.Context) {
	for n := 0; ctx.Err() == nil; after(50 * time.Millisecond) {
		l.mu.Lock()
		model := l.model
		l.mu.Unlock()
		for range 50 {
			if model == nil {
				break
			}
			d := *model
			d.Time, d.Message = time.Now(), fmt.Sprintf("soaking, line %d of a service that says much about the requests that it answers", n)
			l.store.Put("", d.Document, d.Time)
			n++
		}
	}
}

// BenchmarkSoak has one console look at 300 services and another follow a log of 1,000 lines
// a second, for an hour or for as long as SOAK says, while services are deployed, half of the
// calls are turned away, connections break, and the account and the terminals stall.
func BenchmarkSoak(b *testing.B) {
	long := time.Hour
	if said := os.Getenv("SOAK"); said != "" {
		var err error
		if long, err = time.ParseDuration(said); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		soak(b, long)
	}
}

func soak(b *testing.B, long time.Duration) {
	ctx, stop := context.WithCancel(b.Context())
	lines := &loud{store: logsim.New(logsim.Options{}), service: "orders-api-001"}
	account300, err := sim.New(sim.Options{Clusters: 1, Services: 300, Tasks: 2, Scenario: seed.Steady, Speed: 10, Logs: lines})
	if err != nil {
		b.Fatal(err)
	}
	aws, logs := httptest.NewServer(account300), httptest.NewServer(lines.store)
	var beside sync.WaitGroup
	beside.Go(func() { _ = account300.Run(ctx) })
	beside.Go(func() { lines.write(ctx) })
	beside.Go(func() { rollOut(ctx, account300, lines.service) })
	b.Cleanup(func() {
		stop()
		beside.Wait()
		aws.CloseClientConnections()
		aws.Close()
		logs.CloseClientConnections()
		logs.Close()
	})

	file := filepath.Join(b.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("logs:\n  endpoints: ["+logs.URL+"]\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	env := account(b, aws.URL, "GANTRY_CONFIG="+file)
	consoles := []*soaked{
		{console: open(b, 200, 50, env, "prod"), what: "services", rows: regexp.MustCompile(`[a-z]+-[a-z]+-\d{3}`)},
		{console: open(b, 200, 50, env, "prod/"+lines.service, "logs"), what: "log", rows: regexp.MustCompile(`soaking, line \d+`)},
	}
	consoles[0].sees("SERVICE", "300:")
	consoles[1].sees("soaking, line")
	account300.Inject(sim.Fault{Kind: sim.Reset, Share: 0.02})
	account300.Inject(sim.Fault{Kind: sim.Throttle, Share: 0.5})
	goroutines := allGoroutines(b)

	begun := time.Now()
	for second := 0; time.Since(begun) < long; second++ {
		after(time.Second)
		switch second % 180 {
		case 30:
			remove := account300.Inject(sim.Fault{Kind: sim.Stall, Delay: 20 * time.Second})
			time.AfterFunc(20*time.Second, remove)
		case 90, 120:
			c := consoles[second%180/30-3]
			c.gate.Lock()
			time.AfterFunc(20*time.Second, c.gate.Unlock)
		}
		if second%15 == 0 {
			consoles[0].press([]string{"\x06", "\x02", "j"}[second/15%3])
		}
		for _, c := range consoles {
			if rows := len(c.rows.FindAllString(c.text(), -1)); rows < 10 {
				c.blanks++
				b.Errorf("%s after %s: %d rows are on screen:\n%s", c.what, time.Since(begun), rows, c.text())
			}
			if second%5 == 0 {
				c.sample(time.Since(begun), goroutines)
			}
		}
		if second%60 == 0 {
			for _, c := range consoles {
				last := len(c.memory) - 1
				b.Logf("%s after %s: %.1f MiB, %d goroutines at most, %d files, %d bytes sent, %d blank", c.what, c.at[last].Round(time.Second), c.memory[last], c.most[last], c.files[last], c.written.Load(), c.blanks)
			}
		}
		if b.Failed() && consoles[0].blanks+consoles[1].blanks > 20 {
			break
		}
	}
	for _, c := range consoles {
		before, now := grown(c.at, c.memory)
		b.ReportMetric(now, c.what+"-MiB")
		b.ReportMetric(100*(now/before-1), c.what+"-MiB-grown-%")
		if now > before*1.05 {
			b.Errorf("%s: %.1f MiB, and %.1f at first: %.1f", c.what, now, before, c.memory)
		}
		most, mostNow := grown(c.at, c.most)
		if b.ReportMetric(float64(mostNow), c.what+"-goroutines"); mostNow > most+most/10 {
			b.Errorf("%s: %d goroutines at once, and %d at first: %d", c.what, mostNow, most, c.most)
		}
		if files, filesNow := grown(c.at, c.files); filesNow > files+4 {
			b.Errorf("%s: %d open files, and %d at first: %d", c.what, filesNow, files, c.files)
		}
		c.kill()
	}
	calls := map[string]int{}
	for _, c := range account300.Calls() {
		calls[c.Service+" "+c.Operation]++
	}
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		b.Logf("of the last calls %d were %s", calls[name], name)
	}
}

// rollOut deploys a service after the other anew, but for one.
func rollOut(ctx context.Context, world *sim.Account, spared string) {
	port, err := simtest.Opener(world).Open(ctx, awsx.ContextID{Region: "eu-west-1"})
	if err != nil {
		return
	}
	ctx = awsx.WithChange(ctx, &awsx.Change{ID: "soak", Record: func(awsx.Call) error { return nil }})
	clusters, _ := awsx.Collect(port.Clusters(ctx))
	for _, c := range clusters {
		services, _ := awsx.Collect(port.Services(ctx, c.Ref))
		for n := 0; ctx.Err() == nil && len(services) > 0; n += 7 {
			if s := services[n%len(services)]; !strings.HasSuffix(s.Ref.ARN, spared) {
				_, _ = port.UpdateService(ctx, awsx.ServiceUpdate{Service: s.Ref, ForceNew: true})
			}
			wait := time.NewTimer(5 * time.Second)
			select {
			case <-ctx.Done():
				wait.Stop()
			case <-wait.C:
			}
		}
	}
}
