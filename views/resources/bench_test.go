package resources

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/viewstest"
)

// crowd makes the facts of a cluster of n services, every tenth in trouble.
func crowd(n int) *clusterFacts {
	cluster := awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/main", ARN: "arn:aws:ecs:eu-west-1:1:cluster/main"}
	f := &clusterFacts{
		servicesRead: true,
		Cluster:      diagnose.Cluster{Now: awsxtest.Now, InstancesRead: true, RunningRead: true, StoppedRead: true},
		own:          map[string]*ownTasks{}, groups: map[string]*store.GroupState{},
	}
	for i := range n {
		name := fmt.Sprintf("service-%05d", i)
		s := awsx.Service{
			Ref: cluster.In("arn:aws:ecs:eu-west-1:1:service/main/" + name), Name: name, Status: "ACTIVE", Desired: 4, Running: 4,
			TaskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/" + name + ":7", LaunchType: "EC2",
			Deployments: []awsx.Deployment{{
				ID: "ecs-svc/1", Status: "PRIMARY", Desired: 4, Running: 4, RolloutState: "COMPLETED",
				TaskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/" + name + ":7", CreatedAt: f.Now.Add(-time.Duration(i) * time.Minute),
			}},
			Events: []awsx.ServiceEvent{{ID: "e", At: f.Now.Add(-time.Hour), Message: "(service " + name + ") has reached a steady state."}},
		}
		if i%10 == 0 {
			s.Running = 3
			trouble := [...]string{
				"was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0123abcd) has insufficient memory available.",
				"(port 32771) is unhealthy in (target-group arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/" + name + "/0123) due to (reason Health checks failed with these codes: [503]).",
				"(task 0123abcd) failed container health checks.",
			}[i/10%3]
			s.Events = append([]awsx.ServiceEvent{{ID: "f", At: f.Now.Add(-time.Duration(i%50) * time.Minute), Message: "(service " + name + ") " + trouble}}, s.Events...)
			s.Breaker.Enabled = i%20 == 0
		}
		f.services = append(f.services, &s)
	}
	return f
}

// crowded is a services screen of n rows without a store.
func crowded(h *ui.Host, n int) ui.Screen {
	f := crowd(n)
	rows := serviceRows(f)
	deps := &views.Deps{Host: h, Now: func() time.Time { return awsxtest.Now }, Policy: viewstest.ExceptStaging{}, Nav: &viewstest.Visited{}}
	cluster := awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:1:cluster/main", Cluster: "arn:aws:ecs:eu-west-1:1:cluster/main"}
	spec := servicesSpec(deps, cluster, nil, func(r *serviceRow, ok bool) []ui.Action { return selectedActions(deps, r, ok) })
	spec.Open = func() livetable.Feed[*serviceRow] {
		return livetable.Feed[*serviceRow]{Build: func(time.Time) livetable.Load[*serviceRow] {
			return livetable.Load[*serviceRow]{Rows: rows, Status: livetable.AnswerStatus(true, true, nil), Note: serviceNote(rows, f)}
		}}
	}
	return livetable.New(deps, spec)
}

// BenchmarkKeyOnServices is what a key costs in a table of 10,000 services: the
// shell's routing, the screen and the frame.
func BenchmarkKeyOnServices(b *testing.B) {
	for _, look := range uitest.MainLooks()[:2] {
		b.Run(look.String(), func(b *testing.B) {
			shell := ui.New(b.Context(), ui.Options{
				Terminal: look.Terminal(),
				Root:     func(h *ui.Host) ui.Screen { return crowded(h, 10_000) },
			})
			drain(shell, shell.Init())
			shell.Update(tea.WindowSizeMsg{Width: look.W, Height: look.H})
			keys := []tea.Msg{uitest.Key("j"), uitest.Key("j"), uitest.Key("k"), uitest.Key("pgdown"), uitest.Key("G"), uitest.Key("g")}
			if text := shell.View().Content; !strings.Contains(text, "10000:") {
				b.Fatalf("the rows are not there:\n%s", text)
			}
			n := 0
			for b.Loop() {
				shell.Update(keys[n%len(keys)])
				_ = shell.View()
				n++
			}
		})
	}
}

// drain runs the commands that the first frame needs.
func drain(shell *ui.Shell, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	done := make(chan tea.Msg, 1)
	go func() { done <- cmd() }()
	select {
	case msg := <-done:
		if cmds, _, ok := ui.Commands(msg); ok {
			for _, c := range cmds {
				drain(shell, c)
			}
			return
		}
		if msg != nil {
			_, next := shell.Update(msg)
			drain(shell, next)
		}
	case <-time.After(100 * time.Millisecond):
	}
}

// BenchmarkServiceRows is what making the rows of 300 services costs, off the loop.
func BenchmarkServiceRows(b *testing.B) {
	f := crowd(300)
	for b.Loop() {
		serviceRows(f)
	}
}

// BenchmarkBytesOfAMove is what the terminal is sent for a move of the cursor on
// the services screen, and for the evidence once it rests.
func BenchmarkBytesOfAMove(b *testing.B) {
	for _, look := range uitest.MainLooks()[:2] {
		b.Run(look.String(), func(b *testing.B) {
			var move, rest int
			for b.Loop() {
				move, rest = bytesOfAMove(b, look)
			}
			b.ReportMetric(float64(move), "bytes/move")
			b.ReportMetric(float64(rest), "bytes/rest")
		})
	}
}

func bytesOfAMove(t testing.TB, look uitest.Look) (move, rest int) {
	wire := uitest.Dial(t, ui.Options{
		Terminal: look.Terminal(),
		Root:     func(h *ui.Host) ui.Screen { return crowded(h, 300) },
	}, look.W, look.H)
	time.Sleep(2 * livetable.RestDelay)
	const moves = 5
	for range moves {
		move += wire.Bytes(uitest.Key("j"))
		rest += wire.Idle(2 * livetable.RestDelay)
	}
	return move / moves, rest / moves
}

func TestMovingTheCursorCostsFewBytes(t *testing.T) {
	for _, look := range uitest.MainLooks()[:2] {
		t.Run(look.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				move, rest := bytesOfAMove(t, look)
				if move == 0 || move > 120 {
					t.Errorf("a move costs %d bytes, allowed are 120", move)
				}
				if rest == 0 || rest > 500 {
					t.Errorf("the evidence costs %d bytes, allowed are 500", rest)
				}
				t.Logf("move %d, rest %d", move, rest)
			})
		})
	}
}
