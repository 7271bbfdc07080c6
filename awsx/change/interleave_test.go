package change_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
)

// Whatever two operators, an autoscaler and the network do to one service at the
// same time, no change of ours loses a field, registers twice, ends a revision
// in use, or calls a deployment well that was not. Each check is one script of
// interleaved deeds; the integration tests play a thousand, make campaigns ten.
func TestInterleavedChangesNeverLie(t *testing.T) {
	scripts(t, 30)
	interleave(t)
}

// scripts says how many scripts an interleave plays.
func scripts(t *testing.T, n int) {
	if err := flag.Set("rapid.checks", strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
}

// interleave plays scripts.
func interleave(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed, deeds := rapid.Uint64().Draw(r, "seed"), script().Draw(r, "script")
		var faults []string
		synctest.Test(t, func(t *testing.T) {
			p := newPlay(t, seed)
			defer p.end()
			p.perform(deeds)
			p.judge()
			faults = p.faults
		})
		if len(faults) > 0 {
			r.Fatal(strings.Join(faults, "\n"))
		}
	})
}

// deed is what somebody does at some time after the start, in seconds. Think is
// how long an operator looks at the plan.
type deed struct {
	At, Think int
	What      string
	Number    int
}

// script draws a few minutes of work on one service.
func script() *rapid.Generator[[]deed] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deed {
		return deed{
			At: rapid.IntRange(0, 240).Draw(t, "at"), Think: rapid.IntRange(0, 20).Draw(t, "think"),
			What: rapid.SampledFrom([]string{
				"deploy", "deploy", "crash", "sick", "env", "restart", "scale", "roll back", "cancel", "breaker",
				"other deploys", "other crashes", "other scales", "demand", "kill",
				"reset", "lost", "error", "throttle",
			}).Draw(t, "what"),
			Number: rapid.IntRange(1, 5).Draw(t, "number"),
		}
	}), 2, 9)
}

// carried is a member of the document that no SDK knows.
const carried = `"quantumMode":{"qubits":[7,"12345678901234567890"],"entangled":true}`

// play is one script on an account of one service.
type play struct {
	throttles int // calls that were to be turned away, each of which may come again
	t         *testing.T
	sim       *sim.Account
	account   awsx.Account
	other     awsx.Account
	service   awsx.Ref
	store     *store.Store
	runner    *change.Runner
	image     string
	cancel    context.CancelFunc
	done      chan error
	began     time.Time

	mu     sync.Mutex
	ended  []change.Status
	plans  map[string]deploy.Plan
	calls  []call
	clear  []func() // remove the faults of the network
	faults []string // what should not have happened
}

func (p *play) fault(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, fmt.Sprintf(format, args...))
}

// call is one record of the journal.
type call struct{ change, operation string }

// Begin, Call and End make the play a journal in memory.
func (p *play) Begin(string, deploy.Plan, []string) error { return nil }

// Call keeps a record.
func (p *play) Call(id string, _ deploy.Plan, c awsx.Call) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call{id, c.Operation})
	return nil
}

// End keeps nothing.
func (p *play) End(string, deploy.Plan, string, step.State) error { return nil }

func newPlay(t *testing.T, chance uint64) *play {
	fail := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	simulated, err := sim.New(sim.Options{Clusters: 1, Services: 1, Tasks: 2, Scenario: seed.Steady, Seed: chance})
	fail(err)
	ctx, cancel := context.WithCancel(context.Background())
	p := &play{t: t, sim: simulated, cancel: cancel, done: make(chan error, 1), plans: map[string]deploy.Plan{}, began: time.Now()}
	go func() { p.done <- simulated.Run(ctx) }()
	open := func(profile string) awsx.Account {
		opener := simtest.Opener(simulated)
		id := awsx.ContextID{Profile: profile, Region: "eu-west-1"}
		account, err := opener.Open(ctx, id)
		fail(err)
		if p.store == nil {
			p.store = store.New(ctx, store.Options{Opener: opener})
		}
		return account
	}
	p.account, p.other = open("main"), open("other")
	arming := change.NewArming(false, 24*time.Hour)
	p.runner = change.New(change.Options{Account: p.store.Account, Gate: arming, Audit: p, Source: change.StoreSource(p.store)})
	for page, err := range p.account.Clusters(ctx) {
		fail(err)
		for services, err := range p.account.Services(ctx, page.Items[0].Ref) {
			fail(err)
			p.service = services.Items[0].Ref
			fail(arming.Arm(change.ReachOf(p.service)))
		}
	}
	p.prepare()
	return p
}

