package place

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx"
)

// constraint tells whether an instance satisfies an expression of the cluster
// query language, in which placement constraints of type memberOf are written.
type constraint func(awsx.Instance) bool

// constraintLimit is the length that the service admits for an expression, in
// characters (ECS, PlacementConstraint.expression).
const constraintLimit = 2000

// parseConstraint parses an expression: subjects compared by operators, joined
// by and (&&), or (||), not (!) and parentheses. Subjects are attribute:NAME,
// ec2InstanceId, agentConnected, agentVersion and runningTasksCount; what else
// the service knows (task:group, registeredAt) cannot be told from an instance's
// description and is an error, as is anything that is not understood (ECS
// developer guide, cluster query language).
func parseConstraint(expression string) (constraint, error) {
	if len(expression) > constraintLimit {
		return nil, fmt.Errorf("it is longer than %d characters", constraintLimit)
	}
	p := &constraintParser{rest: expression}
	c, err := p.any()
	if err != nil {
		return nil, err
	}
	if p.skip(); p.rest != "" {
		return nil, fmt.Errorf("what follows is not understood: %q", p.rest)
	}
	return c, nil
}

// constraintParser holds what is left to parse.
type constraintParser struct{ rest string }

func (p *constraintParser) skip() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// take consumes the first of the given symbols that comes next. A symbol of
// letters must end where a word does.
func (p *constraintParser) take(symbols ...string) string {
	p.skip()
	for _, s := range symbols {
		after, ok := strings.CutPrefix(p.rest, s)
		if ok && (!wordLike(s) || after == "" || !wordLike(after[:1])) {
			p.rest = after
			return s
		}
	}
	return ""
}

