package body

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
)

type letter struct{ Name, Text string }

// read reads an answer of letters as a call would.
func read(t *testing.T, known *Known[string], body string) (awsx.Page[string], error) {
	t.Helper()
	var page awsx.Page[string]
	err := readPage(strings.NewReader(body), &page, "letters", known, func(w *letter) string { return w.Name + ":" + w.Text })
	return page, err
}

func TestWhatAnAnswerBringsAgainIsTheSamePointer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var known Known[string]
		answer := func(a, b string) string {
			return fmt.Sprintf(`{"more":[1],"letters":[{"Name":"a","Text":%q},{"Name":"b","Text":%q}],"failures":[{"arn":"c","reason":"MISSING"}]}`, a, b)
		}
		first, err := read(t, &known, answer("one", "two"))
		if err != nil || len(first.Items) != 2 || *first.Items[0] != "a:one" || *first.Items[1] != "b:two" || len(first.Missing) != 1 {
			t.Fatalf("%v, %v", awsx.Values(first.Items), err)
		}
		// Elements are known by themselves, wherever they stand.
		second, err := read(t, &known, answer("one", "three"))
		if err != nil || second.Items[0] != first.Items[0] || *second.Items[1] != "b:three" {
			t.Fatalf("%v, %v", awsx.Values(second.Items), err)
		}
		// What goes on coming stays known, what does not is forgotten.
		for range 4 {
			time.Sleep(keptKnown + time.Second)
			if again, _ := read(t, &known, answer("one", "four")); again.Items[0] != first.Items[0] {
				t.Fatal("an element that came every time was made anew")
			}
		}
		if n := len(known.elements.now) + len(known.elements.before); n > 4 {
			t.Errorf("%d elements are kept", n)
		}
		if late, _ := read(t, &known, answer("one", "two")); late.Items[1] == first.Items[1] {
			t.Error("an element that no answer brought for long is still there")
		}
	})
}

// TestKnownReadsWhatIsReadWithoutIt, and refuses what that refuses.
func TestKnownReadsWhatIsReadWithoutIt(t *testing.T) {
	for _, body := range []string{
		``, `{}`, `[]`, `{"letters":null}`, `{"letters":[]}`, `{"letters":[{}]}`, `{"letters":[null]}`, `{"letters":{}}`, `{"letters":[{"Name":1}]}`,
		`{"letters":[{"Name":"a"},{"Name":"a"}]}`, `{"letters":[{"Name":"a"}`, `{"letters":[{"Name":"\\u00e9"},7]}`, `{"failures":[{"arn":"x"}],"letters":[{"name":"a","Text":"b","more":{}}]}`,
	} {
		plain, wrong := read(t, nil, body)
		for range 2 {
			known := &Known[string]{}
			got, err := read(t, known, body)
			if (err == nil) != (wrong == nil) || fmt.Sprint(awsx.Values(got.Items)) != fmt.Sprint(awsx.Values(plain.Items)) || len(got.Missing) != len(plain.Missing) {
				t.Errorf("%s: %v, %v; without %v, %v", body, awsx.Values(got.Items), err, awsx.Values(plain.Items), wrong)
			}
		}
	}
}

// TestAnAnswerThatIsKnownIsNotDecoded, nor is one of its elements once an answer differs, however
// long it was known as a whole.
func TestAnAnswerThatIsKnownIsNotDecoded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var known Known[string]
		made := 0
		read := func(body string) awsx.Page[string] {
			t.Helper()
			var page awsx.Page[string]
			err := readPage(strings.NewReader(body), &page, "letters", &known, func(w *letter) string {
				made++
				return w.Name
			})
			if err != nil {
				t.Fatal(err)
			}
			return page
		}
		answer := func(names ...string) string {
			body, _ := json.Marshal(map[string]any{"letters": letters(names), "failures": []map[string]string{{"arn": "gone", "reason": "MISSING"}}})
			return string(body)
		}
		first := read(answer("a", "b", "c"))
		for range 20 {
			time.Sleep(keptKnown - time.Second)
			again := read(answer("a", "b", "c"))
			if len(again.Missing) != 1 || again.Missing[0].ARN != "gone" || &again.Items[0] != &first.Items[0] {
				t.Fatalf("what is known is read anew as %v, %v", awsx.Values(again.Items), again.Missing)
			}
		}
		if again := append(first.Items, nil); &again[0] == &first.Items[0] {
			t.Error("who appends to a page changes what is kept")
		}
		if made != 3 {
			t.Errorf("%d elements were made of three that came 21 times", made)
		}
		if changed := read(answer("a", "d", "c")); made != 4 || changed.Items[0] != first.Items[0] || changed.Items[2] != first.Items[2] {
			t.Errorf("%d elements were made when one changed", made-3)
		}
		if n := len(known.answers.now) + len(known.answers.before); n > 3 {
			t.Errorf("%d answers are kept", n)
		}
	})
}

// letters are those of some names.
func letters(names []string) (out []letter) {
	for _, name := range names {
		out = append(out, letter{Name: name})
	}
	return out
}

// BenchmarkPageThatIsKnown reads 100 elements of 2 KB, of which one changed.
func BenchmarkPageThatIsKnown(b *testing.B) {
	type element struct {
		Name string
		Tags []struct{ Key, Value string }
	}
	elements := make([]element, 100)
	for i := range elements {
		elements[i].Name = fmt.Sprint(i)
		for j := range 40 {
			elements[i].Tags = append(elements[i].Tags, struct{ Key, Value string }{fmt.Sprint("key", j), "some value"})
		}
	}
	var bodies []string // each differs from the one before in one element
	for i := range 8 {
		elements[i].Name = fmt.Sprint("now ", i)
		body, err := json.Marshal(map[string]any{"elements": elements})
		if err != nil {
			b.Fatal(err)
		}
		bodies = append(bodies, string(body))
	}
	for name, of := range map[string]struct {
		known *Known[element]
		from  int // the bodies, of which one or all are read in turn
	}{"known": {&Known[element]{}, 8}, "as a whole": {&Known[element]{}, 1}, "new": {nil, 8}} {
		known := of.known
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if of.from > 1 && known != nil {
					clear(known.answers.now)
				}
				var page awsx.Page[element]
				if err := readPage(strings.NewReader(bodies[i%of.from]), &page, "elements", known, func(w *element) element { return *w }); err != nil || len(page.Items) != 100 {
					b.Fatal(err)
				}
			}
		})
	}
}
