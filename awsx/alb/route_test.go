package alb_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/internal/fault"
)

func host(values ...string) awsx.Condition {
	return awsx.Condition{Field: "host-header", Values: values}
}
func path(values ...string) awsx.Condition {
	return awsx.Condition{Field: "path-pattern", Values: values}
}
func header(name string, values ...string) awsx.Condition {
	return awsx.Condition{Field: "http-header", Header: name, Values: values}
}
func method(values ...string) awsx.Condition {
	return awsx.Condition{Field: "http-request-method", Values: values}
}
func source(values ...string) awsx.Condition {
	return awsx.Condition{Field: "source-ip", Values: values}
}
func query(pairs ...string) awsx.Condition { // key, value, …
	c := awsx.Condition{Field: "query-string"}
	for i := 0; i < len(pairs); i += 2 {
		c.Query = append(c.Query, awsx.QueryValue{Key: pairs[i], Value: pairs[i+1]})
	}
	return c
}
func regexes(field string, values ...string) awsx.Condition {
	return awsx.Condition{Field: field, Regexes: values}
}

// to is a rule that forwards to a group of its priority's name.
func to(priority string, conditions ...awsx.Condition) awsx.Rule {
	return awsx.Rule{
		ARN: "rule-" + priority, Priority: priority, Default: priority == "default", Conditions: conditions,
		Actions: []awsx.Action{{Type: "forward", Groups: []awsx.WeightedGroup{{Group: "group-" + priority, Weight: 1}}}},
	}
}

func listening(protocol string, port int, rules ...awsx.Rule) awsx.Route {
	return awsx.Route{
		Balancer: awsx.Balancer{ARN: "lb", Name: "edge", DNS: "edge-17.eu-west-1.elb.amazonaws.com"},
		Listener: awsx.Listener{ARN: "listener", Balancer: "lb", Port: port, Protocol: protocol}, Rules: rules,
	}
}

