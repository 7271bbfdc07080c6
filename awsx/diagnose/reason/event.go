package reason

import (
	"cmp"
	"strings"
)

// EventKind is what an event of a service tells of. The words are stable.
type EventKind string

// The kinds of events. Other is an event that no known wording matches: it is
// shown, and changes no verdict.
const (
	Other            EventKind = "other"
	Steady           EventKind = "steady"
	NotSteady        EventKind = "not steady"
	Progress         EventKind = "progress"
	Rebalancing      EventKind = "rebalancing"
	TargetUnhealthy  EventKind = "target unhealthy"
	TaskUnhealthy    EventKind = "task unhealthy" // by its container health check, or unsaid which
	CannotPlace      EventKind = "cannot place"
	CannotStart      EventKind = "cannot start"
	DeploymentFailed EventKind = "deployment failed"
	RollingBack      EventKind = "rolling back"
	Bounds           EventKind = "deployment bounds"
	Misconfigured    EventKind = "misconfigured"
	EventThrottled   EventKind = "throttled"
)

// Event is what an event of a service says.
type Event struct {
	Kind EventKind
	// Body is the message without its prefix.
	Body string
	// TaskSet and Deployment are the ids of what the event names, as in
	// "ecs-svc/123"; Group is the ARN of a target group. They may be empty.
	TaskSet, Deployment, Group string
	// Reason is the reason that the event gives, read; zero without one.
	Reason Reason
}

// Trouble reports whether the event tells of something that goes wrong.
func (e Event) Trouble() bool {
	switch e.Kind {
	case Other, Steady, Progress, Rebalancing:
		return false
	}
	return true
}

// Everyday reports whether the event belongs to normal operation. One that no
// wording matches is neither this nor trouble.
func (e Event) Everyday() bool { return !e.Trouble() && e.Kind != Other }

// AboutHealth reports whether an event's message speaks of targets or containers
// that do not pass their checks.
func AboutHealth(message string) bool {
	kind := ReadEvent(message).Kind
	return kind == TargetUnhealthy || kind == TaskUnhealthy
}

// ReadEvent reads an event's message, in any of the forms of its prefix:
// "(service S) ", "service (S) " and "(service S, taskSet T) ".
func ReadEvent(message string) Event {
	e := Event{Kind: Other}
	e.Body, e.TaskSet = body(message)
	switch {
	case moves(e.Body):
		e.Kind = Progress
		return e
	case e.Body == "has reached a steady state.":
		e.Kind = Steady
		return e
	}
	sentence := e.lead(e.Body)
	e.Kind = kindOf(sentence)
	if e.Kind == Progress && !strings.HasSuffix(sentence, ").") || e.Kind == Other {
		e.Kind = laterKind(sentence, e.Kind)
	}
	switch e.Kind {
	case Steady, Progress, Rebalancing, Other:
		return e
	case DeploymentFailed:
		e.Reason = Reason{Text: after(sentence, "deployment failed: ")}
		return e
	case RollingBack:
		if to, _ := RollingBackTo(sentence); to != "" {
			e.Deployment = to
		}
		return e
	}
	e.Group = cmp.Or(part(e.Body, "target-group"), bracketless(sentence))
	e.Deployment = cmp.Or(e.Deployment, idIn(after(sentence, "for deployment ")))
	e.Reason = e.reason(sentence)
	if e.Kind == Misconfigured && !e.Reason.Known() {
		if whole := Read(sentence); whole.Known() { // it gives no reason, and is one
			e.Reason = whole
		}
	}
	return e
}

// Moves reports whether all that an event's message says is that tasks came or went,
// and which task set its prefix names: such sentences fill a busy service's log, and who
// looks for more need not read them.
func Moves(message string) (taskSet string, ok bool) {
	text, taskSet := body(message)
	return taskSet, moves(text)
}

// moves recognises these sentences before all forms are tried on each of them.
func moves(body string) bool {
	return (strings.HasPrefix(body, "has started ") || strings.HasPrefix(body, "has stopped ")) &&
		strings.HasSuffix(body, ").") && strings.IndexByte(body, '.') == len(body)-1 && !strings.Contains(body, " to ")
}

// kindOf returns the kind of a sentence by how it begins.
func kindOf(sentence string) EventKind {
	var h holes
	for _, f := range eventForms {
		if sentence == "" {
			break
		}
		// A steady state is all that its sentence tells.
		n := match(f.form, sentence, &h)
		if n >= 0 && (f.kind != Steady || n == len(sentence) || sentence[n] == '.') {
			return f.kind
		}
	}
	return Other
}

