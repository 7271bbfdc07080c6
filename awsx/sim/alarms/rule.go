package alarms

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// alarmRule is the parsed rule of a composite alarm (PutCompositeAlarm,
// AlarmRule).
type alarmRule interface {
	// holds evaluates the rule; in reports whether an alarm is in a state.
	holds(in func(name, state string) bool) bool
	// children are the names of the alarms that the rule stands on.
	children() []string
}

type (
	ruleState struct{ name, state string }
	ruleConst bool
	ruleNot   struct{ of alarmRule }
	ruleBoth  struct {
		and  bool
		x, y alarmRule
	}
)

func (r ruleState) holds(in func(string, string) bool) bool { return in(r.name, r.state) }
func (r ruleConst) holds(func(string, string) bool) bool    { return bool(r) }
func (r ruleNot) holds(in func(string, string) bool) bool   { return !r.of.holds(in) }
func (r ruleBoth) holds(in func(string, string) bool) bool {
	if r.and {
		return r.x.holds(in) && r.y.holds(in)
	}
	return r.x.holds(in) || r.y.holds(in)
}

func (r ruleState) children() []string { return []string{r.name} }
func (r ruleConst) children() []string { return nil }
func (r ruleNot) children() []string   { return r.of.children() }
func (r ruleBoth) children() []string  { return append(r.x.children(), r.y.children()...) }

// parseAlarmRule reads AND, OR, NOT, parentheses, TRUE, FALSE and the functions
// ALARM, OK and INSUFFICIENT_DATA of a name or an ARN. AND binds closer than OR.
func parseAlarmRule(text string) (alarmRule, error) {
	tokens := regexp.MustCompile(`"[^"]*"|[()]|[^\s()"]+`).FindAllString(text, -1)
	p := ruleParser{tokens}
	rule, err := p.either()
	if err == nil && len(p.rest) > 0 {
		err = fmt.Errorf("unexpected %s", p.rest[0])
	}
	if err != nil {
		return nil, fmt.Errorf("alarm rule %q: %w", text, err)
	}
	return rule, nil
}

type ruleParser struct{ rest []string }

func (p *ruleParser) next() string {
	if len(p.rest) == 0 {
		return ""
	}
	token := p.rest[0]
	p.rest = p.rest[1:]
	return token
}

// accept takes the next token if it is the given one.
func (p *ruleParser) accept(token string) bool {
	if len(p.rest) == 0 || p.rest[0] != token {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *ruleParser) either() (alarmRule, error) { return p.chain("OR", p.both) }

func (p *ruleParser) both() (alarmRule, error) { return p.chain("AND", p.term) }

// chain reads operands that are joined by an operator.
func (p *ruleParser) chain(operator string, operand func() (alarmRule, error)) (alarmRule, error) {
	x, err := operand()
	for err == nil && p.accept(operator) {
		var y alarmRule
		y, err = operand()
		x = ruleBoth{operator == "AND", x, y}
	}
	return x, err
}

func (p *ruleParser) term() (alarmRule, error) {
	switch token := p.next(); token {
	case "NOT":
		of, err := p.term()
		return ruleNot{of}, err
	case "TRUE", "FALSE":
		return ruleConst(token == "TRUE"), nil
	case "(":
		inside, err := p.either()
		if err == nil && !p.accept(")") {
			err = errors.New("a parenthesis is not closed")
		}
		return inside, err
	case OK, Firing, InsufficientData:
		if !p.accept("(") {
			return nil, fmt.Errorf("%s without a parenthesis", token)
		}
		name := strings.Trim(p.next(), `"`)
		if _, of, isARN := strings.Cut(name, ":alarm:"); isARN {
			name = of
		}
		if name == "" || !p.accept(")") {
			return nil, fmt.Errorf("%s wants one alarm", token)
		}
		return ruleState{name, token}, nil
	case "":
		return nil, errors.New("it ends too early")
	default:
		return nil, fmt.Errorf("unexpected %s", token)
	}
}
