package codify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/document"
)

const (
	account = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:"
	blueARN = account + "targetgroup/blue/0123456789abcdef"
	greyARN = account + "targetgroup/grey/fedcba9876543210"
	ruleARN = account + "listener-rule/app/front/1/2/3"
	stepARN = "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:9:resource/ecs/service/live/cart:policyName/steps"
)

// source is a service with one of everything.
func source(t testing.TB) Source {
	td, err := awsx.ParseTaskDefinition(awsx.Document(`{"family":"cart","revision":7,"taskDefinitionArn":"arn:aws:ecs:eu-west-1:123456789012:task-definition/cart:7",
		"status":"ACTIVE","taskRoleArn":"arn:aws:iam::123456789012:role/cart","cpu":"256","containerDefinitions":[{"name":"cart","image":"cart:v1",
		"environment":[{"name":"API_TOKEN","value":"t0ken-of-cart"},{"name":"MODE","value":"live"}],"command":["serve","--password","t0ken-of-cart"],
		"secrets":[{"name":"DB","valueFrom":"arn:aws:ssm:eu-west-1:123456789012:parameter/db"}],
		"logConfiguration":{"logDriver":"splunk","options":{"splunk-url":"https://in","splunk-token":"sp1unk-token-9"}}}],
		"volumes":[{"name":"data","efsVolumeConfiguration":{"fileSystemId":"fs-1","authorizationConfig":{"iam":"ENABLED"}}}],
		"newField":{"x":1},"proxyConfiguration":{"containerName":"envoy","properties":[{"name":"AppPorts","value":"8080"}]}}`),
		[]awsx.Tag{{Key: "team", Value: "shop"}, {Key: "aws:ecs:x", Value: "y"}})
	if err != nil {
		t.Fatal(err)
	}
	return Source{
		Cluster: "live", Service: "cart", Definition: td,
		Description: []byte(`{"serviceName":"cart","serviceArn":"arn:aws:ecs:eu-west-1:123456789012:service/live/cart","desiredCount":3,"launchType":"FARGATE",
			"roleArn":"arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
			"loadBalancers":[{"targetGroupArn":"` + blueARN + `","containerName":"cart","containerPort":8080,"advancedConfiguration":{
				"alternateTargetGroupArn":"` + greyARN + `","productionListenerRule":"` + ruleARN + `","testListenerRule":"` + ruleARN + `-test","roleArn":"arn:aws:iam::123456789012:role/shift"}}],
			"networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1","subnet-2"],"securityGroups":["sg-1"]}},"placementStrategy":[{"type":"random"}],
			"deployments":[{"status":"PRIMARY","serviceConnectConfiguration":{"enabled":true,"namespace":"live"}}],
			"deploymentConfiguration":{"strategy":"BLUE_GREEN","lifecycleHooks":[{"targetType":"PAUSE"}],"alarms":{"alarmNames":["cart-slow"],"enable":true}},
			"tags":[{"key":"aws:cloudformation:stack-name","value":"x"},{"key":"team","value":"shop"}],"propagateTags":"NONE","madeUp":"new"}`),
		Groups: []Group{
			{Description: []byte(`{"TargetGroupArn":"` + blueARN + `","TargetGroupName":"blue","Protocol":"HTTP","Port":80,"VpcId":"vpc-1","HealthCheckPath":"/ok","Matcher":{"HttpCode":"200"}}`),
				Attributes: [][]byte{[]byte(`{"Key":"stickiness.enabled","Value":"false"}`), []byte(`{"Key":"deregistration_delay.timeout_seconds","Value":"20"}`), []byte(`{"Key":"stickiness.app_cookie.cookie_name"}`)},
				Tags:       [][]byte{[]byte(`{"Key":"team","Value":"shop"}`)}},
			{Description: []byte(`{"TargetGroupArn":"` + greyARN + `","TargetGroupName":"grey","Protocol":"HTTP","Port":80,"VpcId":"vpc-1"}`)},
		},
		Rules: []Rule{
			{Listener: account + "listener/app/front/1/2", Place: "front:443", Description: []byte(`{"RuleArn":"` + ruleARN + `","Priority":"20","IsDefault":false,
				"Conditions":[{"Field":"path-pattern","Values":["/cart"],"PathPatternConfig":{"Values":["/cart"]}}],
				"Actions":[{"Type":"authenticate-oidc","Order":1,"AuthenticateOidcConfig":{"Issuer":"https://id.example.com","ClientId":"cart"}},
				{"Type":"forward","Order":2,"TargetGroupArn":"` + blueARN + `","ForwardConfig":{"TargetGroups":[{"TargetGroupArn":"` + blueARN + `","Weight":1},{"TargetGroupArn":"` + account + `targetgroup/theirs/1","Weight":0}]}}]}`)},
			{Listener: account + "listener/app/front/1/2", Place: "front:443", Description: []byte(`{"RuleArn":"` + ruleARN + `-default","Priority":"default","IsDefault":true}`)},
			{Listener: account + "listener/app/front/1/2", Place: "front:443", Description: []byte(`{"RuleArn":"` + ruleARN + `-other","Priority":"5","Conditions":[{"Field":"source-ip","SourceIpConfig":{"Values":["10.0.0.0/8"]}}],
				"Actions":[{"Type":"forward","ForwardConfig":{"TargetGroups":[{"TargetGroupArn":"` + greyARN + `"}]}}]}`)},
		},
		Target: []byte(`{"ServiceNamespace":"ecs","ResourceId":"service/live/cart","ScalableDimension":"ecs:service:DesiredCount","MinCapacity":1,"MaxCapacity":9,"ScalableTargetARN":"x"}`),
		Policies: [][]byte{
			[]byte(`{"PolicyName":"steps","PolicyARN":"` + stepARN + `","PolicyType":"StepScaling","StepScalingPolicyConfiguration":{"AdjustmentType":"ChangeInCapacity","StepAdjustments":[{"MetricIntervalLowerBound":0,"ScalingAdjustment":2}]}}`),
			[]byte(`{"PolicyName":"requests","PolicyType":"TargetTrackingScaling","TargetTrackingScalingPolicyConfiguration":{"TargetValue":100,"PredefinedMetricSpecification":{"PredefinedMetricType":"ALBRequestCountPerTarget","ResourceLabel":"app/front/1/targetgroup/blue/0123456789abcdef"}}}`),
		},
		Schedules: [][]byte{[]byte(`{"ScheduledActionName":"night","Schedule":"cron(0 22 * * ? *)","ScalableTargetAction":{"MinCapacity":0},"ScheduledActionARN":"x"}`)},
		Alarms:    [][]byte{[]byte(`{"AlarmName":"cart-slow","AlarmArn":"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cart-slow","StateValue":"OK","AlarmActions":["` + stepARN + `"],"Namespace":"AWS/ApplicationELB","MetricName":"TargetResponseTime","Dimensions":[{"Name":"TargetGroup","Value":"targetgroup/blue/0123456789abcdef"}],"ComparisonOperator":"GreaterThanThreshold","EvaluationPeriods":3,"Threshold":2.5}`)},
		Unread:    []Left{{Of: "tags of target group grey", Why: "it could not be read: denied"}},
	}
}

