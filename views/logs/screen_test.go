package logs_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/past"
	"gantry/awsx/store"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	logviews "gantry/views/logs"
	"gantry/views/resources"
	"gantry/views/viewstest"
	"gantry/views/wording"
)

// desk is a console that shows the logs of a service of two tasks.
type desk struct {
	*viewstest.Desk
	shelf   *viewstest.Shelf
	screen  *logviews.Screen
	service awsx.Ref
	ids     []string // runtime ids of the tasks' containers
}

func accountOfTwo() (*awsxtest.Account, awsx.Ref) {
	a := awsxtest.New(awsx.ContextID{Profile: "main"})
	service := a.Cluster("payments").Service("api-orders", awsxtest.Desired(2))
	return a, service
}

// tail opens the logs of a service, or of what of it scope chooses.
func tailing(t *testing.T, look uitest.Look, s *viewstest.Shelf, scope func(a *awsxtest.Account, service awsx.Ref) views.LogScope) *desk {
	t.Helper()
	a, service := accountOfTwo()
	at := views.LogScope{Service: service}
	if scope != nil {
		at = scope(a, service)
	}
	d := &desk{shelf: s, service: service}
	d.Desk = viewstest.Sit(t, a, look, func(deps *views.Deps) ui.Screen {
		d.screen = logviews.NewScreen(viewerOf(deps, s), at)
		return d.screen
	})
	d.ids = d.Runtimes(service)
	return d
}

func viewerOf(d *views.Deps, s *viewstest.Shelf) *logviews.Viewer {
	return &logviews.Viewer{Deps: d, Drivers: ecslog.Standard(), Open: func(context.Context, awsx.ContextID) (logs.Source, error) { return s, nil }}
}

// say writes a line of the n-th task, now.
func (d *desk) say(task int, level, message string) {
	d.shelf.Write(time.Now(), d.ids[task], fmt.Sprintf("ecs-api-orders-1-api-orders-%020x", task), level, message)
}

// readTime is long enough for everything to be read.
const readTime = 5 * time.Second

// says writes n numbered lines.
func (d *desk) says(n int, from int) {
	for i := range n {
		d.say(i%len(d.ids), "info", fmt.Sprintf("line %d", from+i))
	}
}

func ofFirstTask(a *awsxtest.Account, service awsx.Ref) views.LogScope {
	task := viewstest.TasksOf(a, service)[0]
	return views.LogScope{Service: service, Task: &task}
}

func TestLogFrames(t *testing.T) {
	uitest.Golden(t, uitest.MainLooks(), func(t *testing.T, look uitest.Look) (c *uitest.Console) {
		a, service := accountOfTwo()
		viewstest.Bubble(t, func(t *testing.T) {
			s, drawn := &viewstest.Shelf{}, time.Now().Add(readTime)
			for i, id := range []string{viewstest.TasksOf(a, service)[0].Containers[0].RuntimeID, viewstest.TasksOf(a, service)[1].Containers[0].RuntimeID, "ffffffffffff"} {
				name := fmt.Sprintf("ecs-api-orders-1-api-orders-%020x", i)
				at := time.Now().Add(time.Duration(i) * 100 * time.Millisecond)
				s.Write(at.Add(-9*time.Second), id, name, "info", "GET /orders 200")
				s.Write(at.Add(-5*time.Second), id, name, "warn", "slow query took 812 ms")
				s.Write(at.Add(-2*time.Second), id, name, "error", "KeyError: 'DB_URL' \x1b[2J password=hunter2")
			}
			c = viewstest.Sit(t, a, look, func(deps *views.Deps) ui.Screen {
				deps.Now = func() time.Time { return drawn } // frames are drawn outside the bubble
				return logviews.NewScreen(viewerOf(deps, s), views.LogScope{Service: service})
			}).Read().Console
		})
		return c
	})
}

