package snapshot

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/awsx/sim/endpoints"
	"gantry/awsx/sim/wire"
)

// Recorder gathers what an account answers. It is safe for concurrent use.
type Recorder struct {
	services []*wire.Service

	mu       sync.Mutex
	entities map[string]map[string]*document.Node // by kind and key
	listed   map[string]Missing                   // by ARN
	refused  map[Refusal]Refusal                  // by service, operation and subject
	account  string
}

// NewRecorder returns a recorder that has seen nothing.
func NewRecorder() *Recorder {
	return &Recorder{
		services: endpoints.Services(), entities: map[string]map[string]*document.Node{},
		listed: map[string]Missing{}, refused: map[Refusal]Refusal{},
	}
}

// Record takes one call with its answer, or with the error in its place. Calls of
// services that it does not know pass by, and so do log lines.
func (r *Recorder) Record(req *http.Request, sent []byte, status int, answer []byte, failure error) {
	asked := &http.Request{Header: req.Header, URL: req.URL, Body: io.NopCloser(bytes.NewReader(sent))}
	call, err := wire.Read(asked, r.services)
	if err != nil || call.Name() == "logs" {
		return
	}
	in := call.Input()
	subjects := Subjects(call.Name(), call.Operation, in)
	r.mu.Lock()
	defer r.mu.Unlock()
	refuse := func(code, message string) {
		for _, s := range subjects {
			key := Refusal{Service: call.Name(), Operation: call.Operation, Subject: s}
			full := key
			full.Code, full.Message = code, message
			r.refused[key] = full
		}
	}
	if failure != nil {
		refuse("NotRead", failure.Error())
		return
	}
	if status/100 != 2 {
		code, message := call.Refused(answer)
		if code == "" {
			code, message = "NotRead", fmt.Sprintf("HTTP %d without an answer of the API", status)
		}
		refuse(code, message)
		return
	}
	body, err := call.Answered(answer)
	tree, perr := document.Parse(body)
	if err != nil || perr != nil || tree.Kind != document.Object && call.Operation != "DescribeTags" {
		refuse("NotRead", "the answer cannot be read")
		return
	}
	for _, s := range subjects {
		delete(r.refused, Refusal{Service: call.Name(), Operation: call.Operation, Subject: s})
	}
	r.take(call, in, tree)
}

// take keeps what an answer holds.
func (r *Recorder) take(call *wire.Request, in map[string]any, answer *document.Node) {
	for _, k := range Kinds() {
		if k.Service != call.Name() || k.Operation != call.Operation {
			continue
		}
		if k.Field != "" {
			for _, entity := range answer.List(k.Field) {
				if k.Name == Manifests && entity.Get("repositoryName") == nil {
					entity.Set("repositoryName", document.Text(wire.Text(in["repositoryName"])))
				}
				bare(entity)
				if k.Tagged {
					tagged(entity, slices.ContainsFunc(wire.List(in["include"]), func(v any) bool { return wire.Text(v) == "TAGS" }))
				}
				r.put(k, entity)
			}
			continue
		}
		switch k.Name {
		case Definitions:
			definition := answer.Get("taskDefinition")
			if definition == nil {
				continue
			}
			if tags := answer.Get("tags"); tags != nil {
				definition.Set("tags", tags)
			}
			r.put(k, definition)
		case Families:
			r.family(k, in, answer)
		default:
			answer.Set(k.Key, document.Text(wire.Text(in[k.Ask])))
			r.put(k, answer)
		}
	}
	r.list(call.Operation, in, answer)
	for _, f := range answer.List("failures") {
		arn := f.Word("arn")
		if m, ok := r.listed[arn]; ok {
			m.Reason = f.Word("reason")
			r.listed[arn] = m
		}
	}
	if call.Operation == "GetCallerIdentity" {
		r.account = answer.Word("Account")
	}
}

// bare leaves of the user data of what is launched the cluster that it names: all else of
// it is nobody's business, and may be secret. Of what CloudTrail has of a call its secrets
// are masked.
func bare(entity *document.Node) {
	for of, member := range map[*document.Node]string{entity: "UserData", entity.Get("launchTemplateData"): "userData"} {
		if of == nil || of.Get(member) == nil {
			continue
		}
		line := ""
		if joins := awsx.JoinsOf(of.Word(member)); joins.Cluster != "" {
			line = "ECS_CLUSTER=" + joins.Cluster
		}
		of.Set(member, document.Text(base64.StdEncoding.EncodeToString([]byte(line))))
	}
	if of := entity.Get("CloudTrailEvent"); of != nil {
		text := "{}"
		if record, err := document.Parse([]byte(entity.Word("CloudTrailEvent"))); err == nil {
			document.Mask(record) // within a text it would pass for one word
			text = string(record.Bytes())
		}
		entity.Set("CloudTrailEvent", document.Text(text))
	}
}

