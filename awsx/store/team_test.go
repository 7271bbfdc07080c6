package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
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
	services []awsx.Service
	consoles []*console
	others   map[string]*caller // by what they call
}

// caller counts what came of somebody's calls, by the bucket that they draw on.
type caller struct {
	carry http.RoundTripper

	mu       sync.Mutex
	answered map[string]int
	turned   map[string]int
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

// known is how many services were described.
func (c *caller) known() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.read)
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
	targets  *store.Watch[store.GroupState] // nil where rows alone are read
	visible  []string
	opened   time.Time

	first, whole, health, checked time.Duration // until a screen of rows, all, the health of the visible ones and of all were read
	oldRow, oldHealth             time.Duration // how old these got afterwards
	states                        map[store.State]int
}

func (x *team) caller() *caller {
	return &caller{carry: x.RoundTripper(), answered: map[string]int{}, turned: map[string]int{}, read: map[string]time.Time{}}
}

// open opens a console, which looks at a page of the services.
func (x *team) open(visible []string, d day) {
	c := &console{caller: x.caller(), visible: visible, opened: time.Now(), states: map[store.State]int{}}
	opener := simtest.OpenerOver(c.caller)
	c.account, _ = opener.Open(x.t.Context(), x.ID)
	c.store = store.New(x.t.Context(), store.Options{Opener: opener, Refresh: d.refresh})
	x.t.Cleanup(c.store.Close)
	c.services = c.store.Services(x.cluster)
	c.services.Need(store.Need{Visible: visible})
	if !d.bare {
		c.store.Tasks(x.cluster)
		c.targets = c.store.Targets(x.cluster)
		c.targets.Need(store.Need{Visible: visible})
	}
	x.consoles = append(x.consoles, c)
}

