package logs_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/ui/uitest"
	logviews "gantry/views/logs"
	"gantry/views/viewstest"
	"gantry/views/wording"
)

func TestAQueryIsAnsweredByTheStore(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(1000)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		ask := func(typed string) {
			d.Press("Q").Advance(time.Second).Press("ctrl+u").Type(typed).Press("enter").Advance(time.Second)
		}
		ask("log_level:error")
		d.Shows("Q log_level:error", "tail, 20 lines", "line 957.", "following").Hides("line 999.")
		ask("log_level:(error")
		d.Shows(`column 17: expected`, "line 607.")
		d.Press("esc").Shows("Q log_level:error", "line 957.")
		s.Do(func() {
			s.Refuses = map[string]error{"lucene:[": &fault.Error{Class: fault.Invalid, Op: "search", Err: errors.New("column 1: cannot parse '['")}}
		})
		ask("lucene:[")
		d.Shows("cannot parse '['", "lucene:[", "line 607.")
		d.Press("esc").Shows("Q log_level:error", "tail, 20 lines")
		d.say(0, "error", "line 1000.")
		d.say(0, "info", "line 1001.")
		d.Advance(10 * time.Second).Shows("line 1000.").Hides("line 1001.")
		d.Press("d").Shows("typed: log_level:error").Press("esc")
		ask("")
		d.Shows("line 1001.", "tail, 500 lines").Hides("Q log")
	})
}

func TestFieldsOfStructuredLinesAreColumns(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(0)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Press("J").Shows("no line that is held is JSON")
		d.say(0, "info", `{"level":"info","time":"x","msg":"done","method":"GET","path":"/orders","status":200,"user":{"id":7},"api_token":"hunter2"}`)
		d.say(0, "error", `{"level":"error","msg":"no upstream","method":"POST","path":"/pay","status":503}`)
		d.say(0, "info", "plain text")
		d.Read().Press("J").Shows("METHOD PATH    STATUS API_TOKEN USER.ID MSG", "GET    /orders 200", "POST   /pay    503", "no upstream", "plain text", "(masked)").Hides("hunter2", `"msg"`)
		d.Press("C").Advance(time.Second).Shows("of level, method, msg, path, status").Press("ctrl+u").Type("status nope").Press("enter")
		d.Shows(`no line that is held has a field "nope"`)
		d.Press("ctrl+u").Type("status, msg").Press("enter").Shows("STATUS MSG", "503    no upstream").Hides("METHOD")
		// A line that comes is laid out alike, and a search anew keeps the columns.
		d.say(0, "info", `{"msg":"later","status":404}`)
		d.Advance(10 * time.Second).Shows("404    later")
		d.Press("ctrl+r").Advance(readTime).Shows("STATUS MSG", "404    later")
		d.Press("enter").Shows("record", `"msg": "later",`).Press("esc")
		// Otherwise they are their message and their other fields; a copy is the whole line.
		d.Press("J").Shows("later status=404", "no upstream method=POST path=/pay").Hides("STATUS MSG", `"msg"`)
		d.Press("c")
		if d.Clipboard != `{"msg":"later","status":404}` {
			t.Errorf("copied %s", d.Clipboard)
		}
	})
}

func TestLinesOfOneTaskNameItNot(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(0)
		d := openLogs(t, s, a, scope, uitest.Look{W: 200, H: 24}, nil)
		d.say(0, "info", "hello")
		first, second := wording.ShortID(d.Tasks(d.service)[0].ID), wording.ShortID(d.Tasks(d.service)[1].ID)
		d.Read().Shows("hello").Hides(first)
		d.say(1, "info", "hello too")
		d.Advance(10*time.Second).Shows(first+" hello", second+" hello too", first+":1 "+second+":1")
	})
}

func TestLinesAreSelectedMarkedAndCopied(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(30)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.say(0, "info", "login password=hunter2")
		d.Advance(10 * time.Second).Press("m").Shows("── mark 09:32")
		d.say(0, "info", "after")
		d.Advance(10 * time.Second)
		d.Press("k", "k", "v", "k").Shows("<c>copy the selection")
		if row := d.Row("login"); !strings.HasPrefix(row, "*") {
			t.Errorf("not selected: %q", row)
		}
		if got := d.screen.Text(); strings.Count(got, "\n") != 2 || strings.Contains(got, "hunter2") || !strings.Contains(got, "line 29.") {
			t.Errorf("would be saved: %q", got)
		}
		d.Press("c")
		if got := d.Clipboard; strings.Count(got, "\n") != 2 || strings.Contains(got, "hunter2") || !strings.Contains(got, "password=(masked)") {
			t.Errorf("copied %q", got)
		}
		d.Shows("<s>follow").Press("v").Shows("<c>copy the selection").Press("esc").Shows("<enter>record").Hides("copy the selection")
		d.Press("f").Hides("PROD").Press("esc").Shows("PROD")
	})
}

