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
		if n := len(known.now) + len(known.before); n > 4 {
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
	for name, known := range map[string]*Known[element]{"known": {}, "new": nil} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				var page awsx.Page[element]
				if err := readPage(strings.NewReader(bodies[i%8]), &page, "elements", known, func(w *element) element { return *w }); err != nil || len(page.Items) != 100 {
					b.Fatal(err)
				}
			}
		})
	}
}
