package reports

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/internal/app"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
)

var _ = commands.Add(program.routingCommand)

func (p program) routingCommand() *cobra.Command {
	return p.ofCluster("routing", "Show the rules that lead to a cluster, in the order in which they are tried, and where each ends", p.routing)
}

// routingRule is a rule in routing -o json.
type routingRule struct {
	Balancer string        `json:"loadBalancer"`
	Port     int           `json:"port,omitempty"`
	Protocol string        `json:"protocol,omitempty"`
	Listener string        `json:"listener,omitempty"`
	Rule     string        `json:"rule,omitempty"` // priority; absent where none was read
	ARN      string        `json:"ruleArn,omitempty"`
	When     string        `json:"when"`
	Does     string        `json:"does"`
	Never    []string      `json:"never"`   // priorities of the rules that take all of its requests
	Shadows  []string      `json:"shadows"` // of those whose requests it takes all
	Groups   []routedGroup `json:"groups"`
	Error    string        `json:"error,omitempty"`
}

// routingDocument is what routing -o json prints.
type routingDocument struct {
	Context string        `json:"context"`
	Cluster string        `json:"cluster"`
	Rules   []routingRule `json:"rules"`
	completeness
}

var _ = schema.Add("routing", "gantry routing", routingDocument{})

func (p program) routing(ctx context.Context, a *app.App, c awsx.Cluster, output string) error {
	found, partial, err := a.Rules(ctx, c.Ref)
	if err != nil {
		return err
	}
	p.Partial(partial)
	if output == "json" {
		rules := []routingRule{}
		for _, r := range found {
			x := routingRule{
				Balancer: r.Route.Balancer.Name, Port: r.Route.Listener.Port, Protocol: r.Route.Listener.Protocol, Listener: r.Route.Listener.ARN,
				Rule: r.Rule.Priority, ARN: r.Rule.ARN, When: r.When(), Does: alb.ActionsWords(r.Rule), Never: priorities(r.Takers), Shadows: priorities(r.Shadows), Groups: []routedGroup{},
			}
			if r.Route.Err != nil {
				x.Error = printing.Shown(r.Route.Err.Error())
			}
			for _, e := range r.Endings {
				x.Groups = append(x.Groups, groupAt(e))
			}
			rules = append(rules, x)
		}
		return printing.JSON(p.Out, routingDocument{a.Context.String(), c.Name, rules, completenessOf(a, partial)})
	}
	if len(found) == 0 {
		fmt.Fprintf(p.Err, "no load balancer leads to %s\n", printing.Shown(c.Name))
		return nil
	}
	var rows [][]string
	for _, r := range found {
		priority := r.Rule.Priority
		if priority == "" {
			priority = "?"
		}
		rows = append(rows, []string{r.Listener(), priority, printing.Shown(r.When()), printing.Shown(r.Ends())})
	}
	return printing.Table(p.Out, []string{"LISTENER", "RULE", "WHEN", "ENDS AT"}, rows)
}

func priorities(rules []awsx.Rule) []string {
	out := []string{}
	for _, r := range rules {
		out = append(out, r.Priority)
	}
	return out
}
