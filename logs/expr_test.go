package logs

import (
	"errors"
	"testing"

	"gantry/internal/fault"
	"gantry/logs/kql"
)

func expr(t *testing.T, input string) Expr {
	t.Helper()
	e, err := ParseExpr(input)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAQueryIsReadAsItsPrefixSays(t *testing.T) {
	for _, c := range []struct {
		input, text string
		language    Language
		tree        bool
	}{
		{"", "", KQL, false},
		{" \t", "", KQL, false},
		{" level:error ", "level:error", KQL, true},
		{"*", "*", KQL, true},
		{"lucene:a AND (b", "a AND (b", Lucene, false},
		{"  lucene: level:[1 TO 3] ", "level:[1 TO 3]", Lucene, false},
		{"lucene :x", "lucene :x", KQL, true},
	} {
		e := expr(t, c.input)
		if e.Text() != c.text || e.Language() != c.language || (e.Tree() != nil) != c.tree || e.IsZero() != (c.text == "") {
			t.Errorf("%q is %+v", c.input, e)
		}
		if again := expr(t, e.String()); again.Text() != e.Text() || again.Language() != e.Language() {
			t.Errorf("%q prints as %q", c.input, e)
		}
	}
}

func TestAQueryThatCannotBeReadNamesItsColumn(t *testing.T) {
	_, err := ParseExpr("  level: not x")
	var syntax *kql.SyntaxError
	if fault.ClassOf(err) != fault.Invalid || !errors.As(err, &syntax) || syntax.Column != 10 {
		t.Errorf("%v, want an invalid query in column 10", err)
	}
	if _, err = ParseExpr("lucene: "); fault.ClassOf(err) != fault.Invalid {
		t.Errorf("nothing in Lucene's syntax: %v", err)
	}
}

func TestAQueryIsShownWithWhatItIsDerivedFrom(t *testing.T) {
	id := Match{Fields: []string{"container_id"}, Values: []string{"a"}}
	either := Any{id, Match{Fields: []string{"tag"}, Values: []string{"b"}}}
	for _, c := range []struct {
		q    Query
		want string
	}{
		{Query{}, "*"},
		{Query{Expr: expr(t, "a or b")}, "a or b"},
		{Query{Where: id}, "container_id:a"},
		{Query{Where: either}, "container_id:a or tag:b"},
		{Query{Where: id, Expr: expr(t, "level:error and not x")}, "container_id:a and level:error and not x"},
		{Query{Where: either, Expr: expr(t, "a or b")}, "(container_id:a or tag:b) and (a or b)"},
		{Query{Where: id, Text: "x y", Expr: expr(t, "lucene:a OR b")}, "lucene:(container_id:a AND (message:x AND message:y*)) AND (a OR b)"},
	} {
		if got := c.q.String(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestAQueryIsEvaluatedWithoutAStore(t *testing.T) {
	doc := map[string]any{"level": "warn"}
	for input, want := range map[string]bool{"": true, "level:warn": true, "level:error": false} {
		m, err := expr(t, input).Matcher()
		if err != nil || m.Match(doc) != want {
			t.Errorf("%q matches %v: %v", input, !want, err)
		}
	}
	if _, err := expr(t, "lucene:warn").Matcher(); fault.ClassOf(err) != fault.Invalid {
		t.Errorf("Lucene's syntax is evaluated here: %v", err)
	}
}

func TestAnExplanationNamesFieldsThatDoNotExist(t *testing.T) {
	x := Explanation{Cause: NoMatch, Index: "app", Unknown: []string{"levle", "co*"}}
	if got, want := x.String(), "app receives lines, and has no field that is named levle or co*"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