func TestLinesAreShownAfterOneSearch(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s := &viewstest.Shelf{}
		a, service := accountOfTwo()
		s.Write(time.Now(), viewstest.TasksOf(a, service)[0].Containers[0].RuntimeID, "ecs-api-orders-1-api-orders-0a", "info", "hello")
		s.Entries[0].Ingested = time.Now()
		d := viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			deps.Nav = nav{deps.Nav, viewerOf(deps, s)}
			return resources.NewServices(deps, service.ClusterRef())
		}).Read()
		defer a.Block(awsxtest.Tasks)()
		defer a.Block(awsxtest.DescribeServices)()
		d.Press("l").Shows("hello")
		if s.Searches != 1 {
			t.Errorf("%d searches", s.Searches)
		}
	})
}

// nav opens real logs among visits that are only noted.
type nav struct {
	views.Nav
	viewer *logviews.Viewer
}

func (n nav) Logs(s ...views.LogScope) { n.viewer.Logs(s...) }

func TestScrollingUpPausesAndLosesNothing(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, nil)
		d.says(40, 0)
		d.Read()
		d.Shows("line 39", "following").Hides("line 5 ")
		d.Press("k").Shows("paused")
		before := d.Screen()[2:22]
		d.says(60, 40)
		d.Advance(10*time.Second).Shows("paused +60 new", "100 lines")
		if after := d.Screen()[2:22]; strings.Join(after, "\n") != strings.Join(before, "\n") {
			t.Errorf("the lines moved while paused:\n%s", strings.Join(after, "\n"))
		}
		d.Press("G").Shows("line 99", "following").Hides("paused")
		text := d.screen.Text()
		for i := range 100 {
			if strings.Count(text, fmt.Sprintf("line %d\n", i)) != 1 {
				t.Fatalf("line %d is not there once:\n%s", i, text)
			}
		}
		d.Press("s").Shows("paused")
		d.Press("s").Shows("following")
	})
}

func TestASearchKeepsTheOtherLines(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, nil)
		for _, m := range []string{"alpha", "needle one", "beta", "needle two", "gamma"} {
			d.say(0, "info", m)
		}
		d.Read()
		d.Press("/").Type("needle").Press("enter").Shows("alpha", "beta", "gamma", "needle two", "/needle")
		d.onLine(t, "needle two")
		d.onLine(t, "needle one", "N")
		d.Press("N").Shows("no older line matches needle")
		d.onLine(t, "needle two", "n")
		d.Press("n").Shows("no newer line matches needle")
		d.Press("esc").Hides("/needle")
		d.Press("/").Type("[").Shows("no regular expression")
		d.Press("esc", "G").Press("/").Type("alpha")
		d.onLine(t, "alpha")
		d.Press("esc").Shows("following")
	})
}

// onLine presses keys, and fails the test unless the cursor is then on the line
// that says text.
func (d *desk) onLine(t *testing.T, text string, keys ...string) {
	t.Helper()
	d.Press(keys...)
	if row := d.Row(text); row == "" || strings.HasPrefix(row, " ") {
		t.Errorf("the cursor is not on %q:\n%s", text, d.Text())
	}
}

func TestAFilterHidesLines(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, nil)
		d.says(12, 0)
		d.Read()
		filter := func(keys ...string) {
			d.Press("&").Advance(time.Second)
			for range 20 {
				d.Press("backspace")
			}
			d.Type(strings.Join(keys, "")).Press("enter")
		}
		filter("line 1")
		d.Shows("line 1", "line 11", "&line 1 shows 3 of").Hides("line 2")
		filter("(")
		d.Shows("no regular expression")
		d.Press("esc").Shows("&line 1 shows 3 of")
		filter("nothing like it")
		d.Shows("the filter hides 12 lines")
		d.says(1, 12)
		d.Read().Shows("the filter hides 13 lines")
		filter("")
		d.Shows("line 2", "13 lines")
	})
}