func made(t testing.TB, src Source) *Template {
	t.Helper()
	tpl, err := Codify(src)
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func TestAServiceIsWrittenWithAllThatBelongsToIt(t *testing.T) {
	y := made(t, source(t)).YAML()
	for _, want := range []string{
		"Type: AWS::ECS::TaskDefinition", "Type: AWS::ECS::Service", "Type: AWS::ElasticLoadBalancingV2::TargetGroup",
		"Type: AWS::ElasticLoadBalancingV2::ListenerRule", "Type: AWS::ApplicationAutoScaling::ScalableTarget", "Type: AWS::CloudWatch::Alarm",
		"FilesystemId: fs-1", "IAM: ENABLED", "ProxyConfigurationProperties:", "PlacementStrategies:", "Priority: 20", "Namespace: live",
		"Key: deregistration_delay.timeout_seconds", "ScheduledActionName: night",
		// Each refers to the others, not to what is there by chance.
		`Fn::Sub: "service/${Cluster}/${Service.Name}"`, "Ref: PolicySteps", "Ref: TargetGroupBlue", "Ref: RuleFront443Priority20", "DependsOn:\n      - RuleFront443Priority5\n",
		`Fn::Sub: "app/front/1/${TargetGroupBlue.TargetGroupFullName}"`, "Fn::GetAtt:",
		// What others own is a parameter with today's value.
		"Cluster:\n    Type: String\n    Default: live", "Default: vpc-1", `Default: "subnet-1,subnet-2"`, "Default: " + account + "listener/app/front/1/2",
		"Default: " + account + "targetgroup/theirs/1", "Default: arn:aws:iam::123456789012:role/shift", "Default: " + ruleARN + "-test",
		// A secret is referred to.
		"ValueFrom: arn:aws:ssm:eu-west-1:123456789012:parameter/db",
	} {
		if !strings.Contains(y, want) {
			t.Errorf("the template lacks %q", want)
		}
	}
	for _, bad := range []string{"AWSServiceRoleForECS", "PropagateTags", "cookie_name", "Values:\n            - /cart\n          PathPattern"} {
		if strings.Contains(strings.ReplaceAll(y[strings.Index(y, "AWSTemplate"):], "  ", " "), bad) {
			t.Errorf("the template has %q", bad)
		}
	}
	if t.Failed() {
		t.Log(y)
	}
}

func TestWhatATemplateCannotSayIsNamed(t *testing.T) {
	tpl := made(t, source(t))
	var lines []string
	for _, l := range tpl.Left {
		lines = append(lines, l.String())
	}
	all := strings.Join(lines, "\n")
	for _, want := range []string{
		"task definition cart:7: newField: CloudFormation has no property", "task definition cart:7: taskDefinitionArn, revision, status, tags[aws:ecs:x]: AWS sets it",
		"service cart: madeUp: CloudFormation has no property", "lifecycleHooks[0]: a template knows only hooks that call a function", "roleArn: AWS made this role",
		"the default rule of front:443", "ClientSecret: the API does not tell it", "its count is scaled", "tags of target group grey: it could not be read: denied",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("not named: %q in\n%s", want, all)
		}
	}
	for _, l := range lines {
		if !strings.Contains(tpl.YAML(), "# - "+l+"\n") {
			t.Errorf("the YAML does not say %q", l)
		}
		if !strings.Contains(tpl.JSON(), string(document.Quote(l))) {
			t.Errorf("the JSON does not say %q", l)
		}
	}
}

