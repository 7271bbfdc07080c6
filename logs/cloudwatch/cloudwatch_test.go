package cloudwatch

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gantry/internal/fault"
	"gantry/logs"
)

// TestEveryLineIsReadOnceInEitherDirection reads several groups and streams, of
// which some share a timestamp, through pages of the service that are shorter than
// asked for, and empty ones.
func TestEveryLineIsReadOnceInEitherDirection(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := &service{perPage: rapid.IntRange(0, 20).Draw(rt, "per page"), headOnly: rapid.Bool().Draw(rt, "head only")}
		want := map[string]bool{}
		type plan struct{ group, stream, at int }
		plans := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) plan {
			return plan{
				rapid.IntRange(0, 2).Draw(rt, "group"), rapid.IntRange(0, 3).Draw(rt, "stream"),
				rapid.OneOf(rapid.IntRange(0, 5), rapid.IntRange(0, 3_600_000)).Draw(rt, "at"),
			}
		}), 0, 80).Draw(rt, "lines")
		for i, p := range plans {
			s.write(GroupID{home, fmt.Sprint("/g", p.group)}, fmt.Sprint("web/", p.stream), at(p.at), at(p.at), fmt.Sprint(i))
			if p.group < 2 && p.stream != 3 {
				want[fmt.Sprint(i)] = true
			}
		}
		s.has(GroupID{home, "/g0"})
		s.has(GroupID{home, "/g1"})
		q := logs.Query{Where: logs.Any{
			logs.All{inGroup("/g0"), exact(logs.FieldStream, "web/0", "web/1", "web/2", "web/missing")},
			logs.All{inGroup("/g1"), begins(logs.FieldStream, "web/"), logs.Any{exact(logs.FieldStream, "web/0", "web/1"), begins(logs.FieldStream, "web/2")}},
		}}
		direction := rapid.SampledFrom([]logs.Direction{logs.Older, logs.Newer}).Draw(rt, "direction")
		size := rapid.IntRange(1, 15).Draw(rt, "page")
		h := logs.OpenHistory(New(s, home), q, logs.Range{From: at(-1000), To: at(7_200_000)}, direction, logs.Known{})
		got := map[string]int{}
		var lines []logs.Entry
		for {
			page, err := h.Next(t.Context(), size)
			if err != nil {
				rt.Fatal(err)
			}
			if direction == logs.Older {
				lines = append(page.Entries, lines...)
			} else {
				lines = append(lines, page.Entries...)
			}
			if !page.Full {
				break
			}
		}
		for i, e := range lines {
			if e.Gap != nil {
				rt.Fatalf("a gap line: %+v", e.Gap)
			}
			got[e.Message]++
			if i > 0 && e.Time.Before(lines[i-1].Time) {
				rt.Fatalf("%s comes after %s", e.Time, lines[i-1].Time)
			}
		}
		for id := range want {
			if got[id] != 1 {
				rt.Fatalf("line %s came %d times", id, got[id])
			}
		}
		if len(got) != len(want) {
			rt.Fatalf("%d lines, want %d", len(got), len(want))
		}
	})
}

// TestNoLineLiesBetweenTwoWindows reads lines that lie so close together that the windows get
// as short as they may, from a service that gives the oldest first and one at a time.
func TestNoLineLiesBetweenTwoWindows(t *testing.T) {
	s := &service{perPage: 1, headOnly: true}
	s.has(GroupID{home, "/g0"})
	s.has(GroupID{home, "/g1"})
	for i, ms := range []int{0, 4, 0, 4, 2} {
		s.write(GroupID{home, "/g0"}, "web/0", at(ms), at(ms), fmt.Sprint(i))
	}
	q := logs.Query{Where: logs.Any{
		logs.All{inGroup("/g0"), exact(logs.FieldStream, "web/0", "web/missing")},
		logs.All{inGroup("/g1"), exact(logs.FieldStream, "web/0")}, logs.All{inGroup("/g1"), begins(logs.FieldStream, "web/2")},
	}}
	h := logs.OpenHistory(New(s, home), q, logs.Range{From: at(-1000), To: at(7_200_000)}, logs.Older, logs.Known{})
	var got []string
	for {
		page, err := h.Next(t.Context(), 14)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			got = append(got, e.Message)
		}
		if !page.Full {
			break
		}
	}
	slices.Sort(got)
	if want := []string{"0", "1", "2", "3", "4"}; !slices.Equal(got, want) {
		t.Errorf("the lines %v came, want %v", got, want)
	}
}