// TestAFilterThatTakesLongIsSetBesideTheLoop: it says how far it is, keys are taken meanwhile,
// another filter takes its place, and what comes is not missed.
func TestAFilterThatTakesLongIsSetBesideTheLoop(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, nil)
		d.says(2000, 0)
		d.Read().Read()
		set := func(expr string) tea.Cmd {
			cmd, err := d.screen.HideAllBut(expr)
			if err != nil {
				t.Fatal(err)
			}
			return cmd
		}
		first := set(`\d*[37]\b`)
		d.Shows(`&\d*[37]\b filtering 25 %, shows 100 of`, "line 1997").Hides("line 1998")
		second := set(`\d*5555\b`)
		d.Shows("filtering 25 %").Hides("line 1", "hides 2000 lines")
		if d.screen.Update(first()) != nil {
			t.Error("a filter that was given up goes on")
		}
		d.Shows("filtering 25 %")
		d.say(0, "info", "line 5555")
		d.Read().Shows("line 5555", "shows 1 of")
		for second != nil {
			second = d.screen.Update(second())
		}
		d.Shows("shows 1 of").Hides("filtering")
		for cmd := set(`\d*[37]\b`); cmd != nil; {
			cmd = d.screen.Update(cmd())
		}
		d.Shows("shows 400 of").Hides("filtering")
	})
}

func TestTasksComeWhileFollowing(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, nil)
		d.say(0, "info", "from an old task")
		d.Read()
		newcomer := "abcdef0123456789" + strings.Repeat("9", 48)
		// Its name says nothing: only the task's runtime id ties it to the service.
		d.shelf.Write(time.Now(), newcomer, "", "info", "from a new task")
		d.Advance(10 * time.Second).Hides("from a new task")
		d.Account.Edit(func(data *awsxtest.Data) {
			task := data.Tasks[0]
			task.ID = "0123456789abcdef0123456789abcdef"
			task.Ref.ARN += "-new"
			task.Containers = []awsx.Container{{Name: "api-orders", RuntimeID: newcomer, ExitCode: awsx.Unset}}
			data.Tasks = append(data.Tasks, task)
		})
		d.Advance(time.Minute).Shows("from a new task", "from an old task", "3 tasks of api-orders", "01234567")
	})
}

func TestLinesOfForgottenTasksAreFoundAndOthersAreMarked(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, service := accountOfTwo()
		s := &viewstest.Shelf{}
		gone, stranger := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
		s.Write(time.Now(), gone, "", "info", "from a forgotten task")
		s.Write(time.Now(), stranger, "ecs-api-orders-7-api-orders-0a", "info", "from who knows where")
		s.Write(time.Now(), strings.Repeat("ef", 32), "ecs-api-orders-worker-7-api-orders-0a", "info", "of another family")
		d := viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			v := viewerOf(deps, s)
			deps.Store.Past().(past.Observer).SeenRuntimeID(past.Seen{
				Cluster: service.ClusterRef(), Service: service.Name(), ID: gone, Task: "arn:aws:ecs:eu-west-1:1:task/payments/f00df00df00df00d", Container: "api-orders", Family: "api-orders", Revision: "1",
			})
			return logviews.NewScreen(v, views.LogScope{Service: service})
		}).Read()
		if row := d.Row("from a forgotten task"); !strings.Contains(row, "f00df00d") {
			t.Errorf("not attributed: %q", row)
		}
		if row := d.Row("from who knows where"); !strings.Contains(row, "family") {
			t.Errorf("not marked: %q", row)
		}
		d.Hides("of another family")
	})
}

func TestWindows(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, nil)
		for i := range 600 {
			d.shelf.Write(time.Now().Add(-time.Duration(600-i)*10*time.Second), d.ids[0], "", "info", fmt.Sprintf("line %d.", i))
		}
		d.Press("0").Advance(readTime).Shows("tail, 500 lines", "line 599.")
		d.Press("1").Advance(readTime).Shows("head, 500 lines", "line 0.", "not following").Hides("line 599.")
		for key, want := range map[string]string{"2": "last 1m, ", "3": "last 5m, ", "4": "last 15m, ", "5": "last 30m, ", "6": "last 1h, "} {
			d.Press(key).Advance(readTime).Shows(want, "line 599.", "following")
		}
		d.Press("4").Advance(readTime).Shows("last 15m, 8")
		d.Press("0").Advance(readTime).Shows("tail, 500 lines")
	})
}

