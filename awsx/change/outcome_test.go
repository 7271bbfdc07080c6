package change_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
	"gantry/awsx/sim"
	"gantry/internal/fault"
)

// What gantry says of a change whose calls went wrong is what the account says of it.

// changing is a change of each kind of call, in a steady account.
type changing struct {
	name      string
	operation string // the call that goes wrong
	target    func(t *testing.T, w *world) awsx.Ref
	intent    deploy.Intent
}

func serviceOf(name string) func(*testing.T, *world) awsx.Ref {
	return func(t *testing.T, w *world) awsx.Ref { return w.service(t, name) }
}

// everyCall has each mutating call of every verb.
func everyCall() []changing {
	two, nine := 2, 9
	revision := func(name string) func(*testing.T, *world) awsx.Ref {
		return func(t *testing.T, w *world) awsx.Ref { return w.service(t, "catalog").ClusterRef().In(name) }
	}
	env := deploy.SetEnv{Containers: map[string]edits.Env{"": {Set: []awsx.EnvVar{{Name: "GREETING", Value: "grüezi\u2028"}}}}}
	return []changing{
		{"deploy", "RegisterTaskDefinition", serviceOf("catalog"), image(":good")},
		{"deploy", "UpdateService", serviceOf("catalog"), image(":good")},
		{"env", "RegisterTaskDefinition", serviceOf("catalog"), env},
		{"scale", "UpdateService", serviceOf("catalog"), deploy.Scale{Count: 5}},
		{"restart", "UpdateService", serviceOf("catalog"), deploy.Restart{}},
		{"use a revision", "UpdateService", serviceOf("catalog"), deploy.UseRevision{Revision: "3"}},
		{"breaker", "UpdateService", serviceOf("api-orders"), deploy.SetBreaker{Enabled: true}},
		{"scaling", "RegisterScalableTarget", serviceOf("sessions"), deploy.SetScaling{Min: &two, Max: &nine}},
		{"run", "RunTask", revision("orders-migrate"), deploy.RunTask{Count: 2}},
		{"deregister", "DeregisterTaskDefinition", revision("users:1"), deploy.Deregister{}},
		{"stop", "StopTask", func(t *testing.T, w *world) awsx.Ref {
			return items(t, w.account.Tasks(t.Context(), awsx.TaskQuery{Cluster: w.service(t, "catalog").ClusterRef(), Service: "catalog"}))[0].Ref
		}, deploy.StopTask{}},
		{"drain", "UpdateContainerInstancesState", func(t *testing.T, w *world) awsx.Ref {
			return items(t, w.account.Instances(t.Context(), w.service(t, "catalog").ClusterRef()))[0].Ref
		}, deploy.Drain{}},
		{"cancel", "StopServiceDeployment", func(t *testing.T, w *world) awsx.Ref {
			w.finish(t, change.Job{Plan: w.plan(t, "catalog", deploy.Restart{}), NoFollow: true})
			time.Sleep(20 * time.Second)
			return w.service(t, "catalog")
		}, deploy.Cancel{}},
	}
}

func items[T any](t *testing.T, pages awsx.Pages[T]) []T {
	t.Helper()
	list, err := awsx.Collect(pages)
	if err != nil || len(list) == 0 {
		t.Fatalf("nothing to choose from (%v)", err)
	}
	return list
}