// laterKind looks at the sentences that follow the first: ECS tells in the second
// that tasks it started replace unhealthy ones.
func laterKind(sentence string, first EventKind) EventKind {
	for rest := sentence; ; {
		_, next, ok := strings.Cut(rest, ". ")
		if !ok {
			return first
		}
		if k := kindOf(next); k != Other && k != Progress {
			return k
		}
		rest = next
	}
}

// lead takes the parts in parentheses that lead a body, and "task set (T)", off it
// and returns the sentence that follows them.
func (e *Event) lead(sentence string) string {
	for strings.HasPrefix(sentence, "(") {
		name, _, _ := strings.Cut(sentence[1:], " ")
		value := part(sentence, name)
		end := len(name) + len(value) + 3 // "(", " " and ")"
		if end > len(sentence) {
			break
		}
		switch name {
		case "deployment":
			e.Deployment = value
		case "taskSet":
			e.TaskSet = value
		}
		sentence = strings.TrimLeft(sentence[end:], " ,")
	}
	if rest, ok := strings.CutPrefix(sentence, "task set ("); ok {
		if set, after, found := strings.Cut(rest, ")"); found {
			e.TaskSet, sentence = set, strings.TrimSpace(after)
		}
	}
	return sentence
}

// reason reads the reason that a sentence gives in the ways events do.
func (e *Event) reason(sentence string) Reason {
	sentence, _, _ = strings.Cut(sentence, " For more information, see ")
	for _, name := range [...]string{"reason", "error"} {
		if inner := part(sentence, name); inner != "" {
			return Read(inner)
		}
	}
	for _, mark := range [...]string{"Reason: ", "reason: ", " due to ", " because "} {
		if rest := after(sentence, mark); rest != "" {
			return Read(rest)
		}
	}
	return Reason{}
}

// body returns an event's message without its prefix, and the task set that the
// prefix names.
func body(message string) (rest, taskSet string) {
	for _, open := range [...]string{"(service ", "service ("} {
		if rest, ok := strings.CutPrefix(message, open); ok {
			if names, text, found := strings.Cut(rest, ")"); found {
				_, set, _ := strings.Cut(names, ", taskSet ")
				return strings.TrimSpace(text), set
			}
		}
	}
	return strings.TrimSpace(message), ""
}

// RollingBackTo reads why a deployment is in its state, or an event's body: it returns
// the deployment that ECS returns to after one that failed. It may be unnamed.
func RollingBackTo(text string) (deployment string, ok bool) {
	c := split(text)
	for _, start := range c.starts {
		if match("rolling back", c.text[start:], &holes{}) >= 0 {
			to := after(c.text[start:], "rolling back to ")
			for _, noun := range [...]string{"(", "deploymentId ", "deployment "} {
				to = strings.TrimPrefix(to, noun)
			}
			return idIn(to), true
		}
	}
	return "", false
}

// EventBody returns an event's message without the prefix that names the service.
func EventBody(message string) string {
	text, _ := body(message)
	return text
}

// NamesTask reports whether an event's message names the task of an id, or any task when
// the id is empty.
// An instance stands for the task whose target it is: who cannot tell which that is
// takes the event for another task's.
func NamesTask(message, id string) bool {
	if id != "" {
		return strings.Contains(message, id)
	}
	return part(message, "task") != "" || part(message, "instance") != ""
}

// part returns what stands in "(name …)" inside of a message, up to the
// parenthesis that closes it; reasons may hold parentheses of their own.
func part(message, name string) string {
	open := "(" + name + " "
	i := strings.Index(message, open)
	if i < 0 {
		return ""
	}
	rest := message[i+len(open):]
	depth := 1
	for j := range len(rest) {
		switch rest[j] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return rest[:j]
			}
		}
	}
	return rest
}

// bracketless returns the group of "in target-group (ARN)".
func bracketless(sentence string) string {
	group, _, ok := strings.Cut(after(sentence, "target-group ("), ")")
	if !ok {
		return ""
	}
	return group
}

// after returns what follows a mark in a text, empty when it is not there.
func after(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	return rest
}

// idIn returns the id that a text begins with, without what ends a sentence.
func idIn(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return strings.Trim(word, "().,:")
}
