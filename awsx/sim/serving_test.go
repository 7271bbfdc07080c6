package sim

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/wire"
)

// play plays the agenda item by item until look says that it has seen enough, and
// reports whether it did within a time.
func (a *Account) play(within time.Duration, look func() (done bool)) bool {
	for ends := a.world.Now.Add(within); !look(); {
		at, planned := a.world.Agenda.Next()
		if !planned || at.After(ends) {
			a.world.Advance(ends)
			return look()
		}
		a.world.Advance(at)
	}
	return true
}

// call carries out an operation of ECS.
func (a *Account) call(operation string, in map[string]string) error {
	_, err := (&wire.Request{Service: a.table[0], Operation: operation, Body: wire.Encode(in)}).Act("")
	return err
}

// unserved tells what is wrong if the production rule of a service sends to less than
// the whole of it in healthy targets.
func unserved(s *fleet.Service) string {
	total := 0
	for _, g := range s.Balancers[0].Advanced.Production.Groups {
		total += g.Weight
		healthy := 0
		for _, target := range g.Group.Targets {
			if target.State == elb.TargetHealthy {
				healthy++
			}
		}
		if g.Weight > 0 && healthy < s.Desired {
			return fmt.Sprintf("%d percent of the traffic goes to %d healthy targets, want %d", g.Weight, healthy, s.Desired)
		}
	}
	if total != 100 {
		return fmt.Sprintf("the weights add up to %d", total)
	}
	return ""
}

// shifting is an account in the middle of deployments that shift traffic, and one of
// its services.
func shifting(random uint64, service string) (*Account, *fleet.Service, error) {
	a, err := New(Options{Scenario: seed.BlueGreen, Seed: random})
	if err != nil {
		return nil, nil, err
	}
	return a, a.fleet.ClusterByName["prod"].ByName[service], nil
}

func TestAStopAtAnyTimeEndsInOneRevisionThatServes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		service := rapid.SampledFrom([]string{"storefront", "ranking", "shipping"}).Draw(r, "service")
		after := time.Duration(rapid.IntRange(0, 1100).Draw(r, "stopped after seconds")) * time.Second
		a, s, err := shifting(rapid.Uint64().Draw(r, "seed"), service)
		if err != nil {
			r.Fatal(err)
		}
		if problem := a.watchStop(s, after); problem != "" {
			r.Fatal(problem)
		}
	})
}

// watchStop follows a deployment to its end, asks for its end after a while, and
// tells what went wrong.
func (a *Account) watchStop(s *fleet.Service, after time.Duration) (problem string) {
	r := s.Current
	look := func() bool {
		if what := unserved(s); what != "" {
			problem = fmt.Sprintf("%s at %s: %s", r.Status, r.Shift.Stage, what)
		}
		for _, hook := range r.Shift.Calls {
			if hook.Status == fleet.HookAwaiting && after > 2*time.Minute && problem == "" {
				if err := a.call("ContinueServiceDeployment", map[string]string{"serviceDeploymentArn": r.ARN, "hookId": hook.ID}); err != nil {
					problem = err.Error()
				}
			}
		}
		return problem != "" || r.Terminal()
	}
	stopped := !a.play(after, look)
	if problem == "" && stopped {
		if err := a.call("StopServiceDeployment", map[string]string{"serviceDeploymentArn": r.ARN, "stopType": "ROLLBACK"}); err != nil {
			return err.Error()
		}
		if r.Status != "ROLLBACK_REQUESTED" {
			return r.Status + " right after the stop, want ROLLBACK_REQUESTED"
		}
	}
	if problem == "" && !a.play(40*time.Minute, look) {
		return fmt.Sprintf("%s at %s after 40 minutes", r.Status, r.Shift.Stage)
	}
	if problem != "" {
		return problem
	}
	winner, share, want := r.Target, 1000, "SUCCESSFUL"
	if stopped {
		winner, share, want = r.Sources[0], 0, "ROLLBACK_SUCCESSFUL"
		if r.RollbackRevision != winner || r.RollbackReason == "" {
			return fmt.Sprintf("rollback to %v because %q, want one to %s", r.RollbackRevision, r.RollbackReason, winner.ARN)
		}
	}
	if r.Status != want || r.Shift.Production != share {
		return fmt.Sprintf("%s with %d for the new revision, want %s with %d", r.Status, r.Shift.Production, want, share)
	}
	if up, _ := s.CountRevision(winner); len(s.Deployments) != 1 || s.Deployments[0].Revision != winner || up != s.Desired {
		return fmt.Sprintf("%d deployments, %d tasks of %s", len(s.Deployments), up, s.Deployments[0].Revision.ARN)
	}
	return unserved(s)
}

func TestADeploymentMayReplaceAnotherAtAnyStage(t *testing.T) {
	for _, stage := range []string{"SCALE_UP", "BAKE_TIME", "CLEAN_UP"} {
		for _, rollback := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s rolled back %v", stage, rollback), func(t *testing.T) {
				a, s, err := shifting(0, "shipping")
				if err != nil {
					t.Fatal(err)
				}
				first := s.Current
				if !a.play(20*time.Minute, func() bool { return first.Shift.Stage == stage }) {
					t.Fatalf("%s at %s", first.Status, first.Shift.Stage)
				}
				if rollback {
					if err := a.call("StopServiceDeployment", map[string]string{"serviceDeploymentArn": first.ARN}); err != nil {
						t.Fatal(err)
					}
					if !a.play(time.Minute, func() bool { return first.Status == "ROLLBACK_IN_PROGRESS" }) {
						t.Fatalf("%s at %s", first.Status, first.Shift.Stage)
					}
				}
				a.play(5*time.Second, func() bool { return false })
				if _, err := seed.OperatorDeploys(a.fleet, s, "v1.1.0"); err != nil {
					t.Fatal(err)
				}
				r, head := s.Current, s.Deployments[0]
				ended := a.play(30*time.Minute, func() bool {
					if problem := unserved(s); problem != "" {
						t.Fatalf("%s at %s: %s", r.Status, r.Shift.Stage, problem)
					}
					return r.Terminal()
				})
				if !ended || r.Status != "SUCCESSFUL" || len(s.Deployments) != 1 || s.Deployments[0] != head {
					t.Errorf("ended as %s with %d deployments", r.Status, len(s.Deployments))
				}
			})
		}
	}
}
