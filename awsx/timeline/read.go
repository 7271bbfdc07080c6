package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/past"
)

// Heard keeps what events of services were read as, by their ids: they are told again with
// each reading, and never change. Its zero value is ready for use, by one goroutine.
type Heard struct{ read map[string]heard }

type heard struct {
	text     string
	severity Severity
	moves    bool // it says that tasks and targets come and go
}

// of reads an event, once.
func (h *Heard) of(id, message string) heard {
	if known, ok := h.read[id]; ok {
		return known
	}
	if h.read == nil || len(h.read) > heardAtMost {
		h.read = map[string]heard{}
	}
	read := reason.ReadEvent(message)
	out := heard{text: reason.Named(strings.TrimSuffix(unprefixed(read.Body), ".")), moves: read.Kind == reason.Progress}
	switch {
	case read.Kind == reason.Steady:
		out.severity = Good
	case read.Kind == reason.DeploymentFailed, read.Kind == reason.RollingBack, read.Kind == reason.CannotPlace, read.Kind == reason.CannotStart:
		out.severity = Failure
	case read.Trouble():
		out.severity = Warning
	case read.Everyday():
		out.severity = Everyday
	}
	if read.Trouble() {
		out.text = reason.Named(read.Why())
	}
	h.read[id] = out
	return out
}

// unprefixed is what a message says, without the deployment that ECS puts before it: its id is
// longer than what is said, and stands in the entry's facts.
func unprefixed(body string) string {
	if _, after, ok := strings.Cut(body, ") "); ok && strings.HasPrefix(body, "(deployment ") {
		return after
	}
	return body
}

// heardAtMost is of how many events is kept what they were read as: of a hundred each of 500
// services, as ECS tells of them.
const heardAtMost = 50_000

// Said are events of services. Those of one service that say that tasks and targets come and
// go, as a busy one does all day, are told together until it says something else.
func Said(events []past.Event, h *Heard) []Entry {
	out := make([]Entry, 0, len(events))
	seen := make(map[string]bool, len(events))
	open := map[awsx.Ref]int{} // the entry of a service that takes what is everyday
	order := make([]*past.Event, len(events))
	for i := range events {
		order[i] = &events[i]
	}
	slices.SortStableFunc(order, func(a, b *past.Event) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return cmp.Compare(a.ID, b.ID)
	})
	for _, e := range order {
		id := "event " + e.ID
		if e.ID == "" {
			id += e.Service.ARN + e.At.String() + e.Message
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		read := h.of(id, e.Message)
		fact := Fact{e.At, "said", e.Message}
		if i, follows := open[e.Service]; read.moves && follows && e.At.Sub(out[i].Last()) <= apart && e.At.Sub(out[i].At) <= together {
			more := &out[i]
			more.Until, more.Count, more.Facts = e.At, more.Count+1, append(more.Facts, fact)
			continue
		}
		if delete(open, e.Service); read.moves {
			open[e.Service] = len(out)
		}
		out = append(out, Entry{
			ID: id, At: e.At, Kind: Event, Severity: read.severity, Service: e.Service, Subject: e.Service.Name(), Text: read.text, Count: 1, Facts: []Fact{fact},
		})
	}
	for i := range out {
		if out[i].Count > 1 {
			out[i].Text = cameAndWent(out[i].Facts)
		}
	}
	return out
}

// cameAndWent counts the beginnings of several messages: has started x7, registered x6.
func cameAndWent(facts []Fact) string {
	var order []string
	times := map[string]int{}
	for _, f := range facts {
		lead := unprefixed(reason.EventBody(f.Text))
		if i := strings.IndexAny(lead, "0123456789("); i > 0 {
			lead = lead[:i]
		}
		lead = strings.TrimRight(lead, " .")
		if times[lead]++; times[lead] == 1 {
			order = append(order, lead)
		}
	}
	for i, lead := range order {
		if n := times[lead]; n > 1 {
			order[i] += " x" + strconv.Itoa(n)
		}
	}
	return strings.Join(order, ", ")
}

