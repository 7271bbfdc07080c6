package alb

import (
	"cmp"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"gantry/internal/fault"
)

// Request is what is asked of a load balancer.
type Request struct {
	Scheme string // http, https; tcp, tls, udp
	Method string
	// Host is the name that is asked for, without a port; HostHeader is the header as it
	// is sent, with the port where it is not the scheme's own.
	Host, HostHeader string
	Port             string
	// Path is what path conditions are compared with: escaped as it was typed, its dot
	// segments resolved.
	Path    string
	Query   string // without the question mark, as it was typed
	Headers []Header
	// Source is the address that the connection comes from; zero when nobody said.
	Source netip.Addr

	params []param
}

// Header is one header of a request.
type Header struct{ Name, Value string }

// ports are those of the schemes that have one of their own.
var ports = map[string]string{"http": "80", "https": "443"}

// NewRequest reads a request as people type it: a URL with its scheme and host, a
// method (empty is GET), headers as "Name: value", and the address that it comes from
// (empty when that is not to be told). Its errors are of class Invalid and say what was
// expected.
func NewRequest(address, method string, headers []string, source string) (Request, error) {
	u, err := parseAddress(address)
	if err != nil {
		return Request{}, err
	}
	q := Request{
		Scheme: strings.ToLower(u.Scheme), Method: method, Host: u.Hostname(), Port: u.Port(),
		Path: normalPath(u.EscapedPath()), Query: u.RawQuery,
	}
	// A WebSocket starts as a request of HTTP.
	switch q.Scheme {
	case "ws":
		q.Scheme = "http"
	case "wss":
		q.Scheme = "https"
	}
	if q.Port == "" {
		if q.Port = ports[q.Scheme]; q.Port == "" {
			return Request{}, invalid("a URL of %s needs a port, such as %s://%s:5432", q.Scheme, q.Scheme, u.Hostname())
		}
	}
	q.Method = cmp.Or(q.Method, "GET")
	if !isToken(q.Method) {
		return Request{}, invalid("%q is no method: expected one such as GET", q.Method)
	}
	q.HostHeader = u.Host
	if u.Port() == ports[q.Scheme] {
		q.HostHeader = strings.TrimSuffix(u.Host, ":"+u.Port())
	}
	for _, text := range headers {
		h, err := parseHeader(text)
		if err != nil {
			return Request{}, err
		}
		if strings.EqualFold(h.Name, "Host") {
			q.HostHeader = h.Value
			q.Host = (&url.URL{Host: h.Value}).Hostname()
			continue
		}
		q.Headers = append(q.Headers, h)
	}
	if source != "" {
		ip, err := netip.ParseAddr(strings.TrimSpace(source))
		if err != nil {
			return Request{}, invalid("the source %q is no IP address: expected one such as 203.0.113.9", source)
		}
		q.Source = ip.Unmap().WithZone("")
	}
	q.params = readQuery(q.Query)
	return q, nil
}

func invalid(format string, args ...any) error {
	return fault.Errorf(fault.Invalid, "route", "", format, args...)
}

// schemes are those whose requests a load balancer may take.
var schemes = []string{"http", "https", "ws", "wss", "tcp", "tls", "udp"}

func parseAddress(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	switch scheme, rest, ok := strings.Cut(address, "://"); {
	case address == "":
		return nil, invalid("the URL is empty: expected one such as https://shop.example.com/cart")
	case !ok || scheme == "":
		return nil, invalid("the URL has no scheme: type https://%s", strings.TrimLeft(address, ":/"))
	case !slices.Contains(schemes, strings.ToLower(scheme)):
		return nil, invalid("the scheme %q is none of http, https, ws, wss, tcp, tls and udp", scheme)
	case rest == "" || strings.ContainsAny(rest[:1], "/?#"):
		return nil, invalid("the URL has no host: expected one such as %s://shop.example.com/cart", scheme)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, invalid("the URL cannot be read: %v", reasonOf(err))
	}
	if u.Hostname() == "" {
		return nil, invalid("the URL has no host: expected one such as %s://shop.example.com/cart", u.Scheme)
	}
	return u, nil
}

// reasonOf leaves out the URL, which the error names already.
func reasonOf(err error) error {
	if of, ok := err.(*url.Error); ok {
		return of.Err
	}
	return err
}

func parseHeader(text string) (Header, error) {
	name, value, ok := strings.Cut(text, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !ok || name == "":
		return Header{}, invalid("the header %q is not of the form 'Name: value'", text)
	case !isToken(name):
		return Header{}, invalid("%q is no name of a header", name)
	case strings.ContainsAny(value, "\r\n\x00"):
		return Header{}, invalid("the value of the header %s holds a line break", name)
	}
	return Header{name, value}, nil
}

// isToken reports whether a text is a token of RFC 9110, as methods and the names of
// headers are.
func isToken(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	}) < 0
}

// normalPath resolves the dot segments of a path (RFC 3986, 5.2.4), since rules are
// evaluated after the URI was normalised. Slashes in a row stay.
func normalPath(escaped string) string {
	if escaped == "" {
		return "/"
	}
	var kept []string
	segments := strings.Split(strings.TrimPrefix(escaped, "/"), "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch strings.ReplaceAll(strings.ToLower(s), "%2e", ".") {
		case ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, s)
			continue
		}
		if last {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

// param is a parameter of a query string as it was sent, and as it reads.
type param struct{ key, value, plainKey, plainValue string }

func readQuery(raw string) (all []param) {
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		var p param
		p.key, p.value, _ = strings.Cut(part, "=")
		p.plainKey, p.plainValue = unescaped(p.key, url.QueryUnescape), unescaped(p.value, url.QueryUnescape)
		all = append(all, p)
	}
	return all
}

func unescaped(s string, by func(string) (string, error)) string {
	if plain, err := by(s); err == nil {
		return plain
	}
	return s
}
