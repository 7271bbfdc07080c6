package sim_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"gantry/awsx/sim"
)

func (w *world) groupTags(arn string) map[string]string {
	w.t.Helper()
	out := must[*elb.DescribeTagsOutput](w)(w.elb.DescribeTags(w.ctx, &elb.DescribeTagsInput{ResourceArns: []string{arn}}))
	tags := map[string]string{}
	for _, t := range out.TagDescriptions[0].Tags {
		tags[*t.Key] = *t.Value
	}
	return tags
}

func (w *world) serviceTags(name string) map[string]string {
	w.t.Helper()
	out := must[*ecs.DescribeServicesOutput](w)(w.ecs.DescribeServices(w.ctx, &ecs.DescribeServicesInput{
		Cluster: aws.String("prod"), Services: []string{name}, Include: []types.ServiceField{types.ServiceFieldTags},
	}))
	tags := map[string]string{}
	for _, t := range out.Services[0].Tags {
		tags[*t.Key] = *t.Value
	}
	return tags
}

func TestWhoManagesAServiceShowsInItsTags(t *testing.T) {
	w := newWorld(t, sim.Options{})
	for service, want := range map[string][2]string{
		"legacy": {"aws:cloudformation:stack-name", "legacy-prod"}, "web": {"managed-by", "terraform"},
	} {
		group := *w.service(service).LoadBalancers[0].TargetGroupArn
		if got := w.serviceTags(service)[want[0]]; got != want[1] {
			t.Errorf("%s: tag %s is %q, want %q", service, want[0], got, want[1])
		}
		if got := w.groupTags(group)[want[0]]; got != want[1] {
			t.Errorf("the group of %s: tag %s is %q, want %q", service, want[0], got, want[1])
		}
	}
	s := w.service("users")
	for _, arn := range []string{*s.ServiceArn, *s.LoadBalancers[0].TargetGroupArn} {
		for _, value := range []string{"old", "people"} {
			if err := w.account.SetTag(arn, "aws:cloudformation:stack-name", value); err != nil {
				t.Fatal(err)
			}
		}
	}
	const key = "aws:cloudformation:stack-name"
	if s, g := w.serviceTags("users"), w.groupTags(*s.LoadBalancers[0].TargetGroupArn); s[key] != "people" || g[key] != "people" || s["service"] != "users" {
		t.Errorf("service %v, group %v", s, g)
	}
	if err := w.account.SetTag("arn:aws:ecs:eu-west-1:000000000000:service/prod/nope", "a", "b"); err == nil {
		t.Error("a service was tagged that does not exist")
	}
}