func wordLike(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// any parses alternatives; and binds tighter than or.
func (p *constraintParser) any() (constraint, error) {
	left, err := p.all()
	for err == nil && p.take("||", "or") != "" {
		a := left
		var b constraint
		if b, err = p.all(); err == nil {
			left = func(i awsx.Instance) bool { return a(i) || b(i) }
		}
	}
	return left, err
}

func (p *constraintParser) all() (constraint, error) {
	left, err := p.one()
	for err == nil && p.take("&&", "and") != "" {
		a := left
		var b constraint
		if b, err = p.one(); err == nil {
			left = func(i awsx.Instance) bool { return a(i) && b(i) }
		}
	}
	return left, err
}

func (p *constraintParser) one() (constraint, error) {
	if p.take("!", "not") != "" {
		c, err := p.one()
		if err != nil {
			return nil, err
		}
		return func(i awsx.Instance) bool { return !c(i) }, nil
	}
	if p.take("(") == "" {
		return p.comparison()
	}
	c, err := p.any()
	if err != nil {
		return nil, err
	}
	if p.take(")") == "" {
		return nil, errors.New("a closing parenthesis is missing")
	}
	return c, nil
}

// fact is what an instance says about a subject, and whether it says anything.
type fact func(awsx.Instance) (value string, present bool)

func subjectOf(name string) (fact, error) {
	attribute, ok := strings.CutPrefix(name, "attribute:")
	switch {
	case ok && attribute != "":
		return func(i awsx.Instance) (string, bool) {
			v, present := i.Attributes[attribute]
			return v, present
		}, nil
	case name == "ec2InstanceId":
		return func(i awsx.Instance) (string, bool) { return i.EC2ID, i.EC2ID != "" }, nil
	case name == "agentConnected":
		return func(i awsx.Instance) (string, bool) { return strconv.FormatBool(i.AgentConnected), true }, nil
	case name == "agentVersion":
		return func(i awsx.Instance) (string, bool) { return i.AgentVersion, i.AgentVersion != "" }, nil
	case name == "runningTasksCount":
		return func(i awsx.Instance) (string, bool) { return strconv.Itoa(i.Running), true }, nil
	}
	return nil, fmt.Errorf("the subject %q is not understood", name)
}

// comparison parses a subject, an operator and its argument. An attribute that an
// instance lacks is like an empty one to all operators but exists (inferred).
func (p *constraintParser) comparison() (constraint, error) {
	name, err := p.word()
	if err != nil {
		return nil, err
	}
	subject, err := subjectOf(name)
	if err != nil {
		return nil, err
	}
	op := p.take("!exists", "not_exists", "exists", "!in", "not_in", "in", "==", "equals", "!=", "not_equals",
		"=~", "matches", "!~", "not_matches", ">=", "greater_than_equal", ">", "greater_than", "<=", "less_than_equal", "<", "less_than")
	switch op {
	case "exists":
		return func(i awsx.Instance) bool { _, ok := subject(i); return ok }, nil
	case "!exists", "not_exists":
		return func(i awsx.Instance) bool { _, ok := subject(i); return !ok }, nil
	case "==", "equals", "!=", "not_equals":
		want, err := p.word()
		negated := strings.HasPrefix(op, "!") || strings.HasPrefix(op, "not")
		return func(i awsx.Instance) bool { v, _ := subject(i); return (v == want) != negated }, err
	case "in", "!in", "not_in":
		list, err := p.list()
		return func(i awsx.Instance) bool { v, _ := subject(i); return slices.Contains(list, v) == (op == "in") }, err
	case "=~", "matches", "!~", "not_matches":
		pattern, err := p.pattern()
		negated := op == "!~" || op == "not_matches"
		return func(i awsx.Instance) bool { v, _ := subject(i); return pattern.MatchString(v) != negated }, err
	case "":
		return nil, fmt.Errorf("no operator that is understood follows %q", name)
	}
	return p.order(name, subject, op)
}

// order compares numbers, which only the count of tasks is sure to be.
func (p *constraintParser) order(name string, subject fact, op string) (constraint, error) {
	arg, err := p.word()
	if err != nil {
		return nil, err
	}
	limit, err := strconv.Atoi(arg)
	if err != nil || name != "runningTasksCount" {
		return nil, fmt.Errorf("%s %s %s compares no number of tasks", name, op, arg)
	}
	return func(i awsx.Instance) bool {
		v, _ := subject(i)
		n, _ := strconv.Atoi(v)
		switch op {
		case ">", "greater_than":
			return n > limit
		case ">=", "greater_than_equal":
			return n >= limit
		case "<", "less_than":
			return n < limit
		}
		return n <= limit
	}, nil
}

// word consumes a quoted text, or what goes on to a space or a symbol.
func (p *constraintParser) word() (string, error) {
	p.skip()
	if s, ok, err := p.quoted(); ok || err != nil {
		return s, err
	}
	end := strings.IndexAny(p.rest, " \t\r\n()[],=!<>&|~")
	if end < 0 {
		end = len(p.rest)
	}
	if end == 0 {
		return "", errors.New("a name or a value is missing")
	}
	w := p.rest[:end]
	p.rest = p.rest[end:]
	return w, nil
}

func (p *constraintParser) quoted() (s string, ok bool, err error) {
	if p.rest == "" || p.rest[0] != '"' && p.rest[0] != '\'' {
		return "", false, nil
	}
	s, after, closed := strings.Cut(p.rest[1:], p.rest[:1])
	if !closed {
		return "", false, errors.New("a closing quote is missing")
	}
	p.rest = after
	return s, true, nil
}

// list consumes [a, b].
func (p *constraintParser) list() ([]string, error) {
	if p.take("[") == "" {
		return nil, errors.New("a list in brackets is missing")
	}
	var items []string
	for {
		item, err := p.word()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if p.take("]") != "" {
			return items, nil
		}
		if p.take(",") == "" {
			return nil, errors.New("a closing bracket is missing")
		}
	}
}

// pattern consumes a regular expression, which has to match a whole value. It
// may hold parentheses of its own; one more closes what stands around it.
func (p *constraintParser) pattern() (*regexp.Regexp, error) {
	p.skip()
	s, ok, err := p.quoted()
	if err != nil {
		return nil, err
	}
	if !ok {
		s = p.rest[:patternEnd(p.rest)]
		p.rest = p.rest[len(s):]
	}
	if s == "" {
		return nil, errors.New("a regular expression is missing")
	}
	re, err := regexp.Compile("^(?:" + s + ")$")
	if err != nil {
		return nil, fmt.Errorf("the regular expression %q is not understood", s)
	}
	return re, nil
}

func patternEnd(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case ' ', '\t', '\r', '\n':
			return i
		case '(', '[':
			depth++
		case ')', ']':
			if depth--; depth < 0 {
				return i
			}
		}
	}
	return len(s)
}
