//go:build integration

package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// measured is for how long a console is watched, and beginning how long it has had by then to
// read everything but the targets.
const (
	measured  = time.Minute
	beginning = 80 * time.Second
)

// BenchmarkLimits is what a console takes of the machine, of the line and of the account on
// the services screen of one cluster at 80x24, the cursor at rest: in its beginning, while the
// health of the targets lands after that, and once all was read. With -short the last is left
// out where reading all targets takes more than six minutes.
func BenchmarkLimits(b *testing.B) {
	for _, services := range []int{100, 1000, 5000} {
		b.Run(strconv.Itoa(services), func(b *testing.B) {
			aws, _ := simulator(b, "--scenario", "steady", "--clusters", "1", "--services", strconv.Itoa(services), "--tasks", "2", "--latency", "20ms")
			counted := counting(b, aws)
			for b.Loop() {
				c := open(b, 80, 24, account(b, counted.url))
				c.sees("prod")
				c.press(enter)
				after(beginning)
				c.sees("SERVICE", strconv.Itoa(services)+":")
				b.ReportMetric(cpu(b, c).Seconds()/beginning.Seconds()*100, "%cpu-first")
				if strings.Contains(c.text(), "unread") {
					watch(b, c, counted, "landing")
				}
				if services <= 1000 || !testing.Short() {
					c.allTargets(services)
					watch(b, c, counted, "rest")
				}
				for name, label := range map[string]string{"VmRSS": "MiB-resident", "RssFile": "MiB-of-files"} {
					b.ReportMetric(memory(b, c, name), label)
				}
				c.kill()
			}
		})
	}
}

// watch looks at a console for a while.
func watch(b *testing.B, c *console, calls *counter, when string) {
	b.Helper()
	used, wrote, called := cpu(b, c), c.written.Load(), calls.n.Load()
	after(measured)
	b.ReportMetric((cpu(b, c)-used).Seconds()/measured.Seconds()*100, "%cpu-"+when)
	b.ReportMetric(float64(c.written.Load()-wrote)/measured.Seconds(), "B/s-"+when)
	b.ReportMetric(float64(calls.n.Load()-called)/measured.Seconds(), "calls/s-"+when)
}

// allTargets waits until the targets of all services were read, for which three groups a
// second take their time.
func (c *console) allTargets(services int) {
	c.t.Helper()
	limit := time.Now().Add(time.Minute + time.Duration(services)*time.Second/2)
	for strings.Contains(c.text(), "unread") {
		after(time.Second)
		if time.Now().After(limit) {
			c.t.Fatalf("not all targets were read:\n%s", c.text())
		}
	}
	c.rests()
}

// counter is an endpoint that counts the calls which pass it.
type counter struct {
	url string
	n   atomic.Int64
}

func counting(b *testing.B, endpoint string) *counter {
	b.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		b.Fatal(err)
	}
	c := &counter{}
	pass := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.n.Add(1)
		pass.ServeHTTP(w, r)
	}))
	b.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// cpu is what the console's process has used of the processors.
func cpu(b testing.TB, c *console) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int
	for _, field := range f[11:13] { // utime and stime, in hundredths of a second (proc(5))
		n, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
