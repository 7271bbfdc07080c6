package reports

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/inquiry"
)

var _ = commands.Add(program.routeCommand)

func (p program) routeCommand() *cobra.Command {
	var output, method, source, balancer string
	var headers []string
	cmd := &cobra.Command{
		Use:   "route URL",
		Short: "Show who answers a request: the rules tried, and the healthy targets at the end",
		Long: `Show who answers a request, by the rules of the load balancers: each rule that is tried,
why it is met or not, what becomes of the request, and the targets at the end with their
service. Nothing is sent to the URL.

Which load balancer a name leads to is for DNS to say: the ones whose rules ask for the
host are meant unless --lb names one. What this version cannot tell is never taken as
met, and the answer says that it is uncertain.`,
		Example: `  gantry route https://shop.example.com/cart --header 'X-Canary: on'
  gantry route https://shop.example.com/ --lb prod-public --source-ip 203.0.113.9 -o json`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := alb.NewRequest(args[0], method, headers, source)
			if err != nil {
				return err
			}
			return p.With(cmd.Context(), func(a *app.App) error { return p.route(cmd.Context(), a, q, args[0], balancer, output) })
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&method, "method", "GET", "the request's `method`")
	fs.StringArrayVar(&headers, "header", nil, "a header as `'Name: value'`; may be given again")
	fs.StringVar(&source, "source-ip", "", "the `address` that the request comes from")
	fs.StringVar(&balancer, "lb", "", "the load `balancer` that is asked: its name, ARN or DNS name")
	command.OutputFlag(cmd, &output, "table", "json")
	return cmd
}

// routed is what route -o json prints of one load balancer's answer.
type routed struct {
	Balancer string      `json:"loadBalancer"`
	Port     int         `json:"port"`
	Protocol string      `json:"protocol"`
	Listener string      `json:"listener"`
	Rule     string      `json:"rule,omitempty"` // priority; absent when none is met
	RuleARN  string      `json:"ruleArn,omitempty"`
	Does     string      `json:"does"`
	Location string      `json:"location,omitempty"`
	Rewrite  string      `json:"rewritten,omitempty"`
	Loops    bool        `json:"loops,omitempty"`
	Certain  bool        `json:"certain"`
	Doubts   []string    `json:"doubts"`
	Tried    []triedRule `json:"tried"`
	// Groups are absent where the request is not meant for this load balancer.
	Groups []routedGroup `json:"groups,omitempty"`
}

type triedRule struct {
	Rule       string `json:"rule"`
	Met        string `json:"met"` // yes, no or unknown
	Why        string `json:"why"`
	Conditions string `json:"conditions"`
}

type routedGroup struct {
	Group     string   `json:"group"`
	Percent   float64  `json:"percent"`
	Services  []string `json:"services"` // CLUSTER/SERVICE
	Read      bool     `json:"read"`
	Healthy   int      `json:"healthy"`
	Targets   int      `json:"targets"`
	FailsOpen bool     `json:"failsOpen"`
	Stands    string   `json:"stands"`
}

func metWord(m alb.Meets) string { return [...]string{"no", "yes", "unknown"}[m] }

func routedOf(found *inquiry.Answers, i int) routed {
	a := &found.All[i]
	r := routed{
		Balancer: a.Balancer.Name, Port: a.Listener.Port, Protocol: a.Listener.Protocol, Listener: a.Listener.ARN,
		Does: a.Outcome.Words(), Location: a.Outcome.Location, Rewrite: a.Outcome.Rewritten, Loops: found.Request.Loops(a.Outcome),
		Certain: a.Certain(), Doubts: append([]string{}, a.Doubts...), Tried: []triedRule{},
	}
	if rule, ok := a.Rule(); ok {
		r.Rule, r.RuleARN = rule.Priority, rule.ARN
	}
	for _, t := range a.Tried {
		r.Tried = append(r.Tried, triedRule{t.Rule.Priority, metWord(t.Meets), t.Why(found.Request), alb.ConditionsWords(t.Rule)})
	}
	if i >= found.Meant {
		return r
	}
	for _, share := range a.Outcome.Groups {
		e := found.Endings[share.Group]
		e.Share = share
		r.Groups = append(r.Groups, groupAt(e))
	}
	return r
}

// groupAt is a group at the end of a rule in JSON.
func groupAt(e inquiry.Ending) routedGroup {
	g := routedGroup{
		Group: awsx.GroupName(e.Group), Percent: e.Percent, Services: []string{}, Read: e.Serving.Read,
		Healthy: e.Serving.Healthy, Targets: e.Serving.Registered, FailsOpen: e.Serving.FailsOpen(), Stands: e.Serving.Words(),
	}
	for _, s := range e.Services {
		g.Services = append(g.Services, s.Ref.ClusterName()+"/"+s.Name)
	}
	return g
}

// routeDocument is what route -o json prints.
type routeDocument struct {
	Context string   `json:"context"`
	URL     string   `json:"url"`
	Method  string   `json:"method"`
	Meant   int      `json:"meant"` // how many of the answers, from the first
	Answers []routed `json:"answers"`
	completeness
}

var _ = schema.Add("route", "gantry route", routeDocument{})

func (p program) route(ctx context.Context, a *app.App, q alb.Request, address, balancer, output string) error {
	found, err := a.Answer(ctx, q, balancer)
	p.Partial(found.Partial)
	if err != nil {
		return err
	}
	answers := make([]routed, len(found.All))
	for i := range found.All {
		answers[i] = routedOf(&found, i)
	}
	if output == "json" {
		return printing.JSON(p.Out, routeDocument{a.Context.String(), address, q.Method, found.Meant, answers, completenessOf(a, found.Partial)})
	}
	for i, r := range answers[:found.Meant] {
		if i > 0 {
			fmt.Fprintln(p.Out)
		}
		if err := p.printRoute(q, address, r); err != nil {
			return err
		}
	}
	for _, r := range answers[found.Meant:] {
		fmt.Fprintf(p.Err, "%s:%d would answer by rule %s, if the name leads there: gantry route --lb %s\n", printing.Shown(r.Balancer), r.Port, r.Rule, printing.Shown(r.Balancer))
	}
	return nil
}

func (p program) printRoute(q alb.Request, address string, r routed) error {
	fmt.Fprintf(p.Out, "%s %s at %s:%d %s\n\n", q.Method, printing.Shown(address), printing.Shown(r.Balancer), r.Port, r.Protocol)
	var rows [][]string
	for _, t := range r.Tried {
		met := t.Met
		if met == "unknown" {
			met = "?"
		}
		rows = append(rows, []string{t.Rule, met, printing.Shown(t.Why)})
	}
	if err := printing.Table(p.Out, []string{"RULE", "MET", "WHY"}, rows); err != nil {
		return err
	}
	fmt.Fprintf(p.Out, "\n%s\n", printing.Shown(r.Does))
	if r.Loops {
		fmt.Fprintln(p.Out, "it leads back to the same URL: a loop")
	}
	for _, why := range r.Doubts {
		fmt.Fprintf(p.Out, "uncertain: %s\n", printing.Shown(why))
	}
	if len(r.Groups) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows = nil
	for _, g := range r.Groups {
		service := "-"
		for i, s := range g.Services {
			if service = s; i > 0 {
				service += ", " + s
			}
		}
		rows = append(rows, []string{g.Group, strconv.FormatFloat(g.Percent, 'f', -1, 64) + "%", service, g.Stands})
	}
	return printing.Table(p.Out, []string{"GROUP", "SHARE", "SERVICE", "TARGETS"}, rows)
}
