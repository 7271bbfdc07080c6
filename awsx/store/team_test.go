package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
)

// team is a number of consoles, each a process of its own, that look at one cluster of one
// account, whose token buckets are those of AWS, and others who use the account beside them.
type team struct {
	*simtest.World
	t        *testing.T
	cluster  awsx.Ref
	consoles []*console
	others   map[string]*caller // by what they call
}

// caller counts what came of somebody's calls, by the bucket that they draw on.
type caller struct {
	carry http.RoundTripper

	mu       sync.Mutex
	answered map[string]int
	turned   map[string]int
	minutes  []string
	read     map[string]time.Time // of services, by ARN: when last one was described
}

// bucketOf names the token bucket of a request.
func bucketOf(r *http.Request) string {
	_, operation, ecs := strings.Cut(r.Header.Get("X-Amz-Target"), "AmazonEC2ContainerServiceV20141113.")
	switch {
	case !ecs:
		return "balancing"
	case strings.HasPrefix(operation, "Update"):
		return "changes"
	case strings.HasSuffix(operation, "Services"):
		return "services"
	case strings.HasSuffix(operation, "Tasks"):
		return "tasks"
	}
	return "others"
}

// RoundTrip implements http.RoundTripper.
func (c *caller) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		sent, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	answer, err := c.carry.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if answer.StatusCode != http.StatusOK {
		c.turned[bucketOf(r)]++
		return answer, nil
	}
	c.answered[bucketOf(r)]++
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "DescribeServices") {
		var asked struct{ Services []string }
		_ = json.Unmarshal(sent, &asked)
		for _, arn := range asked.Services {
			c.read[arn] = time.Now()
		}
	}
	return answer, nil
}

// rate is the part of the calls on a bucket that were answered.
func (c *caller) rate(bucket string) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return float64(c.answered[bucket]) / float64(max(1, c.answered[bucket]+c.turned[bucket]))
}

func (c *caller) count(bucket string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answered[bucket]
}

// oldest returns how long ago the last of some services was described, and whether all were.
func (c *caller) oldest(arns []string) (age time.Duration, all bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, arn := range arns {
		at, ok := c.read[arn]
		if !ok {
			return 0, false
		}
		age = max(age, time.Since(at))
	}
	return age, true
}

// console is one of them, on the services screen.
type console struct {
	*caller
	account  awsx.Account
	store    *store.Store
	services *store.Watch[awsx.Service]
	tasks    *store.Watch[awsx.Task]
	targets  *store.Watch[store.GroupState]
	visible  []string
	opened   time.Time

	first, whole, health, checked time.Duration // until the visible rows, all, the health of the visible ones and of all were read
	oldRow, oldHealth             time.Duration // how old these got afterwards
	states                        map[store.State]int
}

func (x *team) caller() *caller {
	return &caller{carry: x.RoundTripper(), answered: map[string]int{}, turned: map[string]int{}, read: map[string]time.Time{}}
}

// open opens a console, which looks at a page of the services.
func (x *team) open(visible []string) {
	c := &console{caller: x.caller(), visible: visible, opened: time.Now(), states: map[store.State]int{}}
	opener := simtest.OpenerOver(c.caller)
	c.account, _ = opener.Open(x.t.Context(), x.ID)
	c.store = store.New(x.t.Context(), store.Options{Opener: opener})
	x.t.Cleanup(c.store.Close)
	c.services, c.tasks, c.targets = c.store.Services(x.cluster), c.store.Tasks(x.cluster), c.store.Targets(x.cluster)
	c.services.Need(store.Need{Visible: visible})
	c.targets.Need(store.Need{Visible: visible})
	x.consoles = append(x.consoles, c)
}

// look notes once a second what a console shows.
func (c *console) look() {
	since := func(to *time.Duration, is bool) {
		if is && *to == 0 {
			*to = time.Since(c.opened)
		}
	}
	age, all := c.oldest(c.visible)
	since(&c.first, all)
	s := c.services.Snapshot()
	c.states[s.State(time.Now()).State]++
	since(&c.whole, !s.At.IsZero() && len(s.Partial) == 0)
	if c.first > 0 {
		c.oldRow = max(c.oldRow, age)
	}
	visible, read := map[string]bool{}, 0
	for _, arn := range c.visible {
		visible[arn] = true
	}
	targets, seen, oldest := c.targets.Snapshot(), 0, time.Duration(0)
	for _, g := range targets.Items {
		if g.ReadAt.IsZero() {
			continue
		}
		read++
		if visible[g.Services[0]] {
			seen++
			oldest = max(oldest, time.Since(g.ReadAt))
		}
	}
	since(&c.health, seen == len(visible))
	since(&c.checked, read == targets.Total && read >= len(s.Items) && len(s.Items) > len(c.visible))
	if c.health > 0 {
		c.oldHealth = max(c.oldHealth, oldest)
	}
}