func request(t *testing.T, url, method, source string, headers ...string) alb.Request {
	t.Helper()
	q, err := alb.NewRequest(url, method, headers, source)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestWhoAnswersByTheDocumentation: each row checks a statement of the public
// documentation, which stands before it in our words with the title of its page.
func TestWhoAnswersByTheDocumentation(t *testing.T) {
	const (
		rulesPage      = "Listener rules for your Application Load Balancer"
		conditionsPage = "Condition types for listener rules"
		conditionAPI   = "RuleCondition (API reference)"
	)
	deflt := to("default")
	for _, row := range []struct {
		page, says string
		rules      []awsx.Rule
		url        string
		method     string
		source     string
		headers    []string
		want       string // priority of the rule that answers
	}{
		{rulesPage, "rules are evaluated from the lowest number to the highest, as numbers",
			[]awsx.Rule{to("100", path("/a*")), to("20", path("/a/*")), deflt}, "http://x.example.net/a/b", "", "", nil, "20"},
		{rulesPage, "the default rule is evaluated last, wherever the API lists it",
			[]awsx.Rule{deflt, to("7", path("/a"))}, "http://x.example.net/a", "", "", nil, "7"},
		{rulesPage, "the default rule's action is performed when no other rule's conditions are met",
			[]awsx.Rule{to("7", path("/a")), deflt}, "http://x.example.net/b", "", "", nil, "default"},
		{rulesPage, "all of a rule's conditions must be met: the host is not",
			[]awsx.Rule{to("1", path("/a"), host("y.example.net")), deflt}, "http://x.example.net/a", "", "", nil, "default"},
		{rulesPage, "all of a rule's conditions must be met: both are",
			[]awsx.Rule{to("1", path("/a"), host("x.example.net")), deflt}, "http://x.example.net/a", "", "", nil, "1"},
		{conditionsPage, "a condition is met by any one of its strings",
			[]awsx.Rule{to("1", path("/a", "/b")), deflt}, "http://x.example.net/b", "", "", nil, "1"},
		{conditionsPage, "to require several strings of a header there is a condition for each",
			[]awsx.Rule{to("1", header("Accept", "*json*"), header("Accept", "*xml*")), deflt},
			"http://x.example.net/", "", "", []string{"Accept: application/json"}, "default"},
		{conditionsPage, "host names are compared without case",
			[]awsx.Rule{to("1", host("Shop.Example.NET")), deflt}, "http://sHOP.example.net/", "", "", nil, "1"},
		{conditionsPage, "in a host * stands for any number of characters",
			[]awsx.Rule{to("1", host("*.example.net")), deflt}, "http://a.b.example.net/", "", "", nil, "1"},
		{conditionsPage, "a host *.example.net is not met by example.net",
			[]awsx.Rule{to("1", host("*.example.net")), deflt}, "http://example.net/", "", "", nil, "default"},
		{conditionsPage, "in a host ? stands for exactly one character",
			[]awsx.Rule{to("1", host("s?op.example.net")), deflt}, "http://sop.example.net/", "", "", nil, "default"},
		{conditionsPage, "paths are compared with their case",
			[]awsx.Rule{to("1", path("/Img/*")), deflt}, "http://x.example.net/img/a", "", "", nil, "default"},
		{conditionsPage, "in a path * stands for any characters, slashes too",
			[]awsx.Rule{to("1", path("/img/*/pics")), deflt}, "http://x.example.net/img/a/b/pics", "", "", nil, "1"},
		{conditionsPage, "in a path ? stands for exactly one character",
			[]awsx.Rule{to("1", path("/v?/*")), deflt}, "http://x.example.net/v10/a", "", "", nil, "default"},
		{conditionsPage, "a path pattern is compared with all of the path",
			[]awsx.Rule{to("1", path("/img")), deflt}, "http://x.example.net/img/", "", "", nil, "default"},
		{conditionsPage, "the path pattern does not see the query string",
			[]awsx.Rule{to("1", path("/img")), deflt}, "http://x.example.net/img?size=9", "", "", nil, "1"},
		{conditionsPage, "rules are evaluated after the URI was normalised",
			[]awsx.Rule{to("1", path("/img/*")), deflt}, "http://x.example.net/img/../admin", "", "", nil, "default"},
		{conditionsPage, "the name of a header is compared without case",
			[]awsx.Rule{to("1", header("X-Canary", "on")), deflt}, "http://x.example.net/", "", "", []string{"x-canary: on"}, "1"},
		{conditionsPage, "the name of a header has no wildcards",
			[]awsx.Rule{to("1", header("X-*", "on")), deflt}, "http://x.example.net/", "", "", []string{"X-Canary: on"}, "default"},
		{conditionsPage, "values of headers are compared without case",
			[]awsx.Rule{to("1", header("User-Agent", "*CURL*")), deflt}, "http://x.example.net/", "", "", []string{"User-Agent: curl/8.9"}, "1"},
		{conditionsPage, "in values of headers ? stands for exactly one character",
			[]awsx.Rule{to("1", header("X-Zone", "eu-?")), deflt}, "http://x.example.net/", "", "", []string{"X-Zone: eu-"}, "default"},
		{conditionsPage, "a header that comes several times is searched until a value is met",
			[]awsx.Rule{to("1", header("Via", "b*")), deflt}, "http://x.example.net/", "", "", []string{"Via: alpha", "Via: beta"}, "1"},
		{conditionsPage, "a condition on a header that is not sent is not met",
			[]awsx.Rule{to("1", header("X-Canary", "*")), deflt}, "http://x.example.net/", "", "", nil, "default"},
		{conditionsPage, "methods are compared with their case",
			[]awsx.Rule{to("1", method("GET")), deflt}, "http://x.example.net/", "get", "", nil, "default"},
		{conditionsPage, "methods have no wildcards",
			[]awsx.Rule{to("1", method("P*")), deflt}, "http://x.example.net/", "PUT", "", nil, "default"},
		{conditionsPage, "methods may be ones of one's own",
			[]awsx.Rule{to("1", method("PURGE", "BAN")), deflt}, "http://x.example.net/", "BAN", "", nil, "1"},
		{conditionsPage, "a pair of the query is compared without case, key and value",
			[]awsx.Rule{to("1", query("Version", "V1")), deflt}, "http://x.example.net/?version=v1", "", "", nil, "1"},
		{conditionsPage, "a value of the query without a key is met under any key",
			[]awsx.Rule{to("1", query("", "*beta*")), deflt}, "http://x.example.net/?a=1&b=my-beta-x", "", "", nil, "1"},
		{conditionsPage, "a pair of the query is not met by its value under another key",
			[]awsx.Rule{to("1", query("version", "v1")), deflt}, "http://x.example.net/?v=v1", "", "", nil, "default"},
		{conditionsPage, "keys of the query have wildcards too",
			[]awsx.Rule{to("1", query("ver*", "v?")), deflt}, "http://x.example.net/?verbose=v2", "", "", nil, "1"},
		{conditionAPI, "a backslash makes a wildcard of the query a plain character: met by itself",
			[]awsx.Rule{to("1", query("q", `a\*b`)), deflt}, "http://x.example.net/?q=a*b", "", "", nil, "1"},
		{conditionAPI, "a backslash makes a wildcard of the query a plain character: and by nothing else",
			[]awsx.Rule{to("1", query("q", `a\*b`)), deflt}, "http://x.example.net/?q=axb", "", "", nil, "default"},
		{conditionsPage, "sources are blocks of IPv4",
			[]awsx.Rule{to("1", source("192.0.2.0/24", "198.51.100.10/32")), deflt}, "http://x.example.net/", "", "192.0.2.77", nil, "1"},
		{conditionsPage, "sources are blocks of IPv6",
			[]awsx.Rule{to("1", source("2001:db8:5::/48")), deflt}, "http://x.example.net/", "", "2001:db8:5:1::9", nil, "1"},
		{conditionsPage, "a source outside the blocks does not meet the condition",
			[]awsx.Rule{to("1", source("192.0.2.0/25")), deflt}, "http://x.example.net/", "", "192.0.2.200", nil, "default"},
		{conditionsPage, "the source is not what X-Forwarded-For says",
			[]awsx.Rule{to("1", source("192.0.2.0/24")), deflt}, "http://x.example.net/", "", "203.0.113.1", []string{"X-Forwarded-For: 192.0.2.7"}, "default"},
		{conditionsPage, "X-Forwarded-For is a header like others",
			[]awsx.Rule{to("1", header("X-Forwarded-For", "192.0.2.*")), deflt}, "http://x.example.net/", "", "203.0.113.1", []string{"X-Forwarded-For: 192.0.2.7"}, "1"},
		{conditionAPI, "hosts may be compared with regular expressions",
			[]awsx.Rule{to("1", regexes("host-header", `^(a|b)\.example\.net$`)), deflt}, "http://b.example.net/", "", "", nil, "1"},
		{conditionAPI, "paths may be compared with regular expressions",
			[]awsx.Rule{to("1", regexes("path-pattern", `^/v[0-9]+/`)), deflt}, "http://x.example.net/v12/a", "", "", nil, "1"},
		{conditionAPI, "headers may be compared with regular expressions",
			[]awsx.Rule{to("1", awsx.Condition{Field: "http-header", Header: "X-Id", Regexes: []string{`^[0-9]+$`}}), deflt},
			"http://x.example.net/", "", "", []string{"X-Id: 12x"}, "default"},
	} {
		t.Run(row.says, func(t *testing.T) {
			a := alb.Evaluate(request(t, row.url, row.method, row.source, row.headers...), listening("HTTP", 80, row.rules...))
			r, ok := a.Rule()
			if !ok || r.Priority != row.want || !a.Certain() {
				t.Errorf("%s: rule %q answers, certain %v %v; want %q", row.page, r.Priority, a.Certain(), a.Doubts, row.want)
			}
		})
	}
}

// TestWhatThisVersionCannotTellIsNeverTakenAsMet, and leaves the answer uncertain.
func TestWhatThisVersionCannotTellIsNeverTakenAsMet(t *testing.T) {
	for _, row := range []struct {
		name    string
		rule    awsx.Rule
		source  string
		certain bool
		says    string
	}{
		{"a kind of condition that is unknown", to("1", awsx.Condition{Field: "tls-fingerprint", Values: []string{"ja4"}}), "", false, "tls-fingerprint"},
		{"with it a condition that is not met", to("1", awsx.Condition{Field: "tls-fingerprint"}, path("/other")), "", true, ""},
		{"and in the other order", to("1", path("/other"), awsx.Condition{Field: "tls-fingerprint"}), "", true, ""},
		{"with it a condition that is met", to("1", path("/a"), awsx.Condition{Field: "tls-fingerprint"}), "", false, "tls-fingerprint"},
		{"a condition whose values are of a new form", to("1", awsx.Condition{Field: "path-pattern"}), "", false, "path-pattern"},
		{"an expression that Go cannot read", to("1", regexes("path-pattern", `(?<!x)y`)), "", false, "(?<!x)y"},
		{"a source that nobody told", to("1", source("192.0.2.0/24")), "", false, "source address"},
		{"a block that is none", to("1", source("office")), "192.0.2.1", false, "office"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := alb.Evaluate(request(t, "http://x.example.net/a", "", row.source), listening("HTTP", 80, row.rule, to("default")))
			if r, _ := a.Rule(); r.Priority != "default" {
				t.Errorf("rule %q answers", r.Priority)
			}
			if a.Certain() != row.certain || !strings.Contains(strings.Join(a.Doubts, " "), row.says) {
				t.Errorf("certain %v: %v", a.Certain(), a.Doubts)
			}
		})
	}
}

