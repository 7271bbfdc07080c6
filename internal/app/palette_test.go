package app

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/internal/config"
)

// command types a command and carries it out.
func (d *desk) command(text string) *desk {
	d.t.Helper()
	d.Press(":").Type(text)
	return d.press("enter").read()
}

// TestThePaletteKnowsScreensByTheirNames of where the operator is, and by those of k9s.
func TestThePaletteKnowsScreensByTheirNames(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("prod").service("catalog")
		for _, c := range []struct{ typed, screen, shows string }{
			{"tasks", "tasks", "prod catalog"}, {"svc", "services", "prod"}, {"deployments", "deployments", "prod catalog deployments"},
			{"po", "tasks", "prod catalog"}, {"svc", "services", "prod"}, {"dp", "deployments", "prod catalog"}, {"svc", "services", "prod"},
			{"node", "instances", "prod instances"}, {"images prod/web", "images", "prod web"}, {"logs web", "logs", "web"},
			{"logs prod/web", "logs", "web"}, {"svc staging", "services", "staging"}, {"prod/web", "tasks", "prod web"}, {"web", "tasks", "prod web"},
			{"service search", "tasks", "prod search"}, {"clusters", "clusters", "CLUSTER"}, {"aliases", "aliases", "of the context"},
			{"prod", "services", "prod"}, {"ctx", "clusters", "main/eu-west-1"},
		} {
			d.command(c.typed)
			if top := d.Shell.Top().Name(); top != c.screen {
				t.Fatalf(":%s opens %s, want %s:\n%s", c.typed, top, c.screen, d.Text())
			}
			d.Shows(c.shows)
			if d.Shell.Top().Name() == "services" {
				d.service("catalog")
			}
		}
		d.command("logs").Shows("logs: say of what: logs CLUSTER/SERVICE")
		d.command("w").Shows("saved to")
		if d.Press(":").Type("q").Press("enter"); !d.Quit {
			t.Error(":q does not quit")
		}
	})
}

// TestThePaletteKnowsWhatCommandsAreCalled who types what a script would.
func TestThePaletteKnowsWhatCommandsAreCalled(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		opens := func(typed, screen string) {
			if d.command(typed); d.Shell.Top().Name() != screen {
				t.Errorf(":%s opens %s, want %s:\n%s", typed, d.Shell.Top().Name(), screen, d.Text())
			}
			d.press("esc").read()
		}
		d.cluster("prod")
		opens("history", "deployments")
		opens("rollback", "plan")
		d.service("catalog").press("enter").read()
		opens("exec", "plan")
	})
}

// TestThePaletteOffersWhatIsMostAlike and does none of it unasked.
func TestThePaletteOffersWhatIsMostAlike(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("esc")
		for _, cluster := range []string{"staging", "preprod"} {
			d.cluster(cluster).press("esc", "esc")
		}
		d.cluster("prod")
		d.Press(":").Type("catlgo").Shows("nothing matches; most like it:", "catalog")
		d.press("enter").Shows(`nothing is called "catlgo"`)
		d.press("down", "enter").read().Shows("catalog", "● live")
		if made := d.changes(); len(made) > 0 {
			t.Errorf("calls: %v", made)
		}
	})
}