func TestRevealingIsAskedAndRecordedOnce(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(0)
		var recorded []string
		fails := errors.New("the disk is full")
		d := openLogs(t, s, a, scope, viewstest.Standard, func(v *logviews.Viewer) {
			v.Reveal = func(target awsx.Ref) error {
				recorded = append(recorded, target.Name())
				return fails
			}
		})
		d.say(0, "info", "login password=hunter2")
		d.Read().Shows("READ-ONLY", "(masked)").Press("r").Shows("Show what is masked").Hides("hunter2").Advance(time.Second).Type("api-orders").Press("enter").Advance(time.Second)
		d.Shows("the disk is full").Hides("hunter2")
		fails = nil
		d.Press("esc", "r").Advance(time.Second).Type("api-orders").Press("enter").Advance(time.Second)
		d.Shows("password=hunter2", "secrets are shown")
		d.Press("k", "enter").Shows("hunter2").Press("esc", "c")
		if !strings.Contains(d.Clipboard, "hunter2") {
			t.Errorf("what is shown is copied otherwise: %q", d.Clipboard)
		}
		if strings.Contains(d.screen.Text(), "hunter2") {
			t.Error("a file keeps the secret")
		}
		d.Press("r").Hides("hunter2").Press("r").Shows("hunter2")
		if len(recorded) != 2 || recorded[1] != "api-orders" {
			t.Errorf("recorded %q", recorded)
		}
	})
}

func TestALinkIsCopiedAndShown(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(600)
		var asked logs.Query
		var stretch logs.Range
		d := openLogs(t, s, a, scope, viewstest.Standard, func(v *logviews.Viewer) {
			v.Link = func(_ awsx.ContextID, q logs.Query, r logs.Range) (string, string, error) {
				asked, stretch = q, r
				if q.Expr.IsZero() {
					return "Kibana", "", errors.New("no address of Kibana is known (set logs.kibana)")
				}
				return "Kibana", "https://kibana.example.com/app/r?l=X", nil
			}
		})
		d.Press("K").Shows("no address of Kibana is known (set logs.kibana)")
		d.Press("Q").Advance(time.Second).Type("log_level:error").Press("enter").Advance(readTime)
		d.Press("4").Advance(readTime).Press("K").Shows("These lines in Kibana", "https://kibana.example.com/app/r?l=X")
		if d.Clipboard != "https://kibana.example.com/app/r?l=X" {
			t.Errorf("copied %q", d.Clipboard)
		}
		if asked.Expr.String() != "log_level:error" || asked.Where == nil || stretch.To.Sub(stretch.From) != 15*time.Minute {
			t.Errorf("asked for %s from %v to %v", asked, stretch.From, stretch.To)
		}
	})
}

// TestAStackTraceIsUnfoldedInPlace: one, and then all.
func TestAStackTraceIsUnfoldedInPlace(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(0)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.say(0, "error", "Traceback (most recent call last):\n  File \"a.py\"\nKeyError: 'A'")
		d.say(0, "error", "Traceback (most recent call last):\n  File \"b.py\"\nKeyError: 'B'")
		d.Read().Shows("…+2 KeyError: 'A'").Hides("a.py")
		d.Press("z").Shows("b.py").Hides("a.py")
		d.Press("Z").Shows("a.py", "b.py").Press("Z").Hides("a.py", "b.py")
	})
}

