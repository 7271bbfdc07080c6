package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

// journal is an audit in memory.
type journal struct {
	lines             []string
	beginErr, callErr error
	f                 *fake
}

func (j *journal) Begin(id string, p Plan, _ []string) error {
	if len(j.f.sent) > 0 {
		return errors.New("a call was sent before the begin record")
	}
	j.lines = append(j.lines, "begin "+p.Intent.Action())
	return j.beginErr
}

func (j *journal) Call(_ string, _ Plan, c awsx.Call) error {
	j.lines = append(j.lines, "call "+c.Operation)
	return j.callErr
}

func (j *journal) End(_ string, _ Plan, outcome string, _ step.State) error {
	j.lines = append(j.lines, "end "+outcome)
	return nil
}

type gate struct{ err error }

func (g gate) Allow(Plan) error { return g.err }

func options(f *fake, p Plan) (RunOptions, *journal) {
	j := &journal{f: f}
	return RunOptions{ID: NewID(), Account: f, Plan: p, Gate: gate{}, Audit: j}, j
}

func deployImage(f *fake, t *testing.T) Plan {
	return f.plan(t, SetImages{Images: map[string]string{"web": ":1.1"}})
}

func TestARunRecordsThenRegistersThenUpdates(t *testing.T) {
	f := newFake(t)
	o, j := options(f, deployImage(f, t))
	o.Follow = func(_ context.Context, spec follow.Spec) (follow.Verdict, error) {
		if spec.Deployment != "ecs-svc/8" || spec.TaskDefinition != revisionARN("api", 8) || spec.Previous.ID != "ecs-svc/7" || spec.Timeout == 0 || spec.Started.IsZero() {
			t.Errorf("follow got %+v", spec)
		}
		return follow.Verdict{Outcome: follow.Succeeded}, nil
	}
	res, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(j.lines, "; "); got != "begin deploy; call RegisterTaskDefinition; call UpdateService; end succeeded" {
		t.Errorf("journal is %s", got)
	}
	if res.State.Deployment != "ecs-svc/8" || res.State.Registered.Revision != 8 || res.Verdict.Outcome != follow.Succeeded {
		t.Errorf("result is %+v", res)
	}
	sent := f.definitions[revisionARN("api", 8)]
	if !strings.Contains(string(sent.Raw), `"quantumMode":{"qubits":12345678901234567890}`) || !strings.Contains(string(sent.Raw), `"tags":[{"key":"team","value":"pay"}]`) {
		t.Errorf("the document that was sent is %s", []byte(sent.Raw))
	}
	if c, _ := sent.Container("web"); c.Image != registry+"/web:1.1" {
		t.Errorf("registered image %s", c.Image)
	}
}

func TestRefusalsSendNothing(t *testing.T) {
	cases := []struct {
		name   string
		intent Intent
		change func(*fake, *RunOptions, *journal)
		class  fault.Class
		want   string
	}{
		{"the gate", Scale{3}, func(_ *fake, o *RunOptions, _ *journal) {
			o.Gate = gate{fault.Errorf(fault.Denied, "scale", "", "%w: read-only", ErrRefused)}
		}, fault.Denied, "read-only"},
		{"a failed check", SetImages{Images: map[string]string{"web": ":9"}}, nil, fault.Denied, "mend it, or override image"},
		{"another revision", SetImages{Images: map[string]string{"web": ":1.1"}}, func(f *fake, _ *RunOptions, _ *journal) {
			f.service.TaskDefinition = revisionARN("api", 6)
		}, fault.Drift, "the task definition was api:7 and is api:6; api:6 was registered by ci"},
		{"another deployment", Restart{}, func(f *fake, _ *RunOptions, _ *journal) { f.service.Deployments[0].ID = "ecs-svc/9" }, fault.Drift, "the deployment was ecs-svc/7 and is ecs-svc/9"},
		{"another count", Scale{3}, func(f *fake, _ *RunOptions, _ *journal) { f.service.Desired = 5 }, fault.Drift, "the desired count was 4 and is 5"},
		{"no audit", Scale{3}, func(_ *fake, _ *RunOptions, j *journal) { j.beginErr = errors.New("disk full") }, fault.Failed, "disk full"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			o, j := options(f, f.plan(t, c.intent))
			if c.change != nil {
				c.change(f, &o, j)
			}
			_, err := Run(context.Background(), o)
			if !errors.Is(err, ErrRefused) || fault.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v of class %v, want a refusal of class %v with %q", err, fault.ClassOf(err), c.class, c.want)
			}
			if len(f.sent) > 0 {
				t.Errorf("sent %v", f.sent)
			}
		})
	}
}