// TestEventsOfOneTimeTellNoOrder reads a group whose service gives the oldest events
// first whatever it is asked for, and whose oldest are of one time and more than one
// answer may request.
func TestEventsOfOneTimeTellNoOrder(t *testing.T) {
	s := &service{perPage: 1, headOnly: true}
	g := GroupID{home, "/g"}
	const same = maxPages + 3
	for i := range same + 2 {
		s.write(g, "web/0", at(max(0, i-same+1)), at(0), fmt.Sprint(i))
	}
	h := logs.OpenHistory(New(s, home), logs.Query{Where: inGroup("/g")}, logs.Range{From: at(-1000), To: at(7_200_000)}, logs.Older, logs.Known{})
	seen := map[string]int{}
	for {
		page, err := h.Next(t.Context(), 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			seen[e.Message]++
		}
		if !page.Full {
			break
		}
	}
	for i := range same + 2 {
		if seen[fmt.Sprint(i)] != 1 {
			t.Errorf("line %d came %d times", i, seen[fmt.Sprint(i)])
		}
	}
}

// TestNoLineIsLostToThePattern holds the service's pattern against the comparison
// that decides.
func TestNoLineIsLostToThePattern(t *testing.T) {
	letters := rapid.SampledFrom([]string{"a", "B", "k", "K", "\u212a", "ß", "ẞ", "é", "É", "1", "_", " ", "-", "%", "\"", ".", "error", "Error"})
	text := rapid.Custom(func(rt *rapid.T) string {
		return strings.Join(rapid.SliceOfN(letters, 0, 8).Draw(rt, "letters"), "")
	})
	matched := 0
	rapid.Check(t, func(rt *rapid.T) {
		searched := text.Draw(rt, "text")
		terms := termsOf(logs.Query{Text: searched})
		// What was searched for, in one case or the other, among other things.
		form := rapid.SampledFrom([]func(string) string{strings.ToUpper, strings.ToLower, func(s string) string { return s }}).Draw(rt, "form")
		message := text.Draw(rt, "before") + " " + form(searched) + text.Draw(rt, "after")
		pattern := terms.pattern()
		if !terms.in(message) || pattern == "" {
			return
		}
		matched++
		if !regexp.MustCompile(strings.Trim(pattern, "%")).MatchString(message) {
			rt.Fatalf("%q has %v and does not match %s", message, terms.words, pattern)
		}
	})
	if matched == 0 {
		t.Error("no message had the terms: the test shows nothing")
	}
}

func TestWordsAreSearchedAsAnIndexOfWordsDoes(t *testing.T) {
	const message = "2026-11-22 ERROR pool exhausted: 64 of 64 busy, order_id=17"
	for text, want := range map[string]bool{
		"error": true, "pool ERROR": true, "exhau": true, "exhau pool": false, "64 bus": true, "missing": false, "err": true, "err busy": false,
		`"of 64 busy"`: true, `"64 busy of"`: false, `"OF 64"`: true, "": true, "order_id": true, "17": true,
	} {
		if got := termsOf(logs.Query{Text: text}).in(message); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestTheFilterSaysWhatIsRead(t *testing.T) {
	s := &service{}
	for i := range 3 {
		s.has(GroupID{home, fmt.Sprint("/ecs/", i)})
	}
	s.has(GroupID{"us-east-1", "/ecs/9"})
	var many []string
	for i := range 250 {
		many = append(many, fmt.Sprintf("ecs/web/%03d", i))
	}
	for name, c := range map[string]struct {
		where logs.Filter
		want  string
	}{
		"a group":                {inGroup("/a"), "/a "},
		"streams":                {logs.All{inGroup("/a"), exact(logs.FieldStream, "y", "x", "x")}, "/a x,y"},
		"streams in a prefix":    {logs.Any{logs.All{inGroup("/a"), exact(logs.FieldStream, "p/x", "q")}, logs.All{inGroup("/a"), begins(logs.FieldStream, "p/")}}, "/a p/*|/a q"},
		"the whole group beside": {logs.Any{logs.All{inGroup("/a"), exact(logs.FieldStream, "x")}, inGroup("/a")}, "/a "},
		"nested prefixes":        {logs.All{inGroup("/a"), logs.Any{begins(logs.FieldStream, "p/q"), begins(logs.FieldStream, "p/")}}, "/a p/*"},
		"prefix and prefix":      {logs.All{inGroup("/a"), begins(logs.FieldStream, "p/"), begins(logs.FieldStream, "p/q")}, "/a p/q*"},
		"no stream is both":      {logs.All{inGroup("/a"), exact(logs.FieldStream, "x"), exact(logs.FieldStream, "y")}, ""},
		"another region":         {logs.All{inGroup("/a"), exact(logs.FieldRegion, "us-east-1")}, "us-east-1 /a "},
		"groups by prefix":       {begins(logs.FieldGroup, "/ecs/"), "/ecs/0 |/ecs/1 |/ecs/2 "},
		"what is in the message": {logs.All{inGroup("/a"), exact("level", "error")}, "/a "},
		"many streams":           {logs.All{inGroup("/a"), exact(logs.FieldStream, many...)}, "/a ecs/web/*"},
		"nothing":                {logs.Any{}, ""},
	} {
		targets, err := New(s, home).plan(t.Context(), c.where)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, x := range targets {
			region := ""
			if x.group.Region != home {
				region = x.group.Region + " "
			}
			streams := strings.Join(x.streams, ",")
			if x.prefix != "" {
				streams = x.prefix + "*"
			}
			got = append(got, region+x.group.Name+" "+streams)
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%s: reads %q, want %q", name, s, c.want)
		}
	}
	for _, open := range []logs.Filter{nil, exact(logs.FieldStream, "x"), logs.Any{inGroup("/a"), exact("level", "error")}} {
		if _, err := New(s, home).plan(t.Context(), open); fault.ClassOf(err) != fault.Invalid {
			t.Errorf("%v leaves the group open and gives %v", open, err)
		}
	}
}

func TestAStreamThatDoesNotExistHidesNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		g := GroupID{home, "/g"}
		s.write(g, "web/1", at(0), at(0).AddDate(-50, 0, 0), "0")
		src := New(s, home)
		q := logs.Query{Where: logs.All{inGroup("/g"), exact(logs.FieldStream, "web/1", "web/10")}}
		read := func(want string) {
			t.Helper()
			page, err := src.Since(t.Context(), q, logs.Range{}, 10)
			if err != nil || messages(page) != want {
				t.Errorf("read %q, %v; want %q", messages(page), err, want)
			}
		}
		read("0")
		before := len(s.calls)
		read("0")
		if n := len(s.calls) - before; n != 1 {
			t.Errorf("a poll makes %d calls, want the stream to be remembered as missing", n)
		}
		s.write(g, "web/10", at(1), at(1).AddDate(-50, 0, 0), "1")
		time.Sleep(askAgain + time.Second)
		read("0 1")
		s.streams = slices.DeleteFunc(s.streams, func(id StreamID) bool { return id.Name == "web/1" })
		s.events = s.events[1:]
		read("1")
	})
}