// TestWhatIsNotDocumentedLeavesADoubt: the rule answers, and the answer says what may
// be different.
func TestWhatIsNotDocumentedLeavesADoubt(t *testing.T) {
	for url, condition := range map[string]awsx.Condition{
		"http://x.example.net/a%7Eb":        path("/a%7Eb"),
		"http://x.example.net:8080/":        host("x.example.net"),
		"http://x.example.net/?q=one+two":   query("q", "one+two"),
		"http://X.example.net/upper-case-x": regexes("host-header", "^X"),
	} {
		q := request(t, url, "", "")
		a := alb.Evaluate(q, listening("HTTP", 80, to("3", condition), to("default")))
		if r, _ := a.Rule(); r.Priority != "3" || a.Certain() {
			t.Errorf("%s: rule %q, certain %v", url, r.Priority, a.Certain())
		}
	}
	q := request(t, "http://x.example.net:80/a%2Fb", "", "")
	if a := alb.Evaluate(q, listening("HTTP", 80, to("3", host("x.example.net")), to("default"))); !a.Certain() {
		t.Errorf("the scheme's own port is no doubt: %v", a.Doubts)
	}
}

// TestWhatBecomesOfARequest: "Action types for listener rules" and "Transforms for
// listener rules".
func TestWhatBecomesOfARequest(t *testing.T) {
	redirect := func(r awsx.Redirect) awsx.Action {
		r.Status = "HTTP_301"
		return awsx.Action{Type: "redirect", Redirect: r}
	}
	weighted := awsx.Action{Type: "forward", Order: 2, Sticky: true, Groups: []awsx.WeightedGroup{{Group: "blue", Weight: 3}, {Group: "green", Weight: 1}, {Group: "old", Weight: 0}}}
	for _, row := range []struct {
		name       string
		actions    []awsx.Action
		transforms []awsx.Transform
		want       string
		certain    bool
	}{
		{"a weight is a share of the sum of all", []awsx.Action{weighted}, nil, "forward to blue 75%, green 25%, old 0%, sticky", true},
		{"parts that a redirect leaves out are kept", []awsx.Action{redirect(awsx.Redirect{Protocol: "HTTPS", Port: "443"})}, nil,
			"redirect 301 to https://shop.example.net:443/cart/7?from=mail", true},
		{"the keywords stand for the parts of the request, the path without its slash",
			[]awsx.Action{redirect(awsx.Redirect{Host: "www.#{host}", Path: "/#{protocol}/#{port}/#{path}", Query: "#{query}&moved=1"})}, nil,
			"redirect 301 to http://www.shop.example.net:80/http/80/cart/7?from=mail&moved=1", true},
		{"a fixed response", []awsx.Action{{Type: "fixed-response", Fixed: awsx.FixedResponse{Status: "503", ContentType: "text/plain"}}}, nil, "answer 503 text/plain", true},
		{"the action of the lowest order comes first",
			[]awsx.Action{weighted, {Type: "authenticate-oidc", Order: 1, Issuer: "https://id.example.net"}}, nil,
			"log in at https://id.example.net, then forward to blue 75%, green 25%, old 0%, sticky", true},
		{"a user pool of Cognito may let others pass",
			[]awsx.Action{{Type: "authenticate-cognito", Order: 1, Issuer: "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Ab", Unauthenticated: "allow"}, {Type: "forward", Order: 2, Groups: []awsx.WeightedGroup{{Group: "blue", Weight: 0}}}}, nil,
			"log in at eu-west-1_Ab, others pass too, then forward to blue", true},
		{"tokens are checked", []awsx.Action{{Type: "jwt-validation", Order: 1, Issuer: "https://id.example.net"}, {Type: "forward", Order: 2, Groups: []awsx.WeightedGroup{{Group: "blue", Weight: 1}}}}, nil,
			"check a token of https://id.example.net, then forward to blue", true},
		{"an action that is unknown is shown", []awsx.Action{{Type: "teleport"}}, nil, "unknown action teleport", false},
		{"an unknown one before the last leaves a doubt", []awsx.Action{{Type: "puzzle", Order: 1}, {Type: "forward", Order: 2, Groups: []awsx.WeightedGroup{{Group: "blue", Weight: 1}}}}, nil,
			"unknown action puzzle, then forward to blue", false},
		{"transforms act after the choice", []awsx.Action{{Type: "forward", Groups: []awsx.WeightedGroup{{Group: "blue", Weight: 1}}}}, []awsx.Transform{
			{Type: "host-header-rewrite", Rewrites: []awsx.Rewrite{{Regex: `^shop\.(.+)$`, Replace: "internal.$1"}}},
			{Type: "url-rewrite", Rewrites: []awsx.Rewrite{{Regex: `^/cart/([0-9]+)`, Replace: "/v2/$1x"}}},
		}, "forward to blue, as http://internal.example.net/v2/7x?from=mail", true},
		{"a transform that matches nothing changes nothing", []awsx.Action{{Type: "forward", Groups: []awsx.WeightedGroup{{Group: "blue", Weight: 1}}}},
			[]awsx.Transform{{Type: "url-rewrite", Rewrites: []awsx.Rewrite{{Regex: `^/basket`, Replace: "/"}}}}, "forward to blue", true},
		{"a transform that is unknown leaves a doubt", []awsx.Action{{Type: "forward", Groups: []awsx.WeightedGroup{{Group: "blue", Weight: 1}}}},
			[]awsx.Transform{{Type: "body-rewrite"}}, "forward to blue", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			q := request(t, "http://shop.example.net/cart/7?from=mail", "", "")
			r := to("4", path("/cart/*"))
			r.Actions, r.Transforms = row.actions, row.transforms
			a := alb.Evaluate(q, listening("HTTP", 80, r))
			if got := a.Outcome.Words(); got != row.want || a.Certain() != row.certain {
				t.Errorf("%s, certain %v %v\nwant %s", got, a.Certain(), a.Doubts, row.want)
			}
		})
	}
}

