package wire

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// readREST reads a call whose method and path are an operation of a service of the REST
// protocol, and puts what its path and its query ask into JSON, which the operations take:
// each is text. It reports whether there is such an operation.
func (r *Request) readREST(method string, address *url.URL, services []*Service) bool {
	for _, s := range services {
		for _, form := range slices.Sorted(maps.Keys(s.Rest)) {
			asked, path, _ := strings.Cut(form, " ")
			in, ok := bound(path, address.Path)
			if !ok || asked != method {
				continue
			}
			for name, values := range address.Query() {
				in[name] = values[0]
			}
			r.Service, r.Operation, r.protocol, r.Body = s, s.Rest[form], REST, Encode(in)
			return true
		}
	}
	return false
}

// bound holds a path against its form, and returns what stands in the place of its names.
func bound(form, path string) (in map[string]string, ok bool) {
	want, got := strings.Split(form, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	in = map[string]string{}
	for i, part := range want {
		name, named := strings.CutPrefix(part, "{")
		switch {
		case named:
			in[strings.TrimSuffix(name, "}")] = got[i]
		case part != got[i]:
			return nil, false
		}
	}
	return in, true
}