// planOf plans a change of any target.
func (w *world) planOf(t *testing.T, target awsx.Ref, intent deploy.Intent) deploy.Plan {
	t.Helper()
	cur, err := deploy.Read(t.Context(), w.account, target, intent, read.Held{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := deploy.Build(cur, intent, policy.Policy{NonProduction: policy.DefaultNonProduction()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// carry carries a change out while something is wrong, and follows nothing.
func (c changing) carry(t *testing.T, w *world, wrong sim.Fault) change.Status {
	t.Helper()
	w.images("catalog")
	p := w.planOf(t, c.target(t, w), c.intent)
	wrong.Operation = c.operation
	defer w.sim.Inject(wrong)()
	return w.finish(t, change.Job{Plan: p, NoFollow: true, Override: check.Names()})
}

// times is how often a call reached the account.
func (w *world) times(operation string) int { return w.sim.Count(operation) }

// TestAPageAfterTheCallWasAppliedIsResolvedByReading: a proxy's page says nothing about a
// call that it passed on, whatever its status, and the account is asked.
func TestAPageAfterTheCallWasAppliedIsResolvedByReading(t *testing.T) {
	for _, c := range everyCall() {
		for _, status := range []int{http.StatusServiceUnavailable, http.StatusRequestTimeout, http.StatusBadRequest} {
			t.Run(fmt.Sprintf("%s, %s, %d", c.name, c.operation, status), func(t *testing.T) {
				inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
					s := c.carry(t, w, sim.Fault{Kind: sim.PageAfter, Status: status, Times: 1})
					if s.Err != nil || !s.Result.State.Applied {
						t.Errorf("ended with %v", s.Err)
					}
					if n := w.times(c.operation); n != 1 {
						t.Errorf("sent %d times", n)
					}
				})
			})
		}
	}
}

// TestAPageBeforeTheCallIsNotSentAgain: the same page when the call was not passed on. Only
// RunTask has a token by which it may be repeated.
func TestAPageBeforeTheCallIsNotSentAgain(t *testing.T) {
	for _, c := range everyCall() {
		t.Run(c.name+", "+c.operation, func(t *testing.T) {
			inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
				s := c.carry(t, w, sim.Fault{Kind: sim.Page, Times: 1})
				if c.operation == "RunTask" {
					bodies := w.bodies(t, "RunTask")
					if s.Err != nil || len(bodies) != 2 || bodies[0]["clientToken"] == nil || bodies[0]["clientToken"] != bodies[1]["clientToken"] {
						t.Errorf("sent %v, ended with %v", bodies, s.Err)
					}
					return
				}
				if s.Err == nil || !strings.Contains(s.Err.Error(), "no trace of it") || fault.Unknown(s.Err) {
					t.Errorf("ended with %v", s.Err)
				}
				if n := w.times(c.operation); n != 1 {
					t.Errorf("sent %d times", n)
				}
			})
		})
	}
}

// TestNothingIsClaimedWhenReadingBackFails: neither that the call was made nor that it
// was not.
func TestNothingIsClaimedWhenReadingBackFails(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.images("catalog")
		p := w.plan(t, "catalog", image(":good"))
		w.sim.Inject(sim.Fault{Operation: "UpdateService", Kind: sim.PageAfter, Times: 1})
		account := meddled{Account: w.account, updated: func() { w.sim.Inject(sim.Fault{Operation: "DescribeServices", Kind: sim.Deny}) }}
		res, err := deploy.Run(t.Context(), w.runOptions(p, account))
		if !fault.Unknown(err) || strings.Contains(err.Error(), "no trace") || !strings.Contains(err.Error(), "whether it is in use is not known") || res.Left != nil {
			t.Errorf("left %v: %v", res.Left, err)
		}
		if end := w.records(t)[len(w.records(t))-1].Outcome; !strings.HasPrefix(end, "unknown") {
			t.Errorf("the journal ends with %q", end)
		}
	})
}

// meddled is an account in which others do something right before and right after calls
// of ours, and which can lose the answers.
type meddled struct {
	awsx.Account
	registered, updating, updated func()
	loses, drops                  bool // the answer to an update, the update itself
}

var errReset = &fault.Error{Class: fault.Offline, Op: "ecs:UpdateService", Unknown: true, Err: errors.New("the connection was reset")}

func let(f func()) {
	if f != nil {
		f()
	}
}

