package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/logs"
)

var now = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// well is a machine on which nothing is wrong.
func well() Facts {
	used := func(role logs.Role, field string) logs.FieldUse {
		return logs.FieldUse{Role: role, Wanted: []string{field}, Found: []string{field}}
	}
	return Facts{
		Now:   now,
		Setup: Setup{Version: "1.0", File: "/etc/gantry.yaml", Journal: "/var/audit.jsonl"},
		Account: Account{
			Context: awsx.ContextID{Profile: "main", Region: "eu-west-1"}, Clock: awsx.Clock{Server: now, Local: now.Add(time.Second)},
			Identity: awsx.Identity{Account: "000000000000", ARN: "arn:aws:iam::000000000000:user/me"},
			Reads:    []Read{{Name: "clusters", Actions: "ecs:ListClusters", Loss: "nothing is shown", Essential: true, Found: "2 clusters"}},
		},
		Store: Store{Examination: logs.Examination{
			Addresses: []string{"https://es1:9200"}, Index: "logstash-*", Access: "API key",
			Greeting: logs.Greeting{Product: "OpenSearch", Version: "3.3.0", Cluster: "logs", Server: now, Local: now,
				Security: &logs.Security{Version: "TLS 1.3", Issuer: "CN=ca", Until: now.AddDate(1, 0, 0)}},
			Newest: []logs.Entry{{Time: now.Add(-time.Second), Source: json.RawMessage(`{"event":{"ingested":"2026-11-22T03:00:00Z"}}`)}},
			Fields: []logs.FieldUse{used(logs.RoleTimestamp, "@timestamp"), used(logs.RoleMessage, "message"), used(logs.RoleLevel, "level"), used(logs.RoleSource, "container_id")},
			Lately: 15 * time.Minute, Count: logs.Count{Lines: 7},
		}},
		Service:  &Service{Name: "prod/api", How: "by container ids", Latest: &logs.Entry{Time: now.Add(-time.Minute)}},
		Terminal: Terminal{IsTerminal: true, Term: "xterm-256color", Profile: "256 colours", Unicode: true, Sync: "auto", Asked: true},
	}
}

func TestAReportOfAMachineOnWhichNothingIsWrong(t *testing.T) {
	r := Examine(well())
	for _, c := range r {
		if c.Result != OK || c.Text == "" || c.Fix != "" {
			t.Errorf("%+v", c)
		}
	}
	for _, want := range []Check{
		{"gantry", "audit file", OK, "/var/audit.jsonl was written to", ""},
		{"aws", "identity", OK, "arn:aws:iam::000000000000:user/me in account 000000000000", ""},
		{"aws", "clusters", OK, "2 clusters (ecs:ListClusters)", ""},
		{"log store", "endpoint", OK, "https://es1:9200 answers: OpenSearch 3.3.0, cluster logs", ""},
		{"log store", "encryption", OK, "TLS 1.3, certificate of CN=ca until 2027-11-22", ""},
		{"log store", "documents", OK, "7 in the last 15m", ""},
		{"log store", "delay", OK, "documents take 1s to arrive, up to 1s", ""},
		{"service", "lines", OK, "the newest was written 1m ago", ""},
	} {
		if !has(r, want) {
			t.Errorf("%+v is not in\n%+v", want, r)
		}
	}
}

func has(r Report, want Check) bool {
	for _, c := range r {
		if c == want {
			return true
		}
	}
	return false
}

