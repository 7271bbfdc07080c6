package place

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gantry/awsx"
)

func TestConstraints(t *testing.T) {
	i := awsx.Instance{
		EC2ID: "i-0abc", AgentConnected: true, AgentVersion: "1.89.2", Running: 3,
		Attributes: map[string]string{
			"ecs.instance-type": "m5.large", "ecs.availability-zone": "eu-west-1a", "ecs.cpu-architecture": "x86_64",
			"stack": "prod", "gpu": "", "note": "a b",
		},
	}
	cases := map[string]bool{
		"attribute:stack == prod":                                               true,
		"attribute:stack==prod":                                                 true,
		"attribute:stack equals prod":                                           true,
		`attribute:note == "a b"`:                                               true,
		"attribute:stack == test":                                               false,
		"attribute:stack != test":                                               true,
		"attribute:absent != test":                                              true,
		"attribute:absent == test":                                              false,
		"attribute:gpu exists":                                                  true,
		"attribute:absent exists":                                               false,
		"attribute:absent !exists":                                              true,
		"attribute:gpu not_exists":                                              false,
		"attribute:ecs.availability-zone in [eu-west-1a, eu-west-1b]":           true,
		"attribute:ecs.availability-zone in ['eu-west-1c','eu-west-1b']":        false,
		"attribute:ecs.availability-zone !in [eu-west-1c]":                      true,
		"attribute:ecs.availability-zone not_in [eu-west-1a]":                   false,
		"attribute:ecs.instance-type =~ m5.*":                                   true,
		"attribute:ecs.instance-type =~ m5":                                     false, // a whole value
		"attribute:ecs.instance-type =~ m5.(large|xlarge)":                      true,
		"(attribute:ecs.instance-type =~ m5.(large|xlarge))":                    true,
		"attribute:ecs.instance-type !~ t2.*":                                   true,
		"attribute:stack == prod and attribute:gpu exists":                      true,
		"attribute:stack == prod && attribute:gpu !exists":                      false,
		"attribute:stack == test or attribute:gpu exists":                       true,
		"attribute:stack == test || attribute:gpu !exists":                      false,
		"attribute:gpu exists or attribute:gpu exists and attribute:x in [a]":   true, // and binds tighter
		"(attribute:gpu exists or attribute:gpu exists) and attribute:x in [a]": false,
		"not(attribute:stack == test)":                                          true,
		"!(attribute:stack == prod)":                                            false,
		"not not attribute:gpu exists":                                          true,
		"ec2InstanceId in ['i-0abc', 'i-0def']":                                 true,
		"agentConnected == true":                                                true,
		"agentVersion != 1.0":                                                   true,
		"runningTasksCount < 3":                                                 false,
		"runningTasksCount <= 3":                                                true,
		"runningTasksCount > 2 and runningTasksCount >= 3":                      true,
		"runningTasksCount == 3":                                                true,
	}
	for expression, want := range cases {
		match, err := parseConstraint(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := match(i); got != want {
			t.Errorf("%s: got %v", expression, got)
		}
	}
}

func TestConstraintsThatAreNotUnderstood(t *testing.T) {
	cases := map[string]string{
		"":                                  "a name or a value is missing",
		"task:group == service:api":         `the subject "task:group" is not understood`,
		"registeredAt > 2020":               `the subject "registeredAt"`,
		"attribute:":                        `the subject "attribute:"`,
		"attribute:a ~ b":                   `no operator that is understood follows "attribute:a"`,
		"attribute:a equalsto b":            "no operator",
		"attribute:a > 3":                   "compares no number of tasks",
		"runningTasksCount > many":          "compares no number of tasks",
		"attribute:a ==":                    "a name or a value is missing",
		"attribute:a in b":                  "a list in brackets is missing",
		"attribute:a in [b":                 "a closing bracket is missing",
		"attribute:a in []":                 "a name or a value is missing",
		"(attribute:a exists":               "a closing parenthesis is missing",
		"attribute:a exists)":               `what follows is not understood: ")"`,
		"attribute:a == b c":                `what follows is not understood: "c"`,
		"attribute:a == 'b":                 "a closing quote is missing",
		"attribute:a =~ [":                  `the regular expression "[" is not understood`,
		"attribute:a =~":                    "a regular expression is missing",
		strings.Repeat("(", 3000):           "it is longer than 2000 characters",
		"attribute:a exists and":            "a name or a value is missing",
		"attribute:a exists or or b exists": "the subject",
	}
	for expression, want := range cases {
		if _, err := parseConstraint(expression); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", expression, err, want)
		}
	}
}

// TestNoConstraintPanics feeds the parser what is made of its own pieces.
func TestNoConstraintPanics(t *testing.T) {
	pieces := []string{"attribute:a", "ec2InstanceId", "==", "!=", "=~", "in", "exists", "not", "!", "(", ")", "[", "]", ",", "'", `"`, "and", "||", "x", ".*", " "}
	rapid.Check(t, func(t *rapid.T) {
		expression := strings.Join(rapid.SliceOf(rapid.SampledFrom(pieces)).Draw(t, "pieces"), "")
		if match, err := parseConstraint(expression); err == nil {
			match(awsx.Instance{})
		}
	})
}