func TestAGroupThatDoesNotExistIsNamed(t *testing.T) {
	src := New(&service{}, home)
	for _, where := range []logs.Filter{inGroup("/nope"), logs.All{inGroup("/nope"), exact(logs.FieldStream, "x")}} {
		_, err := src.Latest(t.Context(), logs.Query{Where: where}, logs.Range{}, 10)
		if fault.ClassOf(err) != fault.NotFound || !strings.Contains(err.Error(), "log group does not exist") {
			t.Errorf("got %v", err)
		}
	}
	page, err := src.Latest(t.Context(), logs.Query{Where: begins(logs.FieldGroup, "/nope")}, logs.Range{}, 10)
	if err != nil || !page.NoShards {
		t.Errorf("a prefix of no group gives %+v, %v", page, err)
	}
}

func TestARangeThatTakesTooManyRequestsIsPartial(t *testing.T) {
	s := &service{perPage: 1}
	for i := range maxPages + 10 {
		s.write(GroupID{home, "/g"}, "x", at(i), at(i).AddDate(-50, 0, 0), "quiet")
	}
	page, err := New(s, home).Since(t.Context(), logs.Query{Where: inGroup("/g"), Text: "loud"}, logs.Range{}, 10)
	if err != nil || page.Partial == nil || page.Partial.Lasting || !page.Full {
		t.Errorf("page %+v, %v", page, err)
	}
}