// Deployed are the records of a service's deployments: when each began, went back and ended.
// Name puts a service revision, by its ARN, in words.
func Deployed(service awsx.Ref, records []awsx.ServiceDeployment, name func(arn string) string) (out []Entry) {
	for _, d := range records {
		target := cmp.Or(name(d.Target.ARN), "a revision that was not read")
		add := func(step string, at time.Time, severity Severity, text string) {
			e := Entry{
				ID: "deployment " + d.ARN + " " + step, At: at, Kind: Deployment, Severity: severity, Service: service, Subject: service.Name(), Text: text, Count: 1,
				Facts: []Fact{{Name: "deployment", Text: d.ARN}},
			}
			if d.Stage != "" && !d.Ended() {
				e.Facts = append(e.Facts, Fact{Name: "stage", Text: plain(d.Stage)})
			}
			if hook, paused := d.Paused(); paused {
				e.Facts = append(e.Facts, Fact{Name: "paused", Text: hook.ID + " waits for somebody to go on, until " + hook.ExpiresAt.UTC().Format(time.RFC3339)})
			}
			if len(d.TriggeredAlarms) > 0 {
				e.Facts = append(e.Facts, Fact{Name: "alarms", Text: strings.Join(d.TriggeredAlarms, ", ")})
			}
			out = append(out, e)
		}
		began := "deployment of " + target + " began"
		var before []string
		for _, s := range d.Sources {
			if was := name(s.ARN); was != "" && was != target {
				before = append(before, was)
			}
		}
		if len(before) > 0 {
			began += ", in place of " + strings.Join(before, ", ")
		}
		if d.Strategy != "" && d.Strategy != "ROLLING" {
			began += ", " + plain(d.Strategy)
		}
		add("began", d.Began(), Info, began)
		because := ""
		if why := d.Why(); why != "" {
			because = ": " + strings.TrimSuffix(why, ".")
		}
		if r := d.Rollback; r != nil {
			add("back", r.At, Failure, "rolling back from "+target+" to "+cmp.Or(name(r.Revision), "what ran before")+because)
		}
		took := ""
		if over := d.Over(); over.After(d.Began()) {
			took = " after " + over.Sub(d.Began()).Round(time.Second).String()
		}
		switch d.Status {
		case "SUCCESSFUL":
			add("ended", d.Over(), Good, "deployment of "+target+" succeeded"+took)
		case "STOPPED":
			add("ended", d.Over(), Warning, "deployment of "+target+" was stopped"+took+because)
		case "ROLLBACK_SUCCESSFUL":
			add("ended", d.Over(), Warning, "rolled back from "+target+took)
		case "ROLLBACK_FAILED":
			add("ended", d.Over(), Failure, "roll back from "+target+" failed"+took+because)
		}
	}
	return out
}

// plain is a constant of the API as it is read.
func plain(constant string) string { return strings.ToLower(strings.ReplaceAll(constant, "_", " ")) }

// Underway are the deployments that a service itself lists, for one whose records were not
// read, with the stages that its events tell of: also of those that it lists no longer.
func Underway(s awsx.Service) (out []Entry) {
	of := map[string]string{} // the revision of a deployment, by its id
	add := func(id, step string, at time.Time, severity Severity, text string, facts ...Fact) {
		out = append(out, Entry{
			ID: "deployment " + id + " " + step, At: at, Kind: Deployment, Severity: severity, Service: s.Ref, Subject: s.Name, Count: 1,
			Text: text, Facts: append([]Fact{{Name: "deployment", Text: id}}, facts...),
		})
	}
	for _, d := range s.Deployments {
		name := awsx.ARNName(d.TaskDefinition)
		of[d.ID] = name
		var facts []Fact
		if d.RolloutReason != "" {
			facts = append(facts, Fact{d.UpdatedAt, plain(d.RolloutState), d.RolloutReason})
		}
		add(d.ID, "began", d.CreatedAt, Info, "deployment of "+name+" began", facts...)
		if d.RolloutState == "FAILED" {
			add(d.ID, "failed", d.UpdatedAt, Failure, "deployment of "+name+" failed: "+d.RolloutReason)
		}
	}
	for _, e := range s.Events {
		if !strings.Contains(e.Message, "deployment") {
			continue // it names none, and need not be read
		}
		read, said := reason.ReadEvent(e.Message), Fact{e.At, "said", e.Message}
		id := read.Deployment
		name := cmp.Or(of[id], id)
		switch {
		case id == "":
		case read.Kind == reason.DeploymentFailed:
			if !slices.ContainsFunc(out, func(x Entry) bool { return x.ID == "deployment "+id+" failed" }) {
				add(id, "failed", e.At, Failure, "deployment of "+name+" failed: "+strings.TrimSuffix(read.Reason.Text, "."), said)
			}
		case read.Kind == reason.RollingBack:
			add(id, "back", e.At, Failure, "rolling back to "+name, said)
		case strings.Contains(e.Message, "deployment completed"):
			add(id, "steady", e.At, Good, "deployment of "+name+" is steady", said)
		}
	}
	return out
}

