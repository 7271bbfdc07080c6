package session

import (
	"net"
	"strconv"
	"strings"

	"gantry/awsx"
	"gantry/internal/fault"
)

// The documents by which Systems Manager forwards ports.
const (
	forwardHere   = "AWS-StartPortForwardingSession"
	forwardBeyond = "AWS-StartPortForwardingSessionToRemoteHost"
)

// Forwarding joins a port of this machine with one of a container, or through it with one
// of another host.
type Forwarding struct {
	Local  int    // 0 for one that is free
	Host   string // empty for the container itself
	Remote int
}

// ParseForwarding reads PORT, LOCAL:PORT, LOCAL:HOST:PORT or LOCAL:[ADDRESS]:PORT. LOCAL may
// be left out before its colon: then a free one is taken.
func ParseForwarding(s string) (Forwarding, error) {
	invalid := func(why string) (Forwarding, error) {
		return Forwarding{}, fault.Errorf(fault.Invalid, "plan", "", "%q: %s: expected LOCAL:PORT or LOCAL:HOST:PORT, such as 8080:80 or 5432:db.internal:5432", s, why)
	}
	local, rest, found := strings.Cut(s, ":")
	if !found {
		rest = local
	}
	var f Forwarding
	host, remote := "", rest
	if i := strings.LastIndexByte(rest, ':'); i >= 0 {
		host, remote = rest[:i], rest[i+1:]
		if host == "" {
			return invalid("the host is empty")
		}
	}
	if inner, bracketed := strings.CutPrefix(host, "["); bracketed {
		host = strings.TrimSuffix(inner, "]")
		if net.ParseIP(host) == nil {
			return invalid("the address is none")
		}
	} else if strings.ContainsAny(host, ":/@ \t'\"$`") {
		return invalid("the host is no name")
	}
	f.Host = host
	var err error
	if f.Remote, err = port(remote); err != nil || f.Remote == 0 {
		return invalid("the port is none")
	}
	if local == "" {
		return f, nil
	}
	if f.Local, err = port(local); err != nil {
		return invalid("the local port is none")
	}
	return f, nil
}

func port(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	return int(n), err
}

// Here is where connections are taken; local is the port that the plugin chose, 0 while
// none is known.
func (f Forwarding) Here(local int) string {
	if local == 0 {
		local = f.Local
	}
	if local == 0 {
		return "a free port of localhost"
	}
	return "localhost:" + strconv.Itoa(local)
}

// There is where they lead to from a container.
func (f Forwarding) There() string {
	if f.Host == "" {
		return "port " + strconv.Itoa(f.Remote)
	}
	return net.JoinHostPort(f.Host, strconv.Itoa(f.Remote))
}

// String is the forwarding as it is typed.
func (f Forwarding) String() string {
	if f.Host == "" {
		return strconv.Itoa(f.Local) + ":" + strconv.Itoa(f.Remote)
	}
	return strconv.Itoa(f.Local) + ":" + net.JoinHostPort(f.Host, strconv.Itoa(f.Remote))
}

// Request is the call that begins it at a target.
func (f Forwarding) Request(target string) awsx.SessionRequest {
	r := awsx.SessionRequest{Target: target, Document: forwardHere, Parameters: map[string][]string{
		"portNumber": {strconv.Itoa(f.Remote)}, "localPortNumber": {strconv.Itoa(f.Local)},
	}}
	if f.Host != "" {
		r.Document, r.Parameters["host"] = forwardBeyond, []string{f.Host}
	}
	return r
}