// tagged leaves an entity the tags that were asked for, none among them: ECS sends an empty list
// to who did not ask, and leaves that out where there is none to tell.
func tagged(entity *document.Node, asked bool) {
	switch {
	case !asked:
		entity.Drop("tags")
	case entity.Get("tags") == nil:
		entity.Set("tags", &document.Node{Kind: document.Array})
	}
}

// put keeps an entity as it was read last. Tags are told on request only: those that
// were read before are kept.
func (r *Recorder) put(k Kind, entity *document.Node) {
	if r.entities[k.Name] == nil {
		r.entities[k.Name] = map[string]*document.Node{}
	}
	key := k.key(entity)
	if old := r.entities[k.Name][key]; old != nil && entity.Get("tags") == nil && old.Get("tags") != nil {
		entity.Set("tags", old.Get("tags"))
	}
	r.entities[k.Name][key] = entity
}

// family adds to the revisions of a family that were listed.
func (r *Recorder) family(k Kind, in map[string]any, answer *document.Node) {
	status := cmp.Or(wire.Text(in["status"]), "ACTIVE")
	entity := document.Fields("familyPrefix", wire.Text(in["familyPrefix"]), "status", status)
	all := &document.Node{Kind: document.Array}
	if old := r.entities[k.Name][k.key(entity)]; old != nil {
		all = old.Get("taskDefinitionArns")
	}
	known := func(n *document.Node) bool {
		return slices.ContainsFunc(all.Items, func(o *document.Node) bool { return bytes.Equal(o.Raw, n.Raw) })
	}
	for _, arn := range answer.List("taskDefinitionArns") {
		if !known(arn) {
			all.Items = append(all.Items, arn)
		}
	}
	entity.Set("taskDefinitionArns", all)
	r.put(k, entity)
}

// list notes what was listed, until it is described.
func (r *Recorder) list(operation string, in map[string]any, answer *document.Node) {
	lists := map[string][2]string{
		"ListServices":           {Services, "serviceArns"},
		"ListTasks":              {Tasks, "taskArns"},
		"ListContainerInstances": {Instances, "containerInstanceArns"},
	}
	l, ok := lists[operation]
	if !ok {
		return
	}
	for _, item := range answer.List(l[1]) {
		arn, _ := item.Text()
		m := Missing{Kind: l[0], ARN: arn, Cluster: wire.Text(in["cluster"]), Reason: r.listed[arn].Reason, Group: r.listed[arn].Group}
		if l[0] == Tasks {
			m.DesiredStatus = cmp.Or(wire.Text(in["desiredStatus"]), "RUNNING")
			if service := wire.Text(in["serviceName"]); service != "" {
				m.Group = "service:" + Tail(service)
			}
		}
		r.listed[arn] = m
	}
}

// Document returns what was gathered. Of the clusters and the services only those are
// in it that keep wants.
func (r *Recorder) Document(keep func(kind, arn string) bool) *Document {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := &Document{Format: Format, Version: Version, Tagged: true, Account: r.account, Entities: map[string][]json.RawMessage{}}
	described := map[string]bool{}
	for _, k := range Kinds() {
		for _, key := range slices.Sorted(maps.Keys(r.entities[k.Name])) {
			entity := r.entities[k.Name][key]
			arn := entity.Word(k.Key)
			described[arn] = true
			if (k.Name == Clusters || k.Name == Services) && !keep(k.Name, arn) {
				continue
			}
			d.Entities[k.Name] = append(d.Entities[k.Name], entity.Bytes())
		}
	}
	for _, arn := range slices.Sorted(maps.Keys(r.listed)) {
		if m := r.listed[arn]; !described[arn] && (m.Kind != Services || keep(Services, arn)) {
			d.Missing = append(d.Missing, m)
		}
	}
	d.Refused = slices.SortedFunc(maps.Values(r.refused), func(a, b Refusal) int {
		return strings.Compare(a.Service+a.Operation+a.Subject, b.Service+b.Operation+b.Subject)
	})
	return d
}