func (m meddled) RegisterTaskDefinition(ctx context.Context, doc awsx.Document) (*awsx.TaskDefinition, error) {
	td, err := m.Account.RegisterTaskDefinition(ctx, doc)
	let(m.registered)
	return td, err
}

func (m meddled) UpdateService(ctx context.Context, u awsx.ServiceUpdate) (svc awsx.Service, err error) {
	let(m.updating)
	if !m.drops {
		svc, err = m.Account.UpdateService(ctx, u)
	}
	let(m.updated)
	if m.drops || m.loses {
		return awsx.Service{}, errReset
	}
	return svc, err
}

func (w *world) runOptions(p deploy.Plan, account awsx.Account) deploy.RunOptions {
	return deploy.RunOptions{ID: deploy.NewID(), Account: account, Plan: p, Gate: w.arming, Audit: w.audit, Override: check.Names()}
}

// others deploys another release of a service for somebody else.
func (w *world) others(t *testing.T, service, tag string) (revision string) {
	t.Helper()
	revision, err := w.sim.OperatorDeploys("prod", service, tag)
	if err != nil {
		t.Error(err)
	}
	return revision
}

// TestWhatOthersDisplacedMeanwhileIsFound: the answer to a call is lost, and before the
// account is read somebody else goes on.
func TestWhatOthersDisplacedMeanwhileIsFound(t *testing.T) {
	t.Run("a revision below newer ones", func(t *testing.T) {
		inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
			w.images("catalog")
			p := w.plan(t, "catalog", image(":good"))
			w.sim.Inject(sim.Fault{Operation: "RegisterTaskDefinition", Kind: sim.ResetAfter, Times: 1})
			account := meddled{Account: w.account, registered: func() {
				w.others(t, "users", "v2.0.0") // another family is nobody's business
				for _, tag := range []string{"v3.3.0", "v3.3.1"} {
					doc := strings.Replace(string(documentOf(t, w, "catalog")), ":v3.4.0", ":"+tag, 1)
					if _, err := w.account.RegisterTaskDefinition(awsx.WithChange(t.Context(), recorded()), awsx.Document(doc)); err != nil {
						t.Error(err)
					}
				}
			}}
			res, err := deploy.Run(t.Context(), w.runOptions(p, account))
			if err != nil || res.State.Registered == nil || !strings.HasSuffix(res.State.Registered.Containers[0].Image, ":good") {
				t.Errorf("registered %+v (%v)", res.State.Registered, err)
			}
			if n := len(w.bodies(t, "RegisterTaskDefinition")); n != 3 {
				t.Errorf("%d revisions were registered", n)
			}
		})
	})
	for name, wait := range map[string]time.Duration{"a deployment that drains": 0, "a deployment that is gone": 5 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
				w.images("catalog")
				p := w.plan(t, "catalog", image(":good"))
				account := meddled{Account: w.account, loses: true, updated: func() {
					w.others(t, "catalog", "v3.3.0")
					time.Sleep(wait)
				}}
				res, err := deploy.Run(t.Context(), w.runOptions(p, account))
				if err != nil || !res.State.Applied || res.Spec.Deployment == "" || res.Spec.TaskDefinition != res.State.Registered.ARN {
					t.Fatalf("%+v (%v)", res.Spec, err)
				}
				now, _ := w.running(t, "catalog")
				gone := !slices.ContainsFunc(now.Deployments, func(d awsx.Deployment) bool { return d.TaskDefinition == res.State.Registered.ARN })
				if gone != (wait > 0) {
					t.Errorf("the deployments are %+v", now.Deployments)
				}
				src, done := change.StoreSource(w.store)(res.Spec)
				defer done()
				v, err := follow.Watch(t.Context(), src, res.Spec, func(follow.Progress) {})
				if err != nil || v.Outcome != follow.Superseded {
					t.Errorf("the verdict is %+v (%v)", v, err)
				}
			})
		})
	}
	t.Run("a count that somebody set since", func(t *testing.T) {
		inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
			seven := 7
			p := w.plan(t, "catalog", deploy.Scale{Count: 5})
			account := meddled{Account: w.account, loses: true, updated: func() {
				ctx := awsx.WithChange(t.Context(), recorded())
				if _, err := w.account.UpdateService(ctx, awsx.ServiceUpdate{Service: p.Target, Desired: &seven}); err != nil {
					t.Error(err)
				}
			}}
			_, err := deploy.Run(t.Context(), w.runOptions(p, account))
			if !fault.Unknown(err) || !strings.Contains(err.Error(), "the desired count was 3 and is 7") {
				t.Errorf("%v", err)
			}
		})
	})
}

