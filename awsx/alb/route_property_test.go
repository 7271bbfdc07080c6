package alb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/alb"
)

func drawCondition(t *rapid.T, label string) awsx.Condition {
	values := func() []string {
		return rapid.SliceOfN(rapid.StringMatching(`[abA*?]{1,4}`), 1, 3).Draw(t, label+" values")
	}
	switch rapid.IntRange(0, 5).Draw(t, label) {
	case 0:
		return host(values()...)
	case 1:
		var paths []string
		for _, v := range values() {
			paths = append(paths, "/"+v)
		}
		return path(paths...)
	case 2:
		return header(rapid.SampledFrom([]string{"X-A", "x-a", "X-B"}).Draw(t, label+" name"), values()...)
	case 3:
		return method(rapid.SliceOfN(rapid.SampledFrom([]string{"GET", "PUT", "get"}), 1, 2).Draw(t, label+" methods")...)
	case 4:
		return source(rapid.SliceOfN(rapid.SampledFrom([]string{"10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "2001:db8::/32", "::/0"}), 1, 2).Draw(t, label+" blocks")...)
	}
	c := awsx.Condition{Field: "query-string"}
	for range rapid.IntRange(1, 2).Draw(t, label+" pairs") {
		c.Query = append(c.Query, awsx.QueryValue{
			Key:   rapid.SampledFrom([]string{"", "a", "A*", "*"}).Draw(t, label+" key"),
			Value: rapid.StringMatching(`[ab*?\\]{1,4}`).Draw(t, label+" value"),
		})
	}
	return c
}

func drawRules(t *rapid.T, most int) []awsx.Rule {
	var rules []awsx.Rule
	for i := range rapid.IntRange(0, most).Draw(t, "rules") {
		var conditions []awsx.Condition
		for n := range rapid.IntRange(0, 3).Draw(t, "conditions") {
			conditions = append(conditions, drawCondition(t, fmt.Sprintf("condition %d.%d", i, n)))
		}
		rules = append(rules, to(fmt.Sprint(i+1), conditions...))
	}
	return append(rules, to("default"))
}

func drawRequest(t *rapid.T) alb.Request {
	word := func(label string) string { return rapid.StringMatching(`[abA]{1,4}`).Draw(t, label) }
	url := "http://" + word("host") + "/" + word("path")
	if rapid.Bool().Draw(t, "with a query") {
		url += "?" + rapid.SampledFrom([]string{"a", "A", "b"}).Draw(t, "key") + "=" + word("value")
	}
	var headers []string
	for range rapid.IntRange(0, 2).Draw(t, "headers") {
		headers = append(headers, rapid.SampledFrom([]string{"X-A", "X-B"}).Draw(t, "header")+": "+word("header's value"))
	}
	q, err := alb.NewRequest(url, rapid.SampledFrom([]string{"GET", "PUT"}).Draw(t, "method"), headers,
		rapid.SampledFrom([]string{"10.1.2.3", "10.2.0.1", "192.0.2.1", "2001:db8::5", "2001:db9::5"}).Draw(t, "source"))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func takes(q alb.Request, r awsx.Rule) bool {
	return alb.Evaluate(q, listening("HTTP", 80, r)).Taken
}

// TestTheFirstRuleThatIsMetAnswers: whatever order the API lists the rules in, no rule
// before the one that answers is met, and the default one answers when no other is.
func TestTheFirstRuleThatIsMetAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules(t, 5)
		q := drawRequest(t)
		shuffled := rapid.Permutation(rules).Draw(t, "order of the API")
		before := slices.Clone(shuffled)
		a := alb.Evaluate(q, listening("HTTP", 80, shuffled...))
		first := slices.IndexFunc(rules, func(r awsx.Rule) bool { return takes(q, r) })
		if got, ok := a.Rule(); !ok || got.Priority != rules[first].Priority {
			t.Fatalf("rule %q answers, the first that is met is %q", got.Priority, rules[first].Priority)
		}
		if len(a.Tried) != first+1 {
			t.Fatalf("%d rules were tried, want %d", len(a.Tried), first+1)
		}
		for i := range shuffled {
			if shuffled[i].ARN != before[i].ARN {
				t.Fatal("the rules that were given were put in another order")
			}
		}
	})
}

// TestARuleIsMetWhenAllOfItsConditionsAre, and a condition when one of its values is.
func TestARuleIsMetWhenAllOfItsConditionsAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawRequest(t)
		var conditions []awsx.Condition
		want := true
		for i := range rapid.IntRange(0, 3).Draw(t, "conditions") {
			c := drawCondition(t, fmt.Sprint("condition ", i))
			conditions = append(conditions, c)
			one := false
			for _, v := range c.Values {
				single := c
				single.Values = []string{v}
				one = one || takes(q, to("1", single))
			}
			for _, v := range c.Query {
				single := c
				single.Query = []awsx.QueryValue{v}
				one = one || takes(q, to("1", single))
			}
			want = want && one
		}
		if got := takes(q, to("1", conditions...)); got != want {
			t.Fatalf("met %v, want %v: %v", got, want, conditions)
		}
	})
}

// TestCaseMattersInPathsAndMethodsAlone.
func TestCaseMattersInPathsAndMethodsAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z]{1,6}`).Draw(t, "text")
		up := strings.ToUpper(text)
		q, err := alb.NewRequest("http://"+text+"/"+text+"?"+text+"="+text, text, []string{text + ": " + text}, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct {
			condition awsx.Condition
			want      bool
		}{
			{host(up), true}, {header(up, up), true}, {query(up, up), true}, {path("/" + up), false}, {method(up), false},
		} {
			if got := takes(q, to("1", row.condition)); got != row.want {
				t.Fatalf("%s: met %v", alb.ConditionWords(row.condition), got)
			}
		}
	})
}

// TestAShadowedRuleNeverAnswers: where Shadows says that earlier rules take all of a
// rule's requests, no request that meets the rule reaches it.
func TestAShadowedRuleNeverAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules(t, 6)
		for at, by := range alb.Shadows(rules) {
			for range 20 {
				q := drawRequest(t)
				if takes(q, rules[at]) && !slices.ContainsFunc(by, func(i int) bool { return i < at && takes(q, rules[i]) }) {
					t.Fatalf("rule %d takes a request that none of %v takes: %v", at, by, rules)
				}
			}
		}
	})
}
