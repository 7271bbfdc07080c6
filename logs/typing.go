package logs

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"gantry/logs/kql"
)

// Column returns the column of a query at which it cannot be read on, counted in
// characters from 1, for an error of ParseExpr or of a store; 0 is none.
func Column(err error) int {
	var e *kql.SyntaxError
	if errors.As(err, &e) {
		return e.Column
	}
	return 0
}

// Offers are what may follow a query that a person is typing.
type Offers struct {
	// From is the column at which an offer takes the place of what is typed.
	From int
	// Text is the offers, the likeliest first.
	Text []string
}

// Vocabulary is what is known of the fields of lines.
type Vocabulary interface {
	// Names returns the names of fields, the most frequent first.
	Names() []string
	// Values returns the values of a field, the most frequent first.
	Values(field string) []string
}

// Offer returns what the text before the cursor may go on with: fields, operators,
// values and conjunctions, as they are to be typed.
func Offer(before string, known Vocabulary) Offers {
	if strings.HasPrefix(strings.TrimSpace(before), lucenePrefix) {
		return Offers{}
	}
	place := kql.PlaceAt(before)
	o := Offers{From: place.From}
	begins := func(s string) bool {
		return len(s) >= len(place.Typed) && strings.EqualFold(s[:len(place.Typed)], place.Typed)
	}
	switch place.Part {
	case kql.FieldPart:
		for _, name := range known.Names() {
			if begins(name) && place.Typed != name {
				o.Text = append(o.Text, kql.Literal(name).String()+":")
			} else if place.Typed == name {
				o.Text = append([]string{name + ":", name + " >= ", name + ":*"}, o.Text...)
			}
		}
		if begins("not ") && place.Typed != "" {
			o.Text = append(o.Text, "not ")
		}
	case kql.OperatorPart:
		o.Text = []string{": ", "< ", "<= ", "> ", ">= ", "and ", "or "}
	case kql.ConjunctionPart:
		for _, word := range [...]string{"and ", "or "} {
			if begins(word) {
				o.Text = append(o.Text, word)
			}
		}
	case kql.ValuePart:
		values := known.Values(place.Field)
		if place.Field == FieldLevel {
			values = levelsAmong(values)
		}
		for _, v := range values {
			shown := valueOf(v).String()
			if shown == place.Typed {
				o.Text = append(o.Text, shown+" and ", shown+" or ")
			} else if begins(shown) || begins(v) {
				o.Text = append(o.Text, shown+" ")
			}
		}
	case kql.NoPart:
	}
	return o
}

// levelsAmong returns the values of the level, and the levels that no line had yet:
// they can be asked for all the same. Numbers are none.
func levelsAmong(values []string) []string {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return SeverityOf(v) == SeverityUnknown })
	for _, s := range [...]Severity{SeverityError, SeverityWarn, SeverityInfo, SeverityDebug, SeverityFatal, SeverityTrace} {
		if !slices.Contains(values, s.String()) {
			values = append(values, s.String())
		}
	}
	return values
}

// Meant returns the names that a query's unknown fields are probably meant to be,
// by the name that was typed.
func Meant(e Expr, known Vocabulary) map[string]string {
	meant := map[string]string{}
	names := known.Names()
	for _, name := range kql.Names(e.tree) {
		typed := name.Raw()
		if name.Wild() || len(names) == 0 {
			continue
		}
		nearest, least := "", min(3, len(typed)/2+1)
		for _, n := range names {
			if n == typed || strings.TrimSuffix(typed, ".keyword") == n {
				nearest = ""
				break
			}
			if d := apart(typed, n, least); d < least {
				nearest, least = n, d
			}
		}
		if nearest != "" {
			meant[typed] = nearest
		}
	}
	return meant
}

// assigned is a word that reads like an assignment: a field, one or two signs, a value.
var assigned = regexp.MustCompile(`^\s*([A-Za-z_@][\w.@-]*)\s*={1,2}\s*(\S.*?)\s*$`)

// Assigned returns what a query's words that read like assignments, as level=error, are
// probably meant to be: the comparison with the field, by what was typed. Known are the
// fields that lines have; the level is one at any time.
func Assigned(e Expr, known Vocabulary) map[string]string {
	meant, names := map[string]string{}, known.Names()
	for _, text := range kql.Bare(e.tree) {
		m := assigned.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		name := ""
		if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, m[1]) }); i >= 0 {
			name = names[i]
		} else if strings.EqualFold(m[1], FieldLevel) {
			name = FieldLevel
		}
		if name != "" {
			meant[strings.TrimSpace(text)] = kql.Is{Field: kql.Literal(name), Value: valueOf(m[2])}.String()
		}
	}
	return meant
}

// apart counts the letters to change, to add, to leave out or to exchange with the
// next one to make one name of another, up to a bound.
func apart(a, b string, most int) int {
	if len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// Narrowed returns the query with one more condition: that a field has a value, or
// with out that it has not.
func (e Expr) Narrowed(field, value string, out bool) Expr {
	var is kql.Node = kql.Is{Field: kql.Literal(field), Value: valueOf(value)}
	if out {
		is = kql.Not{Member: is}
	}
	if e.language == Lucene {
		clause, _ := kql.Lucene(is)
		e.text = "(" + e.text + ") AND " + clause
		return e
	}
	if e.tree != nil {
		is = and([]kql.Node{e.tree, is})
	}
	e.tree, e.text = is, is.String()
	return e
}

// valueOf is a value that is compared as a whole.
func valueOf(s string) kql.Value { return kql.Value{Text: kql.Literal(s), Quoted: !oneWord(s)} }