func recorded() *awsx.Change {
	return &awsx.Change{ID: "theirs", Record: func(awsx.Call) error { return nil }}
}

// documentOf is the document of what a service runs, as it could be registered.
func documentOf(t *testing.T, w *world, service string) awsx.Document {
	t.Helper()
	_, td := w.running(t, service)
	tree, err := document.Registrable(&td)
	if err != nil {
		t.Fatal(err)
	}
	return tree.Bytes()
}

// TestARestartThatNeverArrivedIsNoSuccessOfSomebodyElse: a new deployment stands there, and
// it is not what was asked for.
func TestARestartThatNeverArrivedIsNoSuccessOfSomebodyElse(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		p := w.plan(t, "catalog", deploy.Restart{})
		account := meddled{Account: w.account, drops: true, updated: func() { w.others(t, "catalog", "v3.3.0") }}
		res, err := deploy.Run(t.Context(), w.runOptions(p, account))
		if err == nil || res.State.Applied || !strings.Contains(err.Error(), "no trace of it") {
			t.Errorf("applied is %v (%v)", res.State.Applied, err)
		}
	})
}

// TestADeploymentThatBeganJustBeforeIsNotOverwrittenWithoutAWord: seen in time it refuses
// the call, and seen in the answer it is told whose it was.
func TestADeploymentThatBeganJustBeforeIsNotOverwrittenWithoutAWord(t *testing.T) {
	t.Run("before the look at the service", func(t *testing.T) {
		inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
			w.images("catalog")
			p := w.plan(t, "catalog", image(":good"))
			theirs := ""
			account := meddled{Account: w.account, registered: func() { theirs = w.others(t, "catalog", "v3.3.0") }}
			res, err := deploy.Run(t.Context(), w.runOptions(p, account))
			if fault.ClassOf(err) != fault.Drift || res.Sent != 1 || res.Left == nil {
				t.Errorf("sent %d, left %v (%v)", res.Sent, res.Left, err)
			}
			for _, want := range []string{"the deployment was", "was registered by", awsx.ARNName(res.State.Registered.ARN) + " was registered and is not in use"} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("no word of %q in %v", want, err)
				}
			}
			if svc, _ := w.running(t, "catalog"); svc.TaskDefinition != theirs {
				t.Errorf("the service runs %s", svc.TaskDefinition)
			}
		})
	})
	t.Run("after it", func(t *testing.T) {
		inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
			w.images("catalog")
			p := w.plan(t, "catalog", image(":good"))
			theirs := ""
			account := meddled{Account: w.account, updating: func() { theirs = w.others(t, "catalog", "v3.3.0") }}
			res, err := deploy.Run(t.Context(), w.runOptions(p, account))
			if err != nil || len(res.Beside) != 1 || !strings.Contains(res.Beside[0], awsx.ARNName(theirs)) || !strings.Contains(res.Beside[0], "registered by") {
				t.Errorf("displaced %q (%v)", res.Beside, err)
			}
			if end := w.records(t)[len(w.records(t))-1].Outcome; !strings.Contains(end, "displaced "+awsx.ARNName(theirs)) {
				t.Errorf("the journal ends with %q", end)
			}
		})
	})
}
