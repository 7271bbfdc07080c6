// Package whytest has an account in which something goes wrong with a service, with its log
// store, and the incidents that have to be named by whoever says what is wrong.
package whytest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/document"
	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/output"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/internal/inquiry/why"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/logs/elastic"
	logsim "gantry/logs/sim"
)

// Site is an account in which something goes wrong, with its log store.
type Site struct {
	*simtest.World
	t    *testing.T
	Lays logsink
	Asks why.Asker
}

type logsink struct{ *logsim.Store }

func (s logsink) WriteLog(d output.Doc) { s.Put("", d.Document, d.Time) }

// Open opens a site: two services in the cluster prod, shop of three tasks and till of
// two, unless the options say another.
func Open(t *testing.T, o sim.Options) *Site {
	t.Helper()
	s := &Site{t: t, Lays: logsink{logsim.New(logsim.Options{})}}
	if o.Layout == nil && o.Scenario == "" {
		o.Layout = []seed.Cluster{{Name: "prod", Services: []seed.Service{
			{Name: "shop", Desired: 3, Env: [][2]string{{"DB_URL", "postgres://shop"}, {"PORT", "8080"}}},
			{Name: "till", Desired: 2},
		}}}
	}
	o.Logs = s.Lays
	s.World = simtest.Open(t, o)
	logStore, err := elastic.Open(elastic.Config{Addresses: []string{"http://logs.invalid"}, Transport: s.Lays.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	st := store.New(t.Context(), store.Options{Opener: s.Opener, Alarming: reason.AboutHealth})
	t.Cleanup(st.Close)
	s.Asks = why.Asker{
		Reader: inquiry.Reader{Context: s.ID, Store: st},
		Lines:  inquiry.Lines{Store: st, Drivers: ecslog.Standard(), Open: func(context.Context, awsx.ContextID) (logs.Source, error) { return logStore, nil }},
	}
	return s
}

// changing is the context of a change that is accounted for.
func (s *Site) changing() context.Context {
	return awsx.WithChange(s.t.Context(), &awsx.Change{ID: "test", Record: func(awsx.Call) error { return nil }})
}

// Must fails the test on an error of what makes the incident.
func (s *Site) Must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *Site) Described(name string) awsx.Service {
	s.t.Helper()
	ref := s.Service(s.t, "prod", name)
	found, err := awsx.Collect(s.Port.DescribeServices(s.t.Context(), ref.ClusterRef(), []string{ref.ARN}))
	s.Must(err)
	return found[0]
}

// Edit deploys a revision of a service that differs from what runs.
func (s *Site) Edit(name string, change func(container, tree *document.Node)) {
	s.t.Helper()
	svc := s.Described(name)
	td, err := s.Port.TaskDefinition(s.t.Context(), svc.TaskDefinition)
	s.Must(err)
	tree, err := document.Registrable(td)
	s.Must(err)
	change(tree.Container(name), tree)
	ctx := s.changing()
	next, err := s.Port.RegisterTaskDefinition(ctx, tree.Bytes())
	s.Must(err)
	_, err = s.Port.UpdateService(ctx, awsx.ServiceUpdate{Service: svc.Ref, TaskDefinition: &next.ARN})
	s.Must(err)
}

// Deploy deploys an image that behaves so, under a tag of its own.
func (s *Site) Deploy(name, tag string, b ecr.Behaviour) {
	s.t.Helper()
	s.PushImage(name, tag, b)
	s.Retag(name, tag)
}

func (s *Site) Retag(name, tag string) {
	s.t.Helper()
	s.Edit(name, func(c, _ *document.Node) {
		image, _ := c.Get("image").Text()
		c.Set("image", document.Text(image[:strings.LastIndexByte(image, ':')+1]+tag))
	})
}

// Configure changes a service's deployment configuration: its percentages and its breaker.
func (s *Site) Configure(name string, least, most int, breaker bool) {
	s.t.Helper()
	svc := s.Described(name)
	ctx := s.changing()
	_, err := s.Port.UpdateService(ctx, awsx.ServiceUpdate{Service: svc.Ref, DeploymentConfiguration: fmt.Appendf(nil,
		`{"minimumHealthyPercent":%d,"maximumPercent":%d,"deploymentCircuitBreaker":{"enable":%t,"rollback":%t}}`, least, most, breaker, breaker)})
	s.Must(err)
}

// RunningTasks are the running tasks of a service.
func (s *Site) RunningTasks(name string) []awsx.Task {
	s.t.Helper()
	ref := s.Service(s.t, "prod", name)
	all, err := awsx.Collect(s.Port.Tasks(s.t.Context(), awsx.TaskQuery{Cluster: ref.ClusterRef(), Service: name}))
	s.Must(err)
	return all
}

// Dies has tasks of a service end so for a while, as often as they come back.
func (s *Site) Dies(name, code, why string, span time.Duration) {
	s.t.Helper()
	for end := time.Now().Add(span); time.Now().Before(end); Wait(20 * time.Second) {
		for _, task := range s.RunningTasks(name) {
			if task.LastStatus == "RUNNING" {
				_ = s.EndTask(task.Ref.ARN, code, why) // it may be gone meanwhile
			}
		}
	}
}

// Wait lets the account live.
func Wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (s *Site) Why(name string) why.Answer {
	s.t.Helper()
	answer, err := s.Asks.Service(s.t.Context(), s.Service(s.t, "prod", name))
	s.Must(err)
	return answer
}

// Told are troubles as a person reads them, for what a test prints.
func Told(all []diagnose.Trouble, depth string) string {
	var b strings.Builder
	for _, t := range all {
		fmt.Fprintf(&b, "%s%s (%s): %s\n", depth, t.Kind, t.Sure, t.Cause)
		for _, p := range t.Evidence {
			fmt.Fprintf(&b, "%s    %s [%s]\n", depth, p.Text, p.Where)
		}
		if t.Change != nil {
			fmt.Fprintf(&b, "%s    changed: %s\n", depth, t.Change.Text)
		}
		b.WriteString(Told(t.Follows, depth+"  then "))
	}
	return b.String()
}

// Resize gives a service's tasks another size: CPU units and MiB.
func (s *Site) Resize(name string, cpu, memory int) {
	s.Edit(name, func(c, tree *document.Node) {
		c.Set("cpu", number(cpu))
		c.Set("memory", number(memory))
		c.Set("memoryReservation", number(memory-1))
		tree.Drop("cpu")
		tree.Drop("memory")
	})
}

func number(n int) *document.Node { return &document.Node{Raw: fmt.Appendf(nil, "%d", n)} }

// Writes has the containers of a service's tasks write a line each.
func (s *Site) Writes(name, line string) {
	s.t.Helper()
	for _, task := range s.RunningTasks(name) {
		s.Must(s.Lays.Index("", map[string]any{
			"@timestamp": time.Now().UTC().Format(time.RFC3339Nano), "message": line, "container_id": task.Containers[0].RuntimeID,
		}, time.Now()))
	}
}

// Agents connects or disconnects the agents of all instances.
func (s *Site) Agents(connected bool) {
	ref := s.Service(s.t, "prod", "shop").ClusterRef()
	all, err := awsx.Collect(s.Port.Instances(s.t.Context(), ref))
	s.Must(err)
	for _, i := range all {
		s.Must(s.SetAgentConnected(i.Ref.ARN, connected))
	}
}
