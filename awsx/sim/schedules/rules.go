package schedules

import (
	"strings"

	"gantry/awsx/sim/wire"
)

type rulesInput struct {
	Bus       string `json:"EventBusName"`
	Prefix    string `json:"NamePrefix"`
	Rule      string `json:"Rule"`
	Limit     *int   `json:"Limit"`
	NextToken string `json:"NextToken"`
}

type ruleDoc struct {
	Name       string `json:"Name"`
	ARN        string `json:"Arn"`
	State      string `json:"State"`
	Bus        string `json:"EventBusName"`
	Expression string `json:"ScheduleExpression,omitempty"`
	Pattern    string `json:"EventPattern,omitempty"`
}

type targetDoc struct {
	ID   string  `json:"Id"`
	ARN  string  `json:"Arn"`
	Role string  `json:"RoleArn"`
	ECS  *ecsDoc `json:"EcsParameters,omitempty"`
}

type ecsDoc struct {
	Definition string `json:"TaskDefinitionArn"`
	Count      int    `json:"TaskCount"`
	LaunchType string `json:"LaunchType"`
}

func (b *Board) ecs(s *Schedule) *ecsDoc {
	if s.Definition == "" {
		return nil
	}
	launch := s.LaunchType
	if launch == "" {
		launch = "EC2"
	}
	return &ecsDoc{s.Definition, 1, launch}
}

// onBus refuses a bus that is not there; the account has the default one.
func (in *rulesInput) onBus() error {
	if in.Bus != "" && in.Bus != "default" {
		return wire.Fail("ResourceNotFoundException", "Event bus "+in.Bus+" does not exist.")
	}
	return nil
}

func (b *Board) listRules(in *rulesInput) ([]byte, error) {
	if err := in.onBus(); err != nil {
		return nil, err
	}
	chosen := b.of(true, func(s *Schedule) bool { return strings.HasPrefix(s.Name, in.Prefix) })
	p := wire.Paging[*Schedule]{Key: byName, Fallback: 100, Max: 100}
	page, next, err := p.Cut(chosen, in.NextToken, in.Limit)
	if err != nil {
		return nil, wire.Fail("ValidationException", "The next token is invalid.")
	}
	out := struct {
		Rules []ruleDoc `json:"Rules"`
		Next  string    `json:"NextToken,omitempty"`
	}{[]ruleDoc{}, next}
	for _, s := range page {
		out.Rules = append(out.Rules, ruleDoc{s.Name, b.arn(s), s.state(), "default", s.Expression, s.Pattern})
	}
	return wire.Encode(out), nil
}

func (b *Board) listTargets(in *rulesInput) ([]byte, error) {
	if err := in.onBus(); err != nil {
		return nil, err
	}
	found := b.of(true, func(s *Schedule) bool { return s.Name == in.Rule })
	if len(found) == 0 {
		return nil, wire.Fail("ResourceNotFoundException", "Rule "+in.Rule+" does not exist on EventBus default.")
	}
	out := struct {
		Targets []targetDoc `json:"Targets"`
	}{[]targetDoc{}}
	for _, s := range found {
		out.Targets = append(out.Targets, targetDoc{"1", s.Target, "arn:aws:iam::" + b.AccountID + ":role/ecsEventsRole", b.ecs(s)})
	}
	return wire.Encode(out), nil
}