func TestARedirectToItselfIsALoop(t *testing.T) {
	r := to("1")
	r.Actions = []awsx.Action{{Type: "redirect", Redirect: awsx.Redirect{Status: "HTTP_302", Host: "#{host}"}}}
	q := request(t, "http://a.example.net/x", "", "")
	if a := alb.Evaluate(q, listening("HTTP", 80, r)); !q.Loops(a.Outcome) {
		t.Errorf("%s does not loop", a.Outcome.Location)
	}
	r.Actions[0].Redirect.Protocol = "HTTPS"
	if a := alb.Evaluate(q, listening("HTTP", 80, r)); q.Loops(a.Outcome) {
		t.Errorf("%s loops", a.Outcome.Location)
	}
}

// TestAListenerIsChosenByItsPortAndProtocol, and who is not asked says why.
func TestAListenerIsChosenByItsPortAndProtocol(t *testing.T) {
	at := func(name, protocol string, port int, rules ...awsx.Rule) awsx.Route {
		r := listening(protocol, port, rules...)
		r.Balancer = awsx.Balancer{ARN: "arn-" + name, Name: name, DNS: name + "-5.elb.amazonaws.com"}
		return r
	}
	routes := []awsx.Route{
		at("other", "HTTPS", 443, to("default")), at("edge", "HTTP", 80, to("default")),
		at("edge", "HTTPS", 443, to("5", host("shop.example.net")), to("default")), at("edge", "HTTPS", 8443, to("default")),
		at("wire", "TCP", 5432), at("wire", "TLS", 6432), at("wire", "UDP", 53), at("wire", "TCP_UDP", 514), at("wire", "TCP", 443),
	}
	for _, row := range []struct{ url, lb, want, why string }{
		{"https://shop.example.net/", "", "edge:443 other:443 wire:443", ""},
		{"https://shop.example.net/", "other", "other:443", ""},
		{"https://shop.example.net/", "arn-edge", "edge:443", ""},
		{"https://other-5.elb.amazonaws.com/", "", "other:443", ""},
		{"http://shop.example.net:8443/", "", "", "edge speaks HTTPS on 8443"},
		{"http://shop.example.net:81/", "", "", "nothing listens on port 81"},
		{"https://shop.example.net/", "nowhere", "", `no load balancer "nowhere"`},
		{"tcp://db.example.net:5432", "", "wire:5432", ""},
		{"tls://db.example.net:6432", "", "wire:6432", ""},
		{"tcp://db.example.net:6432", "", "", "wire speaks TLS on 6432"},
		{"udp://dns.example.net:53", "", "wire:53", ""},
		{"udp://log.example.net:514", "", "wire:514", ""},
	} {
		answers, why := alb.Ask(request(t, row.url, "", ""), routes, row.lb)
		var got []string
		for _, a := range answers {
			got = append(got, a.Balancer.Name+":"+strings.TrimPrefix(row.url[strings.LastIndex(row.url, ":"):], ":"))
			if a.Listener.Port == 443 {
				got[len(got)-1] = a.Balancer.Name + ":443"
			}
		}
		if strings.Join(got, " ") != row.want || !strings.Contains(why, row.why) {
			t.Errorf("%s %s: %v, %q; want %s, %q", row.url, row.lb, got, why, row.want, row.why)
		}
	}
}