func TestALineSaysWhereItIsFrom(t *testing.T) {
	s := &service{}
	id := strings.Repeat("0a", 32)
	s.write(GroupID{"us-east-1", "/g"}, id, at(5), at(5).AddDate(-50, 0, 0), `{"level":"warn","msg":"<slow>"}`)
	q := logs.Query{Where: logs.All{inGroup("/g"), exact(logs.FieldRegion, "us-east-1"), exact("level", "warn")}}
	page, err := New(s, home).Latest(t.Context(), q, logs.Range{}, 10)
	if err != nil || len(page.Entries) != 1 {
		t.Fatalf("%d lines, %v", len(page.Entries), err)
	}
	e := page.Entries[0]
	if e.Container != id || e.Level != "warn" || e.Index != "us-east-1:/g" || e.ID == "" || !e.Time.Equal(at(5)) {
		t.Errorf("entry %+v", e)
	}
	for field, want := range map[string]string{
		logs.FieldGroup: "/g", logs.FieldStream: id, logs.FieldRegion: "us-east-1", "message": `{"level":"warn","msg":"<slow>"}`,
		"@timestamp": e.Time.Format("2006-01-02T15:04:05.000Z"),
	} {
		if got, _ := e.Field(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

func TestAnExplanationNamesWhatIsMissing(t *testing.T) {
	s := &service{}
	g := GroupID{home, "/g"}
	s.has(g)
	s.write(g, "web/1", at(0), at(0), "0")
	in := func(streams ...string) logs.Filter {
		return logs.All{inGroup("/g"), exact(logs.FieldStream, streams...)}
	}
	for name, c := range map[string]struct {
		where logs.Filter
		from  time.Time
		cause logs.Cause
		want  string
	}{
		"no group":     {inGroup("/nope"), time.Time{}, logs.NoIndex, "log group /nope does not exist"},
		"no stream":    {in("web/2"), time.Time{}, logs.NoDocuments, "log group /g has no log stream web/2: the container has written nothing"},
		"none lately":  {in("web/1"), at(5000), logs.NoDocuments, "web/1 in log group /g has no lines in this range; its newest is of 2026-09-21T14:13:20Z"},
		"of others":    {in("web/1"), time.Time{}, logs.NoMatch, "web/1 in log group /g receives lines, and none of them is of this query"},
		"by prefix":    {logs.All{inGroup("/g"), begins(logs.FieldStream, "db/")}, time.Time{}, logs.NoDocuments, "log group /g has no log stream db/*: the container has written nothing"},
		"two groups":   {logs.Any{inGroup("/nope"), in("web/1")}, at(5000), logs.NoIndex, ""},
		"whole groups": {inGroup("/g"), at(5000), logs.NoDocuments, "of any name in log group /g has no lines in this range; its newest is of 2026-09-21T14:13:20Z"},
	} {
		x, err := New(s, home).Explain(t.Context(), logs.Query{Where: c.where}, logs.Range{From: c.from})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.want != "" && x.String() != c.want {
			t.Errorf("%s: says %q, want %q", name, x, c.want)
		}
		if c.cause != x.Cause && name != "two groups" {
			t.Errorf("%s: cause %d, want %d", name, x.Cause, c.cause)
		}
		if name == "two groups" && (!strings.Contains(x.String(), "/nope does not exist; ") || !strings.Contains(x.Index, "/nope, /g")) {
			t.Errorf("two groups: %q of %q", x, x.Index)
		}
	}
}

func TestFailuresPassThrough(t *testing.T) {
	s := &service{fault: func(r Request) error {
		if r.Group.Name == "/b" {
			return fault.Errorf(fault.Throttled, "logs:FilterLogEvents /b", "", "ThrottlingException: Rate exceeded")
		}
		return nil
	}}
	s.has(GroupID{home, "/a"})
	s.has(GroupID{home, "/b"})
	_, err := New(s, home).Since(t.Context(), logs.Query{Where: exact(logs.FieldGroup, "/a", "/b")}, logs.Range{}, 10)
	if fault.ClassOf(err) != fault.Throttled {
		t.Errorf("got %v", err)
	}
	s.fault = func(r Request) error {
		if r.Group.Name == "/b" {
			return fault.Errorf(fault.Denied, "logs:FilterLogEvents /b", "", "AccessDeniedException")
		}
		return nil
	}
	page, err := New(s, home).Since(t.Context(), logs.Query{Where: exact(logs.FieldGroup, "/a", "/b")}, logs.Range{}, 10)
	if err != nil || page.Partial == nil || !strings.Contains(page.Partial.String(), "logs:FilterLogEvents /b: denied") {
		t.Errorf("page %+v, %v", page, err)
	}
	if _, err := New(s, home).Since(t.Context(), logs.Query{Where: logs.All{inGroup("/a"), logs.Match{Fields: []string{"x"}, Op: logs.Regexp, Values: []string{"("}}}}, logs.Range{}, 1); fault.ClassOf(err) != fault.Invalid || errors.Unwrap(err) == nil {
		t.Errorf("a bad expression gives %v", err)
	}
}

func TestLinesAreCountedByTimeAndLevel(t *testing.T) {
	s := &service{perPage: 3}
	start := at(0).Truncate(time.Minute)
	for i, m := range []string{"ok", "WARN slow", "ERROR gone", "ok", "panic: oh", "ok", "ok"} {
		s.write(GroupID{home, "/g"}, "x", start.Add(time.Duration(i)*10*time.Second), start.AddDate(-50, 0, 0), m)
	}
	r := logs.Range{From: start, To: start.Add(65 * time.Second)}
	h, err := New(s, home).Histogram(t.Context(), logs.Query{Where: inGroup("/g")}, r, time.Minute)
	if err != nil || len(h.Bars) != 2 || h.Bars[0] != (logs.Bar{Start: start, Lines: 6, Errors: 2, Warnings: 1}) || h.Bars[1].Lines != 1 {
		t.Errorf("%+v, %v", h, err)
	}
	if c, err := New(s, home).Count(t.Context(), logs.Query{Where: inGroup("/g"), Text: "ok"}, r); err != nil || c.Lines != 4 {
		t.Errorf("%+v, %v", c, err)
	}
}