// TestTheQueryIsHelpedAlong: what was typed before, what may follow, and what is
// wrong, while it is typed.
func TestTheQueryIsHelpedAlong(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(100)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		open := func() { d.Press("Q").Advance(time.Second).Press("ctrl+u") }
		open()
		// Fields, operators, values and conjunctions, each by tab.
		d.Type("log_").Shows("log_level:").Press("tab").Shows("query  log_level:", "info   error")
		d.Type("e").Press("tab").Shows("query  log_level:error", "and   or").Type("a").Press("tab").Shows("query  log_level:error and", "container_id:")
		d.Type("mes").Press("tab").Type("line or").Shows("log_level:error and message:line or").Hides("column")
		d.Type(" (").Shows("column", "expected a field or a value", "^")
		mark := strings.Index(d.Row("^"), "^")
		if typed := d.Row("query  log_level"); mark != strings.Index(typed, "or (")+len("or (") {
			t.Errorf("the mark is in column %d of %q", mark, typed)
		}
		d.Press("ctrl+u").Type(`@timestamp >= "2026-02-30"`).Shows("column 15: expected a date", "^")
		d.Press("ctrl+u").Type("levle:error").Shows("no line has levle: did you mean level?").Hides("column")
		d.Press("ctrl+u").Type("log_level:error").Press("enter").Advance(readTime)
		open()
		d.Type("message:line").Press("enter").Advance(readTime)
		// The queries before, and the one that was begun.
		open()
		d.Type("log").Press("up").Shows("query  message:line").Press("up").Shows("query  log_level:error").Press("down", "down").Shows("query  log").Hides("log_level:error")
		d.Press("ctrl+r").Shows("query  log_level:error")
	})
}

// TestWhatIsTypedRightAfterAKeyIsWhole: a query, a filter, a time and columns lack no letter.
func TestWhatIsTypedRightAfterAKeyIsWhole(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(100)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		for label, key := range map[string]string{"query": "Q", "filter": "&", "time": "T", "fields": "C"} {
			d.Press(key).Press("ctrl+u").Type("level:error").Shows(label + "  level:error").Press("esc")
		}
	})
}

// TestTheFieldUnderTheCursorNarrowsTheSearch goes down a record to the fields of the document.
func TestTheFieldUnderTheCursorNarrowsTheSearch(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(100)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Press("k", "k", "enter").Shows("record", "> time", "<i>only this value", "<x>without it", "<>>next record", "<<>previous")
		d.Press("i").Shows("the store has no field of this")
		for !strings.Contains(d.Text(), `>  "log_level": "info"`) {
			d.Press("j")
		}
		d.Press("<", "<").Shows(`>  "log_level": "info"`, "line 95.")
		d.Press("i").Advance(readTime)
		d.Shows("Q log_level:info").Hides("<i>")
		d.Press("k", "enter").Advance(time.Second).Press("G", "x").Advance(readTime)
		d.Shows(`Q log_level:info and not message:`)
	})
}

// TestLinesAreAskedForByTheLevelThatIsShown, which no field of theirs has.
func TestLinesAreAskedForByTheLevelThatIsShown(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(100)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Press("Q").Advance(time.Second).Type("level:").Shows("info   error").Type("err").Press("tab").Press("enter").Advance(readTime)
		d.Shows("Q level:error", "tail, 2 lines", "line 57.").Hides("line 58.")
		d.Press("d").Shows("level: where the store has no field that names it")
	})
}

// TestTheQueryIsCopiedWhole, in the language that Kibana reads, and no more than it.
func TestTheQueryIsCopiedWhole(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(100)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Press("Q").Advance(time.Second).Type("log_level:error or line").Press("enter").Advance(readTime)
		d.Press("d").Shows("typed: log_level:error or line").Press("c")
		for _, task := range d.Tasks(d.service) {
			if id := task.Containers[0].RuntimeID; !strings.Contains(d.Clipboard, id) {
				t.Errorf("the container %s is not in %s", id, d.Clipboard)
			}
		}
		// The family is told by a regular expression, which Kibana's own language lacks.
		if !strings.HasPrefix(d.Clipboard, "lucene:") || !strings.Contains(d.Clipboard, "container_name.keyword:/") || !strings.HasSuffix(d.Clipboard, "(log_level:error OR line))") {
			t.Errorf("copied %s", d.Clipboard)
		}
		if _, err := logs.ParseExpr(d.Clipboard); err != nil {
			t.Errorf("what is copied cannot be typed: %v", err)
		}
	})
}

// TestAnAssignmentIsAskedBack: words that read like an assignment say how the field is
// asked for, while they are typed and where they find nothing.
func TestAnAssignmentIsAskedBack(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(10)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		s.Do(func() { s.Why = logs.Explanation{Cause: logs.NoMatch, Index: "logstash-*"} })
		d.Press("Q").Advance(time.Second).Type("level=nowhere").Shows("to ask for the field: level:nowhere")
		d.Press("enter").Advance(readTime)
		d.Shows("no lines: logstash-*", "lines with level=nowhere", "hint      level=nowhere is looked for as text", "Q another query, or none; ctrl+r to search again").Hides("container_id:")
	})
}