// find returns the check of a name in a group.
func find(t *testing.T, r Report, name string) Check {
	t.Helper()
	for _, c := range r {
		if c.Group+" "+c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no check %s in\n%+v", name, r)
	return Check{}
}

func TestWhatIsWrongIsNamedWithWhatToDo(t *testing.T) {
	store := func(class fault.Class, fix string) error {
		return &fault.Error{Class: class, Op: "search logstash-*", Fix: fix, Err: errors.New("because")}
	}
	denied := &fault.Error{Class: fault.Denied, Op: "ecs:ListClusters", Fix: "needs ecs:ListClusters", Err: errors.New("AccessDenied")}
	x := func(change func(*logs.Examination)) func(*Facts) {
		return func(f *Facts) { change(&f.Store.Examination) }
	}
	use := func(role logs.Role) func(*Facts) {
		return x(func(e *logs.Examination) { e.Fields = []logs.FieldUse{{Role: role, Wanted: []string{"a", "b"}}} })
	}
	for _, c := range []struct {
		name      string
		change    func(*Facts)
		check     string
		result    Result
		text, fix string
	}{
		{"faulty configuration", func(f *Facts) { f.Setup.FileErr = errors.New("c.yaml:1: one\nc.yaml:2: two") }, "gantry configuration", Failed, "c.yaml:1: one", ""},
		{"no configuration", func(f *Facts) { f.Setup.File, f.Setup.DefaultFile = "", "/home/c.yaml" }, "gantry configuration", OK, "the defaults hold (a file would be /home/c.yaml)", ""},
		{"audit key", func(f *Facts) {
			f.Setup.JournalErr, f.Setup.KeyShared = errors.New("others use it: chmod 600 audit.key"), true
		}, "gantry audit file", Failed, "chmod 600 audit.key", ""},
		{"killed change", func(f *Facts) { f.Setup.Unended = []string{"chg-1 scale of lab/mail has no end"} }, "gantry unended change", Warning, "chg-1 scale of lab/mail", "history"},
		{"audit file", func(f *Facts) { f.Setup.JournalErr = errors.New("audit: permission denied") }, "gantry audit file", Failed, "audit: permission denied", "make it writable"},
		{"no credentials", func(f *Facts) {
			f.Account.OpenErr = &fault.Error{Class: fault.Expired, Err: errors.New("no credentials were found"), Fix: "aws sso login"}
		}, "aws credentials", Failed, "expired: no credentials were found", "aws sso login"},
		{"unknown caller", func(f *Facts) { f.Account.IdentityErr = denied }, "aws identity", Warning, "denied", "needs ecs:ListClusters"},
		{"account away", func(f *Facts) {
			f.Account.IdentityErr, f.Account.Reads = fault.Errorf(fault.Offline, "sts:GetCallerIdentity", "", "refused"), nil
		}, "aws permissions", Skipped, "does not answer", ""},
		{"no time", func(f *Facts) { f.Account.Clock = awsx.Clock{} }, "aws clock", Skipped, "AWS told no time", ""},
		{"clock a little off", func(f *Facts) { f.Account.Clock.Local = now.Add(10 * time.Second) }, "aws clock", OK, "10s ahead of that of AWS", ""},
		{"clock off", func(f *Facts) { f.Account.Clock.Local = now.Add(-time.Minute) }, "aws clock", Warning, "1m0s behind that of AWS", "set this machine's clock"},
		{"clock wrong", func(f *Facts) { f.Account.Clock.Local = now.Add(10 * time.Minute) }, "aws clock", Failed, "10m0s ahead of that of AWS", "set this machine's clock"},
		{"store's clock", x(func(e *logs.Examination) { e.Greeting.Local = now.Add(time.Minute) }), "log store clock", Warning, "1m0s ahead of that of the log store", "set this machine's clock"},
		{"permission of all", func(f *Facts) { f.Account.Reads[0].Err = denied }, "aws clusters", Failed, "AccessDenied: nothing is shown", "allow ecs:ListClusters"},
		{"permission of some", func(f *Facts) { f.Account.Reads[0].Err, f.Account.Reads[0].Essential = denied, false }, "aws clusters", Warning, "AccessDenied: nothing is shown", "allow ecs:ListClusters"},
		{"no answer in time", func(f *Facts) { f.Account.Reads[0].Err = context.DeadlineExceeded }, "aws clusters", Failed, "no answer came in time: nothing is shown", ""},
		{"not read", func(f *Facts) { f.Account.Reads[0].Skipped = "no cluster" }, "aws clusters", Skipped, "no cluster", ""},

		{"no store", func(f *Facts) { f.Store = Store{Unset: true} }, "log store endpoint", Skipped, "only lines of awslogs", "set logs.endpoints"},
		{"wrong settings", func(f *Facts) { f.Store = Store{OpenErr: store(fault.Invalid, "fix it")} }, "log store endpoint", Failed, "search logstash-*: invalid: because", "fix it"},
		{"store down", x(func(e *logs.Examination) {
			e.Unreached, e.GreetingErr = true, store(fault.Offline, "check the address")
		}), "log store endpoint", Failed, "offline: because", "check the address"},
		{"no greeting", x(func(e *logs.Examination) { e.GreetingErr = store(fault.Denied, "x") }), "log store endpoint", OK, "https://es1:9200 answers, and does not tell what it is", ""},
		{"in the clear", x(func(e *logs.Examination) { e.Addresses, e.Greeting.Security = []string{"http://es1"}, nil }), "log store encryption", Warning, "API key and lines travel in the clear", "use an https:// address"},
		{"certificate ends", x(func(e *logs.Examination) { e.Greeting.Security.Until = now.AddDate(0, 0, 3) }), "log store encryption", Warning, "ends on 2026-11-25", "have the store's certificate renewed"},
		{"refused", x(func(e *logs.Examination) { e.SearchErr = store(fault.Expired, "check the key") }), "log store credentials", Failed, "expired: because", "check the key"},
		{"no index", x(func(e *logs.Examination) { e.NoIndex = true }), "log store index", Failed, "no index matches logstash-*", "check logs.index"},
		{"red", x(func(e *logs.Examination) { e.SearchErr, e.Fields = store(fault.Failed, "the cluster is red"), nil }), "log store index", Failed, "failed: because", "the cluster is red"},
		{"partly", x(func(e *logs.Examination) { e.Partial = &logs.Partial{Failed: 1, Shards: 4} }), "log store index", Warning, "1 of 4 shards failed", "have the cluster's shards looked at"},
		{"no fields told", x(func(e *logs.Examination) { e.FieldErr = store(fault.Denied, "allow it") }), "log store fields", Warning, "denied: because", "allow it"},
		{"no timestamp", use(logs.RoleTimestamp), "log store timestamp field", Failed, "logstash-* has no a, b", "set logs.timestamp"},
		{"no message", use(logs.RoleMessage), "log store message field", Warning, "logstash-* has none of a, b", "set logs.message"},
		{"no level", use(logs.RoleLevel), "log store level field", OK, "levels are read from the text of lines", ""},
		{"no tiebreak", use(logs.RoleTiebreak), "log store tiebreak field", Failed, "logstash-* has no a, b", "set logs.tiebreak"},
		{"no source", use(logs.RoleSource), "log store source fields", Warning, "none of the fields by which containers' lines are found", "check logs.index"},
		{"quiet", x(func(e *logs.Examination) { e.Count.Lines = 0 }), "log store documents", Warning, "none in the last 15m", "check that shippers"},
		{"not counted", x(func(e *logs.Examination) { e.CountErr = store(fault.Denied, "") }), "log store documents", Warning, "denied: because", ""},
		{"old", x(func(e *logs.Examination) { e.Newest[0].Time = now.Add(-90 * time.Minute) }), "log store newest", Warning, "1h ago", "check that shippers"},
		{"ahead", x(func(e *logs.Examination) { e.Newest[0].Time = now.Add(time.Hour) }), "log store newest", Warning, "1h0m0s ahead of this machine's clock", "set the clocks of the instances"},
		{"empty", x(func(e *logs.Examination) { e.Newest = nil }), "log store newest", Skipped, "there are no documents", ""},
		{"slow", x(func(e *logs.Examination) { e.Newest[0].Time = now.Add(-2 * time.Minute) }), "log store delay", Warning, "documents take 2m0s to arrive", "have the pipeline looked at"},
		{"unknown delay", x(func(e *logs.Examination) { e.Newest[0].Source = nil }), "log store delay", Skipped, "event.ingested", ""},
		{"no points", x(func(e *logs.Examination) {
			e.PointErr = store(fault.Invalid, "")
			e.PointErr = fmt.Errorf("%w", logs.ErrNoPoints)
		}), "log store point in time", Warning, "has none", ""},

		{"no service", func(f *Facts) {
			f.Service.Err = fault.Errorf(fault.NotFound, "ecs:DescribeServices", "api", "no such service")
		}, "service prod/api", Failed, "no such service", ""},
		{"no line", func(f *Facts) { f.Service.Latest, f.Service.None = nil, "nothing is of this query" }, "service lines", Warning, "nothing is of this query", ""},
		{"line unread", func(f *Facts) { f.Service.ReadErr = store(fault.Denied, "allow logs:FilterLogEvents") }, "service lines", Failed, "denied", "allow logs:FilterLogEvents"},

		{"pipeline", func(f *Facts) { f.Terminal.IsTerminal = false }, "terminal terminal", Skipped, "only commands run here", ""},
		{"dumb", func(f *Facts) { f.Terminal.Term = "dumb" }, "terminal terminal", Warning, `TERM is "dumb"`, "set TERM"},
		{"plain", func(f *Facts) { f.Terminal.NoColor = "NO_COLOR" }, "terminal colours", OK, "none, because of NO_COLOR", ""},
		{"ASCII", func(f *Facts) { f.Terminal.Unicode = false }, "terminal characters", OK, "ASCII only", "set LANG"},
		{"set", func(f *Facts) { f.Terminal.Sync = "on" }, "terminal synchronized output", OK, "on, as configured", ""},
		{"far", func(f *Facts) { f.Terminal.Asked, f.Terminal.SSH = false, true }, "terminal synchronized output", OK, "over SSH", "set screen.sync"},
		{"unasked", func(f *Facts) { f.Terminal.Asked = false }, "terminal synchronized output", OK, "off: a terminal of this kind is not asked", ""},
	} {
		f := well()
		c.change(&f)
		got := find(t, Examine(f), c.check)
		if got.Result != c.result || !strings.Contains(got.Text, c.text) || !strings.Contains(got.Fix, c.fix) || (c.fix == "") != (got.Fix == "") {
			t.Errorf("%s: %+v\nwant %s, %q, to do %q", c.name, got, c.result, c.text, c.fix)
		}
	}
}

func TestNothingIsSaidOfWhatWasNotLookedAt(t *testing.T) {
	f := well()
	f.Setup.FileErr = errors.New("c.yaml:1: one\nc.yaml:2: two")
	r := Examine(f)
	if r.Count(Failed) != 2 || r.Count(Skipped) != 1 {
		t.Errorf("%+v", r)
	}
	f = well()
	f.Store.Examination = logs.Examination{Unreached: true, GreetingErr: errors.New("x"), Addresses: []string{"https://es1"}}
	f.Service = nil
	for _, c := range Examine(f) {
		if c.Group == "log store" && c.Name != "endpoint" && c.Name != "searches" || c.Group == "service" {
			t.Errorf("%+v", c)
		}
	}
}

// TestAMemoryThatIsNotUsedIsSaid with its file and its reason.
func TestAMemoryThatIsNotUsedIsSaid(t *testing.T) {
	f := well()
	f.Setup.Memory, f.Setup.MemoryErr = "/var/memory.db", errors.New("the file is of version 9, which a newer gantry wrote")
	c := find(t, Examine(f), "gantry memory")
	if c.Result != Warning || !strings.Contains(c.Text, "/var/memory.db: the file is of version 9") || !strings.Contains(c.Fix, "move the file away") {
		t.Errorf("%+v", c)
	}
}
