package cli_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	logsim "gantry/logs/sim"
)

// TestADeathIsExplainedTheNextDay: a task dies while somebody looks. Twenty hours later ECS
// tells nothing of it, and another run of gantry says why it ended, finds its lines, by its id
// and as the one before, and says that it only remembers. Without a memory it does not.
func TestADeathIsExplainedTheNextDay(t *testing.T) {
	quiet := sim.Options{Speed: 1, Layout: []seed.Cluster{{Name: "prod", Services: []seed.Service{{Name: "catalog", Desired: 2}}}}}
	aloneIn(t, quiet, func(t *testing.T, a *account) {
		if err := os.WriteFile(a.file, []byte("logs:\n  endpoints: [http://"+logsHost+"]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		a.wrote()
		id, task := a.container(t, "prod/catalog")
		died := time.Now()
		if err := a.KillTask(task, 137); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		a.run(t, "tasks", "prod/catalog", "--stopped").wants(t, 0, task, "STOPPED").lacks(t, "remembered")

		time.Sleep(20 * time.Hour)
		// The log store of these tests forgets within hours: this one does not.
		a.logs = logsim.New(logsim.Options{MaxAge: 48 * time.Hour})
		a.net[logsHost] = a.logs.RoundTripper()
		a.write(t, id, "last words", died)
		a.run(t, "status", "prod/catalog").wants(t, 0).lacks(t, task)
		a.run(t, "tasks", "prod/catalog", "--stopped").wants(t, 0, task, "remembered", "20h", "exit 137")
		a.run(t, "tasks", "prod/catalog", "--since", "19h", "--stopped").lacks(t, task)
		var out struct {
			Tasks []struct {
				ID, Reason          string
				Stopped, Remembered *time.Time
			}
			Partial bool
		}
		r := a.run(t, "tasks", "prod/catalog", "-o", "json").wants(t, 0)
		if err := json.Unmarshal([]byte(r.out), &out); err != nil || out.Partial {
			t.Fatal(err, r.out)
		}
		remembered := 0
		for _, x := range out.Tasks {
			if x.Remembered == nil {
				continue
			}
			if remembered++; x.ID != task || x.Reason == "" || x.Stopped == nil || x.Remembered.Before(*x.Stopped) {
				t.Errorf("it remembers %+v", x)
			}
		}
		if remembered != 1 || len(out.Tasks) < 3 {
			t.Errorf("%d of %d tasks are remembered", remembered, len(out.Tasks))
		}
		a.run(t, "logs", "prod/catalog/"+task[:8], "--since", "21h").wants(t, 0, task[:8]+"/catalog last words")
		a.run(t, "logs", "prod/catalog", "--previous", "--since", "21h").wants(t, 0, "last words")

		if err := os.WriteFile(a.file, []byte("memory: off\nlogs:\n  endpoints: [http://"+logsHost+"]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		a.run(t, "tasks", "prod/catalog", "--stopped").wants(t, 0, "no such task of catalog is known")
	})
}