func TestErrorsAreWalked(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, nil)
		d.say(0, "error", "first failure")
		d.says(30, 0)
		d.say(0, "fatal", "second failure")
		d.says(30, 30)
		d.Read()
		d.onLine(t, "second failure", "E")
		d.onLine(t, "first failure", "E")
		d.Press("E").Shows("no older line is an error")
		d.onLine(t, "first failure")
		d.onLine(t, "second failure", "e")
		d.Press("e").Shows("no newer line is an error")
	})
}

func TestARecordIsShownCopiedAndSavedWithoutSecrets(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, uitest.Look{W: 100, H: 40}, &viewstest.Shelf{}, nil)
		d.say(0, "error", "Traceback \x1b[31m\n  File app.py\nlogin password=hunter2")
		d.Read()
		d.Hides("hunter2")
		d.Press("c")
		if strings.Contains(d.Clipboard, "hunter2") || !strings.Contains(d.Clipboard, "File app.py\nlogin password=") {
			t.Errorf("copied %q", d.Clipboard)
		}
		text := d.screen.Text()
		if strings.Contains(text, "hunter2") || strings.Contains(text, "\x1b") || !strings.Contains(text, "File app.py") {
			t.Errorf("saved %q", text)
		}
		d.Press("enter").Shows("record", "level      error", "  File app.py", `"container_name":`, "logstash-2026.03.14").Hides("hunter2")
		d.Press("esc").Shows("following")
		d.Press("d").Shows("query", "container_id", "gelf over UDP").Press("esc")
		t.Chdir(t.TempDir())
		d.Press("ctrl+s").Advance(readTime).Shows("saved to")
		files, err := filepath.Glob("payments-api-orders-*.txt")
		if err != nil || len(files) != 1 {
			t.Fatalf("%v, %v", files, err)
		}
		saved, err := os.ReadFile(files[0])
		if err != nil || strings.Contains(string(saved), "hunter2") || !strings.Contains(string(saved), "File app.py") {
			t.Errorf("the file says %q, %v", saved, err)
		}
	})
}

// TestARecordHidesWhatLiesInListsUnderSecretNames: once it is indented, a value in a list
// stands lines below its name.
func TestARecordHidesWhatLiesInListsUnderSecretNames(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, uitest.Look{W: 100, H: 40}, &viewstest.Shelf{}, nil)
		d.say(0, "info", `{"msg":"login <a>","password":["hunter2zebra"]}`)
		d.Read().Press("enter").Shows("record", `"password": [`, "login <a>").Hides("hunter2zebra")
	})
}

func TestATaskAndItsPredecessor(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s := &viewstest.Shelf{}
		d := tailing(t, viewstest.Standard, s, func(a *awsxtest.Account, service awsx.Ref) views.LogScope {
			a.Edit(func(data *awsxtest.Data) {
				dead := data.Tasks[1]
				dead.DesiredStatus, dead.LastStatus = "STOPPED", "STOPPED"
				dead.CreatedAt, dead.StoppedAt = dead.CreatedAt.Add(-time.Hour), dead.CreatedAt
				data.Tasks[1] = dead
			})
			return ofFirstTask(a, service)
		})
		var dead awsx.Task
		d.Account.Edit(func(data *awsxtest.Data) { dead = data.Tasks[1] })
		d.say(0, "info", "I live")
		s.Write(time.Now(), dead.Containers[0].RuntimeID, "", "info", "I died")
		d.Read()
		d.Shows("I live", "task "+wording.ShortID(d.Tasks(d.service)[0].ID)).Hides("I died")
		d.Press("p").Advance(readTime).Shows("I died", "task "+wording.ShortID(dead.ID)).Hides("I live")
		d.Press("p").Shows("no task is known that stopped before")
		d.Press("esc").Shows("I live")
	})
}

