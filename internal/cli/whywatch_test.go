package cli_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/cli/command"
)

// chat is a team's channel, before which an account may be out of reach.
type chat struct {
	mu       sync.Mutex
	messages []string
	down     bool
}

func (c *chat) told(t *testing.T, want int, parts ...string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.messages) != want {
		t.Fatalf("%d messages, want %d: %q", len(c.messages), want, c.messages)
	}
	for _, part := range parts {
		if !strings.Contains(c.messages[want-1], part) {
			t.Errorf("%q lacks %q", c.messages[want-1], part)
		}
	}
}

func (c *chat) reach(down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = down
}

// TestTheTeamIsToldOfWhatComesAndGoesOnce: what comes, not again with each look nor when looks
// fail, and that it went.
func TestTheTeamIsToldOfWhatComesAndGoesOnce(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		var c chat
		host := strings.TrimPrefix(a.url, "http://")
		aws := a.net[host]
		a.net[host] = roundTrip(func(r *http.Request) (*http.Response, error) {
			c.mu.Lock()
			down := c.down
			c.mu.Unlock()
			if down {
				return nil, io.ErrUnexpectedEOF
			}
			return aws.RoundTrip(r)
		})
		a.net["chat.test"] = handled(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			c.mu.Lock()
			defer c.mu.Unlock()
			c.messages = append(c.messages, string(body))
		})
		catalog := at(t, a.run(t, "status", "prod/catalog", "-o", "json").object(t), "tasks", 0, "id").(string)
		a.file = configured(t, fmt.Sprintf("logs: {endpoints: [http://%s]}\nnotify: {webhook: {env: HOOK}}\n", logsHost))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := make(chan result, 1)
		go func() {
			ended <- a.runWith(ctx, command.Streams{In: strings.NewReader(""), Getenv: func(name string) string {
				return map[string]string{"HOOK": "https://chat.test/hook"}[name]
			}}, "why", "prod/catalog", "--watch", "--notify", "--every", "20s")
		}()
		wait := func(d time.Duration) {
			<-time.After(d)
			synctest.Wait()
		}
		wait(2 * time.Minute)
		c.told(t, 0)
		if err := a.EndTask(catalog, "EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage"); err != nil {
			t.Fatal(err)
		}
		wait(90 * time.Second)
		c.told(t, 1, "catalog", "more memory than its limit")
		c.reach(true)
		wait(time.Minute)
		c.reach(false)
		wait(time.Minute)
		c.told(t, 1)
		wait(10 * time.Minute)
		c.told(t, 2, "catalog", "more memory than its limit")
		cancel()
		r := <-ended
		if r.wants(t, 0, "+ prod/catalog: ", "- prod/catalog: "); strings.Count(r.out, "\n") != 2 {
			t.Errorf("what came and went once is told so:\n%s", r.out)
		}
	})
}

// roundTrip is a server that may also not answer.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
