package routing

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
)

// Who answers a request.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "answer", Bindings: ui.DocumentBindings()}})

// ask asks for a request and shows who answers it. Looking changes nothing, so nothing is
// sent to the URL.
func ask(deps *views.Deps, id awsx.ContextID, url string) {
	read := func(values []string) (alb.Request, error) {
		var headers []string
		for h := range strings.SplitSeq(values[2], ";") {
			if strings.TrimSpace(h) != "" {
				headers = append(headers, strings.TrimSpace(h))
			}
		}
		return alb.NewRequest(values[0], strings.TrimSpace(values[1]), headers, values[3])
	}
	deps.Host.Modal(form.New(deps.Host.Theme(), form.Options{
		Title: "Who answers this request?",
		Fields: []form.Field{
			{Label: "URL", Value: url, Placeholder: "https://shop.example.com/cart", Help: "with its scheme and host; nothing is sent to it"},
			{Label: "method", Value: "GET", Help: "compared with its case"},
			{Label: "headers", Placeholder: "X-Canary: on; User-Agent: curl", Help: "Name: value, several parted by semicolons"},
			{Label: "source", Placeholder: "203.0.113.9", Help: "the address that the load balancer sees; left out it is unknown"},
			{Label: "balancer", Help: "its name; left out, those whose rules ask for the host"},
		},
		Submit: func(values []string) (tea.Cmd, error) {
			q, err := read(values)
			if err != nil {
				return nil, err
			}
			deps.Host.Push(newAnswer(deps, id, q, values[0], strings.TrimSpace(values[4])))
			return nil, nil
		},
	}))
}

func newAnswer(deps *views.Deps, id awsx.ContextID, q alb.Request, url, balancer string) ui.Screen {
	return prose.NewTextScreen(deps, prose.TextSpec{
		Name: "answer", What: "who answers " + url, Subject: awsx.Ref{Context: id}, Crumb: id.String(),
		Load: func(ctx context.Context) ([]prose.Para, error) {
			found, err := inquiry.Reader{Context: id, Store: deps.Store, Clock: deps.Now}.Answer(ctx, q, balancer)
			if err != nil {
				return nil, err
			}
			return answerParas(found, url), nil
		},
	})
}

// answerParas say who answers: each load balancer that is meant with the rules that were
// tried, what becomes of the request, and the targets at the end.
func answerParas(found inquiry.Answers, url string) []prose.Para {
	var d prose.Document
	for i := range found.All[:found.Meant] {
		a := &found.All[i]
		d.Heading(fmt.Sprintf("%s %s at %s:%d %s", found.Request.Method, url, a.Balancer.Name, a.Listener.Port, a.Listener.Protocol))
		role := theme.Title
		if !a.Certain() {
			role = theme.Unknown
		}
		d.FieldAs(role, "answer", a.Outcome.Words())
		if found.Request.Loops(a.Outcome) {
			d.FieldAs(theme.Failed, "loop", "it leads back to the same URL")
		}
		for _, why := range a.Doubts {
			d.FieldAs(theme.Unknown, "uncertain", why)
		}
		for _, share := range a.Outcome.Groups {
			e := found.Endings[share.Group]
			role := theme.Text
			if e.Serving.Empty() || e.Serving.FailsOpen() {
				role = theme.Failed
			}
			d.FieldAs(role, alb.PercentWords(share.Percent), e.Of.Name()+": "+e.Words())
		}
		d.Heading("Rules tried")
		for _, t := range a.Tried {
			glyph, role := "-", theme.Dim
			switch t.Meets {
			case alb.Yes:
				glyph, role = "+", theme.OK
			case alb.Unsure:
				glyph, role = "?", theme.Unknown
			}
			d.FieldAs(role, t.Rule.Priority, glyph+" "+t.Why(found.Request))
		}
	}
	if found.Meant < len(found.All) {
		d.Heading("If the name leads there")
	}
	for _, a := range found.All[found.Meant:] {
		d.Field(fmt.Sprintf("%s:%d", a.Balancer.Name, a.Listener.Port), a.Outcome.Words())
	}
	for i, err := range found.Partial {
		if i == 0 {
			d.Heading("Not read")
		}
		d.Line(theme.Unknown, err.Error())
	}
	return d.Paras
}
