package alb_test

import (
	"fmt"
	"testing"

	"gantry/awsx"
	"gantry/awsx/alb"
)

// fiveThousand are as many rules, of each kind of condition, of which the last takes
// the request.
func fiveThousand() []awsx.Rule {
	var rules []awsx.Rule
	for i := range 4999 {
		name := fmt.Sprintf("service-%04d", i)
		conditions := []awsx.Condition{host(name + ".example.net")}
		switch i % 5 {
		case 0:
			conditions = []awsx.Condition{host("*.example.net"), path("/"+name+"/*", "/v2/"+name+"/*")}
		case 1:
			conditions = []awsx.Condition{header("X-Service", name), method("GET")}
		case 2:
			conditions = []awsx.Condition{query("service", name+"*")}
		case 3:
			conditions = []awsx.Condition{source(fmt.Sprintf("10.%d.%d.0/24", i/250, i%250)), regexes("path-pattern", "^/"+name)}
		}
		rules = append(rules, to(fmt.Sprint(i+1), conditions...))
	}
	return append(rules, to("default"))
}

func BenchmarkEvaluateFiveThousandRules(b *testing.B) {
	route := listening("HTTPS", 443, fiveThousand()...)
	q, err := alb.NewRequest("https://shop.example.net/cart/items?session=8f3a&lang=de", "GET", []string{"User-Agent: curl/8.9", "X-Service: shop"}, "192.0.2.7")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if a := alb.Evaluate(q, route); len(a.Tried) != 5000 {
			b.Fatal(len(a.Tried))
		}
	}
}

func BenchmarkShadowsOfAHundredRules(b *testing.B) {
	rules := fiveThousand()[:100]
	for b.Loop() {
		alb.Shadows(rules)
	}
}
