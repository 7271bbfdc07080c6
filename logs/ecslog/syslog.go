package ecslog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gantry/logs"
)

// Syslog is Docker's syslog driver. All that its lines say of the container is their
// tag, by default its abbreviated id, which receivers keep as the name of the
// program.
type Syslog struct{}

// tagFields are what receivers call the tag: logstash, rsyslog, and Filebeat in its
// old and its new form.
var tagFields = []string{"appname", "program", "programname", "syslogtag", "process.name", "process.program", "log.syslog.appname"}

const (
	optionTag  = "tag"
	defaultTag = "{{.ID}}"
)

// maxTags bounds the tags that one query compares: each is a clause of its own.
const maxTags = 100

// tagVariable is a part of a tag that Docker fills in. Its name is that of a field
// of Docker's template context.
var tagVariable = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

// tag is the template of a container's tag.
type tag string

func tagOf(options map[string]string) tag {
	if t := options[optionTag]; t != "" {
		return tag(t)
	}
	return defaultTag
}

// has reports whether Docker fills in one of some names.
func (t tag) has(names ...string) bool {
	return slices.ContainsFunc(tagVariable.FindAllStringSubmatch(string(t), -1), func(m []string) bool {
		return slices.Contains(names, m[1])
	})
}

// plain returns the tag when all that Docker fills in is known.
func (t tag) plain(known map[string]string) (string, bool) {
	ok := true
	s := tagVariable.ReplaceAllStringFunc(string(t), func(v string) string {
		value, found := known[tagVariable.FindStringSubmatch(v)[1]]
		ok = ok && found
		return value
	})
	return s, ok
}

// pattern returns an expression for the tag, of which patterns are known for some
// of what Docker fills in.
func (t tag) pattern(known map[string]string) string {
	var b strings.Builder
	end := 0
	for _, at := range tagVariable.FindAllStringSubmatchIndex(string(t), -1) {
		b.WriteString(literal(string(t[end:at[0]])))
		if p, ok := known[string(t[at[2]:at[3]])]; ok {
			b.WriteString(p)
		} else {
			b.WriteString(".*")
		}
		end = at[1]
	}
	return b.String() + literal(string(t[end:]))
}

// Name returns "syslog".
func (Syslog) Name() string { return "syslog" }

// Words returns what the tag is.
func (Syslog) Words() Words { return Words{"tags", "tags", otherCluster} }

// ByContainer matches tags that begin with what the container's would be. Tags that
// hold no id name no container.
func (Syslog) ByContainer(w Wanted) logs.Filter {
	var prefixes, patterns []string
	for _, c := range w.Containers[:min(len(w.Containers), maxTags)] {
		short, ok := abbreviated(c.RuntimeID)
		t := tagOf(c.Options)
		if !ok || !t.has("ID", "FullID") {
			continue
		}
		if s, ok := t.plain(map[string]string{"ID": short, "FullID": c.RuntimeID}); ok {
			prefixes = append(prefixes, s)
			continue
		}
		name := "ecs-" + literal(c.Family) + "-" + literal(c.Revision) + "-" + containerPattern(c.Name)
		patterns = append(patterns, t.pattern(map[string]string{"ID": short, "FullID": c.RuntimeID, "Name": name})+".*")
	}
	return simplest(tagged(logs.Prefix, prefixes, logs.Regexp, patterns))
}

// tagged are the comparisons of a tag that have something to compare with.
func tagged(a logs.Op, as []string, b logs.Op, bs []string) (any logs.Any) {
	if len(as) > 0 {
		any = append(any, logs.Match{Fields: tagFields, Op: a, Values: as})
	}
	if len(bs) > 0 {
		any = append(any, logs.Match{Fields: tagFields, Op: b, Values: bs})
	}
	return any
}

// ByFamily matches tags that hold Docker's name of the container, and those that
// are the same for all containers.
func (Syslog) ByFamily(w Wanted) logs.Filter {
	if len(w.Families) == 0 {
		return nil
	}
	var whole, patterns []string
	for _, d := range w.Definitions {
		t := tagOf(d.LogOptions)
		if s, ok := t.plain(nil); ok {
			whole = append(whole, s)
			continue
		}
		if !t.has("Name") {
			continue
		}
		for _, family := range w.Families {
			name := strings.TrimPrefix(familyPattern(family, w.Container), "/?")
			patterns = append(patterns, t.pattern(map[string]string{"ID": "[0-9a-f]+", "FullID": "[0-9a-f]+", "Name": name}))
		}
	}
	return simplest(tagged(logs.Exact, unique(whole), logs.Regexp, unique(patterns)))
}

func unique(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}

// Notes name tags that tell too little, and what UDP and the non-blocking mode lose.
func (Syslog) Notes(w Wanted) []string {
	var notes []string
	if len(w.Containers) > maxTags {
		notes = append(notes, fmt.Sprintf("syslog: only the %d youngest containers are searched by their tags", maxTags))
	}
	for _, d := range w.Definitions {
		switch t := tagOf(d.LogOptions); {
		case t.has("Name"):
		case t.has("ID", "FullID"):
			if len(w.Families) > 0 {
				notes = append(notes, fmt.Sprintf("the syslog tag %s names no family: only tasks that are known are searched", t))
			}
		default:
			notes = append(notes, fmt.Sprintf("the syslog tag %s of container %s names neither task nor container: set tag to {{.Name}}/{{.ID}}", t, d.Name))
		}
		if strings.HasPrefix(d.LogOptions["syslog-address"], "udp:") {
			notes = append(notes, "syslog over UDP: what the network drops never reaches the store")
		} else if note := nonBlocking(d); note != "" {
			notes = append(notes, note)
		}
	}
	return notes
}

// hexRun is what may be an id in a tag.
var hexRun = regexp.MustCompile(`[0-9a-f]+`)

// Trace reads the tag.
func (Syslog) Trace(e *logs.Entry, families []string) (Trace, bool) {
	text, ok := field(e, tagFields...)
	if !ok {
		return Trace{}, false
	}
	var t Trace
	for _, run := range hexRun.FindAllString(text, -1) {
		if len(run) == shortID || len(run) == fullID {
			t.RuntimeID = run
		}
	}
	for _, family := range families {
		// The name may stand anywhere in the tag.
		if i := strings.Index(text, "ecs-"+family+"-"); i >= 0 {
			name, _, _ := strings.Cut(text[i:], "/")
			if revision, container, ok := splitDockerName(name, family); ok {
				t.Revision, t.Container = revision, container
			}
		}
	}
	return t, t != Trace{}
}