// prepare deploys a revision that holds a field nobody knows, and images that
// behave well, crash, or never become healthy.
func (p *play) prepare() {
	svc := p.read()
	td, err := p.account.TaskDefinition(p.t.Context(), svc.TaskDefinition)
	if err != nil {
		p.t.Fatal(err)
	}
	ref, err := awsx.ParseReference(td.Containers[0].Image)
	if err != nil {
		p.t.Fatal(err)
	}
	p.image = ref.Repository[strings.IndexByte(ref.Repository, '/')+1:]
	for n := range 6 {
		p.sim.PushImage(p.image, fmt.Sprintf("good-%d", n), ecr.Behaviour{})
		p.sim.PushImage(p.image, fmt.Sprintf("crash-%d", n), ecr.Behaviour{ExitAfter: 2 * time.Second, ExitCode: 3})
		p.sim.PushImage(p.image, fmt.Sprintf("sick-%d", n), ecr.Behaviour{Health: ecr.NeverAnswers})
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(td.Raw, &fields); err != nil {
		p.t.Fatal(err)
	}
	for _, name := range document.ReadOnlyFields() {
		delete(fields, name)
	}
	doc, err := json.Marshal(fields)
	if err != nil {
		p.t.Fatal(err)
	}
	doc = append([]byte(`{`+carried+`,"tags":[{"key":"team","value":"pay"}],`), doc[1:]...)
	ctx := p.asOther()
	own, err := p.other.RegisterTaskDefinition(ctx, doc)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.other.UpdateService(ctx, awsx.ServiceUpdate{Service: p.onOther(), TaskDefinition: &own.ARN}); err != nil {
		p.t.Fatal(err)
	}
	time.Sleep(10 * time.Minute)
	if err := p.sim.Autoscale("prod", p.service.Name(), 1, 6); err != nil {
		p.t.Fatal(err)
	}
	p.began = time.Now()
}

// onOther is the service as the other operator's context names it.
func (p *play) onOther() awsx.Ref {
	ref := p.service
	ref.Context.Profile = "other"
	return ref
}

func (p *play) asOther() context.Context {
	return awsx.WithChange(p.t.Context(), &awsx.Change{ID: "chg-other", Record: func(awsx.Call) error { return nil }})
}

func (p *play) read() awsx.Service {
	svc, err := read.ServiceNow(p.t.Context(), p.account, p.service)
	if err != nil {
		p.t.Fatal(err)
	}
	return svc
}

// perform plays the deeds at their times and waits for the end of all.
func (p *play) perform(deeds []deed) {
	var wg sync.WaitGroup
	for _, d := range deeds {
		wg.Go(func() {
			time.Sleep(time.Duration(d.At) * time.Second)
			p.do(d)
		})
	}
	wg.Wait()
	time.Sleep(20 * time.Minute)
	for _, remove := range p.clear {
		remove()
	}
}

func (p *play) do(d deed) {
	image := func(kind string) deploy.Intent {
		return deploy.SetImages{Images: map[string]string{"": fmt.Sprintf(":%s-%d", kind, d.Number)}}
	}
	fault := func(kind sim.FaultKind) {
		operations := []string{"", "RegisterTaskDefinition", "UpdateService", "StopServiceDeployment", "DescribeServices", "DescribeTaskDefinition"}
		times := 1 + d.Think%2
		remove := p.sim.Inject(sim.Fault{Service: "ecs", Operation: operations[d.Number], Kind: kind, Times: times})
		p.mu.Lock()
		defer p.mu.Unlock()
		if kind == sim.Throttle {
			p.throttles += times
		}
		p.clear = append(p.clear, remove)
	}
	ctx := p.asOther()
	switch d.What {
	case "deploy":
		p.change(d, image("good"))
	case "crash":
		p.change(d, image("crash"))
	case "sick":
		p.change(d, image("sick"))
	case "env":
		p.change(d, deploy.SetEnv{Containers: map[string]edits.Env{"": {Set: []awsx.EnvVar{{Name: fmt.Sprintf("V%d", d.Number), Value: "x"}}}}})
	case "restart":
		p.change(d, deploy.Restart{})
	case "scale":
		p.change(d, deploy.Scale{Count: d.Number})
	case "roll back":
		p.change(d, deploy.RollBack{})
	case "cancel":
		p.change(d, deploy.Cancel{})
	case "breaker":
		p.change(d, deploy.SetBreaker{Enabled: d.Number > 2, Rollback: d.Number > 3})
	case "other deploys":
		_, _ = p.sim.OperatorDeploys("prod", p.service.Name(), fmt.Sprintf("good-%d", d.Number))
	case "other crashes":
		_, _ = p.sim.OperatorDeploys("prod", p.service.Name(), fmt.Sprintf("crash-%d", d.Number))
	case "other scales":
		_, _ = p.other.UpdateService(ctx, awsx.ServiceUpdate{Service: p.onOther(), Desired: &d.Number})
	case "demand":
		_ = p.sim.SetDemand("prod", p.service.Name(), d.Number)
	case "kill":
		for page := range p.other.Tasks(ctx, awsx.TaskQuery{Cluster: p.onOther().ClusterRef(), Service: p.service.Name()}) {
			for _, t := range page.Items[:min(1, len(page.Items))] {
				_ = p.sim.KillTask(t.ID, 1)
			}
		}
	case "reset":
		fault(sim.Reset)
	case "lost":
		fault(sim.ResetAfter)
	case "error":
		fault(sim.ServerError)
	case "throttle":
		fault(sim.Throttle)
	}
}

// change is one change of ours, from the plan to the end, with every check
// overridden: it is the engine that has to be careful.
func (p *play) change(d deed, intent deploy.Intent) {
	cur, err := deploy.Read(p.t.Context(), p.account, p.service, intent, read.Held{})
	if err != nil {
		return // nothing was changed, which faults and races may well come to
	}
	plan, err := deploy.Build(cur, intent, policy.Policy{KeepRevisions: policy.LeastKept})
	if err != nil {
		return
	}
	time.Sleep(time.Duration(d.Think) * time.Second)
	id, err := p.runner.Start(change.Job{Plan: plan, Override: check.Names(), Timeout: 4 * time.Minute})
	if err != nil {
		return // another change of ours is making calls
	}
	status, err := p.runner.Wait(p.t.Context(), id)
	if err != nil {
		p.fault("%s: %v", intent.Action(), err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = append(p.ended, status)
	p.plans[id] = plan
}

func (p *play) end() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := p.runner.Shutdown(ctx); err != nil {
		p.fault("%v", err)
	}
	p.store.Close()
	p.cancel()
	<-p.done
}

// judge compares what was told with what the account says happened.
func (p *play) judge() {
	p.fieldsAreKept()
	p.callsAreSentOnce()
	p.whatRunsIsActive()
	records := p.deployments()
	for _, s := range p.ended {
		p.verdictIsTrue(s, records)
	}
}

// fieldsAreKept: no revision that we registered lost the field that nobody knows,
// where what it was made from had it, or the tags.
func (p *play) fieldsAreKept() {
	for _, s := range p.ended {
		if s.Result.State.Registered == nil {
			continue
		}
		td, err := p.account.TaskDefinition(p.t.Context(), s.Result.State.Registered.ARN)
		if err != nil {
			p.t.Fatal(err)
		}
		source := p.plans[s.ID].Old
		if s.Action == (deploy.RollBack{}).Action() {
			source = p.plans[s.ID].New
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(td.Raw, &fields); err != nil {
			p.t.Fatal(err)
		}
		got := `"quantumMode":` + string(fields["quantumMode"])
		if strings.Contains(source, "quantumMode") && !sameJSON(got, carried) || len(td.Tags) == 0 {
			p.fault("%s holds %s and %d tags", awsx.ARNName(td.ARN), got, len(td.Tags))
		}
	}
}

func sameJSON(a, b string) bool {
	var x, y map[string]any
	if json.Unmarshal([]byte("{"+a+"}"), &x) != nil || json.Unmarshal([]byte("{"+b+"}"), &y) != nil {
		return false
	}
	return fmt.Sprint(x) == fmt.Sprint(y)
}

// callsAreSentOnce: each mutating call that reached the account is one that the
// journal has, and no change has one of a kind twice, but for what was turned away.
func (p *play) callsAreSentOnce() {
	reached := map[string]int{}
	for _, c := range p.sim.Calls() {
		if c.Time.After(p.began) {
			reached[c.Operation]++
		}
	}
	recorded := map[string]int{}
	once, again := map[string]bool{}, 0
	for _, c := range p.calls {
		recorded[c.operation]++
		if key := c.change + " " + c.operation; once[key] && c.operation != "DeregisterTaskDefinition" {
			if again++; again <= p.throttles {
				continue
			}
			p.fault("change %s made the call %s twice", c.change, c.operation)
		} else {
			once[key] = true
		}
	}
	for _, operation := range []string{"RegisterTaskDefinition", "StopServiceDeployment", "DeregisterTaskDefinition"} {
		if reached[operation] > recorded[operation] {
			p.fault("%d calls of %s reached the account, %d are on record", reached[operation], operation, recorded[operation])
		}
	}
}

// whatRunsIsActive: keeping the last few revisions ended none that is in use.
func (p *play) whatRunsIsActive() {
	svc := p.read()
	inUse := []string{svc.TaskDefinition}
	for _, d := range svc.Deployments {
		inUse = append(inUse, d.TaskDefinition)
	}
	for _, arn := range inUse {
		td, err := p.account.TaskDefinition(p.t.Context(), arn)
		if err != nil || td.Status != "ACTIVE" {
			p.fault("%s is in use and %s (%v)", awsx.ARNName(arn), td.Status, err)
		}
	}
}

// deployments are the account's own records, which decide what was well.
func (p *play) deployments() []awsx.ServiceDeployment {
	list, err := p.account.ServiceDeployments(p.t.Context(), p.service, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	return list
}

// verdictIsTrue: a deployment is called well only when its own record says that
// it succeeded, and a cancellation only when its record says rolled back.
func (p *play) verdictIsTrue(s change.Status, records []awsx.ServiceDeployment) {
	plan, v := p.plans[s.ID], s.Result.Verdict
	if v == nil || !v.Good() || s.Result.Spec.Deployment == "" {
		return
	}
	began := func(d awsx.Deployment) func(awsx.ServiceDeployment) bool {
		return func(r awsx.ServiceDeployment) bool { return r.CreatedAt.Sub(d.CreatedAt).Abs() < time.Second }
	}
	i := slices.IndexFunc(s.Result.State.Service.Deployments, func(d awsx.Deployment) bool { return d.ID == s.Result.Spec.Deployment })
	if i < 0 {
		p.fault("%s follows %s, which the service did not list", s.Action, s.Result.Spec.Deployment)
		return
	}
	r := slices.IndexFunc(records, began(s.Result.State.Service.Deployments[i]))
	want := "SUCCESSFUL"
	if s.Result.Spec.Cancels {
		want = "ROLLBACK_SUCCESSFUL"
	}
	if r < 0 || records[r].Status != want {
		status := "not on record"
		if r >= 0 {
			status = records[r].Status
		}
		p.fault("%s (%s) is told as %q, and its deployment is %s", s.Action, plan.After, v.Text, status)
	}
}