// TestANetworkListenerForwardsByDefault: what goes through it is not read.
func TestANetworkListenerForwardsByDefault(t *testing.T) {
	r := listening("TCP", 5432)
	r.Listener.Default = []awsx.Action{{Type: "forward", Groups: []awsx.WeightedGroup{{Group: "db", Weight: 1}}}}
	a := alb.Evaluate(request(t, "tcp://db.example.net:5432", "", ""), r)
	if got := a.Outcome.Words(); got != "forward to db" || !a.Certain() {
		t.Errorf("%s %v", got, a.Doubts)
	}
	r.Rules = []awsx.Rule{to("1", awsx.Condition{Field: "source-ip", Family: "ipv6"}), to("default")}
	for from, want := range map[string]string{"2001:db8::1": "1", "192.0.2.1": "default"} {
		a := alb.Evaluate(request(t, "tcp://db.example.net:5432", "", from), r)
		if got, _ := a.Rule(); got.Priority != want {
			t.Errorf("from %s rule %q answers", from, got.Priority)
		}
	}
}

func TestARequestThatCannotBeReadSaysWhatWasExpected(t *testing.T) {
	for _, row := range []struct{ url, method, header, source, says string }{
		{"", "", "", "", "the URL is empty"},
		{"shop.example.net/cart", "", "", "", "no scheme: type https://shop.example.net/cart"},
		{"shop.example.net:443/cart", "", "", "", "no scheme"},
		{"//shop.example.net/cart", "", "", "", "no scheme: type https://shop.example.net/cart"},
		{"https://", "", "", "", "no host"},
		{"https:///cart", "", "", "", "no host"},
		{"https://:443/cart", "", "", "", "no host"},
		{"ftp://shop.example.net/", "", "", "", `"ftp"`},
		{"https://shop.example.net/%zz", "", "", "", "cannot be read"},
		{"tcp://db.example.net", "", "", "", "needs a port"},
		{"https://shop.example.net/", "GET /", "", "", "no method"},
		{"https://shop.example.net/", "", "X-Canary", "", "not of the form 'Name: value'"},
		{"https://shop.example.net/", "", ": on", "", "not of the form 'Name: value'"},
		{"https://shop.example.net/", "", "X Canary: on", "", "no name of a header"},
		{"https://shop.example.net/", "", "X-Canary: on\r\nEvil: 1", "", "line break"},
		{"https://shop.example.net/", "", "", "192.0.2.0/24", "no IP address"},
	} {
		var headers []string
		if row.header != "" {
			headers = []string{row.header}
		}
		_, err := alb.NewRequest(row.url, row.method, headers, row.source)
		if fault.ClassOf(err) != fault.Invalid || err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%q %q %q %q: %v; want %s", row.url, row.method, row.header, row.source, err, row.says)
		}
	}
}