func TestOnlyWhatTheIntentTouchesIsDrift(t *testing.T) {
	f := newFake(t)
	o, _ := options(f, deployImage(f, t))
	f.service.Desired = 9 // autoscaling moved it
	if _, err := Run(context.Background(), o); err != nil {
		t.Errorf("a deploy minds the count: %v", err)
	}
	f = newFake(t)
	o, _ = options(f, f.plan(t, Scale{3}))
	f.service.TaskDefinition, f.service.Deployments[0].ID = revisionARN("api", 6), "ecs-svc/9"
	if _, err := Run(context.Background(), o); err != nil {
		t.Errorf("scaling minds the revision: %v", err)
	}
}

func TestOverridesLetAChangeThrough(t *testing.T) {
	f := newFake(t)
	o, j := options(f, f.plan(t, SetImages{Images: map[string]string{"web": ":9"}}))
	j.beginErr, j.callErr = errors.New("disk full"), errors.New("disk full")
	o.Override = []string{check.Image, check.Audit}
	res, err := Run(context.Background(), o)
	if err != nil || len(f.sent) != 2 {
		t.Errorf("sent %v (%v)", f.sent, err)
	}
	if res.AuditErr == nil {
		t.Error("the missing records are not told")
	}
}

func TestAMisspeltOverrideIsRefused(t *testing.T) {
	f := newFake(t)
	o, _ := options(f, f.plan(t, Scale{3}))
	o.Override = []string{"imgae"}
	if _, err := Run(context.Background(), o); fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), "expected one of controller, ") || len(f.sent) > 0 {
		t.Errorf("sent %v (%v)", f.sent, err)
	}
}

func TestACallThatCannotBeRecordedIsNotSent(t *testing.T) {
	f := newFake(t)
	o, j := options(f, f.plan(t, Scale{3}))
	j.callErr = errors.New("disk full")
	if _, err := Run(context.Background(), o); err == nil || len(f.sent) > 0 {
		t.Errorf("sent %v (%v)", f.sent, err)
	}
}

func TestAHalfDoneDeployTellsWhatItLeft(t *testing.T) {
	f := newFake(t)
	f.updateErr = fault.Errorf(fault.Denied, "ecs:UpdateService", serviceARN, "not authorized")
	o, j := options(f, deployImage(f, t))
	res, err := Run(context.Background(), o)
	if fault.ClassOf(err) != fault.Denied || !strings.Contains(err.Error(), "revision api:8 was registered and is not in use") {
		t.Errorf("got %v", err)
	}
	if errors.Is(err, ErrRefused) {
		t.Error("IAM's refusal passes for ours")
	}
	if res.State.Registered == nil || res.State.Applied {
		t.Errorf("state is %+v", res.State)
	}
	if last := j.lines[len(j.lines)-1]; last != "end failed: denied, left api:8" {
		t.Errorf("the journal ends with %q", last)
	}
}

func TestALostAnswerIsResolvedByReadingAndNeverSentAgain(t *testing.T) {
	for name, intent := range map[string]Intent{
		"deploy":    SetImages{Images: map[string]string{"web": ":1.1"}},
		"scale":     Scale{3},
		"restart":   Restart{},
		"roll back": UseRevision{"6"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.lostAnswer = true
			o, _ := options(f, f.plan(t, intent))
			res, err := Run(context.Background(), o)
			if err != nil || !res.State.Applied {
				t.Fatalf("state %+v (%v)", res.State, err)
			}
			if o.Plan.starts && res.State.Deployment != "ecs-svc/8" {
				t.Errorf("follows %q", res.State.Deployment)
			}
			if want := len(o.Plan.Steps); len(f.sent) != want {
				t.Errorf("sent %v, want %d calls", f.sent, want)
			}
		})
	}
}

