package sdk

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

func TestPlatformsOfAnImage(t *testing.T) {
	index := func(mediaType string) string {
		return `{"schemaVersion":2,"mediaType":"` + mediaType + `","manifests":[
			{"digest":"sha256:1","platform":{"architecture":"amd64","os":"linux"}},
			{"digest":"sha256:2","platform":{"architecture":"arm64","os":"linux","variant":"v8"}},
			{"digest":"sha256:3","platform":{"architecture":"arm64","os":"linux","variant":"v9"}},
			{"digest":"sha256:4","platform":{"architecture":"unknown","os":"unknown"},"annotations":{"vnd.docker.reference.type":"attestation-manifest"}}]}`
	}
	for name, c := range map[string]struct {
		manifest string
		want     []string
	}{
		"an OCI index":           {index("application/vnd.oci.image.index.v1+json"), []string{"linux/amd64", "linux/arm64"}},
		"a Docker manifest list": {index("application/vnd.docker.distribution.manifest.list.v2+json"), []string{"linux/amd64", "linux/arm64"}},
		"an OCI manifest":        {`{"schemaVersion":2,"config":{"digest":"sha256:c"},"layers":[]}`, nil},
		"a Docker manifest":      {`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","layers":[]}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := canned(200, fmt.Sprintf(`{"images":[{"imageManifest":%q}]}`, c.manifest))
			got, err := open(t, w, access.Options{}).Platforms(t.Context(), repoURI, "v2")
			if d := cmp.Diff(c.want, got); d != "" || err != nil {
				t.Error(d, err)
			}
			for _, part := range []string{`"imageTag":"v2"`, `"registryId":"210987654321"`, "image.index.v1", "manifest.list.v2", "image.manifest.v1", "distribution.manifest.v2"} {
				if !strings.Contains(w.bodies[0], part) {
					t.Errorf("asked for %s", w.bodies[0])
				}
			}
		})
	}
}

func TestManifestThatCannotBeHad(t *testing.T) {
	for body, want := range map[string]fault.Class{
		`{"images":[],"failures":[{"failureCode":"ImageNotFound","failureReason":"Requested image not found"}]}`: fault.NotFound,
		`{"images":[],"failures":[{"failureCode":"KmsError","failureReason":"key"}]}`:                            fault.Failed,
		`{"images":[{"imageManifest":"not json"}]}`:                                                              fault.Failed,
	} {
		if _, err := open(t, canned(200, body), access.Options{}).Platforms(t.Context(), repoURI, "sha256:a"); fault.ClassOf(err) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
	if _, err := open(t, canned(200, `{}`), access.Options{}).Platforms(t.Context(), "docker.io/library/nginx", "1"); fault.ClassOf(err) != fault.Invalid {
		t.Error(err)
	}
}

// detailed answers for groups with their attributes and tags; those named gone
// do not exist.
func detailed(gone ...string) *wire {
	return &wire{reply: func(op string, in map[string]any) (int, string) {
		if op == "DescribeTargetGroupAttributes" {
			arn, _ := url.QueryUnescape(in["TargetGroupArn"].(string))
			for _, g := range gone {
				if arn == g {
					return 400, `<ErrorResponse><Error><Code>TargetGroupNotFound</Code><Message>no</Message></Error></ErrorResponse>`
				}
			}
			return 200, `<R><DescribeTargetGroupAttributesResult><Attributes>
				<member><Key>stickiness.enabled</Key><Value>false</Value></member>
				<member><Key>deregistration_delay.timeout_seconds</Key><Value>30</Value></member></Attributes></DescribeTargetGroupAttributesResult></R>`
		}
		var b strings.Builder
		for i := 1; in[fmt.Sprintf("ResourceArns.member.%d", i)] != nil; i++ {
			arn, _ := url.QueryUnescape(in[fmt.Sprintf("ResourceArns.member.%d", i)].(string))
			fmt.Fprintf(&b, `<member><ResourceArn>%s</ResourceArn><Tags><member><Key>of</Key><Value>%[1]s</Value></member></Tags></member>`, arn)
		}
		return 200, `<R><DescribeTagsResult><TagDescriptions>` + b.String() + `</TagDescriptions></DescribeTagsResult></R>`
	}}
}

func TestDetailsOfGroups(t *testing.T) {
	w := detailed("g2")
	got, err := open(t, w, access.Options{}).GroupDetails(t.Context(), []string{"g1", "g2", "g3"})
	want := []awsx.GroupDetails{
		{ARN: "g1", DeregistrationDelay: 30 * time.Second, Tags: []awsx.Tag{{Key: "of", Value: "g1"}}},
		{ARN: "g3", DeregistrationDelay: 30 * time.Second, Tags: []awsx.Tag{{Key: "of", Value: "g3"}}},
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if w.count("DescribeTags") != 1 || w.count("DescribeTargetGroupAttributes") != 3 {
		t.Errorf("calls %v", w.calls)
	}
	if _, err := open(t, detailed("g1"), access.Options{}).GroupDetails(t.Context(), []string{"g1"}); fault.ClassOf(err) != fault.NotFound {
		t.Error(err)
	}
	w = detailed()
	if got, err := open(t, w, access.Options{}).GroupDetails(t.Context(), nil); len(got) != 0 || err != nil || w.total() != 0 {
		t.Errorf("%v, %v, %d calls", got, err, w.total())
	}
}

func TestScalingOfAService(t *testing.T) {
	api := cluster.In(arn("service/prod/api"))
	w := &wire{reply: func(op string, in map[string]any) (int, string) {
		switch {
		case op == "DescribeScalableTargets":
			return 200, `{"ScalableTargets":[{"MinCapacity":2,"MaxCapacity":20,"SuspendedState":{"DynamicScalingOutSuspended":true}}]}`
		case in["NextToken"] == nil:
			return 200, `{"NextToken":"2","ScalingPolicies":[{"PolicyName":"cpu","PolicyType":"TargetTrackingScaling","Alarms":[{"AlarmName":"high"},{"AlarmName":"low"}],
				"TargetTrackingScalingPolicyConfiguration":{"TargetValue":60.5,"PredefinedMetricSpecification":{"PredefinedMetricType":"ECSServiceAverageCPUUtilization"}}}]}`
		}
		return 200, `{"ScalingPolicies":[{"PolicyName":"queue","PolicyType":"TargetTrackingScaling","TargetTrackingScalingPolicyConfiguration":{"TargetValue":10,
			"CustomizedMetricSpecification":{"Namespace":"AWS/SQS","MetricName":"Depth"}}},{"PolicyName":"steps","PolicyType":"StepScaling"}]}`
	}}
	got, err := open(t, w, access.Options{}).ScalableTarget(t.Context(), api)
	want := awsx.ScalableTarget{Service: api, Min: 2, Max: 20, SuspendedOut: true, Policies: []awsx.ScalingPolicy{
		{Name: "cpu", Type: "TargetTrackingScaling", Alarms: []string{"high", "low"}, Metric: "ECSServiceAverageCPUUtilization", Target: 60.5},
		{Name: "queue", Type: "TargetTrackingScaling", Metric: "AWS/SQS/Depth", Target: 10},
		{Name: "steps", Type: "StepScaling"},
	}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if got := w.bodies[0]; got != `{"ResourceIds":["service/prod/api"],"ScalableDimension":"ecs:service:DesiredCount","ServiceNamespace":"ecs"}` {
		t.Errorf("asked for %s", got)
	}
}

func TestServiceThatNothingScalesIsNotFound(t *testing.T) {
	w := canned(200, `{"ScalableTargets":[]}`)
	if _, err := open(t, w, access.Options{}).ScalableTarget(t.Context(), cluster.In("s")); fault.ClassOf(err) != fault.NotFound || w.total() != 1 {
		t.Errorf("%v, %d calls", err, w.total())
	}
}

func TestAlarmsOfEveryKind(t *testing.T) {
	w := &wire{reply: func(_ string, in map[string]any) (int, string) {
		if in["NextToken"] == nil {
			return 200, `{"NextToken":"2","MetricAlarms":[{"AlarmName":"cpu","StateValue":"ALARM","StateReason":"over 80","Namespace":"AWS/ECS","MetricName":"CPUUtilization",
				"Dimensions":[{"Name":"ServiceName","Value":"api"}],"StateTransitionedTimestamp":"2026-03-14T09:26:53Z","StateUpdatedTimestamp":"2026-03-14T10:00:00Z"},
				{"AlarmName":"maths","StateValue":"OK","StateUpdatedTimestamp":"2026-03-14T10:00:00Z","Metrics":[{"Id":"e","Expression":"a/b"},
				 {"Id":"a","MetricStat":{"Period":60,"Stat":"Sum","Metric":{"Namespace":"AWS/ApplicationELB","MetricName":"x","Dimensions":[{"Name":"TargetGroup","Value":"targetgroup/api/1"}]}}}]}]}`
		}
		return 200, `{"CompositeAlarms":[{"AlarmName":"any","StateValue":"INSUFFICIENT_DATA","AlarmRule":"ALARM(cpu) OR ALARM(maths)"}]}`
	}}
	got, err := open(t, w, access.Options{}).AlarmsByName(t.Context(), []string{"cpu", "maths", "any", "gone"})
	want := []awsx.Alarm{
		{Name: "cpu", State: "ALARM", Reason: "over 80", Since: time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC),
			Metrics: []awsx.AlarmMetric{{Name: "AWS/ECS/CPUUtilization", Dimensions: []awsx.Dimension{{Name: "ServiceName", Value: "api"}}}}},
		{Name: "maths", State: "OK", Since: time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC), Expression: "a/b",
			Metrics: []awsx.AlarmMetric{{Name: "AWS/ApplicationELB/x", Dimensions: []awsx.Dimension{{Name: "TargetGroup", Value: "targetgroup/api/1"}}}}},
		{Name: "any", State: "INSUFFICIENT_DATA", Rule: "ALARM(cpu) OR ALARM(maths)"},
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if path := w.paths[0]; path != "/service/GraniteServiceVersion20100801/operation/DescribeAlarms" {
		t.Errorf("asked at %s", path)
	}
}

func TestAlarmsAreAskedForByTheHundredAndByState(t *testing.T) {
	var asked []map[string]any
	w := &wire{reply: func(_ string, in map[string]any) (int, string) {
		asked = append(asked, in)
		return 200, `{}`
	}}
	a := open(t, w, access.Options{})
	names := make([]string, 101)
	for i := range names {
		names[i] = fmt.Sprintf("alarm-%d", i)
	}
	if _, err := a.AlarmsByName(t.Context(), names); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AlarmsIn(t.Context(), "ALARM"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AlarmsIn(t.Context(), "RED"); fault.ClassOf(err) != fault.Invalid {
		t.Error(err)
	}
	if _, err := a.AlarmsByName(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if len(asked) != 3 || len(asked[0]["AlarmNames"].([]any)) != 100 || len(asked[1]["AlarmNames"].([]any)) != 1 || asked[2]["StateValue"] != "ALARM" {
		t.Fatalf("asked %v", asked)
	}
	for _, in := range asked {
		if d := cmp.Diff([]any{"MetricAlarm", "CompositeAlarm"}, in["AlarmTypes"]); d != "" {
			t.Error(d)
		}
	}
}

func TestFailuresOfTheOtherServicesAreClassified(t *testing.T) {
	api := cluster.In(arn("service/prod/api"))
	reads := map[string]func(context.Context, Account) error{
		"application-autoscaling:DescribeScalableTargets": func(ctx context.Context, a Account) error {
			_, err := a.ScalableTarget(ctx, api)
			return err
		},
		"cloudwatch:DescribeAlarms": func(ctx context.Context, a Account) error {
			_, err := a.AlarmsIn(ctx, "OK")
			return err
		},
		"ecr:BatchGetImage": func(ctx context.Context, a Account) error {
			_, err := a.Platforms(ctx, repoURI, "v")
			return err
		},
	}
	for body, want := range map[string]fault.Class{
		`{"__type":"ThrottlingException","message":"Rate exceeded"}`:                                              fault.Throttled,
		`{"__type":"AccessDeniedException","message":"User: x is not authorized to perform: y:Z on resource: *"}`: fault.Denied,
		`{"__type":"ValidationException","message":"no"}`:                                                         fault.Invalid,
	} {
		for name, read := range reads {
			synctest.Test(t, func(t *testing.T) { // the pauses between attempts cost nothing
				err := read(t.Context(), open(t, canned(400, body), access.Options{}))
				if fault.ClassOf(err) != want || !strings.Contains(err.Error(), name) {
					t.Errorf("%s, %s: %v", name, body, err)
				}
			})
		}
	}
}