// Registered is a revision, with what it changed of the one before; nil where that was not
// read, or there is none.
func Registered(service awsx.Ref, td, before *awsx.TaskDefinition) Entry {
	name := awsx.ARNName(td.ARN)
	e := Entry{ID: revisionID(name), At: td.RegisteredAt, Kind: Revision, Service: service, Subject: service.Name(), Who: Person(td.RegisteredBy), Text: name + " registered", Count: 1}
	if before == nil {
		return e
	}
	changes, err := edits.Changes(before, td)
	switch {
	case err != nil:
		e.Facts = append(e.Facts, Fact{Name: "changed", Text: "cannot be told: " + err.Error()})
		return e
	case len(changes) == 0:
		e.Text += ", as " + awsx.ARNName(before.ARN)
		return e
	}
	var all []string
	for _, c := range changes {
		all = append(all, c.Text())
		of := "changed"
		if c.Container != "" && len(td.Containers) > 1 {
			of = "changed in " + c.Container
		}
		e.Facts = append(e.Facts, Fact{Name: of, Text: c.Text()})
	}
	e.Facts = append(e.Facts, Fact{Name: "against", Text: awsx.ARNName(before.ARN)})
	e.Text += ": " + strings.Join(all, "; ")
	return e
}

func revisionID(name string) string { return "revision " + name }

// Did is what Application Auto Scaling did to a service, or an Auto Scaling group to its
// instances. What fails again and again for one reason is told once, until something else
// happens.
func Did(kind Kind, service awsx.Ref, subject string, activities []awsx.ScalingActivity) (out []Entry) {
	sorted := slices.Clone(activities)
	slices.SortStableFunc(sorted, func(a, b awsx.ScalingActivity) int { return a.StartedAt.Compare(b.StartedAt) })
	failing := "" // what the last of out fails of
	for _, a := range sorted {
		text := cmp.Or(strings.TrimSuffix(a.Description, "."), "an activity without a description")
		why := cmp.Or(a.Message, plain(a.Status))
		if a.Failed() && failing == why {
			e := &out[len(out)-1]
			e.Until, e.Count = a.StartedAt, e.Count+1
			e.Facts = append(e.Facts, Fact{a.StartedAt, "again", text})
			continue
		}
		e := Entry{
			ID: "activity " + cmp.Or(a.ID, subject+a.StartedAt.String()+a.Description), At: a.StartedAt, Kind: kind, Service: service, Subject: subject, Count: 1, Text: text,
		}
		if failing = ""; a.Failed() {
			failing = why
			e.Severity, e.Text = Failure, e.Text+": "+why
		}
		for _, f := range []Fact{{a.EndedAt, "status", a.Status}, {Name: "because", Text: a.Cause}, {Name: "message", Text: a.Message}} {
			if f.Text != "" {
				e.Facts = append(e.Facts, f)
			}
		}
		out = append(out, e)
	}
	for i := range out {
		if n := out[i].Count; n > 1 {
			out[i].Text = strconv.Itoa(n) + " times " + out[i].Text
		}
	}
	return out
}

// Turned is an alarm's change of state. Expected is set for a state in which the alarm is when
// all is well, as that of an alarm that scales in.
func Turned(t awsx.AlarmTurn, service awsx.Ref, expected bool) Entry {
	e := Entry{
		ID: fmt.Sprintf("alarm %s %s %d", t.Alarm, t.To, t.At.UnixMilli()), At: t.At, Kind: Alarm, Service: service, Subject: t.Alarm, Count: 1,
		Text: cmp.Or(t.From, "?") + " -> " + cmp.Or(t.To, "?"),
	}
	switch {
	case expected:
	case t.To == "ALARM":
		e.Severity = Failure
	case t.To == "OK":
		e.Severity = Good
	}
	if t.Reason != "" {
		e.Text += ": " + reason.Named(t.Reason)
		e.Facts = []Fact{{Name: "reason", Text: t.Reason}}
	}
	return e
}