// look notes once a second what a console shows.
func (c *console) look(services int) {
	since := func(to *time.Duration, is bool) {
		if is && *to == 0 {
			*to = time.Since(c.opened)
		}
	}
	since(&c.first, c.known() >= len(c.visible)) // what has landed fills the screen
	age, all := c.oldest(c.visible)
	s := c.services.Snapshot()
	c.states[s.State(time.Now()).State]++
	since(&c.whole, !s.At.IsZero() && len(s.Partial) == 0)
	if all {
		c.oldRow = max(c.oldRow, age)
	}
	if c.targets == nil {
		c.health = time.Nanosecond
		return
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
	since(&c.checked, read == services)
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
func teamOf(t *testing.T, o sim.Options) *team {
	x := &team{World: simtest.Open(t, o), t: t, others: map[string]*caller{}}
	clusters, err := awsx.Collect(x.Port.Clusters(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	x.cluster = clusters[0].Ref
	x.services, err = awsx.Collect(x.Port.Services(t.Context(), x.cluster))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute) // the buckets are full again
	return x
}

// day is how a team works: so many consoles, each so long after the one before, on so many
// rows each, for so long.
type day struct {
	consoles, page int
	apart, long    time.Duration
	bare           bool          // rows alone are read
	refresh        time.Duration // of the stores; zero is their own
}

// work lets the team and the others work. In the third minute the first console deploys, and
// follows what becomes of it.
func (x *team) work(d day) (deployed time.Duration) {
	group := x.services[0].TargetGroups()[0]
	var follow *store.Watch[store.ServiceState]
	var begun time.Time
	for second := range int(d.long.Seconds()) {
		at := time.Duration(second) * time.Second
		for len(x.consoles) < d.consoles && at >= time.Duration(len(x.consoles))*d.apart {
			first := len(x.consoles) * 13 % (len(x.services) - d.page)
			var visible []string
			for _, s := range x.services[first : first+d.page] {
				visible = append(visible, s.Ref.ARN)
			}
			x.open(visible, d)
		}
		x.call("a script", "DescribeServices", fmt.Sprintf(`{"cluster":%q,"services":[%q]}`, x.cluster.ARN, x.services[7].Ref.ARN))
		x.call("a script", "ListTasks", fmt.Sprintf(`{"cluster":%q}`, x.cluster.ARN))
		if n := max(1, 20/d.consoles); second%n == 0 {
			x.call("ECS", "", url.Values{"Action": {"DescribeTargetHealth"}, "Version": {"2015-12-01"}, "TargetGroupArn": {group}}.Encode())
		}
		if at == 3*time.Minute {
			begun = time.Now()
			ctx := awsx.WithChange(x.t.Context(), &awsx.Change{ID: "c-1", Record: func(awsx.Call) error { return nil }})
			if _, err := x.consoles[0].account.UpdateService(ctx, awsx.ServiceUpdate{Service: x.services[3].Ref, ForceNew: true}); err != nil {
				x.t.Errorf("the deployment: %v", err)
			}
			follow = x.consoles[0].store.Service(x.services[3].Ref)
			follow.Need(store.Need{MaxAge: 2 * time.Second})
		}
		time.Sleep(time.Second)
		synctest.Wait()
		for _, c := range x.consoles {
			c.look(len(x.services))
		}
		if follow != nil && deployed == 0 {
			if s := follow.Snapshot(); len(s.Items) == 1 && len(s.Items[0].Service.Deployments) == 1 && s.Items[0].Service.Deployments[0].RolloutState == "COMPLETED" {
				deployed = time.Since(begun)
			}
		}
	}
	return deployed
}

// bounds are what a team is to have of the account.
type bounds struct {
	rows, whole, health, checked time.Duration // until the rows on screen, all, the health of both
	oldRow, oldHealth            time.Duration // how old what is on screen may get
	deployed                     time.Duration
	fair                         float64 // the calls of the console that has the fewest, by those of the one with the most
	script, ecs                  float64 // calls of the others that are answered
}

func (b bounds) String() string {
	return fmt.Sprintf("rows %s, all rows %s, their health %s, all health %s, a row %s old, its health %s, the deployment %s, fair %.2f, script %.3f, ECS %.3f",
		b.rows, b.whole, b.health, b.checked, b.oldRow.Round(time.Second), b.oldHealth.Round(time.Second), b.deployed, b.fair, b.script, b.ecs)
}

// keeps fails where somebody has less than that, and prints what everybody had.
func (x *team) keeps(b bounds, deployed time.Duration) {
	var worst bounds
	least, most := map[string]float64{}, map[string]float64{} // calls a minute
	states, turned := map[store.State]int{}, map[string]float64{}
	missing := func(d time.Duration) time.Duration {
		if d == 0 {
			return 24 * time.Hour
		}
		return d
	}
	for i, c := range x.consoles {
		worst.rows, worst.whole = max(worst.rows, missing(c.first)), max(worst.whole, missing(c.whole))
		worst.health, worst.checked = max(worst.health, missing(c.health)), max(worst.checked, missing(c.checked))
		worst.oldRow, worst.oldHealth = max(worst.oldRow, c.oldRow), max(worst.oldHealth, c.oldHealth)
		for _, bucket := range []string{"services", "balancing"}[:1+min(1, c.count("balancing"))] {
			n := math.Round(10*float64(c.count(bucket))/time.Since(c.opened).Minutes()) / 10
			if most[bucket] = max(most[bucket], n); i == 0 || n < least[bucket] {
				least[bucket] = n
			}
			turned[bucket] += math.Round(1000*(1-c.rate(bucket))/float64(len(x.consoles))) / 10
		}
		for s, n := range c.states {
			states[s] += n
		}
	}
	worst.fair = 1
	for bucket := range least {
		worst.fair = min(worst.fair, least[bucket]/most[bucket])
	}
	worst.deployed = missing(deployed)
	script, ecs := x.others["a script"], x.others["ECS"]
	worst.script, worst.ecs = min(script.rate("services"), script.rate("tasks")), ecs.rate("balancing")
	x.t.Logf("the worst of all is %s; of a console's calls %v %% are turned away; between %v and %v a minute are answered; seconds in each state: %v", worst, turned, least, most, states)
	for what, over := range map[string]bool{
		"the rows on screen": worst.rows > b.rows, "all rows": worst.whole > b.whole, "the health on screen": worst.health > b.health, "all health": worst.checked > b.checked,
		"the age of a row on screen": worst.oldRow > b.oldRow, "the age of its health": worst.oldHealth > b.oldHealth, "the deployment": worst.deployed > b.deployed,
		"fairness": worst.fair < b.fair, "the script": worst.script < b.script, "ECS": worst.ecs < b.ecs,
	} {
		if over {
			x.t.Errorf("%s: want %s", what, b)
		}
	}
	if states[store.Throttled] == 0 || states[store.Fresh] == 0 {
		x.t.Errorf("the consoles say that they are %v", states)
	}
}

// TestConsolesOfATeamShareOneAccount: a quarter of what AWS grants an account, for four of
// them on 120 services, is nearly as scarce as all of it for twenty on 300.
func TestConsolesOfATeamShareOneAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := teamOf(t, sim.Options{Clusters: 1, Services: 120, Tasks: 1, Scenario: seed.Steady, Granted: 0.25})
		deployed := x.work(day{consoles: 4, page: 30, long: 5 * time.Minute, refresh: 5 * time.Second})
		x.keeps(bounds{
			rows: 4 * time.Minute, whole: 4 * time.Minute, health: 5 * time.Minute, checked: 24 * time.Hour, oldRow: 2 * time.Minute, oldHealth: 5 * time.Minute,
			deployed: 2 * time.Minute, fair: 0.15, script: 0.9, ecs: 0.8,
		}, deployed)
	})
}
