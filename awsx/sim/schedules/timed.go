package schedules

import (
	"cmp"
	"strconv"
	"strings"

	"gantry/awsx/sim/wire"
)

// timedInput is what the address of a call says: all of it is text.
type timedInput struct {
	Name      string `json:"Name"`
	Group     string `json:"groupName"`
	InGroup   string `json:"ScheduleGroup"`
	Prefix    string `json:"NamePrefix"`
	State     string `json:"State"`
	Max       string `json:"MaxResults"`
	NextToken string `json:"NextToken"`
}

type summaryDoc struct {
	Name   string     `json:"Name"`
	ARN    string     `json:"Arn"`
	Group  string     `json:"GroupName"`
	State  string     `json:"State"`
	Made   wire.Epoch `json:"CreationDate"`
	Edited wire.Epoch `json:"LastModificationDate"`
	Target struct {
		ARN string `json:"Arn"`
	} `json:"Target"`
}

func (b *Board) listSchedules(in *timedInput) ([]byte, error) {
	var most *int
	if in.Max != "" {
		n, err := strconv.Atoi(in.Max)
		if err != nil || n < 1 || n > 100 {
			return nil, wire.Fail("ValidationException", "MaxResults must be between 1 and 100.")
		}
		most = &n
	}
	chosen := b.of(false, func(s *Schedule) bool {
		return strings.HasPrefix(s.Name, in.Prefix) && (in.InGroup == "" || s.Group == in.InGroup) && (in.State == "" || s.state() == in.State)
	})
	p := wire.Paging[*Schedule]{Key: byName, Fallback: 100, Max: 100}
	page, next, err := p.Cut(chosen, in.NextToken, most)
	if err != nil {
		return nil, wire.Fail("ValidationException", "The next token is invalid.")
	}
	out := struct {
		Schedules []summaryDoc `json:"Schedules"`
		Next      string       `json:"NextToken,omitempty"`
	}{[]summaryDoc{}, next}
	for _, s := range page {
		doc := summaryDoc{Name: s.Name, ARN: b.arn(s), Group: s.Group, State: s.state(), Made: wire.At(s.MadeAt), Edited: wire.At(s.MadeAt)}
		doc.Target.ARN = s.Target
		out.Schedules = append(out.Schedules, doc)
	}
	return wire.Encode(out), nil
}

func (b *Board) getSchedule(in *timedInput) ([]byte, error) {
	group := cmp.Or(in.Group, "default")
	found := b.of(false, func(s *Schedule) bool { return s.Name == in.Name && s.Group == group })
	if len(found) == 0 {
		return nil, wire.Missing("ResourceNotFoundException", "Schedule "+in.Name+" does not exist.")
	}
	s := found[0]
	target := map[string]any{"Arn": s.Target, "RoleArn": "arn:aws:iam::" + b.AccountID + ":role/scheduler"}
	if ecs := b.ecs(s); ecs != nil {
		target["EcsParameters"] = ecs
	}
	return wire.Encode(map[string]any{
		"Name": s.Name, "Arn": b.arn(s), "GroupName": s.Group, "State": s.state(), "ScheduleExpression": s.Expression, "ScheduleExpressionTimezone": cmp.Or(s.Zone, "UTC"),
		"CreationDate": wire.At(s.MadeAt), "LastModificationDate": wire.At(s.MadeAt), "ActionAfterCompletion": "NONE",
		"FlexibleTimeWindow": map[string]any{"Mode": "OFF"}, "Target": target,
	}), nil
}
