package inquiry

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
)

// surveyed runs what a command does with an account, on fake time, and returns
// how long it took.
func surveyed(t *testing.T, o sim.Options, faults []sim.Fault, do func(ctx context.Context, a Reader)) time.Duration {
	t.Helper()
	account, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		account.Inject(f)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	a := Reader{Context: awsx.ContextID{Region: "eu-west-1"}, Store: store.New(ctx, store.Options{Opener: simtest.Opener(account), Alarming: reason.AboutHealth})}
	defer a.Store.Close()
	began := time.Now()
	do(ctx, a)
	return time.Since(began)
}

func survey(t *testing.T, ctx context.Context, a Reader, cluster string) Survey {
	t.Helper()
	c, err := a.FindCluster(ctx, cluster)
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.Survey(ctx, c.Ref)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// unread counts the services with target groups that were not read.
func (s Survey) unread() (n int) {
	for _, x := range s.Standings {
		if x.Finding.Targets.Unread > 0 {
			n++
			if x.Finding.Status == diagnose.OK {
				n = -len(s.Standings) // unread is not healthy
			}
		}
	}
	return n
}

func warned(s Survey, text string) bool {
	for _, err := range s.Partial {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

func TestALargeClusterIsSurveyedInBoundedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := sim.Options{Clusters: 1, Services: 300, Tasks: 10, Scenario: seed.Steady, Latency: 30 * time.Millisecond}
		took := surveyed(t, o, nil, func(ctx context.Context, a Reader) {
			clusters, _, err := a.Clusters(ctx)
			if err != nil || len(clusters) != 1 {
				t.Fatalf("%d clusters, %v", len(clusters), err)
			}
			s := survey(t, ctx, a, clusters[0].Name)
			if n := s.unread(); len(s.Standings) != 300 || n < 1 || n > 270 {
				t.Errorf("%d of %d services have unread targets", n, len(s.Standings))
			}
			if !warned(s, "target groups not read within 10s") {
				t.Errorf("warned of %v", s.Partial)
			}
		})
		if took > 15*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestASmallClusterIsReadWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := surveyed(t, sim.Options{Scenario: seed.Steady, Latency: 30 * time.Millisecond}, nil, func(ctx context.Context, a Reader) {
			s := survey(t, ctx, a, "prod")
			if s.unread() != 0 || len(s.Partial) != 0 || len(s.Standings) != 15 {
				t.Errorf("%d of %d services are unread, warned of %v", s.unread(), len(s.Standings), s.Partial)
			}
			for _, x := range s.Standings {
				if x.Finding.Status != diagnose.OK {
					t.Errorf("%s is %s: %s", x.Service().Name, x.Finding.Status, x.Finding.Why)
				}
			}
		})
		if took > 2*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestWhatStallsIsLeftUnread(t *testing.T) {
	for operation, missing := range map[string]string{
		"ListTasks":            "read tasks: offline: they were not all read within 10s",
		"DescribeTargetHealth": "target groups not read within 10s",
	} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stall := sim.Fault{Operation: operation, Kind: sim.Stall, Delay: time.Minute}
				took := surveyed(t, sim.Options{Scenario: seed.Steady}, []sim.Fault{stall}, func(ctx context.Context, a Reader) {
					s := survey(t, ctx, a, "staging")
					if len(s.Standings) != 6 || !warned(s, missing) {
						t.Errorf("%d services, warned of %v", len(s.Standings), s.Partial)
					}
					for _, x := range s.Standings {
						if x.Finding.Status == diagnose.OK && len(x.Service().LoadBalancers) > 0 {
							t.Errorf("%s is ok although not everything was read", x.Service().Name)
						}
					}
				})
				if took > 15*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func TestInspectTellsWhatItCouldRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stall := sim.Fault{Operation: "DescribeTargetHealth", Kind: sim.Stall, Delay: time.Minute}
		took := surveyed(t, sim.Options{Scenario: seed.Steady}, []sim.Fault{stall}, func(ctx context.Context, a Reader) {
			svc, err := a.FindService(ctx, "prod", "catalog")
			if err != nil {
				t.Fatal(err)
			}
			found, err := a.Inspect(ctx, svc.Ref)
			if err != nil || len(found.Evidence.Running) != 3 || found.Finding.Targets.Unread != 1 {
				t.Errorf("%d tasks, %d unread groups, %v", len(found.Evidence.Running), found.Finding.Targets.Unread, err)
			}
		})
		if took > 15*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// forgetful is an account that lists a service's tasks and cannot describe the first.
type forgetful struct {
	awsx.Account
	service string
}

// Open opens the account as itself.
func (f forgetful) Open(context.Context, awsx.ContextID) (awsx.Account, error) { return f, nil }

// Tasks reads tasks, of which one is missing.
func (f forgetful) Tasks(ctx context.Context, q awsx.TaskQuery) awsx.Pages[awsx.Task] {
	return func(yield func(awsx.Page[awsx.Task], error) bool) {
		lost := false
		for page, err := range f.Account.Tasks(ctx, q) {
			for i, task := range page.Items {
				if !lost && task.Group == "service:"+f.service && task.DesiredStatus == "RUNNING" {
					lost = true
					page.Items = append(page.Items[:i:i], page.Items[i+1:]...)
					page.Missing = append(page.Missing, awsx.Missing{ARN: task.Ref.ARN, Reason: "MISSING"})
					break
				}
			}
			if !yield(page, err) {
				return
			}
		}
	}
}

func TestATaskThatIsListedAndNotDescribedIsUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := simtest.Open(t, sim.Options{Scenario: seed.Steady})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a := Reader{Context: w.ID, Store: store.New(ctx, store.Options{Opener: forgetful{w.Port, "catalog"}, Alarming: reason.AboutHealth})}
		defer a.Store.Close()
		s := survey(t, ctx, a, "prod")
		for _, x := range s.Standings {
			want := diagnose.OK
			if x.Service().Name == "catalog" {
				want = diagnose.Unknown
			}
			if x.Finding.Status != want {
				t.Errorf("%s is %s: %s", x.Service().Name, x.Finding.Status, x.Finding.Why)
			}
		}
		if !warned(s, "describe tasks catalog: failed: 1 of 3 tasks not told") {
			t.Errorf("warned of %v", s.Partial)
		}
		found, err := a.Inspect(ctx, w.Service(t, "prod", "catalog"))
		if err != nil || found.Finding.Untold != 1 || len(found.Partial) != 1 {
			t.Fatalf("%d untold, warned of %v, %v", found.Finding.Untold, found.Partial, err)
		}
		for _, u := range found.Joined().Unmatched {
			if u.Kind == alb.Foreign {
				t.Errorf("the target of the task that was not told is called foreign: %+v", u)
			}
		}
	})
}