func TestAHeaderOfTheHostIsTheHost(t *testing.T) {
	q := request(t, "https://edge-17.eu-west-1.elb.amazonaws.com/", "", "", "Host: shop.example.net")
	a := alb.Evaluate(q, listening("HTTPS", 443, to("1", host("shop.example.net")), to("default")))
	if r, _ := a.Rule(); r.Priority != "1" {
		t.Errorf("rule %q answers", r.Priority)
	}
}

func TestARuleSaysWhyItIsNotMet(t *testing.T) {
	q := request(t, "https://shop.example.net/cart?x=1", "", "192.0.2.9", "X-Env: dev")
	rules := []awsx.Rule{
		to("1", host("*.example.org")), to("2", path("/api/*", "/v2/*")), to("3", header("X-Env", "prod")), to("4", header("X-Team", "*")),
		to("5", method("POST")), to("6", query("x", "2")), to("7", source("10.0.0.0/8")), to("8", regexes("path-pattern", "^/v")), to("default"),
	}
	want := []string{
		"host is shop.example.net, not *.example.org", "path is /cart, not /api/* or /v2/*", "header X-Env is dev, not prod",
		"header X-Team is not sent, not *", "method is GET, not POST", "query is x=1, not x=2", "source is 192.0.2.9, not 10.0.0.0/8",
		"path is /cart, not like /^/v/", "no rule before it takes the request",
	}
	var got []string
	for _, tried := range alb.Evaluate(q, listening("HTTPS", 443, rules...)).Tried {
		got = append(got, tried.Why(q))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAGroupWhoseTargetsAllFailIsSentToAll(t *testing.T) {
	group := func(states ...string) awsx.Group {
		g := awsx.Group{Read: true}
		for _, s := range states {
			g.Targets = append(g.Targets, awsx.TargetHealth{State: s})
		}
		return g
	}
	for _, row := range []struct {
		group awsx.Group
		want  string
	}{
		{awsx.Group{}, "?"},
		{group(), "0/0: no targets, answers 503"},
		{group("unused", "draining"), "0/1: no target is in use, answers 503"},
		{group("unhealthy", "unhealthy", "draining"), "0/2 healthy: fails open, sends to all"},
		{group("unhealthy", "healthy"), "1/2 healthy"},
		{group("initial"), "0/1 healthy"},
		{group("unhealthy", "unavailable"), "0/2 healthy"},
		{group("unhealthy", "puzzled"), "0/2 healthy"},
	} {
		if got := alb.ServingOf(row.group).Words(); got != row.want {
			t.Errorf("%v: %s, want %s", row.group.Targets, got, row.want)
		}
	}
}
