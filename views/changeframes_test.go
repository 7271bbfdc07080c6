package views

import (
	"regexp"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/uitest"
)

// steady takes out what differs from run to run: ids are random, and polls have
// a jitter.
func steady(frame string) string {
	frame = regexp.MustCompile("chg-[0-9a-f]{16}").ReplaceAllString(frame, "chg-0123456789abcdef")
	return regexp.MustCompile("[0-9]+s( of at most [0-9ms]+) *").ReplaceAllString(frame, "11s$1")
}

// changeFrame compares a screen of a change with its golden files, after acting
// on it.
func changeFrame(t *testing.T, change func(*shopfloor), root func(*Changes, awsx.Ref) ui.Screen, act func(*shopfloor)) {
	t.Helper()
	for _, look := range uitest.Looks() {
		t.Run(look.String(), func(t *testing.T) {
			var got string
			bubble(t, func(t *testing.T) {
				f := prepared(t, look, change, root).read()
				act(f)
				got = f.read().drawing(look)
			})
			golden.RequireEqual(t, steady(got)+"\n")
		})
	}
}

func leave(*shopfloor) {}

func TestFrameOfImages(t *testing.T) { changeFrame(t, untouched, images, leave) }

func TestFrameOfRevisions(t *testing.T) { changeFrame(t, history, revisions, leave) }

func TestFrameOfAPlan(t *testing.T) { changeFrame(t, untouched, onPlan(image("v3")), leave) }

func TestFrameOfABlockedPlan(t *testing.T) {
	changeFrame(t, func(f *shopfloor) {
		f.edit(func(s *awsx.Service) { s.Breaker.Enabled = false })
	}, onPlan(image("v9")), leave)
}

func TestFrameOfAPlanForTheEnvironment(t *testing.T) {
	intent := deploy.SetEnv{Containers: map[string]deploy.EnvEdit{"": {
		Set:   []awsx.EnvVar{{Name: "DB_PASSWORD", Value: "canary"}, {Name: "REGION", Value: "eu-west-1"}},
		Unset: []string{"LOG_LEVEL"},
	}}}
	changeFrame(t, untouched, onPlan(intent), leave)
}

func TestFrameOfAQuestion(t *testing.T) {
	changeFrame(t, untouched, onPlan(image("v3")), func(f *shopfloor) { f.keys("enter") })
}

func TestFrameOfTheEnvironment(t *testing.T) {
	changeFrame(t, untouched, env, func(f *shopfloor) {
		f.keys("a").answer("REGION").answer("eu-west-1")
		f.keys("k", "enter")
		f.Advance(time.Second)
		f.Type("!")
	})
}

// begun carries the plan on the screen out and lets half of it happen.
func begun(f *shopfloor) {
	f.keys("enter")
	f.answer("api-orders")
	f.stop(1, "CannotPullContainerError: failed to resolve ref api-orders:v3: not found")
	f.edit(func(s *awsx.Service) { s.Deployments[0].Running, s.Deployments[0].Pending = 2, 1 })
	f.read()
}

func TestFrameOfAFollow(t *testing.T) { changeFrame(t, untouched, onPlan(image("v3")), begun) }

func TestFrameOfASuccess(t *testing.T) {
	changeFrame(t, untouched, onPlan(image("v3")), func(f *shopfloor) {
		begun(f)
		f.account.FinishRollout("api-orders")
	})
}

func TestFrameOfARollback(t *testing.T) {
	changeFrame(t, untouched, onPlan(image("v3")), func(f *shopfloor) {
		begun(f)
		f.account.FailRollout("api-orders", true)
		f.read()
		f.account.FinishRollout("api-orders")
		f.read().read() // a bad verdict waits a while for what explains it
	})
}