// TestAnythingThatIsPastedIsFound: (i) of the jobs of an operator, in three keys.
func TestAnythingThatIsPastedIsFound(t *testing.T) {
	sit(t, setting{w: 120, h: 30}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		ctx := t.Context()
		svc := d.now("prod", "catalog")
		account, err := d.app.Store.Account(ctx, svc.Ref.Context)
		if err != nil {
			t.Fatal(err)
		}
		tasks, err := awsx.Collect(account.Tasks(ctx, awsx.TaskQuery{Cluster: svc.Ref.ClusterRef(), Service: svc.Name}))
		if err != nil || len(tasks) == 0 {
			t.Fatal(err)
		}
		instances, err := awsx.Collect(account.Instances(ctx, svc.Ref.ClusterRef()))
		if err != nil || len(instances) == 0 {
			t.Fatal(err)
		}
		deployments, err := account.ServiceDeployments(ctx, svc.Ref, 1)
		if err != nil || len(deployments) == 0 {
			t.Fatal(err)
		}
		td, err := d.app.Store.TaskDefinition(ctx, svc.Ref.Context, svc.TaskDefinition)
		if err != nil {
			t.Fatal(err)
		}
		const link = "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/"
		task, instance, image := tasks[0], instances[0], td.Containers[0].Image
		repository := strings.SplitN(strings.SplitN(image, "/", 2)[1], ":", 2)[0]
		for pasted, want := range map[string]string{
			svc.Ref.Cluster: "services: prod", svc.Ref.ARN: "tasks: prod catalog", task.Ref.ARN: "task: " + task.ID[:8], task.ID: "task: " + task.ID[:8],
			task.ID[:12]: "task: " + task.ID[:8], instance.Ref.ARN: "tasks on an instance: " + instance.EC2ID, instance.EC2ID: "tasks on an instance: " + instance.EC2ID,
			"arn:aws:ec2:eu-west-1:000000000000:instance/" + instance.EC2ID: "tasks on an instance: " + instance.EC2ID,
			svc.TaskDefinition: "revisions: catalog", deployments[0].ARN: "tasks: prod catalog", deployments[0].Target.ARN: "tasks: prod catalog",
			svc.LoadBalancers[0].TargetGroup: "tasks: prod catalog", image: "tasks: prod catalog",
			"arn:aws:ecr:eu-west-1:000000000000:repository/" + repository: "tasks: prod catalog",
			link + "services/catalog/health?region=eu-west-1":             "tasks: prod catalog", link + "services": "services: prod",
			link + "tasks/" + task.ID + "/configuration":                                                       "task: " + task.ID[:8],
			"https://console.aws.amazon.com/ecs/home?region=eu-west-1#/clusters/prod/services/catalog/details": "tasks: prod catalog",
			"https://eu-west-1.console.aws.amazon.com/ecs/v2/task-definitions/" + td.Family + "/3":             "revisions: catalog",
		} {
			d.Paste(pasted)
			d.press("enter").read()
			if d.Shell.Top().Name() == "found" { // several use it
				if row := d.Row("service prod/catalog"); row == "" {
					t.Errorf("%s is not found:\n%s", pasted, d.Text())
				}
				d.filter("prod/catalog").press("enter").read()
			}
			screen, crumb, _ := strings.Cut(want, ": ")
			if top := d.Shell.Top().Name(); top != screen || !strings.Contains(strings.Join(d.Screen()[:2], " "), crumb) {
				t.Errorf("%s leads to %s, want %s:\n%s", pasted, top, want, d.Text())
			}
		}
		for pasted, want := range map[string]string{
			"arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/none/0123": "nothing in ", "i-0bad0bad": "nothing in ",
			"arn:aws:ecs:eu-west-1:000000000000:service/prod/nonesuch": "nothing in ", "https://example.com/orders": "nothing in ",
		} {
			d.Paste(pasted)
			d.press("enter").read().Shows(want)
		}
	})
}

// TestWhatLeadsToAServiceIsFound: a load balancer, a listener, a rule, the names of hosts,
// and the links that the console has for them.
func TestWhatLeadsToAServiceIsFound(t *testing.T) {
	sit(t, setting{w: 120, h: 30}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		account, err := d.app.Store.Account(t.Context(), d.now("prod", "catalog").Ref.Context)
		if err != nil {
			t.Fatal(err)
		}
		routes, err := awsx.Collect(account.Routes(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		group := d.now("prod", "catalog").LoadBalancers[0].TargetGroup
		var route awsx.Route
		var rule awsx.Rule
		for _, x := range routes {
			for _, y := range x.Rules {
				if !y.Default && len(y.Actions) > 0 && len(y.Actions[0].Groups) > 0 && y.Actions[0].Groups[0].Group == group {
					route, rule = x, y
				}
			}
		}
		if rule.ARN == "" {
			t.Fatal("no rule leads to catalog")
		}
		const ec2 = "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#"
		for _, pasted := range []string{
			rule.ARN, route.Listener.ARN, route.Balancer.ARN, route.Balancer.DNS, strings.ToUpper(route.Balancer.DNS), "dualstack." + route.Balancer.DNS,
			"https://" + route.Balancer.DNS + "/items", ec2 + "LoadBalancer:loadBalancerArn=" + route.Balancer.ARN + ";tab=listeners",
			ec2 + "ELBListenerV2:listenerArn=" + route.Listener.ARN, ec2 + "ListenerRuleDetails:ruleArn=" + strings.ReplaceAll(rule.ARN, ":", "%3A"),
			ec2 + "TargetGroup:targetGroupArn=" + group,
		} {
			d.Paste(pasted)
			d.press("enter").read()
			if d.Shell.Top().Name() == "found" { // several are behind it
				if row := d.Row("service prod/catalog"); !strings.Contains(row, "sends to its group") {
					t.Errorf("%s is not found:\n%s", pasted, d.Text())
				}
				d.filter("prod/catalog").press("enter").read()
			}
			if top := d.Shell.Top().Name(); top != "tasks" || !strings.Contains(d.Screen()[0], "prod catalog") {
				t.Errorf("%s leads to %s:\n%s", pasted, top, d.Text())
			}
		}
		for _, pasted := range []string{
			"nobody-123.eu-west-1.elb.amazonaws.com", "arn:aws:elasticloadbalancing:eu-west-1:000000000000:listener/app/none/01/02",
			"arn:aws:servicediscovery:eu-west-1:000000000000:service/srv-nobody",
		} {
			d.Paste(pasted)
			d.press("enter").read().Shows("nothing in 3 clusters")
		}
		d.Paste("shop-123.us-east-1.elb.amazonaws.com")
		d.press("enter").read().Shows("nothing in 3 clusters of main/us-east-1")
	})
}

// TestAPrivateAddressIsFound: an instance by its own, a task by the port it has there, and a
// task that has an address of its own.
func TestAPrivateAddressIsFound(t *testing.T) {
	sit(t, setting{w: 120, h: 30}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		svc := d.now("prod", "catalog")
		account, err := d.app.Store.Account(t.Context(), svc.Ref.Context)
		if err != nil {
			t.Fatal(err)
		}
		all, err := awsx.Collect(account.Tasks(t.Context(), awsx.TaskQuery{Cluster: svc.Ref.ClusterRef()}))
		if err != nil {
			t.Fatal(err)
		}
		instances, err := awsx.Collect(account.Instances(t.Context(), svc.Ref.ClusterRef()))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.app.Store.ReadHosts(t.Context(), instances); err != nil {
			t.Fatal(err)
		}
		wants := map[string]string{}
		for _, task := range all {
			if len(task.ENIs) > 0 {
				wants[task.ENIs[0].PrivateV4] = "task: " + task.ID[:8]
			}
			for _, i := range instances {
				if i.Ref.ARN != task.ContainerInstance || task.Group != "service:catalog" {
					continue
				}
				host := d.app.Store.Housed(i).PrivateIP
				wants[host] = "tasks on an instance: " + i.EC2ID
				wants[host+":1"] = "tasks on an instance: " + i.EC2ID
				wants[fmt.Sprintf("%s:%d", host, task.Containers[0].Bindings[0].HostPort)] = "task: " + task.ID[:8]
				wants[fmt.Sprintf("http://%s:%d/health", host, task.Containers[0].Bindings[0].HostPort)] = "task: " + task.ID[:8]
			}
		}
		if len(wants) < 6 {
			t.Fatalf("the account shows too little: %v", wants)
		}
		wants["203.0.113.9"] = "found: nothing in 3 clusters"
		for pasted, want := range wants {
			d.Paste(pasted)
			d.press("enter").read()
			screen, shown, _ := strings.Cut(want, ": ")
			if top := d.Shell.Top().Name(); top != screen || !strings.Contains(d.Text(), shown) {
				t.Errorf("%s leads to %s, want %s:\n%s", pasted, top, want, d.Text())
			}
		}
	})
}

