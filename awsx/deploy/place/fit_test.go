package place

import (
	"strings"
	"testing"

	"gantry/awsx"
)

func TestHowManyMoreTasksAnInstanceTakes(t *testing.T) {
	instance := func(cpu, memory int) awsx.Instance {
		return awsx.Instance{
			Status: "ACTIVE", AgentConnected: true, UsedPorts: []int{22},
			CPU: awsx.Capacity{Registered: 4096, Remaining: cpu}, Memory: awsx.Capacity{Registered: 8192, Remaining: memory},
		}
	}
	edited := func(edit func(*awsx.Instance)) awsx.Instance {
		i := instance(4096, 8192)
		edit(&i)
		return i
	}
	const plain = `{"family":"a","cpu":"256","memory":"512","containerDefinitions":[{"name":"a"}]}`
	const fixed = `{"family":"a","containerDefinitions":[{"name":"a","cpu":1,"memory":1,"portMappings":[{"containerPort":80,"hostPort":8080}]}]}`
	const nothing = `{"family":"a","containerDefinitions":[{"name":"a"}]}`
	const (
		graphics  = `{"taskDefinitionArn":"arn:aws:ecs:eu-west-1:1:task-definition/gpu:1","containerDefinitions":[{"name":"g","cpu":64,"memory":64,"resourceRequirements":[{"type":"GPU","value":"2"}]},{"name":"h","resourceRequirements":[{"type":"GPU","value":"1"}]}]}`
		addressed = `{"taskDefinitionArn":"arn:aws:ecs:eu-west-1:1:task-definition/eni:1","networkMode":"awsvpc","containerDefinitions":[{"name":"e","cpu":64,"memory":64}]}`
	)
	gpus := func(n int) awsx.Instance {
		return edited(func(i *awsx.Instance) { i.GPUs = awsx.Capacity{Registered: 8, Remaining: n} })
	}
	sized := func(kind string, attributes map[string]string) awsx.Instance {
		return edited(func(i *awsx.Instance) { i.InstanceType, i.Attributes = kind, attributes })
	}
	for _, c := range []struct {
		name        string
		doc         string
		constraints []string
		on          awsx.Instance
		own, want   int
		why         string
	}{
		{"memory decides", plain, nil, instance(4096, 1100), 0, 2, "436 MiB short"},
		{"CPU decides", plain, nil, instance(800, 8192), 0, 3, "224 CPU short"},
		{"full", plain, nil, instance(100, 100), 0, 0, "156 CPU and 412 MiB short"},
		{"a fixed port", fixed, nil, instance(4096, 8192), 0, 1, "port 8080 in use"},
		{"a port in use", fixed, nil, edited(func(i *awsx.Instance) { i.UsedPorts = []int{8080} }), 0, 0, "port 8080 in use"},
		{"without a size", nothing, nil, instance(1, 1), 0, MostFit, ""},
		{"draining", plain, nil, edited(func(i *awsx.Instance) { i.Status = "DRAINING" }), 0, 0, "DRAINING"},
		{"no agent", plain, nil, edited(func(i *awsx.Instance) { i.AgentConnected = false }), 0, 0, "agent disconnected"},
		{"GPUs of all its containers", graphics, nil, gpus(7), 0, 2, "2 GPUs short"},
		{"too few GPUs", graphics, nil, gpus(1), 0, 0, "2 GPUs short"},
		{"an interface each", addressed, nil, sized("c5.large", nil), 0, 2, "1 network interface short"},
		{"no interface left", addressed, nil, sized("c5.large", nil), 2, 0, "1 network interface short"},
		{"a trunk", addressed, nil, sized("c5.large", map[string]string{"ecs.awsvpc-trunk-id": "eni-0a"}), 2, 64, "64 CPU short"},
		{"a type whose interfaces are not known", addressed, nil, sized("x9.huge", nil), 2, 64, "64 CPU short"},
		{"interfaces of the host", plain, nil, sized("c5.large", nil), 5, 16, "256 CPU and 512 MiB short"},
		{"one each", plain, []string{"distinctInstance"}, instance(4096, 8192), 1, 0, "one task of the service there already"},
	} {
		td, err := awsx.ParseTaskDefinition([]byte(c.doc), nil)
		if err != nil {
			t.Fatal(err)
		}
		fit, err := NewFit(awsx.Service{PlacementConstraints: c.constraints}, td)
		if err != nil {
			t.Fatal(err)
		}
		if n, why := fit.On(c.on, c.own); n != c.want || why != c.why {
			t.Errorf("%s: %d fit (%s), want %d (%s)", c.name, n, why, c.want, c.why)
		}
	}
	td, _ := awsx.ParseTaskDefinition([]byte(plain), nil)
	if _, err := NewFit(awsx.Service{PlacementConstraints: []string{"memberOf(attribute:x ~~ y)"}}, td); err == nil || !strings.Contains(err.Error(), "not understood") {
		t.Errorf("error %v", err)
	}
}
