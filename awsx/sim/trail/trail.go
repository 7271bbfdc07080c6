package trail

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// most is how many calls are kept; the oldest go first.
const most = 2000

// Trail is the record of an account's calls.
type Trail struct {
	fleet  *fleet.Fleet
	events []*event // oldest first
	count  int
}

// event is a call that was made.
type event struct {
	id, name, source string
	at               time.Time
	by               string // ARN
	agent            string
	asked            map[string]any
	answered         map[string]any // nil where nothing is told of it
	code, message    string         // of a refusal
}

// New returns a record of the calls on a fleet and on what is around it.
func New(f *fleet.Fleet) *Trail { return &Trail{fleet: f} }

// sources are the names of services as CloudTrail has them, where those differ.
var sources = map[string]string{"elbv2": "elasticloadbalancing", "cloudwatch": "monitoring", "application-autoscaling": "autoscaling"}

// Record keeps a call that changes something, with the body of its answer, or why it was
// refused.
func (t *Trail) Record(r *wire.Request, by string, body []byte, refused error) {
	if r.Service == nil || r.Reads() || r.Service.Name == "sts" {
		return
	}
	t.count++
	e := &event{
		id: id("call", t.fleet.Seed, t.count), name: r.Operation, source: cmp.Or(sources[r.Service.Name], r.Service.Name) + ".amazonaws.com",
		at: t.fleet.Now, by: by, agent: r.Agent, asked: small(r.Input()),
	}
	if answer, err := wire.DecodeTree(body); err == nil {
		e.answered = answer
	}
	if refused != nil {
		e.code, e.message = wire.Refusal(refused)
	}
	if t.events = append(t.events, e); len(t.events) > most {
		t.events = t.events[1:]
	}
}

// small has the names of parameters begin with a small letter, as CloudTrail does.
func small(asked map[string]any) map[string]any {
	out := make(map[string]any, len(asked))
	for name, v := range asked {
		if name != "Action" && name != "Version" && name != "" {
			out[strings.ToLower(name[:1])+name[1:]] = v
		}
	}
	return out
}

// id makes the name of an event of what it is.
func id(parts ...any) string {
	h := fmt.Sprintf("%x", sha256.Sum256([]byte(fmt.Sprint(parts...))))
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
}

// told are all calls: those that were recorded, and those that must have been made since the
// account shows what came of them.
func (t *Trail) told() []*event {
	all := slices.Clone(t.events)
	by := map[string]string{} // by the ARN of a revision
	registered, deployed := t.recorded()
	for _, f := range t.fleet.Definitions.Families {
		for _, d := range f.Revisions {
			at, _ := d.Document["registeredAt"].(wire.Epoch)
			if by[d.ARN] = wire.Text(d.Document["registeredBy"]); !registered[d.ARN] {
				all = append(all, &event{
					id: id("register", d.ARN), name: "RegisterTaskDefinition", source: "ecs.amazonaws.com", at: at.Time, by: by[d.ARN], agent: cli,
					asked: map[string]any{"family": d.Family}, answered: map[string]any{"taskDefinition": map[string]any{"taskDefinitionArn": d.ARN}},
				})
			}
		}
	}
	for _, s := range t.fleet.Services {
		for _, r := range s.Rollouts {
			if r.Target == nil || r.Target.Def == nil || slices.ContainsFunc(deployed[s.Cluster.Name+"/"+s.Name], func(at time.Time) bool { return r.CreatedAt.Sub(at).Abs() < 2*time.Second }) {
				continue
			}
			e := &event{
				id: id("rollout", r.ARN), name: "UpdateService", source: "ecs.amazonaws.com", at: r.CreatedAt, by: by[r.Target.Def.ARN], agent: cli,
				asked: map[string]any{"cluster": s.Cluster.Name, "service": s.Name, "taskDefinition": r.Target.Def.ARN},
			}
			if r.CreatedAt.Equal(s.CreatedAt) {
				e.name, e.by = "CreateService", cmp.Or(s.CreatedBy, e.by)
				e.asked = map[string]any{"cluster": s.Cluster.Name, "serviceName": s.Name, "taskDefinition": r.Target.Def.ARN}
			}
			all = append(all, e)
		}
	}
	return all
}

// cli is the agent of those who are not here.
const cli = "aws-cli/2.27.0"

// recorded are the revisions that recorded calls registered, by ARN, and when recorded calls
// updated which services.
func (t *Trail) recorded() (registered map[string]bool, deployed map[string][]time.Time) {
	registered, deployed = map[string]bool{}, map[string][]time.Time{}
	for _, e := range t.events {
		switch e.name {
		case "RegisterTaskDefinition":
			registered[wire.Text(wire.Object(e.answered["taskDefinition"])["taskDefinitionArn"])] = true
		case "UpdateService":
			of := world.Tail(wire.Text(e.asked["cluster"])) + "/" + world.Tail(wire.Text(e.asked["service"]))
			deployed[of] = append(deployed[of], e.at)
		}
	}
	return registered, deployed
}

