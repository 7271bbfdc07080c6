package kql

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gantry/logs/kql/analysis"
)

// DSL is a node of the query DSL.
type DSL = map[string]any

// Translate returns the query DSL for a tree, as a filter: nothing in it depends
// on a score. Fields may be nil, when nothing is known of the index.
//
// A plain value becomes match, a quoted one match_phrase, a value with wildcards
// query_string, a value of any field multi_match, all as Kibana does. In four
// places it does more: wildcards are also compared with the whole text of a field
// that has a keyword form, several numbers of one field are alternatives, a field
// in a nested object is found without braces, and braces about an object that is
// not nested are its path. A date that names no offset is in the zone, which the
// store is told with it; nil is UTC.
func Translate(n Node, fields Fields, zone *time.Location) DSL {
	return translator{fields, cmp.Or(zone, time.UTC)}.node(n, scope{})
}

type translator struct {
	fields Fields
	zone   *time.Location
}

// scope is the nested object around a node.
type scope struct {
	prefix string // of the names
	nested string // path
}

func (t translator) node(n Node, sc scope) DSL {
	switch n := n.(type) {
	case And:
		return DSL{"bool": DSL{"filter": t.nodes(n.Members, sc)}}
	case Or:
		return some(t.nodes(n.Members, sc))
	case Not:
		return DSL{"bool": DSL{"must_not": []DSL{t.node(n.Member, sc)}}}
	case Nested:
		return t.nested(n, sc)
	case Is:
		return t.is(n, sc)
	case Range:
		return t.bound(n, sc)
	}
	return DSL{"match_all": DSL{}}
}

func (t translator) nodes(members []Node, sc scope) []DSL {
	out := make([]DSL, len(members))
	for i, m := range members {
		out[i] = t.node(m, sc)
	}
	return out
}

// some is matched when one of the clauses is.
func some(clauses []DSL) DSL {
	switch len(clauses) {
	case 0:
		return DSL{"match_none": DSL{}}
	case 1:
		return clauses[0]
	}
	return DSL{"bool": DSL{"should": clauses, "minimum_should_match": 1}}
}

func (t translator) nested(n Nested, sc scope) DSL {
	path := sc.prefix + n.Path.Raw()
	if object(t.fields, path) == Object {
		return t.node(n.Member, scope{path + ".", sc.nested})
	}
	return within(path, t.node(n.Member, scope{path + ".", path}))
}

// within asks for one nested object that matches. Indices without the object are
// passed over: a pattern may cover some.
func within(path string, query DSL) DSL {
	return DSL{"nested": DSL{"path": path, "query": query, "score_mode": "none", "ignore_unmapped": true}}
}

// each makes clauses for the fields that a name stands for, by the nested object
// that they are in.
func (t translator) each(name Text, sc scope, clause func(fields []Field) []DSL) DSL {
	var paths []string
	groups := map[string][]Field{}
	for _, f := range found(t.fields, name.prefixed(sc.prefix)) {
		if _, ok := groups[f.Nested]; !ok {
			paths = append(paths, f.Nested)
		}
		groups[f.Nested] = append(groups[f.Nested], f)
	}
	var clauses []DSL
	for _, path := range paths {
		made := clause(groups[path])
		if len(made) > 0 && path != "" && path != sc.nested {
			made = []DSL{within(path, some(made))}
		}
		clauses = append(clauses, made...)
	}
	return some(clauses)
}

func (t translator) is(n Is, sc scope) DSL {
	if len(n.Field) == 0 {
		n.Field = Text{"", ""}
	}
	switch {
	case n.Field.Any() && sc.prefix == "":
		return anywhere(n.Value)
	case n.Value.wild() && n.Value.Text.Any():
		return t.exists(n.Field, sc)
	}
	return t.each(n.Field, sc, func(fields []Field) []DSL {
		if n.Value.wild() {
			return wildcards(fields, n)
		}
		return t.plain(fields, n)
	})
}

// wild reports whether wildcards of the value have their meaning.
func (v Value) wild() bool { return !v.Quoted && v.Text.Wild() }

// anywhere looks for a value in every field; one that a value does not fit is
// passed over.
func anywhere(v Value) DSL {
	switch {
	case v.wild() && v.Text.Any():
		return DSL{"match_all": DSL{}}
	case v.wild():
		return DSL{"query_string": DSL{"query": queryString(v.Text, false), "default_field": "*", "lenient": true}}
	}
	return DSL{"multi_match": DSL{"query": v.Text.Raw(), "type": v.matchType(), "lenient": true}}
}

func (v Value) matchType() string {
	if v.Quoted {
		return "phrase"
	}
	return "best_fields"
}

func (t translator) exists(name Text, sc scope) DSL {
	if path := sc.prefix + name.Raw(); object(t.fields, path) == NestedObject {
		return within(path, DSL{"match_all": DSL{}})
	}
	return t.each(name, sc, func(fields []Field) []DSL {
		clauses := make([]DSL, len(fields))
		for i, f := range fields {
			clauses[i] = DSL{"exists": DSL{"field": f.Name}}
		}
		return clauses
	})
}

// plain compares fields with a value without wildcards. What need not fit every
// one of them is compared leniently.
func (t translator) plain(fields []Field, n Is) []DSL {
	f, text := fields[0], n.Value.Text.Raw()
	switch {
	case n.Field.Wild():
		return t.lenient(fields, n)
	case f.Kinds.mixed():
		return []DSL{anyOf(fields, n)}
	case f.Kinds.only(Date):
		// A date may stand for a whole day.
		return []DSL{{"range": DSL{f.Name: t.dated(DSL{"gte": text, "lte": text}, text)}}}
	case f.Kinds.only(Number) && !n.Value.Quoted && len(strings.Fields(text)) > 1:
		return []DSL{{"terms": DSL{f.Name: strings.Fields(text)}}}
	case n.Value.Quoted:
		return []DSL{{"match_phrase": DSL{f.Name: text}}}
	}
	return []DSL{{"match": DSL{f.Name: text}}}
}

