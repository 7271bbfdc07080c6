package app

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gantry/internal/config"
)

// channel is a team's chat behind a webhook.
type channel struct {
	status int           // of its answers
	delay  time.Duration // before each of them

	mu    sync.Mutex
	texts []string
	raw   []byte
}

func (c *channel) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-time.After(c.delay):
	}
	var message struct{ Text string }
	if err := json.Unmarshal(body, &message); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts, c.raw = append(c.texts, message.Text), append(c.raw, body...)
	return says(r, c.status, "text/plain", "no_service"), nil
}

// heard is what was posted, a message after the other.
func (c *channel) heard() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.texts...)
}

const webhook = "https://hooks.example.com/services/k3yOfTheHook"

// told is a setting in which a channel is told of changes.
func told(c *channel, n config.Notify) setting {
	n.Webhook = webhook
	return setting{webhook: c, configure: func(cfg *config.Config) { cfg.Notify = n }}
}

func TestTheTeamIsToldOfAChangeAndOfItsVerdict(t *testing.T) {
	c := &channel{status: 200}
	sit(t, told(c, config.Notify{}), func(t *testing.T, d *desk) {
		d.cluster("staging").service("web").press("r").read().press("enter").answer("y")
		d.until(15*time.Minute, "+ succeeded")
		heard := c.heard()
		if len(heard) != 2 {
			t.Fatalf("heard %q", heard)
		}
		records, _ := d.journal()
		id, who := records[0]["change"].(string), records[0]["who"].(string)+"@"+records[0]["host"].(string)
		for i, want := range [][]string{
			{"restart staging/web begins in main/eu-west-1\n", "by " + who + " as arn:aws:sts::", "audit id " + id},
			{"+ restart staging/web: succeeded after ", "in main/eu-west-1\n", "audit id " + id},
		} {
			for _, part := range want {
				if !strings.Contains(heard[i], part) {
					t.Errorf("message %d lacks %q:\n%s", i, part, heard[i])
				}
			}
		}
	})
}

func TestARolledBackDeploymentIsToldAsOne(t *testing.T) {
	c := &channel{status: 200}
	sit(t, told(c, config.Notify{Clusters: []string{"prod"}, Actions: []string{"deploy"}}), func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").service("pricing").press("i").read()
		d.filter("v0.10.0").press("enter").read().press("enter").answer("pricing")
		d.until(30*time.Minute, "rolled back")
		heard := c.heard()
		if len(heard) != 2 || !strings.HasPrefix(heard[1], "x deploy prod/pricing: rolled back after ") || !strings.Contains(heard[1], "(PRODUCTION)") || !strings.Contains(heard[1], "stopped: ") {
			t.Errorf("heard %q", heard)
		}
	})
}

func TestOnlyWhatIsWantedIsTold(t *testing.T) {
	c := &channel{status: 200}
	sit(t, told(c, config.Notify{Clusters: []string{"prod*"}}), func(t *testing.T, d *desk) {
		d.cluster("staging").service("web").press("r").read().press("enter").answer("y")
		d.until(15*time.Minute, "+ succeeded")
		if heard := c.heard(); len(heard) > 0 {
			t.Errorf("heard %q", heard)
		}
	})
}

// TestAWebhookThatFailsIsAWarning: the change, its journal and the time it takes
// are what they are without it.
func TestAWebhookThatFailsIsAWarning(t *testing.T) {
	for name, c := range map[string]*channel{"refuses": {status: 404}, "never answers": {status: 200, delay: time.Hour}} {
		t.Run(name, func(t *testing.T) {
			sit(t, told(c, config.Notify{}), func(t *testing.T, d *desk) {
				d.cluster("staging").service("web").press("r").read().press("enter").answer("y")
				d.until(15*time.Minute, "+ succeeded")
				if got, want := d.kinds(), "begin, call ECS:UpdateService, end succeeded"; got != want {
					t.Errorf("the journal holds %q, want %q", got, want)
				}
				d.until(time.Minute, "a message was not sent").Hides("k3yOfTheHook", "hooks.example.com")
			})
		})
	}
}

// TestLeavingWaitsALittleForMessages: the last word of a run still goes out, and
// a webhook that hangs does not keep the program.
func TestLeavingWaitsALittleForMessages(t *testing.T) {
	for name, delay := range map[string]time.Duration{"a slow webhook": 2 * time.Second, "one that hangs": time.Hour} {
		c := &channel{status: 200, delay: delay}
		t.Run(name, func(t *testing.T) {
			sit(t, told(c, config.Notify{}), func(t *testing.T, d *desk) {
				d.cluster("staging").service("web").press("r").read().press("enter").answer("y")
				d.until(time.Minute, "Rollout")
				before := time.Now()
				if err := d.app.Changes.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
				d.app.chat.close()
				if took := time.Since(before); took > patienceOfChat {
					t.Errorf("leaving took %s", took)
				}
				heard := c.heard()
				if delay > patienceOfChat {
					if len(heard) != 0 {
						t.Errorf("heard %q", heard)
					}
					return
				}
				if len(heard) != 2 || !strings.HasPrefix(heard[1], "? restart staging/web: not followed") || !strings.Contains(heard[1], "goes on in ECS") {
					t.Errorf("heard %q", heard)
				}
			})
		})
	}
}