func TestACallThatNeverArrivedIsToldAndNotRepeated(t *testing.T) {
	lost := &fault.Error{Class: fault.Offline, Op: "ecs:RegisterTaskDefinition", Unknown: true, Err: fmt.Errorf("reset")}
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.registerErr = lost
		o, _ := options(f, deployImage(f, t))
		_, err := Run(context.Background(), o)
		if fault.ClassOf(err) != fault.Offline || !strings.Contains(err.Error(), "no trace of it") || fault.Unknown(err) {
			t.Errorf("got %v", err)
		}
		if len(f.sent) != 1 {
			t.Errorf("sent %v", f.sent)
		}
	})
}

func TestSomebodyElsesNewRevisionIsNotTakenForOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		o, _ := options(f, deployImage(f, t))
		f.registerErr = &fault.Error{Class: fault.Offline, Unknown: true, Err: fmt.Errorf("reset")}
		f.add(t, exampleJSON(8)) // the old image in a newer revision
		if _, err := Run(context.Background(), o); err == nil {
			t.Error("a revision with another document was deployed as ours")
		}
	})
}

func TestASupersededVerdictNamesWho(t *testing.T) {
	f := newFake(t)
	o, _ := options(f, deployImage(f, t))
	o.Follow = func(context.Context, follow.Spec) (follow.Verdict, error) {
		return follow.Verdict{Outcome: follow.Superseded, Other: revisionARN("api", 6)}, nil
	}
	res, err := Run(context.Background(), o)
	if err != nil || len(res.Verdict.Details) != 1 || res.Verdict.Details[0] != "api:6 was registered by ci" {
		t.Errorf("verdict is %+v (%v)", res.Verdict, err)
	}
}

func TestAnInterruptedFollowEndsTheJournalHonestly(t *testing.T) {
	f := newFake(t)
	o, j := options(f, deployImage(f, t))
	o.Follow = func(context.Context, follow.Spec) (follow.Verdict, error) { return follow.Verdict{}, context.Canceled }
	res, err := Run(context.Background(), o)
	if !errors.Is(err, context.Canceled) || res.Verdict != nil || !res.State.Applied {
		t.Errorf("got %+v (%v)", res, err)
	}
	if last := j.lines[len(j.lines)-1]; last != "end done, not followed to its end" {
		t.Errorf("the journal ends with %q", last)
	}
}

func TestIDsAreShortAndUnlike(t *testing.T) {
	a, b := NewID(), NewID()
	if a == b || !strings.HasPrefix(a, "chg-") || len(a) != 20 {
		t.Errorf("ids are %s and %s", a, b)
	}
}

func TestARevisionThatMayBeInUseIsNotOfferedToBeDeregistered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		p := d.mustPlan(t, d.api, SetImages{Images: map[string]string{"": ":v2"}})
		o := d.options(p)
		o.Account = blinded{lossy{d.Account}}
		res, err := Run(t.Context(), o)
		if !fault.Unknown(err) || !strings.Contains(err.Error(), "whether it is in use is not known") || res.Left != nil {
			t.Errorf("left %+v: %v", res.Left, err)
		}
		if svc := d.service(t); svc.TaskDefinition != res.State.Registered.ARN {
			t.Errorf("the service runs %s", svc.TaskDefinition)
		}
	})
}

// blinded can be read no more once a service was updated.
type blinded struct{ lossy }

func (b blinded) UpdateService(ctx context.Context, u awsx.ServiceUpdate) (awsx.Service, error) {
	defer func() {
		for range 4 { // as often as it is looked for
			b.FailOnce(awsxtest.DescribeServices, fault.Errorf(fault.Offline, "ecs:DescribeServices", "", "no route"))
		}
	}()
	return b.lossy.UpdateService(ctx, u)
}