func TestAContainersLines(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, func(a *awsxtest.Account, service awsx.Ref) views.LogScope {
			scope := ofFirstTask(a, service)
			scope.Container = "api-orders"
			return scope
		})
		d.say(0, "info", "mine")
		d.say(1, "info", "not mine")
		d.Read()
		d.Shows("mine", "api-orders of task").Hides("not mine")
	})
}

func TestAnIdleLogWritesNothing(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, service := accountOfTwo()
		s := &viewstest.Shelf{}
		s.Write(time.Now(), viewstest.TasksOf(a, service)[0].Containers[0].RuntimeID, "", "info", "hello")
		st := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a)})
		t.Cleanup(st.Close)
		w := uitest.Dial(t, ui.Options{Title: "gantry", Root: func(h *ui.Host) ui.Screen {
			deps := &views.Deps{Host: h, Now: time.Now, Store: st, Policy: viewstest.ExceptStaging{}, Nav: &viewstest.Visited{}}
			return logviews.NewScreen(viewerOf(deps, s), views.LogScope{Service: service})
		}}, 80, 24)
		time.Sleep(15 * time.Second)
		if !strings.Contains(w.Text(), "hello") {
			t.Fatalf("the screen shows\n%s", w.Text())
		}
		if n := w.Idle(30 * time.Second); n != 0 {
			t.Errorf("%d bytes in half a minute of silence", n)
		}
	})
}

func TestLogKeysDoNotCollide(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, nil)
		taken := map[string]string{}
		offered := ui.Everywhere()
		for _, a := range d.screen.Actions() {
			offered = append(offered, a.Binding)
		}
		for _, b := range offered {
			for _, key := range b.Keys {
				if by, ok := taken[key]; ok {
					t.Errorf("%s is taken by %s and %s", key, by, b.ID)
				}
				taken[key] = b.ID
			}
		}
	})
}

// TestEscapeTakesOffWhatHidesLinesBeforeItLeaves in the order in which that lies over the
// lines: the filter, the query, the moment of the histogram.
func TestEscapeTakesOffWhatHidesLinesBeforeItLeaves(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(100)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Press("H").Advance(time.Second).Press("enter").Advance(time.Second).Shows("not following")
		d.Press("Q").Advance(time.Second).Type("log_level:info").Press("enter").Advance(readTime).Shows("Q log_level:info")
		d.Press("&").Advance(time.Second).Type("GET").Press("enter").Advance(time.Second).Shows("&GET")
		d.Press("esc").Advance(time.Second).Hides("&GET").Shows("Q log_level:info")
		d.Press("esc").Advance(readTime).Hides("Q log_level:info").Shows("not following")
		d.Press("esc").Advance(readTime).Shows("following").Hides("not following")
		if d.Press("esc"); d.Shell.Top().Name() != "logs" { // the first screen of the bench
			t.Errorf("esc leads to %s", d.Shell.Top().Name())
		}
		d.Shows("this is the first screen")
	})
}

// TestALogSaysInWhichZoneItsTimesAre beside how many lines there are.
func TestALogSaysInWhichZoneItsTimesAre(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(100)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		zone, _ := time.Now().Local().Zone()
		d.Shows("100 lines " + zone)
	})
}

// TestARecordLeadsToTheNextAndTheOneBefore without a way back to the lines.
func TestARecordLeadsToTheNextAndTheOneBefore(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(100)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		at := func() string { return d.Row("id  ") }
		d.Press("k", "k", "enter").Advance(time.Second).Shows("record")
		here := at()
		d.Press("<").Advance(time.Second).Shows("record")
		before := at()
		if d.Press(">").Advance(time.Second); at() != here || before == here || here == "" {
			t.Errorf("from %q back to %q and on to %q", here, before, at())
		}
		d.Press(">", ">", ">").Advance(time.Second).Shows("there is no line that way")
		d.Press("esc").Advance(time.Second).Shows("100 lines")
	})
}
