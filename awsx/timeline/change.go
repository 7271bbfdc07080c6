package timeline

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
)

// Made is a change that was made from this machine, as its journal has it.
type Made struct {
	ID          string
	Began, Over time.Time // over is zero while it goes on, and where nobody wrote its end
	Service     awsx.Ref  // zero for what is no service of which more is known
	Target      string    // name
	Action      string
	Before      string
	After       string
	Outcome     string
	Who         string // user@host
	Identity    string // ARN of the caller
	Calls       []string
	Revision    string // family:revision that it made
}

// entry is the change as an entry.
func (m Made) entry() Entry {
	e := Entry{
		ID: changeID(m.ID), At: m.Began, Until: m.Over, Kind: Change, Service: m.Service, Subject: m.Target, Count: 1,
		Who: m.Who, Text: m.Action, Facts: []Fact{{Name: "change", Text: m.ID}},
	}
	if as := Person(m.Identity); as != "" {
		e.Who += " as " + as
	}
	if m.Before+m.After != "" {
		e.Text += ": " + m.Before + " -> " + m.After
	}
	e.Severity = outcome(m.Outcome)
	if e.Severity.Trouble() {
		e.Text += "; " + m.Outcome
	}
	if m.Outcome == "" {
		e.Facts = append(e.Facts, Fact{Name: "outcome", Text: "not on record"})
	} else {
		e.Facts = append(e.Facts, Fact{m.Over, "outcome", m.Outcome})
	}
	if m.Revision != "" {
		e.Facts = append(e.Facts, Fact{Name: "revision", Text: m.Revision})
	}
	for _, c := range m.Calls {
		e.Facts = append(e.Facts, Fact{Name: "call", Text: c})
	}
	return e
}

// outcome is how much what came of a change matters, by the words of the journal.
func outcome(words string) Severity {
	switch word, _, _ := strings.Cut(words, ","); {
	case word == "", word == "done", word == "succeeded":
		return Info
	case strings.HasPrefix(word, "failed"), strings.HasPrefix(word, "unknown"):
		return Failure
	case word == "succeeded-but", word == "rolled back", word == "superseded", word == "timed out", word == "stopped", strings.HasPrefix(word, "ended before"):
		return Warning
	}
	return Info // how long a session lasted, or words that this version does not know
}

func changeID(id string) string { return "change " + id }

// Calls are the names of the calls that are looked up in CloudTrail, those that tell most
// first: each is a lookup of its own, and two are allowed a second. Gantry's own are among
// them.
func Calls() []string {
	return []string{
		"UpdateService", "RegisterTaskDefinition", "StopTask", "RunTask", "ExecuteCommand", "RegisterScalableTarget", "PutScalingPolicy",
		"UpdateAutoScalingGroup", "SetDesiredCapacity", "UpdateContainerInstancesState", "ModifyRule", "ModifyTargetGroup", "StopServiceDeployment", "CreateService", "DeleteService",
	}
}

// Scope is what a call has to be about to be told.
type Scope struct {
	Cluster awsx.Ref
	// Services are those that are looked at, by name; Whole says that they are all of the
	// cluster.
	Services map[string]awsx.Ref
	Whole    bool
	// Families, Groups (Auto Scaling), Tasks and Balanced (target groups and rules, by ARN)
	// belong to them, by name or ARN; the value is the service, zero for the cluster's own.
	Families, Groups, Tasks, Balanced map[string]awsx.Ref
}

// record is what is read of CloudTrail's record of a call.
type record struct {
	UserIdentity struct {
		ARN       string `json:"arn"`
		UserName  string `json:"userName"`
		InvokedBy string `json:"invokedBy"`
	} `json:"userIdentity"`
	UserAgent    string         `json:"userAgent"`
	SourceIP     string         `json:"sourceIPAddress"`
	ErrorCode    string         `json:"errorCode"`
	ErrorMessage string         `json:"errorMessage"`
	Asked        map[string]any `json:"requestParameters"`
	Answered     struct {
		Definition struct {
			ARN string `json:"taskDefinitionArn"`
		} `json:"taskDefinition"`
	} `json:"responseElements"`
}

// text is a parameter, empty where it is none or no text.
func (r record) text(name string) string {
	s, _ := r.Asked[name].(string)
	return s
}

// ours finds the service that a call is about; ok is false where it is about nothing of the
// scope.
func (s Scope) ours(call string, r record) (service awsx.Ref, ok bool) {
	if call == "RegisterTaskDefinition" {
		service, ok = s.Families[r.text("family")]
		return service, ok
	}
	if name, scaled := strings.CutPrefix(r.text("resourceId"), "service/"+s.Cluster.Name()+"/"); scaled {
		service, ok = s.Services[name]
		return service, ok
	}
	if group := r.text("autoScalingGroupName"); group != "" {
		service, ok = s.Groups[group]
		return service, ok
	}
	if strings.Contains(call, "Rule") || strings.Contains(call, "TargetGroup") {
		for _, arn := range texts(r.Asked) {
			if service, ok = s.Balanced[arn]; ok {
				return service, true
			}
		}
		return service, false
	}
	cluster := awsx.ARNName(cmp.Or(r.text("cluster"), "default"))
	if arn := r.text("serviceDeploymentArn"); arn != "" {
		parts := strings.Split(arn, "/")
		if len(parts) < 4 {
			return service, false
		}
		cluster, r.Asked = parts[1], map[string]any{"service": parts[2]}
	}
	if cluster != s.Cluster.Name() {
		return service, false
	}
	if name := awsx.ARNName(cmp.Or(r.text("service"), r.text("serviceName"))); name != "" {
		service, ok = s.Services[name]
		return service, ok || s.Whole // one that was deleted is of the cluster still
	}
	if task := awsx.ARNName(r.text("task")); task != "" {
		service, ok = s.Tasks[task]
		return service, ok || s.Whole
	}
	return service, s.Whole
}