// TestAHostIsAnsweredFromTheListenerRules: a name alone by every rule that asks for it, a URL
// by the rule that answers it.
func TestAHostIsAnsweredFromTheListenerRules(t *testing.T) {
	sit(t, setting{w: 120, h: 30}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		for pasted, services := range map[string][]string{
			"shop.prod.example.com":                    {"catalog", "recommendations", "web"},
			"SHOP.prod.example.com":                    {"catalog", "recommendations", "web"},
			"https://shop.prod.example.com/products/4": {"catalog", "recommendations"},
			"payments.prod.example.com":                {"payments"},
			"http://nobody.example.org/":               nil,
			"nobody.example.org":                       nil,
		} {
			d.Paste(pasted)
			d.press("enter").read()
			text := d.Text()
			for _, name := range []string{"catalog", "recommendations", "web", "payments"} {
				listed := d.Row("service prod/"+name) != "" || d.Shell.Top().Name() == "tasks" && strings.Contains(d.Screen()[0], "prod "+name)
				if listed != slices.Contains(services, name) {
					t.Errorf("%s: %s is listed: %v\n%s", pasted, name, listed, text)
				}
			}
			if services == nil && !strings.Contains(text, "nothing in ") {
				t.Errorf("%s:\n%s", pasted, text)
			}
		}
	})
}

// TestAnARNOfAnotherAccountNamesTheContextThatHasIt, and nothing is opened there unasked.
func TestAnARNOfAnotherAccountNamesTheContextThatHasIt(t *testing.T) {
	configure := func(c *config.Config) {
		c.Contexts = []config.NamedContext{{Name: "home", ID: awsx.ContextID{Profile: "main"}}, {Name: "depot", ID: awsx.ContextID{Profile: "other", Region: "eu-central-1"}}}
		c.Context = c.Contexts[0].ID
	}
	sit(t, setting{configure: configure, w: 120, h: 30}, func(t *testing.T, d *desk) {
		d.wire.answer(func(_ string, r *http.Request) *http.Response {
			if !strings.Contains(r.Header.Get("Authorization"), "eu-central-1/sts/") {
				return nil
			}
			_, _ = io.Copy(io.Discard, r.Body)
			return says(r, 200, "text/xml", `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::333344445555:assumed-role/x/y</Arn><UserId>u</UserId><Account>333344445555</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		})
		d.Paste("arn:aws:ecs:eu-central-1:333344445555:service/prod/search")
		d.press("enter").read().Shows("this is of account 333344445555 and region eu-central-1", "you are in account 000000000000", "depot has it")
		d.press("enter").read().Shows("depot/eu-central-1 prod search  333344445555")
		d.Paste("arn:aws:ecs:eu-central-1:999988887777:service/prod/search")
		d.press("enter").read().Shows("account 999988887777", "and no")
	})
}