// TestSecretsBecomeParametersWithoutAnEcho: also where a secret recurs in a command, and in
// the options of a log driver.
func TestSecretsBecomeParametersWithoutAnEcho(t *testing.T) {
	src := source(t)
	src.Alarms = append(src.Alarms, []byte(`{"AlarmName":"other","AlarmDescription":"see t0ken-of-cart"}`))
	tpl := made(t, src)
	for name, text := range map[string]string{"yaml": tpl.YAML(), "json": tpl.JSON(), "left": fmt.Sprint(tpl.Left)} {
		for _, secret := range []string{"t0ken-of-cart", "sp1unk-token-9"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s tells %s", name, secret)
			}
		}
	}
	for _, name := range []string{"CartApiToken", "CartCommand2", "CartLogConfigurationSplunkToken", "AlarmDescription", "ClientSecretOfHttpsIdExampleCom"} {
		p := tpl.parameters.Get(name)
		if !p.Truth("NoEcho") || p.Get("Default") != nil || strings.Count(tpl.JSON(), `"Ref": "`+name+`"`) == 0 {
			t.Errorf("parameter %s is %v", name, p)
		}
	}
	if !strings.Contains(tpl.YAML(), "Value: live") {
		t.Error("a value that is no secret is not written")
	}
}

// TestATemplateIsTheSameWhateverTheOrder: what the APIs list in no order comes in any.
func TestATemplateIsTheSameWhateverTheOrder(t *testing.T) {
	want := made(t, source(t)).YAML()
	src := source(t)
	slices.Reverse(src.Rules)
	slices.Reverse(src.Policies)
	slices.Reverse(src.Groups[0].Attributes)
	tree, err := document.Parse(src.Description)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(tree.Members)
	src.Description = tree.Bytes()
	if got := made(t, src).YAML(); withoutComments(got) != withoutComments(want) {
		t.Errorf("in another order:\n%s\nand\n%s", got, want)
	}
}

func withoutComments(y string) string { return y[strings.Index(y, "AWSTemplateFormatVersion"):] }

// TestTheYAMLSaysWhatTheJSONSays, whatever stands in the values.
func TestTheYAMLSaysWhatTheJSONSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		odd := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"yes", "1e3", "2020-01-01", "0x1f", "- a", "a: b", "a #b", "~", "", " x", "x ", "a:", "\u202e", "\U000e0001", "a\nb", "{{resolve:ssm:x}}", "!Ref x", "&a", "*a", "NO", "012", "a\tb", "[x]", "\u0085"}))
		td, err := awsx.ParseTaskDefinition(awsx.Document(fmt.Sprintf(`{"family":"f","containerDefinitions":[{"name":"c","hostname":%s,"command":[%s,%s],"dockerLabels":{%s:%s},"workingDirectory":"/"}]}`,
			document.Quote(odd.Draw(t, "a")), document.Quote(odd.Draw(t, "b")), document.Quote(odd.Draw(t, "c")), document.Quote(odd.Draw(t, "key")), document.Quote(odd.Draw(t, "d")))), nil)
		if err != nil {
			t.Fatal(err)
		}
		tpl, err := Codify(Source{Cluster: "c", Service: "s", Description: []byte(`{"serviceName":"s"}`), Definition: td})
		if err != nil {
			t.Fatal(err)
		}
		tpl.Left = nil
		var y, j any
		if err := yaml.Unmarshal([]byte(tpl.YAML()), &y); err != nil {
			t.Fatalf("%v in\n%s", err, tpl.YAML())
		}
		if err := yaml.Unmarshal([]byte(tpl.JSON()), &j); err != nil {
			t.Skip("JSON with two escapes for one character is no YAML")
		}
		if fmt.Sprintf("%#v", y) != fmt.Sprintf("%#v", j) {
			t.Fatalf("%#v\n%#v\n%s", y, j, tpl.YAML())
		}
	})
}