// texts are all texts of a value, in no order that matters.
func texts(v any) (all []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, x := range v {
			all = append(all, texts(x)...)
		}
	case map[string]any:
		for _, x := range v {
			all = append(all, texts(x)...)
		}
	}
	return all
}

// ofChange finds the change of gantry that a call belongs to, by the caller's user agent.
var ofChange = regexp.MustCompile(`\bgantry-change/(\S+)`)

// Changes are what was changed: from this machine by its journal, and by whomever CloudTrail
// names. The calls of one change are one entry, whichever of the two tells it. A revision that
// was registered alone is an entry of its own, which Registered tells as well.
func Changes(made []Made, trail []awsx.TrailEvent, s Scope) []Entry {
	var out []Entry
	at := map[string]int{} // by the ID of an entry
	for _, m := range made {
		at[changeID(m.ID)] = len(out)
		out = append(out, m.entry())
	}
	trail = slices.Clone(trail)
	slices.SortStableFunc(trail, func(a, b awsx.TrailEvent) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	seen := map[string]bool{}
	for _, t := range trail {
		var r record
		if seen[t.ID] || json.Unmarshal(t.Raw, &r) != nil {
			continue // a record that cannot be read is about nothing that can be told
		}
		seen[t.ID] = true
		of := ofChange.FindStringSubmatch(r.UserAgent)
		if of != nil {
			if i, ok := at[changeID(of[1])]; ok && i < len(made) {
				out[i].Facts = append(out[i].Facts, Fact{t.At, "CloudTrail", r.said(t)})
				continue
			}
		}
		service, ours := s.ours(t.Call, r)
		if !ours {
			continue
		}
		e := Entry{
			ID: "call " + t.ID, At: t.At, Kind: Change, Service: service, Subject: service.Name(), Who: r.who(t), Text: r.words(t), Count: 1,
			Facts: []Fact{{t.At, "CloudTrail", r.said(t)}},
		}
		if service.ARN == "" {
			e.Subject = cmp.Or(r.text("autoScalingGroupName"), awsx.ARNName(cmp.Or(r.text("service"), r.text("serviceName"), r.text("task"))), s.Cluster.Name())
		}
		switch {
		case r.ErrorCode != "":
			e.Severity = Warning
		case of != nil:
			e.ID, e.Text = changeID(of[1]), "gantry elsewhere: "+e.Text
			e.Facts = append(e.Facts, Fact{Name: "change", Text: of[1]})
		case t.Call == "RegisterTaskDefinition" && r.Answered.Definition.ARN != "":
			name := awsx.ARNName(r.Answered.Definition.ARN)
			e.ID, e.Kind, e.Text = revisionID(name), Revision, name+" registered"
		}
		if i, ok := at[e.ID]; ok && e.Kind == Change {
			out[i].Text += ", " + r.words(t)
			out[i].Facts = append(out[i].Facts, e.Facts[0])
			continue
		}
		at[e.ID] = len(out)
		out = append(out, e)
	}
	return out
}

// who called, as short as tells people apart.
func (r record) who(t awsx.TrailEvent) string {
	return cmp.Or(Person(r.UserIdentity.ARN), r.UserIdentity.UserName, t.User, r.UserIdentity.InvokedBy)
}

// told are the parameters that are told of a call, in this order; values of others may be
// secret.
var told = []string{
	"taskDefinition", "desiredCount", "forceNewDeployment", "family", "task", "reason", "status", "startedBy", "count", "container", "minCapacity", "maxCapacity", "policyName",
	"minSize", "maxSize", "desiredCapacity", "healthCheckPath", "serviceDeploymentArn", "stopType",
}

// words say what was called, and with which parameters.
func (r record) words(t awsx.TrailEvent) string {
	var with []string
	for _, name := range told {
		switch v := r.Asked[name].(type) {
		case string:
			if v != "" {
				with = append(with, name+" "+awsx.ARNName(v))
			}
		case float64:
			with = append(with, name+" "+strconv.FormatFloat(v, 'f', -1, 64))
		case bool:
			with = append(with, name+" "+strconv.FormatBool(v))
		}
	}
	text := cmp.Or(t.Call, "a call without a name")
	if len(with) > 0 {
		text += ": " + strings.Join(with, ", ")
	}
	if r.ErrorCode != "" {
		text += "; refused: " + r.ErrorCode
	}
	return text
}

// said is all of it that may be told: who, from where, with what, and the names of the other
// parameters.
func (r record) said(t awsx.TrailEvent) string {
	text := r.words(t) + " by " + cmp.Or(r.UserIdentity.ARN, r.who(t), "?")
	if r.SourceIP != "" {
		text += " from " + r.SourceIP
	}
	if r.ErrorMessage != "" {
		text += ": " + r.ErrorMessage
	}
	var others []string
	for _, name := range slices.Sorted(maps.Keys(r.Asked)) {
		if r.Asked[name] != nil && !slices.Contains(told, name) {
			others = append(others, name)
		}
	}
	if len(others) > 0 {
		text += " (also " + strings.Join(others, ", ") + ")"
	}
	return text + ", event " + t.ID
}

// Person is who an ARN names, as short as tells people apart: a role's session with the role,
// a user, root.
func Person(arn string) string {
	_, _, resource, ok := awsx.ARNParts(arn)
	if !ok {
		return arn
	}
	for _, head := range []string{"assumed-role/", "user/", "federated-user/"} {
		if rest, cut := strings.CutPrefix(resource, head); cut {
			return rest
		}
	}
	return resource
}