// Operations are those of CloudTrail.
func (t *Trail) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{"LookupEvents": wire.JSON(t.lookup)}
}

type lookupInput struct {
	Attributes []struct{ AttributeKey, AttributeValue string } `json:"LookupAttributes"`
	Start      *float64                                        `json:"StartTime"`
	End        *float64                                        `json:"EndTime"`
	Max        *int                                            `json:"MaxResults"`
	NextToken  string                                          `json:"NextToken"`
}

// remembers is how long CloudTrail tells of events (LookupEvents).
const remembers = 90 * 24 * time.Hour

// wanted is what a call asks for.
func (t *Trail) wanted(in *lookupInput) (func(*event) bool, error) {
	switch {
	case len(in.Attributes) > 1:
		return nil, wire.Fail("InvalidLookupAttributesException", "Only one lookup attribute is allowed.")
	case in.Start != nil && in.End != nil && *in.Start > *in.End:
		return nil, wire.Fail("InvalidTimeRangeException", "The start time must be before the end time.")
	case in.Max != nil && (*in.Max < 1 || *in.Max > 50):
		return nil, wire.Fail("InvalidMaxResultsException", "The number of results must be between 1 and 50.")
	}
	of := func(*event) bool { return true }
	if len(in.Attributes) == 1 {
		value := in.Attributes[0].AttributeValue
		switch in.Attributes[0].AttributeKey {
		case "EventName":
			of = func(e *event) bool { return e.name == value }
		case "EventId":
			of = func(e *event) bool { return e.id == value }
		case "EventSource":
			of = func(e *event) bool { return e.source == value }
		case "Username":
			of = func(e *event) bool { return world.Tail(e.by) == value }
		case "ReadOnly":
			of = func(*event) bool { return value == "false" }
		case "ResourceName", "ResourceType", "AccessKeyId":
			of = func(*event) bool { return false } // ECS names none of them with its events
		default:
			return nil, wire.Fail("InvalidLookupAttributesException", "The lookup attribute "+in.Attributes[0].AttributeKey+" is not supported.")
		}
	}
	from, to := t.fleet.Now.Add(-remembers), t.fleet.Now
	if in.Start != nil && wire.Time(*in.Start).After(from) {
		from = wire.Time(*in.Start)
	}
	if in.End != nil {
		to = wire.Time(*in.End)
	}
	return func(e *event) bool { return of(e) && !e.at.Before(from) && !e.at.After(to) }, nil
}

func (t *Trail) lookup(in *lookupInput) ([]byte, error) {
	wanted, err := t.wanted(in)
	if err != nil {
		return nil, err
	}
	var found []*event
	for _, e := range t.told() {
		if wanted(e) {
			found = append(found, e)
		}
	}
	key := func(e *event) string { return wire.Countdown(e.at) + e.id }
	slices.SortFunc(found, func(a, b *event) int { return cmp.Compare(key(a), key(b)) })
	p := wire.Paging[*event]{Key: key, Fallback: 50, Max: 50, Token: "NextToken"}
	answer, err := p.Answer("Events", found, in.NextToken, in.Max, func(e *event) any { return t.described(e) })
	if err != nil {
		return nil, wire.Fail("InvalidNextTokenException", "The next token is not valid.")
	}
	return answer, nil
}

func (t *Trail) described(e *event) any {
	user := world.Tail(e.by)
	record := map[string]any{
		"eventVersion": "1.09", "eventID": e.id, "eventName": e.name, "eventSource": e.source, "eventTime": e.at.UTC().Format("2006-01-02T15:04:05Z"),
		"awsRegion": t.fleet.Region, "recipientAccountId": t.fleet.AccountID, "eventType": "AwsApiCall", "eventCategory": "Management", "readOnly": false, "managementEvent": true,
		"sourceIPAddress": "203.0.113.20", "userAgent": e.agent, "requestParameters": e.asked, "responseElements": e.answered,
		"userIdentity": map[string]any{"type": "AssumedRole", "arn": e.by, "accountId": t.fleet.AccountID, "principalId": "AROADEMODEMODEMODEMO0:" + user},
	}
	if e.answered == nil {
		record["responseElements"] = nil
	}
	if e.code != "" {
		maps.Copy(record, map[string]any{"errorCode": e.code, "errorMessage": e.message})
	}
	return map[string]any{
		"EventId": e.id, "EventName": e.name, "EventSource": e.source, "EventTime": wire.At(e.at), "ReadOnly": "false", "Username": user,
		"Resources": []any{}, "CloudTrailEvent": string(wire.Encode(record)),
	}
}