// lenient compares those of some fields that a value fits. A date is read in the
// zone, which only ranges know.
func (t translator) lenient(fields []Field, n Is) []DSL {
	var clauses []DSL
	var rest []Field
	for _, f := range fields {
		switch {
		case !f.Kinds.only(Date):
			rest = append(rest, f)
		case fits(Date, n.Value.Text.Raw()):
			clauses = append(clauses, t.plain([]Field{f}, Is{Field: Literal(f.Name), Value: n.Value})...)
		}
	}
	if len(rest) > 0 {
		clauses = append(clauses, anyOf(rest, n))
	}
	return clauses
}

func anyOf(fields []Field, n Is) DSL {
	return DSL{"multi_match": DSL{"query": n.Value.Text.Raw(), "fields": names(fields), "type": n.Value.matchType(), "lenient": true}}
}

func names(fields []Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}

// wildcards compares the words of analysed fields and the whole text of others. A
// space separates words, of which one is enough, and is a part of whole text.
func wildcards(fields []Field, n Is) []DSL {
	lenient := n.Field.Wild()
	var words, whole []string
	for _, f := range fields {
		lenient = lenient || f.Kinds.mixed()
		if !f.Kinds.only(Whole) {
			words = append(words, f.Name)
		}
		if f.Kinds&Whole != 0 {
			whole = append(whole, f.Name)
		}
		if f.Keyword != "" && !n.Field.Wild() {
			whole = append(whole, f.Keyword)
		}
	}
	var clauses []DSL
	add := func(names []string, spaces bool) {
		if len(names) == 0 {
			return
		}
		q := DSL{"query": queryString(n.Value.Text, spaces), "fields": names}
		if lenient {
			q["lenient"] = true
		}
		clauses = append(clauses, DSL{"query_string": q})
	}
	if len(n.Value.Text.terms()) == 1 {
		// One word reads the same both ways.
		for _, name := range whole {
			if !slices.Contains(words, name) {
				words = append(words, name)
			}
		}
		whole = nil
	}
	add(words, false)
	add(whole, true)
	return clauses
}

func (t translator) bound(n Range, sc scope) DSL {
	text := n.Value.Text.Raw()
	return t.each(n.Field, sc, func(fields []Field) []DSL {
		var clauses []DSL
		for _, f := range fields {
			if n.Field.Wild() && !fits(f.Kinds, text) {
				continue
			}
			bounds := DSL{n.Op.name(): text}
			if f.Kinds&Date != 0 {
				bounds = t.dated(bounds, text)
			}
			clauses = append(clauses, DSL{"range": DSL{f.Name: bounds}})
		}
		return clauses
	})
}

// dated adds to bounds the zone in which a date is read. What the clock of this
// machine calls Local has no name that a store would know: its offset at that date
// takes its place.
func (t translator) dated(bounds DSL, date string) DSL {
	if name := ZoneName(t.zone, date); name != "" {
		bounds["time_zone"] = name
	}
	return bounds
}

// ZoneName is how the stores call the zone in which a date is read; empty where they
// need not be told: in UTC, which they assume, and for a number, which no zone moves.
func ZoneName(zone *time.Location, date string) string {
	if zone == nil || zone == time.UTC || zone.String() == "UTC" || analysis.Absolute(date) {
		return ""
	}
	if name := zone.String(); name != "Local" && strings.Contains(name, "/") {
		return name
	}
	at := time.Now()
	if span, err := analysis.Date(date, at, zone); err == nil {
		at = span.From
	}
	return at.In(zone).Format("-07:00")
}

// fits reports whether a field of some kinds can be compared with a text at all:
// of those that a pattern stands for, the others are left out.
func fits(k Kinds, text string) bool {
	if _, ok := analysis.Number(text); k&Number != 0 && !ok {
		return false
	}
	if _, err := analysis.Date(text, time.Time{}, time.UTC); k&Date != 0 && err != nil {
		return false
	}
	return k&Boolean == 0 || text == "true" || text == "false"
}

// queryString writes a text as query_string reads it: what has a meaning there is
// escaped, wildcards are not. With spaces, white space is a part of the text, and
// otherwise it separates words.
func queryString(t Text, spaces bool) string {
	var b strings.Builder
	for i, piece := range t {
		if i > 0 {
			b.WriteByte('*')
		}
		for j, r := range piece {
			switch {
			case strings.ContainsRune(`+-=&|><!(){}[]^"~*?:\/`, r), spaces && querySpace(r):
				b.WriteByte('\\')
			case r == 'A' || r == 'O' || r == 'N':
				if operator(t, i, j) {
					b.WriteByte('\\')
				}
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// operator reports whether AND, OR or NOT stands alone at a place of a text.
func operator(t Text, piece, at int) bool {
	before, rest := t[piece][:at], t[piece][at:]
	if r, _ := utf8.DecodeLastRuneInString(before); before != "" && !querySpace(r) || before == "" && piece > 0 {
		return false
	}
	for _, word := range [...]string{"AND", "OR", "NOT"} {
		if after, ok := strings.CutPrefix(rest, word); ok {
			r, _ := utf8.DecodeRuneInString(after)
			return after == "" && piece == len(t)-1 || after != "" && querySpace(r)
		}
	}
	return false
}
