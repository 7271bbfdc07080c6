package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// again closes the console and opens another one in its state directory.
func (d *desk) again(s setting) *desk {
	d.t.Helper()
	d.app.leave(d.Shell.Host().Screens())
	if err := d.app.left.Close(); err != nil {
		d.t.Fatal(err)
	}
	return open(d.t, s, d.app.Config, d.dir)
}

// TestEarlierCommandsComeBack by the arrow, as they were typed, in the next run too.
func TestEarlierCommandsComeBack(t *testing.T) {
	slow := setting{sim: SimOptions{Speed: 0.01}}
	sit(t, slow, func(t *testing.T, d *desk) {
		d.Shows("welcome: enter goes in, esc back, : anywhere by name, ? lists the keys here").command("svc staging").Shows("staging").Hides("welcome")
		d.Press(":", "up").Shows(":svc staging").Press("esc")
		next := d.again(slow)
		defer next.leave()
		next.Hides("welcome").Press(":", "up").Shows(":svc staging")
	})
}

// TestATableIsSortedAsItWasLeft, for all such tables of the context, and shows the columns
// that it showed; never its marks, nor what was hidden.
func TestATableIsSortedAsItWasLeft(t *testing.T) {
	slow := setting{sim: SimOptions{Speed: 0.01}}
	sit(t, slow, func(t *testing.T, d *desk) {
		d.cluster("prod").Shows("sort FAULT").press("N").Shows("sort NAME").press("space", "!").Shows("faults only", "1 marked")
		next := d.again(slow)
		defer next.leave()
		next.Shows("sort NAME", "+").Hides("faults only", "1 marked", "showing")
		if first := next.Row("SERVICE"); first == "" {
			t.Errorf("it does not show the services:\n%s", next.Text())
		}
		next.press("S")
		last := next.again(slow)
		defer last.leave()
		last.Shows("sort FAULT")
		if got := last.app.left.Value("main/eu-west-1", "services.sort"); got != "" {
			t.Errorf("the usual order is kept as %q", got)
		}
	})
}

// TestAFilterOfYesterdayHidesNothing: it comes back by the arrow alone.
func TestAFilterOfYesterdayHidesNothing(t *testing.T) {
	slow := setting{sim: SimOptions{Speed: 0.01}}
	sit(t, slow, func(t *testing.T, d *desk) {
		d.cluster("prod").press("/").Type("catalog").press("enter").Shows("showing 1")
		d.press("esc").press("/").Type("password=kestrel-42-Quay").press("enter").press("esc")
		d.press("/").Type("catalog").press("up").Shows("/catalog", "<up>earlier").Hides("kestrel").press("esc")
		next := d.again(slow)
		defer next.leave()
		next.Shows("api-orders", "catalog").Hides("showing", "/catalog")
		next.press("/", "up").Shows("showing 1")
		if !strings.Contains(next.Text(), "\n/catalog") {
			t.Errorf("the prompt does not show it whole:\n%s", next.Text())
		}
		next.Hides("api-orders").press("down").Shows("api-orders").press("up", "enter").Shows("showing 1")
		if b, err := os.ReadFile(filepath.Join(d.dir, "console.json")); err != nil || strings.Contains(string(b), "kestrel") {
			t.Errorf("kept (%v): %s", err, b)
		}
	})
}

// TestLinesAreShownAsTheyWereLeft: wrapped, without times, paused.
func TestLinesAreShownAsTheyWereLeft(t *testing.T) {
	slow := setting{sim: SimOptions{Speed: 0.01}, begin: []string{"prod/payments", "logs"}}
	sit(t, slow, func(t *testing.T, d *desk) {
		d.read().Shows("following").press("w", "t", "s").Shows("paused")
		next := d.again(slow)
		defer next.leave()
		next.read().Shows("paused")
		held := next.app.left
		for name, want := range map[string]string{"logs.wrap": "on", "logs.time": "off", "logs.follow": "off"} {
			if got := held.Value("main/eu-west-1", name); got != want {
				t.Errorf("%s is kept as %q", name, got)
			}
		}
		next.press("w", "t", "s").Shows("following")
		if got := held.Value("main/eu-west-1", "logs.wrap") + held.Value("main/eu-west-1", "logs.time") + held.Value("main/eu-west-1", "logs.follow"); got != "" {
			t.Errorf("as usual is kept as %q", got)
		}
	})
}

// TestAStateFileThatIsNotOursIsSaidOnce, and the console works without.
func TestAStateFileThatIsNotOursIsSaidOnce(t *testing.T) {
	torn := `{"version": 1, "values": {"main/`
	sit(t, setting{sim: SimOptions{Speed: 0.01}}, func(t *testing.T, d *desk) {
		if err := d.app.left.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(d.dir, "console.json")
		if err := os.WriteFile(path, []byte(torn), 0o600); err != nil {
			t.Fatal(err)
		}
		next := open(t, setting{sim: SimOptions{Speed: 0.01}}, d.app.Config, d.dir)
		defer next.leave()
		next.Settle()
		next.Shows("left as it is").press("enter").read().press("N").wait(5 * time.Second).Shows("sort NAME")
		if b, _ := os.ReadFile(path); string(b) != torn {
			t.Errorf("it was written over: %s", b)
		}
	})
}

// TestTheLastPlaceOfEachContextIsKept.
func TestTheLastPlaceOfEachContextIsKept(t *testing.T) {
	sit(t, setting{sim: SimOptions{Speed: 0.01}}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		d.command("region us-east-1").read()
		d.cluster("staging")
		d.app.leave(d.Shell.Host().Screens())
		var got []string
		for _, context := range []string{"main/eu-west-1", "main/us-east-1"} {
			got = append(got, d.app.left.Value(context, "place"))
		}
		if !strings.HasSuffix(got[0], "cluster/prod") || !strings.HasSuffix(got[1], "cluster/staging") || slices.Contains(got, "") {
			t.Errorf("kept %q", got)
		}
	})
}
