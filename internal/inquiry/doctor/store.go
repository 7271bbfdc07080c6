package doctor

import (
	"cmp"
	"errors"
	"gantry/awsx"
	"strings"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

// The ages that matter.
const (
	// quiet is how old a store's newest document may be before that is worth a
	// look: some service of an account writes more often.
	quiet = 5 * time.Minute
	// slow is how long a document may take to arrive: a tail reads that much of the
	// past again.
	slow = 30 * time.Second
	// renewal is how long before its end a certificate should have been renewed.
	renewal = 14 * 24 * time.Hour
)

func (s Store) checks(now time.Time) []Check {
	g := group{name: "log store"}
	switch {
	case s.Unset:
		g.add("endpoint", Skipped, "set logs.endpoints for lines that are shipped to Elasticsearch or OpenSearch",
			"none is configured: only lines of awslogs are read")
		return g.checks
	case s.OpenErr != nil:
		g.failure("endpoint", Failed, s.OpenErr)
		return g.checks
	}
	x := s.Examination
	if x.Unreached {
		g.failure("endpoint", Failed, x.GreetingErr)
		g.skip("searches", "%s was not reached", strings.Join(x.Addresses, ", "))
		return g.checks
	}
	greeting(&g, x, now)
	if !search(&g, x) {
		return g.checks
	}
	fields(&g, x)
	documents(&g, x, now)
	switch {
	case x.PointErr == nil:
		g.ok("point in time", "available")
	case errors.Is(x.PointErr, logs.ErrNoPoints):
		g.add("point in time", Warning, "", "this store, or these credentials, has none: history is read without one, and lines that arrive meanwhile may shift its pages")
	default:
		g.failure("point in time", Warning, x.PointErr)
	}
	return g.checks
}

// greeting adds what the store said of itself and the way to it.
func greeting(g *group, x logs.Examination, now time.Time) {
	at := strings.Join(x.Addresses, ", ")
	hello := x.Greeting
	if x.GreetingErr != nil {
		text, _ := apart(x.GreetingErr)
		g.ok("endpoint", "%s answers, and does not tell what it is (%s)", at, text)
	} else {
		g.ok("endpoint", "%s answers: %s %s, cluster %s", at, hello.Product, hello.Version, hello.Cluster)
	}
	sec := hello.Security
	switch {
	case sec == nil && strings.HasPrefix(at, "http://") && x.Access != "":
		g.add("encryption", Warning, "use an https:// address", "none: %s and lines travel in the clear", x.Access)
	case sec == nil:
		g.skip("encryption", "none")
	case sec.Until.Sub(now) < renewal:
		g.add("encryption", Warning, "have the store's certificate renewed", "%s; the certificate of %s ends on %s", sec.Version, sec.Issuer, day(sec.Until))
	default:
		g.ok("encryption", "%s, certificate of %s until %s", sec.Version, sec.Issuer, day(sec.Until))
	}
	g.clock("the log store", awsx.Clock{Server: hello.Server, Local: hello.Local})
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// search adds whether searches are let in and find the index; it reports whether
// there is an index to look at.
func search(g *group, x logs.Examination) bool {
	access := cmp.Or(x.Access, "none are needed")
	switch class := fault.ClassOf(x.SearchErr); {
	case x.SearchErr != nil && (class == fault.Expired || class == fault.Denied):
		g.failure("credentials", Failed, x.SearchErr)
		return false
	case x.NoIndex:
		g.ok("credentials", "%s", access)
		g.add("index", Failed, "check logs.index, and that these credentials may read it", "no index matches %s", x.Index)
		return false
	case x.SearchErr != nil:
		g.failure("index", Failed, x.SearchErr)
		return len(x.Fields) > 0
	}
	g.ok("credentials", "%s", access)
	if x.Partial != nil {
		g.add("index", Warning, "have the cluster's shards looked at", "%s: %s", x.Index, x.Partial)
	} else {
		g.ok("index", "%s can be searched", x.Index)
	}
	return true
}

// fields adds which fields the index has.
func fields(g *group, x logs.Examination) {
	if x.FieldErr != nil {
		g.failure("fields", Warning, x.FieldErr)
		return
	}
	for _, u := range x.Fields {
		name := string(u.Role) + " field"
		if u.Role == logs.RoleSource {
			name = "source fields"
		}
		found, wanted := strings.Join(u.Found, ", "), strings.Join(u.Wanted, ", ")
		switch {
		case len(u.Found) > 0:
			g.ok(name, "%s", found)
		case u.Role == logs.RoleTimestamp:
			g.add(name, Failed, "set logs.timestamp to the field with a line's time", "%s has no %s", x.Index, wanted)
		case u.Role == logs.RoleTiebreak:
			g.add(name, Failed, "set logs.tiebreak to a field that the index has, or leave it out", "%s has no %s", x.Index, wanted)
		case u.Role == logs.RoleMessage:
			g.add(name, Warning, "set logs.message to the field with a line's text", "%s has none of %s", x.Index, wanted)
		case u.Role == logs.RoleLevel:
			g.add(name, OK, "", "none of %s: levels are read from the text of lines", wanted)
		case u.Role == logs.RoleSource:
			g.add(name, Warning, "check logs.index, or give an override with a filter of your own", "%s has none of the fields by which containers' lines are found", x.Index)
		}
	}
}

// documents adds how many lines arrive, and how late.
func documents(g *group, x logs.Examination, now time.Time) {
	switch {
	case x.CountErr != nil:
		g.failure("documents", Warning, x.CountErr)
	case x.Count.Lines == 0:
		g.add("documents", Warning, "check that shippers and their pipeline run", "none in the last %s", span(x.Lately))
	default:
		g.ok("documents", "%d in the last %s", x.Count.Lines, span(x.Lately))
	}
	if len(x.Newest) == 0 {
		g.skip("newest", "there are no documents")
		return
	}
	age := now.Sub(x.Newest[0].Time)
	switch {
	case age < -clockOff:
		g.add("newest", Warning, "set the clocks of the instances that write", "dated %s ahead of this machine's clock", (-age).Round(time.Second))
	case age > quiet:
		g.add("newest", Warning, "check that shippers and their pipeline run", "%s", ago(age))
	default:
		g.ok("newest", "%s", ago(max(age, 0)))
	}
	delay := logs.IngestDelay(x.Newest)
	switch {
	case delay.Documents == 0:
		g.skip("delay", "documents do not say when they arrived (event.ingested)")
	case delay.Typical > slow:
		g.add("delay", Warning, "have the pipeline looked at: what it holds back is not seen", "documents take %s to arrive, up to %s", delay.Typical.Round(100*time.Millisecond), delay.Longest.Round(100*time.Millisecond))
	default:
		g.ok("delay", "documents take %s to arrive, up to %s", delay.Typical.Round(100*time.Millisecond), delay.Longest.Round(100*time.Millisecond))
	}
}

// span says a duration of whole minutes.
func span(d time.Duration) string { return strings.TrimSuffix(d.String(), "0s") }

func (s Service) checks(now time.Time) []Check {
	g := group{name: "service"}
	if s.Err != nil {
		g.failure(s.Name, Failed, s.Err)
		return g.checks
	}
	g.ok(s.Name, "%s", s.How)
	switch {
	case s.ReadErr != nil:
		g.failure("lines", Failed, s.ReadErr)
	case s.Latest == nil:
		g.add("lines", Warning, "", "%s", s.None)
	default:
		g.ok("lines", "the newest was written %s", ago(max(now.Sub(s.Latest.Time), 0)))
	}
	return g.checks
}
