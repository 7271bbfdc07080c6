package sim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

// maxBody bounds a request, as the store's http.max_content_length does.
const maxBody = 1 << 20

func (s *Store) routes() http.Handler {
	mux := http.NewServeMux()
	for _, prefix := range []string{"", "/{index}"} {
		for _, method := range []string{"GET ", "POST "} {
			mux.HandleFunc(method+prefix+"/_search", s.serveSearch)
			mux.HandleFunc(method+prefix+"/_count", s.serveCount)
			mux.HandleFunc(method+prefix+"/_field_caps", s.serveFieldCaps)
		}
	}
	s.pointRoutes(mux)
	mux.HandleFunc("GET /{$}", serveInfo)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusBadRequest, map[string]any{
			"error":  fmt.Sprintf("no handler found for uri [%s] and method [%s]", r.URL.Path, r.Method),
			"status": http.StatusBadRequest,
		})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.interfere(w, r) {
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func serveInfo(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"name":         "gantry-sim",
		"cluster_name": "gantry-sim",
		"version":      map[string]any{"number": "8.0.0", "build_flavor": "gantry-sim"},
		"tagline":      "You Know, for Search",
	})
}

// refusal is an answer that is an error.
type refusal struct {
	status       int
	kind, reason string
}

func (r *refusal) Error() string { return r.kind + ": " + r.reason }

func parsing(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "parsing_exception", fmt.Sprintf(format, args...)}
}

func illegal(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "illegal_argument_exception", fmt.Sprintf(format, args...)}
}

func (r *refusal) write(w http.ResponseWriter) {
	cause := map[string]any{"type": r.kind, "reason": r.reason}
	writeJSON(w, r.status, map[string]any{
		"error":  map[string]any{"root_cause": []any{cause}, "type": r.kind, "reason": r.reason},
		"status": r.status,
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// readBody decodes a request's body; an empty one leaves v as it is.
func readBody(r *http.Request, v any) error {
	if r.Body == nil {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return parsing("request body: %v", err)
	case len(body) > maxBody:
		return &refusal{http.StatusRequestEntityTooLarge, "illegal_argument_exception", "the request is too large"}
	case len(bytes.TrimSpace(body)) == 0:
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return parsing("%v", err)
	}
	return nil
}

// resolve returns the names of the indices that the path's pattern stands for.
// A plain name that does not exist is an error; a pattern may match nothing.
func (s *Store) resolve(r *http.Request) ([]string, error) {
	pattern := cmp.Or(r.PathValue("index"), "_all")
	s.mu.RLock()
	defer s.mu.RUnlock()
	var names []string
	for part := range strings.SplitSeq(pattern, ",") {
		switch {
		case part == "_all" || part == "*":
			names = slices.AppendSeq(names, maps.Keys(s.indices))
		case strings.ContainsRune(part, '*'):
			for name := range s.indices {
				if ok, err := path.Match(part, name); ok && err == nil {
					names = append(names, name)
				}
			}
		case s.indices[part] == nil:
			return nil, &refusal{http.StatusNotFound, "index_not_found_exception", "no such index [" + part + "]"}
		default:
			names = append(names, part)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// serveFieldCaps answers which fields of which type the indices have.
func (s *Store) serveFieldCaps(w http.ResponseWriter, r *http.Request) {
	names, err := s.resolve(r)
	if err != nil {
		fail(w, err)
		return
	}
	asked := r.URL.Query().Get("fields")
	if asked == "" {
		fail(w, illegal("specified fields can't be null or empty"))
		return
	}
	type capability struct {
		Type         string `json:"type"`
		Searchable   bool   `json:"searchable"`
		Aggregatable bool   `json:"aggregatable"`
	}
	fields := map[string]map[string]capability{}
	s.mu.Lock()
	s.read()
	for _, name := range names {
		ix := s.indices[name]
		if ix == nil {
			continue
		}
		for field, fieldType := range ix.fields {
			if !matchesAny(asked, field) {
				continue
			}
			if fields[field] == nil {
				fields[field] = map[string]capability{}
			}
			fields[field][fieldType] = capability{fieldType, true, fieldType != "text"}
		}
	}
	s.mu.Unlock()
	if names == nil {
		names = []string{}
	}
	writeJSON(w, http.StatusOK, map[string]any{"indices": names, "fields": fields})
}

func matchesAny(patterns, name string) bool {
	for p := range strings.SplitSeq(patterns, ",") {
		if ok, err := path.Match(p, name); ok && err == nil {
			return true
		}
	}
	return false
}

func fail(w http.ResponseWriter, err error) {
	if r, ok := err.(*refusal); ok {
		r.write(w)
		return
	}
	(&refusal{http.StatusInternalServerError, "exception", err.Error()}).write(w)
}
