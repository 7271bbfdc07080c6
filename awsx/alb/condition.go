package alb

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx"
)

// The kinds of conditions of "Condition types for listener rules".
const (
	hostHeader    = "host-header"
	pathPattern   = "path-pattern"
	httpHeader    = "http-header"
	requestMethod = "http-request-method"
	queryString   = "query-string"
	sourceIP      = "source-ip"
)

// Meets is how a request stands to a condition.
type Meets uint8

const (
	// No means that the condition is not met.
	No Meets = iota
	// Yes means that it is.
	Yes
	// Unsure means that it cannot be told: it is not taken as met, and the answer is
	// uncertain.
	Unsure
)

// check compares a request with a condition. The doubt, where there is one, says why
// the outcome may differ at the load balancer; for Unsure there always is one.
func (q *Request) check(c *awsx.Condition) (m Meets, doubt string) {
	if !known(c) {
		return Unsure, "the kind of condition " + strconv.Quote(c.Field) + " is unknown to this version"
	}
	if len(c.Values) == 0 && len(c.Query) == 0 && len(c.Regexes) == 0 && c.Family == "" {
		return Unsure, "the values of the condition " + c.Field + " cannot be read by this version"
	}
	switch c.Field {
	case hostHeader:
		return q.host(c)
	case pathPattern:
		return q.path(c)
	case httpHeader:
		return q.header(c)
	case requestMethod:
		return yes(slices.Contains(c.Values, q.Method)), ""
	case queryString:
		return q.query(c)
	}
	return q.source(c)
}

// known reports whether this version knows the kind of a condition.
func known(c *awsx.Condition) bool {
	switch c.Field {
	case hostHeader, pathPattern, httpHeader, requestMethod, queryString, sourceIP:
		return true
	}
	return false
}

func yes(ok bool) Meets {
	if ok {
		return Yes
	}
	return No
}

// host compares names without the port. The documentation speaks of the name; that the
// header has a port as well, where it is not the scheme's own, is a doubt.
func (q *Request) host(c *awsx.Condition) (Meets, string) {
	for _, v := range c.Values {
		if !ofHost.match(v, q.Host) {
			continue
		}
		if q.HostHeader != q.Host && !ofHost.match(v, q.HostHeader) {
			return Yes, "whether the host " + strconv.Quote(v) + " is compared with the port in the Host header is not documented"
		}
		return Yes, ""
	}
	return anyRegex(c.Regexes, q.HostHeader, strings.ToLower(q.Host))
}

// path compares the path as it was sent. Where it is escaped and would compare another
// way when it is read, that is a doubt.
func (q *Request) path(c *awsx.Condition) (Meets, string) {
	m, doubt := q.pathAs(c, q.Path)
	if m == Unsure || !strings.Contains(q.Path, "%") {
		return m, doubt
	}
	if plain := unescaped(q.Path, url.PathUnescape); plain != q.Path {
		if other, _ := q.pathAs(c, plain); other != m {
			doubt = "whether the escapes in the path are read before it is compared is not documented"
		}
	}
	return m, doubt
}

func (q *Request) pathAs(c *awsx.Condition, path string) (Meets, string) {
	for _, v := range c.Values {
		if ofPath.match(v, path) {
			return Yes, ""
		}
	}
	return anyRegex(c.Regexes, path)
}

// header looks at each header of the name, one after another, until a value is met.
func (q *Request) header(c *awsx.Condition) (m Meets, doubt string) {
	for _, h := range q.Headers {
		if !strings.EqualFold(h.Name, c.Header) {
			continue
		}
		for _, v := range c.Values {
			if ofHeader.match(v, h.Value) {
				return Yes, ""
			}
		}
		one, why := anyRegex(c.Regexes, h.Value)
		if one == Yes {
			return Yes, why
		}
		if one == Unsure {
			m, doubt = one, why
		}
	}
	return m, doubt
}

func (q *Request) query(c *awsx.Condition) (Meets, string) {
	meets := func(key, value func(param) string) bool {
		return slices.ContainsFunc(q.params, func(p param) bool {
			return slices.ContainsFunc(c.Query, func(v awsx.QueryValue) bool {
				return (v.Key == "" || ofQuery.match(v.Key, key(p))) && ofQuery.match(v.Value, value(p))
			})
		})
	}
	sent := meets(func(p param) string { return p.key }, func(p param) string { return p.value })
	if !strings.ContainsAny(q.Query, "%+") {
		return yes(sent), ""
	}
	if read := meets(func(p param) string { return p.plainKey }, func(p param) string { return p.plainValue }); read != sent {
		return yes(sent), "whether the escapes in the query are read before it is compared is not documented"
	}
	return yes(sent), ""
}

func (q *Request) source(c *awsx.Condition) (Meets, string) {
	if !q.Source.IsValid() {
		return Unsure, "the source address is not told, and a condition asks for it"
	}
	if c.Family != "" {
		return yes(c.Family == "ipv6" == q.Source.Is6()), ""
	}
	for _, v := range c.Values {
		block, ok := parseBlock(v)
		if !ok {
			return Unsure, strconv.Quote(v) + " is no CIDR block that this version can read"
		}
		if block.Contains(q.Source) {
			return Yes, ""
		}
	}
	return No, ""
}

// parseBlock reads a CIDR block; an address alone is one of its own.
func parseBlock(v string) (netip.Prefix, bool) {
	if block, err := netip.ParsePrefix(v); err == nil {
		return block.Masked(), true
	}
	ip, err := netip.ParseAddr(v)
	if err != nil {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(ip, ip.BitLen()), true
}

// anyRegex looks for the first expression that some form of a text has a match of. The
// dialect is close to Go's: neither has lookarounds and backreferences. Whether case
// matters is not documented, and neither is which form of a host is compared: a text
// whose forms differ leaves a doubt.
func anyRegex(expressions []string, forms ...string) (m Meets, doubt string) {
	for _, e := range expressions {
		re, err := regexp.Compile(e)
		if err != nil {
			m, doubt = Unsure, "the regular expression "+strconv.Quote(e)+" cannot be read by this version"
			continue
		}
		met := re.MatchString(forms[0])
		for _, form := range forms[1:] {
			if re.MatchString(form) != met {
				return yes(met), "whether the regular expression " + strconv.Quote(e) + " is compared with the host in lower case and with its port is not documented"
			}
		}
		if met {
			return Yes, ""
		}
	}
	return m, doubt
}
