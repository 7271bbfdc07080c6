package sdk

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

func groupsXML(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		fmt.Fprintf(&b, `<member><TargetGroupArn>arn:%s</TargetGroupArn><HealthCheckEnabled>true</HealthCheckEnabled><HealthCheckPath>/health</HealthCheckPath>
			<HealthCheckIntervalSeconds>30</HealthCheckIntervalSeconds><TargetType>instance</TargetType><Matcher><HttpCode>200-299</HttpCode></Matcher></member>`, n)
	}
	return `<DescribeTargetGroupsResponse><DescribeTargetGroupsResult><TargetGroups>` + b.String() +
		`</TargetGroups></DescribeTargetGroupsResult></DescribeTargetGroupsResponse>`
}

// balancer knows every group but those named gone, and refuses a call that
// names one of these.
func balancer(gone ...string) *wire {
	return &wire{reply: func(_ string, in map[string]any) (int, string) {
		var names []string
		for i := 1; ; i++ {
			v, ok := in[fmt.Sprintf("TargetGroupArns.member.%d", i)].(string)
			if !ok {
				break
			}
			arn, _ := url.QueryUnescape(v)
			name := strings.TrimPrefix(arn, "arn:")
			if slices.Contains(gone, name) {
				return 400, `<ErrorResponse><Error><Code>TargetGroupNotFound</Code><Message>One or more target groups not found</Message></Error></ErrorResponse>`
			}
			names = append(names, name)
		}
		return 200, groupsXML(names...)
	}}
}

func TestGroupThatIsGoneCostsTheOthersNothing(t *testing.T) {
	var arns []string
	for i := range 45 {
		arns = append(arns, fmt.Sprintf("arn:g%d", i))
	}
	w := balancer("g3", "g44")
	got, err := open(t, w, access.Options{}).TargetGroups(t.Context(), arns)
	if err != nil || len(got) != 43 {
		t.Fatalf("%d groups, %v", len(got), err)
	}
	want := awsx.TargetGroup{ARN: "arn:g0", TargetType: "instance",
		Check: awsx.HealthCheck{Enabled: true, Path: "/health", Interval: 30 * time.Second, Matcher: "200-299"}}
	if d := cmp.Diff(want, got[0]); d != "" {
		t.Error(d)
	}
}

func TestAllGroupsAreReadInCallsOfTwenty(t *testing.T) {
	w := balancer()
	if got, err := open(t, w, access.Options{}).TargetGroups(t.Context(), slices.Repeat([]string{"arn:g"}, 41)); err != nil || len(got) != 41 {
		t.Errorf("%d groups, %v", len(got), err)
	}
	if n := w.count("DescribeTargetGroups"); n != 3 {
		t.Errorf("%d calls", n)
	}
}

func TestOnlyGroupThatIsGoneIsNotFound(t *testing.T) {
	if _, err := open(t, balancer("g"), access.Options{}).TargetGroups(t.Context(), []string{"arn:g"}); fault.ClassOf(err) != fault.NotFound {
		t.Error(err)
	}
}

func TestNoGroupsCostNoCall(t *testing.T) {
	w := balancer()
	if got, err := open(t, w, access.Options{}).TargetGroups(t.Context(), nil); len(got) != 0 || err != nil || w.total() != 0 {
		t.Errorf("%v, %v, %d calls", got, err, w.total())
	}
}

func TestTargetHealthOfAGroup(t *testing.T) {
	w := canned(200, `<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions>
		<member><Target><Id>i-1</Id><Port>32768</Port><AvailabilityZone>eu-west-1a</AvailabilityZone></Target>
		 <TargetHealth><State>unhealthy</State><Reason>Target.ResponseCodeMismatch</Reason><Description>Health checks failed with these codes: [502]</Description></TargetHealth></member>
		<member><Target><Id>10.0.0.7</Id><Port>8080</Port></Target><TargetHealth><State>healthy</State></TargetHealth></member>
		</TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>`)
	got, err := open(t, w, access.Options{}).TargetHealth(t.Context(), "arn:tg")
	want := awsx.GroupHealth{TargetGroup: "arn:tg", Targets: []awsx.TargetHealth{
		{ID: "i-1", Port: 32768, Zone: "eu-west-1a", State: "unhealthy", Reason: "Target.ResponseCodeMismatch", Description: "Health checks failed with these codes: [502]"},
		{ID: "10.0.0.7", Port: 8080, State: "healthy"},
	}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestTheWeightsOfRulesAreRead(t *testing.T) {
	w := &wire{reply: func(_ string, in map[string]any) (int, string) {
		if in["RuleArns.member.1"] == "gone" || in["RuleArns.member.2"] == "gone" {
			return 400, `<ErrorResponse><Error><Code>RuleNotFound</Code><Message>One or more rules not found</Message></Error></ErrorResponse>`
		}
		return 200, `<DescribeRulesResponse><DescribeRulesResult><Rules>
			<member><RuleArn>split</RuleArn><Actions>
				<member><Type>authenticate-oidc</Type></member>
				<member><Type>forward</Type><ForwardConfig><TargetGroups><member><TargetGroupArn>blue</TargetGroupArn><Weight>0</Weight></member>
					<member><TargetGroupArn>green</TargetGroupArn><Weight>100</Weight></member></TargetGroups></ForwardConfig></member></Actions></member>
			<member><RuleArn>plain</RuleArn><Actions><member><Type>forward</Type><TargetGroupArn>blue</TargetGroupArn></member></Actions></member>
			</Rules></DescribeRulesResult></DescribeRulesResponse>`
	}}
	got, err := open(t, w, access.Options{}).RuleWeights(t.Context(), []string{"split", "gone"})
	want := []awsx.RuleWeights{{Rule: "split", Weights: map[string]int{"blue": 0, "green": 100}}, {Rule: "plain", Weights: map[string]int{"blue": 1}}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v %s", err, d)
	}
}
