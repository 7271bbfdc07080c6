package replay

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"gantry/awsx/sim/endpoints"
	"gantry/awsx/sim/wire"
	"gantry/awsx/snapshot"
)

// Account is a snapshot that answers. It never changes, and is safe for concurrent use.
type Account struct {
	doc      *snapshot.Document
	table    []*wire.Service
	entities map[string][]tree
	refused  map[snapshot.Refusal]error
}

// tree is a decoded JSON object.
type tree = map[string]any

// New returns the account of a document. The error says what of it cannot be read.
func New(doc *snapshot.Document) (*Account, error) {
	a := &Account{doc: doc, table: endpoints.Services(), entities: map[string][]tree{}, refused: map[snapshot.Refusal]error{}}
	for kind, list := range doc.Entities {
		for i, raw := range list {
			entity, err := wire.DecodeTree(raw)
			if err != nil {
				return nil, fmt.Errorf("the snapshot is damaged: number %d of its %s is no object", i+1, kind)
			}
			a.entities[kind] = append(a.entities[kind], entity)
		}
	}
	for _, r := range doc.Refused {
		a.refused[snapshot.Refusal{Service: r.Service, Operation: r.Operation, Subject: r.Subject}] = wire.Fail(r.Code, r.Message)
	}
	for _, s := range a.table {
		s.Operations = map[string]wire.Operation{}
		for name, do := range a.operations()[s.Name] {
			s.Operations[name] = a.answering(do)
		}
		if s.Name == "logs" {
			s.Operations = groupsOf(doc)
		}
	}
	return a, nil
}

// answer makes the answer to a call that asks for in.
type answer func(in tree) (tree, error)

// answering makes an operation of what answers.
func (a *Account) answering(do answer) wire.Operation {
	return func(r *wire.Request) ([]byte, error) {
		in := r.Input()
		for _, subject := range append(snapshot.Subjects(r.Name(), r.Operation, in), "") {
			if err := a.refused[snapshot.Refusal{Service: r.Name(), Operation: r.Operation, Subject: subject}]; err != nil {
				return nil, err
			}
		}
		out, err := do(in)
		if err != nil {
			return nil, err
		}
		return r.Encode(out), nil
	}
}

// requestID is that of every answer: none of them was asked of AWS.
const requestID = "00000000-0000-4000-8000-000000000000"

func (a *Account) serve(r *http.Request) wire.Answer {
	req, err := wire.Read(r, a.table)
	var body []byte
	switch {
	case err != nil:
	case !req.Reads():
		err = readOnly(req)
	case req.Service.Operations[req.Operation] == nil:
		err = absent("answers of " + req.Name() + ":" + req.Operation)
	default:
		body, err = req.Act(requestID)
	}
	if err != nil {
		return req.Refuse(err, requestID)
	}
	return req.Succeed(body, requestID)
}

// readOnly refuses a call that would change something, as AWS refuses one that a
// policy denies.
func readOnly(r *wire.Request) error {
	code := "AccessDeniedException"
	if r.Service.Version != "" {
		code = "AccessDenied"
	}
	return wire.Fail(code, "User is not authorized to perform: "+r.Name()+":"+r.Operation+" because this is a snapshot, which nothing changes")
}

// ServeHTTP answers over HTTP.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.serve(r).Write(w) }

// RoundTripper returns a transport that answers in the caller's goroutine.
func (a *Account) RoundTripper() http.RoundTripper { return transport{a} }

type transport struct{ account *Account }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return t.account.serve(r).Response(r), nil
}

// absent is the failure of a call about what the document does not hold.
func absent(what string) error {
	return wire.Fail("NotInSnapshot", "the snapshot does not hold "+what)
}

// text is a member that is a string.
func text(t tree, name string) string { return wire.Text(t[name]) }

// number is a member that is a number, or one in the Query protocol's text.
func number(t tree, name string) float64 {
	if s := wire.Text(t[name]); s != "" {
		return wire.Number(json.Number(s), 0)
	}
	return wire.Number(t[name], 0)
}

// texts are the strings of a list.
func texts(v any) []string {
	var out []string
	for _, item := range wire.List(v) {
		out = append(out, wire.Text(item))
	}
	return out
}

// anys is a list as trees have it.
func anys[T any](items []T) []any {
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = item
	}
	return out
}

// same reports whether a name, which may be the last part of an ARN, is an ARN's.
func same(name, arn string) bool {
	return name == arn || !strings.HasPrefix(name, "arn:") && snapshot.Tail(name) == snapshot.Tail(arn)
}
