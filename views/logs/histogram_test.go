package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	logviews "gantry/views/logs"
	"gantry/views/viewstest"
)

func TestTheHistogramLeadsToTheLines(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(400)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Press("H").Advance(time.Second).Shows("histogram", "the lines held", "errors", "one bar is ")
		d.Press("4").Advance(time.Second).Shows("last 15m", "one bar is 15s")
		d.Press("6").Advance(time.Second).Shows("last 1h", "one bar is 1m", "0 warnings")
		d.Press("E").Shows("1 error")
		d.Press("left", "h", "l").Shows("0 errors")
		d.Press("e")
		at := strings.Fields(d.Row("1 error"))
		d.Press("enter").Advance(time.Second).Shows("not following", at[1])
		d.Press("H").Advance(time.Second).Press("esc").Shows("not following")
		d.Press("H", "1").Advance(time.Second).Shows("all there is").Press("ctrl+r").Advance(time.Second).Shows("all there is")
		if text := d.Shell.Top().(ui.Texter).Text(); !strings.Contains(text, " errors ") {
			t.Errorf("saved as %q", text)
		}
		s.Do(func() { s.Err = fault.Errorf(fault.Offline, "count", "", "connection refused") })
		d.Press("2").Advance(time.Second).Shows("not counted", "connection refused").Press("esc").Shows("logs")
	})
}

func TestHistogramFrames(t *testing.T) {
	uitest.Golden(t, uitest.Looks(), func(t *testing.T, look uitest.Look) *uitest.Console { return histogramDesk(t, look) })
}

// histogramDesk shows the counts of an hour in which a deployment went wrong.
func histogramDesk(t *testing.T, look uitest.Look) (c *uitest.Console) {
	t.Helper()
	viewstest.Bubble(t, func(t *testing.T) {
		a, service := accountOfTwo()
		s, drawn := &viewstest.Shelf{}, time.Now().Add(readTime)
		id := viewstest.TasksOf(a, service)[0].Containers[0].RuntimeID
		a.Edit(func(d *awsxtest.Data) {
			d.Services[0].Deployments[0].CreatedAt = time.Now().Add(-20 * time.Minute)
		})
		for i := range 360 {
			at := time.Now().Add(-time.Duration(360-i) * 10 * time.Second)
			for range 1 + i%5 + i/120 {
				s.Write(at, id, "", "info", "GET /orders 200")
			}
			if i > 240 && i%4 == 0 {
				s.Write(at, id, "", "error", "KeyError: 'DB_URL'")
			}
			if i > 200 && i%3 == 0 {
				s.Write(at, id, "", "warn", "slow query")
			}
		}
		d := viewstest.Sit(t, a, look, func(deps *views.Deps) ui.Screen {
			deps.Now = func() time.Time { return drawn }
			return logviews.NewScreen(viewerOf(deps, s), views.LogScope{Service: service})
		}).Read()
		d.Press("H").Advance(time.Second).Press("6").Advance(time.Second).Press("E", "left")
		c = d.Console
	})
	return c
}

// frame is a state of the log screen that a golden shows.
func frames(t *testing.T, act func(*desk, func(level, message string, ago time.Duration))) {
	uitest.Golden(t, uitest.Looks(), func(t *testing.T, look uitest.Look) (c *uitest.Console) {
		viewstest.Bubble(t, func(t *testing.T) {
			a, service := accountOfTwo()
			s, drawn := &viewstest.Shelf{}, time.Now().Add(time.Minute)
			n := 0
			write := func(level, message string, ago time.Duration) {
				n++
				tasks := viewstest.TasksOf(a, service)
				id := tasks[n%len(tasks)].Containers[0].RuntimeID
				s.Write(time.Now().Add(-ago), id, fmt.Sprintf("ecs-api-orders-1-api-orders-%020x", n%2), level, message)
			}
			for i := range 24 {
				write("info", fmt.Sprintf("GET /orders/%d 200 took=%dms", i*7, i%9), time.Duration(40-i)*time.Second)
			}
			d := openLogs(t, s, a, views.LogScope{Service: service}, look, func(v *logviews.Viewer) {
				v.Deps.Now = func() time.Time { return drawn }
			})
			act(d, write)
			c = d.Console
		})
		return c
	})
}

func TestFramesOfColumns(t *testing.T) {
	frames(t, func(d *desk, write func(string, string, time.Duration)) {
		for i := range 12 {
			level, status := "info", 200
			if i%5 == 3 {
				level, status = "error", 503
			}
			write(level, fmt.Sprintf(`{"level":%q,"msg":"request completed","method":"GET","path":"/orders/%d","status":%d,"ms":%d}`, level, i*31, status, i*13), 0)
		}
		d.Advance(5 * time.Second).Press("J")
	})
}

func TestFramesOfAroundALine(t *testing.T) {
	frames(t, func(d *desk, _ func(string, string, time.Duration)) {
		d.Press("k", "k", "k", "o").Advance(time.Second).Press("k", "k")
	})
}

func TestFramesOfAGap(t *testing.T) {
	frames(t, func(d *desk, _ func(string, string, time.Duration)) {
		at := d.shelf.Entries[12].Time
		held := append([]logs.Entry(nil), d.shelf.Entries[:8]...)
		held = append(held, logs.Entry{Time: at, Gap: &logs.Gap{From: d.shelf.Entries[8].Time, To: at, Reason: "more lines came than could be read"}})
		ring := logs.NewRing(0, 0)
		ring.Add(append(held, d.shelf.Entries[13:]...))
		d.screen.ClearTo(ring)
		d.Press("m", "k", "k", "v", "k", "k", "k")
	})
}

func TestFramesOfAQueryThatIsWrong(t *testing.T) {
	frames(t, func(d *desk, _ func(string, string, time.Duration)) {
		d.Press("Q").Advance(time.Second).Type(`level:error and (path:"/pay" or`).Press("enter")
	})
}