// call is one call of somebody who has no limit of his own and tries once, as a script does.
func (x *team) call(who, target, body string) {
	c := x.others[who]
	if c == nil {
		c = x.caller()
		x.others[who] = c
	}
	r, _ := http.NewRequestWithContext(x.t.Context(), http.MethodPost, "http://aws.invalid/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if target != "" {
		r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113."+target)
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	}
	answer, err := c.RoundTrip(r)
	if err != nil {
		x.t.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
}

// teamOf opens an account with its cluster, and lets it be used by nobody yet.
func teamOf(t *testing.T, o sim.Options) (x *team, services []awsx.Service) {
	o.Granted = true
	x = &team{World: simtest.Open(t, o), t: t, others: map[string]*caller{}}
	clusters, err := awsx.Collect(x.Port.Clusters(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	x.cluster = clusters[0].Ref
	services, err = awsx.Collect(x.Port.Services(t.Context(), x.cluster))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute) // the buckets are full again
	return x, services
}

// work lets the team and the others work: each console comes so long after the one before.
// In the third minute the first one deploys, and follows what becomes of it.
func (x *team) work(services []awsx.Service, apart, long time.Duration) (deployed time.Duration) {
	const consoles, page = 20, 40
	group := services[0].TargetGroups()[0]
	var follow *store.Watch[store.ServiceState]
	var begun time.Time
	for second := range int(long.Seconds()) {
		at := time.Duration(second) * time.Second
		for len(x.consoles) < consoles && at >= time.Duration(len(x.consoles))*apart {
			first := len(x.consoles) * 13 % (len(services) - page)
			var visible []string
			for _, s := range services[first : first+page] {
				visible = append(visible, s.Ref.ARN)
			}
			x.open(visible)
		}
		x.call("a script", "DescribeServices", fmt.Sprintf(`{"cluster":%q,"services":[%q]}`, x.cluster.ARN, services[7].Ref.ARN))
		x.call("a script", "ListTasks", fmt.Sprintf(`{"cluster":%q}`, x.cluster.ARN))
		for range 2 {
			x.call("ECS", "", url.Values{"Action": {"DescribeTargetHealth"}, "Version": {"2015-12-01"}, "TargetGroupArn": {group}}.Encode())
		}
		if at == 3*time.Minute {
			begun = time.Now()
			ctx := awsx.WithChange(x.t.Context(), &awsx.Change{ID: "c-1", Record: func(awsx.Call) error { return nil }})
			if _, err := x.consoles[0].account.UpdateService(ctx, awsx.ServiceUpdate{Service: services[3].Ref, ForceNew: true}); err != nil {
				x.t.Errorf("the deployment: %v", err)
			}
			follow = x.consoles[0].store.Service(services[3].Ref)
			follow.Need(store.Need{MaxAge: 2 * time.Second})
		}
		if second%60 == 59 {
			for _, c := range x.others {
				c.minutes = append(c.minutes, fmt.Sprint(c.turned))
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		for _, c := range x.consoles {
			c.look()
		}
		if follow != nil && deployed == 0 {
			if s := follow.Snapshot(); len(s.Items) == 1 && len(s.Items[0].Service.Deployments) == 1 && s.Items[0].Service.Deployments[0].RolloutState == "COMPLETED" {
				deployed = time.Since(begun)
			}
		}
	}
	return deployed
}

// report prints what the consoles and the others had.
func (x *team) report() {
	for i, c := range x.consoles {
		x.t.Logf("console %2d: rows %s whole %s health %s all health %s; oldest row %s health %s; services %d/%.0f%% tasks %d/%.0f%% balancing %d/%.0f%%; %v", i,
			c.first, c.whole, c.health, c.checked, c.oldRow, c.oldHealth, c.count("services"), 100*c.rate("services"), c.count("tasks"), 100*c.rate("tasks"), c.count("balancing"), 100*c.rate("balancing"), c.states)
	}
	for who, c := range x.others {
		x.t.Log(who, c.minutes)
		x.t.Logf("%s: services %.0f%% tasks %.0f%% balancing %.0f%%", who, 100*c.rate("services"), 100*c.rate("tasks"), 100*c.rate("balancing"))
	}
}

func TestTwentyConsolesOfATeamShareOneAccount(t *testing.T) {
	for name, apart := range map[string]time.Duration{"in the morning": 0, "one after another": 5 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, services := teamOf(t, sim.Options{Clusters: 1, Services: 300, Tasks: 1, Scenario: seed.Steady})
				deployed := x.work(services, apart, 10*time.Minute)
				t.Logf("deployed after %s", deployed)
				x.report()
			})
		})
	}
}
