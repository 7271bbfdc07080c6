package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/awsx/diagnose"
	"gantry/internal/inquiry"
)

// shapes are the snapshots under testdata/accounts, which have the shapes of recorded
// accounts that surprise, and how each service of them is to be judged: the verdict,
// and what its cause has to say.
var shapes = map[string]map[string]string{
	"balancers-fault":          {"quotes": "degraded load balancer internal error"},
	"codedeploy-flapping":      {"basket": "degraded exit 1"},
	"codedeploy-green-dies":    {"basket": "failed exit 1"},
	"codedeploy-rolling":       {"basket": "pending 1 of 2 new"},
	"commands":                 {"catalogue": "degraded command not found: catalogd", "logon": "degraded command is not executable: /srv/logon-server"},
	"daemon-without-instances": {"collector": "pending no instance to run on"},
	"event-from-before":        {"tickets": "pending rolling out"},
	"everyday-events":          {"pendings": "pending rolling out", "zones": "pending rolling out", "statesteady": "pending rolling out", "resting": "ok "},
	"external":                 {"outer": "pending 0 of 2 new"},
	"green-dark":               {"dark": "failed timeout /ready"},
	"helper-exits":             {"report": "degraded exit 0"},
	"losses":                   {"spot": "ok ", "classic": "ok "},
	"nobody-new":               {"kiosk": "failed serves nobody new"},
	"not-placed":               {"newer": "degraded registry wants a login, or no such image", "fewer": "degraded no capacity at this time"},
	"not-steady":               {"homeless": "failed no container instances in the capacity provider", "shielded": "pending tasks under protection"},
	"port-range":               {"media": "ok "},
	"registries": {
		"anonymous": "degraded registry wants a login", "nameless": "degraded name not resolved registry.shop.internal",
		"untrusted": "degraded certificate not trusted registry.shop.internal",
	},
	"registry-login": {"refused": "degraded registry login: denied ecr:GetAuthorizationToken", "unreached": "degraded registry login: not reached"},
	"swapped":        {"front": "ok "},
	"task-not-told":  {"stock": "unknown 1 of 2 tasks"},
}

// TestTheConsoleAndStatusAgreeOnShapesThatSurprise holds both against how such
// services are to be judged, and against each other.
func TestTheConsoleAndStatusAgreeOnShapesThatSurprise(t *testing.T) {
	files, err := os.ReadDir("testdata/accounts")
	if err != nil || len(files) != len(shapes) {
		t.Fatalf("%d files of %d shapes: %v", len(files), len(shapes), err)
	}
	for name, want := range shapes {
		t.Run(name, func(t *testing.T) {
			sit(t, setting{w: 240, h: 60, replay: filepath.Join("testdata/accounts", name+".json")}, func(t *testing.T, d *desk) {
				d.cluster("shop").read()
				clusters, _, err := d.app.Clusters(t.Context())
				if err != nil || len(clusters) != 1 {
					t.Fatalf("%v %v", clusters, err)
				}
				agrees(t, d, clusters[0].Ref)
				survey, err := d.app.Survey(t.Context(), clusters[0].Ref)
				if err != nil || len(survey.Standings) != len(want) {
					t.Fatalf("%d services of %d: %v", len(survey.Standings), len(want), err)
				}
				for _, s := range survey.Standings {
					judged(t, want, s)
					one, err := d.app.Inspect(t.Context(), s.Service().Ref)
					if err != nil {
						t.Fatal(err)
					}
					judged(t, want, one.Standing)
				}
			})
		})
	}
}

// judged compares a standing with the one that is wanted.
func judged(t *testing.T, want map[string]string, s diagnose.Standing) {
	t.Helper()
	verdict, cause, _ := strings.Cut(want[s.Service().Name], " ")
	if f := s.Finding; f.Status.String() != verdict || !strings.Contains(f.Why, cause) || cause == "" && f.Why != "" {
		t.Errorf("%s is %s, %q: want %s, %q", s.Service().Name, f.Status, f.Why, verdict, cause)
	}
}

// TestTheTasksOfShapesThatSurpriseAreJoined: a range of ports is one port,
// and a target of which a task was not told is not foreign.
func TestTheTasksOfShapesThatSurpriseAreJoined(t *testing.T) {
	inspected := func(name, service string, look func(*testing.T, inquiry.Inspection)) {
		t.Run(name, func(t *testing.T) {
			sit(t, setting{w: 80, h: 24, replay: filepath.Join("testdata/accounts", name+".json")}, func(t *testing.T, d *desk) {
				svc, err := d.app.FindService(t.Context(), "shop", service)
				if err != nil {
					t.Fatal(err)
				}
				found, err := d.app.Inspect(t.Context(), svc.Ref)
				if err != nil {
					t.Fatal(err)
				}
				look(t, found)
			})
		})
	}
	inspected("port-range", "media", func(t *testing.T, found inquiry.Inspection) {
		joined := found.Joined()
		if ports := joined.Tasks[0].Ports; len(ports) != 2 || ports[1].Inside() != "9500-9509" || ports[1].Outside() != "41000-41009" || len(joined.Unmatched) > 0 {
			t.Errorf("%+v %+v", ports, joined.Unmatched)
		}
	})
	inspected("task-not-told", "stock", func(t *testing.T, found inquiry.Inspection) {
		for _, u := range found.Joined().Unmatched {
			if u.Kind.String() == "foreign" {
				t.Errorf("%+v", u)
			}
		}
		if found.Finding.Untold != 1 {
			t.Errorf("%d tasks were not told", found.Finding.Untold)
		}
	})
}

// TestARecordingIsNowhereCalledLive walks through a recording: each screen says that it
// is one, and of which time.
func TestARecordingIsNowhereCalledLive(t *testing.T) {
	sit(t, setting{w: 100, h: 30, replay: "testdata/accounts/helper-exits.json"}, func(t *testing.T, d *desk) {
		said := func() {
			t.Helper()
			d.read()
			head := strings.Split(d.Text(), "\n")[0]
			if !strings.Contains(head, "SNAPSHOT 20") || strings.Contains(d.Text(), "live") || strings.Contains(head, "●") {
				t.Errorf("%s", d.Text())
			}
		}
		said()
		d.Shows("recorded")
		for _, key := range []string{"enter", "enter", "enter", "esc", "l", "esc", "y", "esc", "esc", "d"} {
			d.press(key)
			said()
		}
	})
}

// TestATargetOfATaskThatWasNotReadIsNotSaidToBeOfNone.
func TestATargetOfATaskThatWasNotReadIsNotSaidToBeOfNone(t *testing.T) {
	sit(t, setting{w: 140, h: 30, replay: "testdata/accounts/task-not-told.json"}, func(t *testing.T, d *desk) {
		d.cluster("shop").read()
		d.press("enter").read()
		d.Shows("1 target of a task not located", "? undetermined").Hides("of no task", "foreign")
	})
}
