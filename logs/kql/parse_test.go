package kql

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sameTree compares trees but for the columns they were read from.
var sameTree = cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".At" }, cmp.Ignore())

func parsed(t testing.TB, query string) Node {
	t.Helper()
	n, err := Parse(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func is(field Text, value ...string) Is { return Is{Field: field, Value: Value{Text: value}} }

func TestQueriesAreReadIntoTrees(t *testing.T) {
	level, a, b, c := Literal("level"), is(nil, "a"), is(nil, "b"), is(nil, "c")
	for query, want := range map[string]Node{
		``:                               is(nil, "", ""),
		"  \t ":                          is(nil, "", ""),
		`*`:                              is(nil, "", ""),
		`connection refused`:             is(nil, "connection refused"),
		`  a  b  `:                       is(nil, "a  b"),
		`"a b"`:                          Is{Value: Value{Text: Text{"a b"}, Quoted: true}},
		`level:error`:                    is(level, "error"),
		`level : error`:                  is(level, "error"),
		`"level":error`:                  is(level, "error"),
		`level:connection refused`:       is(level, "connection refused"),
		`level:"a \" \\ \x"`:             Is{Field: level, Value: Value{Text: Text{`a " \ \x`}, Quoted: true}},
		`level:*`:                        is(level, "", ""),
		`level:err*r`:                    is(level, "err", "r"),
		`level:"err*"`:                   Is{Field: level, Value: Value{Text: Text{"err*"}, Quoted: true}},
		`level:err\*`:                    is(level, "err*"),
		`l*v.*:x`:                        is(Text{"l", "v.", ""}, "x"),
		`a b:c`:                          is(Literal("a b"), "c"),
		`http\://x`:                      is(nil, "http://x"),
		`\(\)\:\<\>\"\*\{\}\\`:           is(nil, `():<>"*{}\`),
		`rock \and roll`:                 is(nil, "rock and roll"),
		`\NOT`:                           is(nil, "NOT"),
		`sand or order`:                  Or{Members: []Node{is(nil, "sand"), is(nil, "order")}},
		`android`:                        is(nil, "android"),
		`not-found`:                      is(nil, "not-found"),
		`caf\u00e9 \ud83d\ude00`:         is(nil, "café 😀"),
		`a or b and c`:                   Or{Members: []Node{a, And{Members: []Node{b, c}}}},
		`a AND b Or c`:                   Or{Members: []Node{And{Members: []Node{a, b}}, c}},
		`a and b and c`:                  And{Members: []Node{a, b, c}},
		`a and (b and c)`:                And{Members: []Node{a, And{Members: []Node{b, c}}}},
		`(a or b) and c`:                 And{Members: []Node{Or{Members: []Node{a, b}}, c}},
		`not a and b`:                    And{Members: []Node{Not{Member: a}, b}},
		`not (a and b)`:                  Not{Member: And{Members: []Node{a, b}}},
		`not not a`:                      Not{Member: Not{Member: a}},
		`((a))`:                          a,
		`a and(b)`:                       And{Members: []Node{a, b}},
		`level:(a or b and not c)`:       Or{Members: []Node{is(level, "a"), And{Members: []Node{is(level, "b"), Not{Member: is(level, "c")}}}}},
		`level:((a or b) and "c")`:       And{Members: []Node{Or{Members: []Node{is(level, "a"), is(level, "b")}}, Is{Field: level, Value: Value{Text: Text{"c"}, Quoted: true}}}},
		`not level:(not a)`:              Not{Member: Not{Member: is(level, "a")}},
		`took >= 10`:                     Range{Field: Literal("took"), Op: GreaterOrEqual, Value: Value{Text: Text{"10"}}},
		`took<10`:                        Range{Field: Literal("took"), Op: Less, Value: Value{Text: Text{"10"}}},
		`took>"2026-03-01T10:00"`:        Range{Field: Literal("took"), Op: Greater, Value: Value{Text: Text{"2026-03-01T10:00"}, Quoted: true}},
		`took <= now-1d`:                 Range{Field: Literal("took"), Op: LessOrEqual, Value: Value{Text: Text{"now-1d"}}},
		`items:{name:a and n > 1}`:       Nested{Path: Literal("items"), Member: And{Members: []Node{is(Literal("name"), "a"), Range{Field: Literal("n"), Op: Greater, Value: Value{Text: Text{"1"}}}}}},
		`items:{ not a:{ b:(c or d) } }`: Nested{Path: Literal("items"), Member: Not{Member: Nested{Path: Literal("a"), Member: Or{Members: []Node{is(Literal("b"), "c"), is(Literal("b"), "d")}}}}},
	} {
		got, err := Parse(query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if diff := cmp.Diff(want, got, sameTree); diff != "" {
			t.Errorf("%s:\n%s", query, diff)
		}
	}
}

// What Kibana reads in ways of its own.
func TestQueriesAreReadAsKibanaReadsThem(t *testing.T) {
	level := Literal("level")
	for query, want := range map[string]Node{
		`level:and`:            is(level, "and"),
		`level: or`:            is(level, "or"),
		`level:not`:            is(level, "not"),
		`level:(and or not)`:   Or{Members: []Node{is(level, "and"), is(level, "not")}},
		`level:(and or "not")`: Or{Members: []Node{is(level, "and"), Is{Field: level, Value: Value{Text: Text{"not"}, Quoted: true}}}},
		`(not)`:                is(nil, "not"),
		`( and )`:              is(nil, "and"),
		`or`:                   is(nil, "or"),
		`level: and x`:         is(level, "and x"),
		`and a`:                is(nil, "and a"),
		`a and`:                is(nil, "a and"),
		`(a or)`:               is(nil, "a or"),
		`a or or b`:            Or{Members: []Node{is(nil, "a"), is(nil, "or b")}},
		`not and`:              Not{Member: is(nil, "and")},
		`not:x`:                is(Literal("not"), "x"),
		`a and:x`:              is(Literal("a and"), "x"),
		`or > 5`:               Range{Field: Literal("or"), Op: Greater, Value: Value{Text: Text{"5"}}},
		`\orange`:              is(nil, "orange"),
		`\Android \ORder`:      is(nil, "Android ORder"),
		`\nothing`:             is(nil, "othing"), // the line feed at its beginning is none of a value
		`x\not`:                is(nil, "x\not"),
		`\not x`:               is(nil, "ot x"),
		`\NOT`:                 is(nil, "NOT"),
		`a\tb`:                 is(nil, "a\tb"),
		`\u0020 a \t`:          is(nil, "a"),
		`" a ":" b "`:          Is{Field: Literal(" a "), Value: Value{Text: Text{" b "}, Quoted: true}},
		"a\u00a0or\u00a0b":     Or{Members: []Node{is(nil, "a"), is(nil, "b")}},
		"a\u2003or\u2003b":     is(nil, "a\u2003or\u2003b"),
		`took >= 1*`:           Range{Field: Literal("took"), Op: GreaterOrEqual, Value: Value{Text: Text{"1", ""}}},
		`items:{a}`:            Nested{Path: Literal("items"), Member: is(nil, "a")},
		strings.Repeat("(", 200) + "a" + strings.Repeat(")", 200): is(nil, "a"),
	} {
		got, err := Parse(query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if diff := cmp.Diff(want, got, sameTree); diff != "" {
			t.Errorf("%s:\n%s", query, diff)
		}
	}
}

// A printed query keeps its meaning in Kibana, which takes "not" before white space
// for an operator wherever it stands, and other operators between white space.
func TestAPrintedQueryMeansTheSameInKibana(t *testing.T) {
	for want, tree := range map[string]Node{
		`can\u006eot find`:    is(nil, "cannot find"),
		`a:\u004eOT and b:x`:  And{Members: []Node{is(Literal("a"), "NOT"), is(Literal("b"), "x")}},
		`f:why\u006eot and x`: And{Members: []Node{is(Literal("f"), "whynot"), is(nil, "x")}},
		`\or \and x`:          is(nil, "or and x"),
		`* \or note*`:         is(nil, "", " or note", ""),
		`not (not a)`:         Not{Member: Not{Member: is(nil, "a")}},
		`" a":x`:              is(Literal(" a"), "x"),
		`a\n\u00a0b`:          is(nil, "a\n\u00a0b"),
		`caf\*\:\\ > 3`:       Range{Field: Literal(`caf*:\`), Op: Greater, Value: Value{Text: Text{"3"}}},
	} {
		if got := tree.String(); got != want {
			t.Errorf("%#v prints as %s, want %s", tree, got, want)
		}
	}
}

func TestAMistakeNamesItsColumnAndWhatWasExpected(t *testing.T) {
	for query, want := range map[string]string{
		`level: not x`:       `column 8: expected a value of "level", found "not" (write "not" in quotes for the word itself)`,
		`f:(a and not)b`:     `column 14: expected "and"`,
		`a and `:             `column 7: expected a field or a value after "and", found the end of the query`,
		`"a" or`:             `column 7: expected a field or a value after "or", found the end of the query`,
		`not `:               `column 5: expected a field or a value after "not", found the end`,
		`level:`:             `column 7: expected a value of "level", found the end of the query`,
		`:x`:                 `column 1: expected a field or a value, found ":"`,
		`a not b`:            `column 3: expected ":", a comparison, "and", "or" or the end after "a", found "not"`,
		`f:a not b`:          `column 5: expected "and", "or" or the end of the query, found "not"`,
		`status:200 ext:php`: `column 15: expected "and", "or" or the end of the query, found ":" (write \: for a colon`,
		`a "b"`:              `column 3: expected ":", a comparison`,
		`(a or b`:            `column 8: expected "and", "or" or ")" for the "(" in column 1, found the end`,
		`a)`:                 `column 2: expected "and", "or" or the end of the query, found ")"`,
		`()`:                 `column 2: expected a field or a value, found ")"`,
		`f:(a or )`:          `column 9: expected a value of "f" after "or", found ")"`,
		`f:(g:a)`:            `column 5: expected "and", "or" or ")" for the "(" in column 3, found ":"`,
		`f:{a:b`:             `column 7: expected "and", "or" or "}" for the "{" in column 3, found the end`,
		`f:{}`:               `column 4: expected a field or a value, found "}"`,
		`f*:{a:b}`:           `column 1: expected the name of a nested object without *, found "f*"`,
		`f > `:               `column 5: expected a value after ">", found the end`,
		`> 3`:                `column 1: expected a field or a value, found ">"`,
		`"":x`:               `column 1: expected the name of a field, found an empty text`,
		`a "b`:               `column 5: expected a closing ", found the end`,
		`f:"b`:               `column 5: expected a closing ", found the end of the query (the text in quotes begins in column 3)`,
		`f:a\b`:              `column 4: expected after \ one of \ ( ) : < > " * { }, a keyword, t, r, n or u with four hex digits, found "\b" (\\ stands`,
		`f:a\`:               `column 4: expected after \ one of`,
		`f:\u12`:             `column 3: expected after \ one of`,
		`f:\ud800`:           `column 3: expected after \ one of`,
		`日本:`:                `column 4: expected a value of "日本", found the end`,
		"e\u0301 and :":      `column 8: expected`,
		`a and a value of a great length that goes on:b:c`: `column 47: expected "and"`,
		strings.Repeat("(", 600) + "a":                     `column 502: expected at most 500 levels`,
		strings.Repeat("not ", 600) + "a":                  `expected at most 500 levels`,
		strings.Repeat("a:{", 600):                         `expected at most 500 levels`,
	} {
		_, err := Parse(query)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%s: %v is no syntax error", query, err)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, want %q", query, err, want)
		}
	}
}

func TestNodesKnowTheirColumns(t *testing.T) {
	n := parsed(t, `日 or not level:(a or b) and items:{x > 1}`).(Or)
	and := n.Members[1].(And)
	list := and.Members[0].(Not).Member.(Or)
	nested := and.Members[1].(Nested)
	for name, c := range map[string][2]int{
		"or": {n.Column(), 1}, "bare": {n.Members[0].Column(), 1}, "and": {and.Column(), 6}, "not": {and.Members[0].Column(), 6},
		"list": {list.Column(), 17}, "value": {list.Members[1].Column(), 10}, "nested": {nested.Column(), 29}, "range": {nested.Member.Column(), 36},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is in column %d, want %d", name, c[0], c[1])
		}
	}
}

func TestNamesAreFullAndOnce(t *testing.T) {
	var got []string
	for _, n := range Names(parsed(t, `a:1 and x and not a > 2 or *:z or items:{ name:b* and parts:{ n:1 } } or lo*:1`)) {
		got = append(got, n.Raw())
	}
	want := "a items items.name items.parts items.parts.n lo*"
	if strings.Join(got, " ") != want {
		t.Errorf("names %v, want %s", got, want)
	}
	if Names(nil) != nil {
		t.Error("no tree has names")
	}
}

func TestTextsMatchWithWildcards(t *testing.T) {
	for _, c := range []struct {
		text Text
		s    string
		want bool
	}{
		{Literal("a"), "a", true}, {Literal("a"), "ab", false}, {Text{"", ""}, "", true},
		{Text{"a", ""}, "abc", true}, {Text{"", "c"}, "abc", true}, {Text{"a", "c"}, "abc", true}, {Text{"a", "a"}, "a", false},
		{Text{"a", "b", "c"}, "a-b-c", true}, {Text{"a", "b", "c"}, "a-c-b", false}, {Text{"", "b", ""}, "abc", true}, {Text{"", "x", ""}, "abc", false},
		{nil, "", false},
	} {
		if got := c.text.Matches(c.s); got != c.want {
			t.Errorf("%q matches %q: %v", c.text, c.s, got)
		}
	}
}

// anyText is a text that holds what the language gives a meaning to.
func anyText(t *rapid.T, label string, wild bool) Text {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{"", "a", "error", "and", "OR", "not", "a and b", "cannot", "Not x", " ", "  x ", "\t", "\n", "\not", "ot", "u0020", `\`, `\and`, "日本", "\u00a0", "😀", "\x00"}),
		rapid.StringOfN(rapid.SampledFrom([]rune(` ab*\():<>"{}ntruo`+"\n\t é")), 0, 6, -1),
		rapid.String(),
	)
	n := 1
	if wild {
		n = rapid.IntRange(1, 3).Draw(t, label+" pieces")
	}
	text := make(Text, n)
	for i := range text {
		text[i] = strings.ToValidUTF8(piece.Draw(t, label), "")
	}
	text[0] = strings.TrimLeftFunc(text[0], blank)
	text[n-1] = strings.TrimRightFunc(text[n-1], blank)
	if n == 1 && text[0] == "" {
		text[0] = "x"
	}
	return text
}

// anyTree is a tree as the parser could have made it.
func anyTree(t *rapid.T, depth int, nested bool) Node {
	kinds := []string{"is", "is", "range"}
	if depth > 0 {
		kinds = append(kinds, "and", "or", "not", "nested")
	}
	members := func() []Node {
		out := make([]Node, rapid.IntRange(2, 3).Draw(t, "members"))
		for i := range out {
			out[i] = anyTree(t, depth-1, nested)
		}
		return out
	}
	value := func(wild bool) Value {
		if rapid.Bool().Draw(t, "quoted") {
			return Value{Text: Literal(strings.ToValidUTF8(rapid.String().Draw(t, "phrase"), "")), Quoted: true}
		}
		return Value{Text: anyText(t, "value", wild)}
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "and":
		return And{Members: members()}
	case "or":
		return Or{Members: members()}
	case "not":
		return Not{Member: anyTree(t, depth-1, nested)}
	case "nested":
		return Nested{Path: anyText(t, "path", false), Member: anyTree(t, depth-1, true)}
	case "range":
		return Range{Field: anyText(t, "field", true), Op: Bound(rapid.IntRange(0, 3).Draw(t, "op")), Value: value(false)}
	}
	n := Is{Value: value(true)}
	if nested || rapid.Bool().Draw(t, "field") {
		n.Field = anyText(t, "field", true)
	}
	return n
}

func TestAPrintedTreeIsReadBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := anyTree(t, 3, false)
		again, err := Parse(tree.String())
		if err != nil {
			t.Fatalf("%s: %v", tree, err)
		}
		if diff := cmp.Diff(tree, again, sameTree); diff != "" {
			t.Fatalf("%s:\n%s", tree, diff)
		}
	})
}

// checkInput holds what is true of any input: a tree that prints and reads back
// equal and can be translated and evaluated, or an error within the input.
func checkInput(t interface{ Fatalf(string, ...any) }, input string) {
	tree, err := Parse(input)
	if err != nil {
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Column < 1 || syntax.Column > utf8.RuneCountInString(input)+1 || syntax.Expected == "" || syntax.Found == "" {
			t.Fatalf("%q: %#v", input, err)
		}
		return
	}
	again, err := Parse(tree.String())
	if err != nil {
		t.Fatalf("%q prints as %q: %v", input, tree, err)
	}
	if diff := cmp.Diff(tree, again, sameTree); diff != "" {
		t.Fatalf("%q prints as %q:\n%s", input, tree, diff)
	}
	Translate(tree, nil, nil)
	Compile(tree, nil, nil).Match(map[string]any{"message": input, "a": []any{map[string]any{"b": 1.0}, nil, true}})
}

func TestAnyInputIsReadOrRefused(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"a", "b c", ":", "(", ")", "{", "}", " and ", " or ", "not ", "*", `"`, `\`, `\u00`, "<", ">=", " ", "日", "\xff", `"x"`, "now-1d", "2026-03"})
	rapid.Check(t, func(t *rapid.T) {
		checkInput(t, strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(t, "pieces"), ""))
		checkInput(t, rapid.String().Draw(t, "text"))
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		``, `*`, `level:error and not message:"timed out"`, `items:{ name:a* and n >= 3 }`, `f:(a or b and not c)`, `\and \u0020 \ud83d\ude00 \*`,
		`a b*:c`, `"\"\\`, `((((`, "not not not a", `@timestamp < now-1d/d`, "\xff\x00", `http\://x:`, `f:{a}`, `* : *`, `cannot x or or`, "a\u00a0and\u2003b", `\nothing \ORange`, `"a"or not(b)`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) { checkInput(t, input) })
}
