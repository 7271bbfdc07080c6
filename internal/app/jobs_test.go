package app

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// hand is an operator at a desk whose keys are counted: each that is pressed, each letter
// that is typed, and a paste as one.
type hand struct {
	*desk
	keys int
}

func (h *hand) press(keys ...string) *hand {
	h.t.Helper()
	for _, k := range keys {
		h.Advance(400 * time.Millisecond) // dialogs listen
		h.keys++
		h.desk.press(k)
	}
	h.read()
	return h
}

func (h *hand) write(text string) *hand {
	h.t.Helper()
	h.Advance(400 * time.Millisecond)
	h.keys += len(text)
	h.Type(text)
	return h
}

func (h *hand) paste(text string) *hand {
	h.t.Helper()
	h.keys++
	h.Paste(text)
	return h
}

// job is something that an operator does, from where it begins until it is done.
type job struct {
	letter string
	// begin goes to where the job begins: those keys do not count.
	begin func(*desk)
	do    func(*testing.T, *hand)
}

func onServices(cluster string) func(*desk) { return func(d *desk) { d.cluster(cluster) } }

var jobs = []job{
	{"a", func(*desk) {}, func(t *testing.T, h *hand) { // paged: which, why, the way back
		h.press("enter").Shows("api-orders", "x fail")
		h.press("l").until(time.Minute, "KeyError: 'DB_URL'")
		h.press("esc", "u").Shows("roll back prod/api-orders", "undoes")
		h.press("enter", "y").until(20*time.Minute, "+ succeeded")
	}},
	{"b", onServices("prod"), func(t *testing.T, h *hand) { // a tag, and watch it
		h.press("G", "k").Shows("> web ")
		h.press("i", "j", "j", "enter").Shows("Difference", "web:")
		h.press("enter").write("web").press("enter").until(30*time.Minute, "+ succeeded")
	}},
	{"c", onServices("prod"), func(t *testing.T, h *hand) { // a variable in production
		h.press("G", "k", "v", "j", "enter", "ctrl+u").write("debug").press("enter").Shows("LOG_LEVEL", "debug", "1 edit")
		h.press("w").Shows("Difference", "LOG_LEVEL")
		h.press("enter").write("web").press("enter").until(30*time.Minute, "+ succeeded")
	}},
	{"d", onServices("staging"), func(t *testing.T, h *hand) { // three services anew
		h.press("space", "space", "space", "r").Shows("restart 3 services of staging")
		h.press("C", "y").until(30*time.Minute, "3: +3  all have ended")
	}},
	{"e", onServices("prod"), func(t *testing.T, h *hand) { // the lines around an error of two services, saved
		h.press("space", "space").Shows("2 marked")
		h.press("l").until(time.Minute, "KeyError: 'DB_URL'")
		h.press("E", "o").Shows("around a line")
		h.press("ctrl+s").Shows("saved to")
		saved, err := filepath.Glob(filepath.Join(h.dir, "prod-api-orders-api-checkout-logs-around-a-line-*.txt"))
		if err != nil || len(saved) != 1 {
			t.Fatalf("saved as %v, %v\n%s", saved, err, h.Text())
		}
		text, err := os.ReadFile(saved[0])
		if err != nil || !strings.Contains(string(text), "KeyError: 'DB_URL'") || !strings.Contains(string(text), " api-checkout ") {
			t.Errorf("%v, it holds\n%.2000s", err, text)
		}
	}},
	{"f", func(d *desk) { d.cluster("prod").filter("^web$") }, func(t *testing.T, h *hand) { // the address of a task
		h.press("enter").Shows("TASK")
		h.press("H")
		if !regexp.MustCompile(`^10\.\d+\.\d+\.\d+:\d+$`).MatchString(h.Clipboard) {
			t.Errorf("copied %q, which curl cannot ask", h.Clipboard)
		}
	}},
	{"g", func(d *desk) { d.cluster("prod").filter("^web$") }, func(t *testing.T, h *hand) { // two revisions compared
		h.press("=").Shows("compare", "web:4", "web:5")
	}},
	{"h", onServices("staging"), func(t *testing.T, h *hand) { // to 0 and back
		h.press("G", "k").Shows("> web ")
		h.press("s", "ctrl+u").write("0").press("enter").Shows("0 tasks")
		h.press("enter", "y").until(10*time.Minute, "+ succeeded")
		h.press("u").Shows("undoes", "-> 0 tasks").Shows("1 task")
		h.press("enter", "y").until(10*time.Minute, "+ succeeded")
		if got := h.now("staging", "web").Desired; got != 1 {
			t.Errorf("web wants %d tasks", got)
		}
	}},
	{"i", func(*desk) {}, func(t *testing.T, h *hand) { // anything pasted
		h.paste("arn:aws:ecs:eu-west-1:000000000000:service/prod/catalog").press("enter").Shows("prod catalog", "● live")
	}},
}

// TestTheKeysOfAJobAreThoseOfItsTable does each job as a person does, and counts.
func TestTheKeysOfAJobAreThoseOfItsTable(t *testing.T) {
	table := keysOfJobs(t)
	for _, j := range jobs {
		t.Run(j.letter, func(t *testing.T) {
			sit(t, setting{}, func(t *testing.T, d *desk) {
				j.begin(d)
				h := &hand{desk: d}
				j.do(t, h)
				if h.keys != table[j.letter].keys {
					t.Errorf("took %d keys, docs/keys.md says %d", h.keys, table[j.letter].keys)
				}
				if h.keys > table[j.letter].aim {
					t.Errorf("took %d keys, the aim is %d", h.keys, table[j.letter].aim)
				}
			})
		})
	}
	for letter := range table {
		if !strings.Contains(fmt.Sprint(jobs), "{"+letter+" ") {
			t.Errorf("no test does job %s", letter)
		}
	}
}

// counted is a row of the table.
type counted struct{ keys, aim int }

// keysOfJobs reads the table of jobs: letter, job, keys, aim, which.
func keysOfJobs(t *testing.T) map[string]counted {
	t.Helper()
	b, err := os.ReadFile("../../docs/keys.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]counted{}
	for line := range strings.SplitSeq(string(b), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 6 {
			continue
		}
		keys, err := strconv.Atoi(strings.TrimSpace(cells[3]))
		aim, err2 := strconv.Atoi(strings.TrimSpace(cells[4]))
		if err == nil && err2 == nil {
			out[strings.TrimSpace(cells[1])] = counted{keys, aim}
		}
	}
	return out
}
