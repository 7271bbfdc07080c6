package diagnose

import (
	"cmp"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
)

// Aspect is what a line of evidence is about.
type Aspect uint8

// The aspects, in the order of Panel.
const (
	OfDeployment Aspect = iota
	OfDeath
	OfTargets
	OfEvents
)

// Line is one line of evidence. Text is raw; At is zero where no time applies.
type Line struct {
	About Aspect
	At    time.Time
	Text  string
}

// maxEvents is how many telling events the panel quotes.
const maxEvents = 3

// Panel returns the evidence for one service, the most telling first: what is
// being rolled out and by whom, the last stopped task, the last telling events.
func Panel(e Evidence) []Line {
	f := count(e)
	lines := []Line{{OfDeployment, f.primary.CreatedAt, f.deploymentLine()}}
	if d := f.ofNewest; d != nil {
		lines = append(lines, deathLine(*d))
	} else if f.newest != nil {
		lines = append(lines, deathLine(*f.newest))
	}
	for _, lb := range f.Service.LoadBalancers {
		if groups := f.serving(lb); lb.Alternate != "" && len(groups) == 1 {
			lines = append(lines, Line{About: OfTargets, Text: "served from the target group " + groups[0].Name() + ", idle is " + awsx.GroupName(lb.Other(groups[0].ARN))})
		}
		if lb.TargetGroup == "" && lb.Classic != "" {
			lines = append(lines, Line{About: OfTargets, Text: "behind the classic load balancer " + lb.Classic + ", whose health is not read"})
		}
	}
	quoted := 0
	for _, ev := range f.Service.Events {
		read := reason.ReadEvent(ev.Message)
		if read.Everyday() {
			continue
		}
		lines = append(lines, Line{OfEvents, ev.At, read.Body})
		if quoted++; quoted == maxEvents {
			break
		}
	}
	if quoted == 0 && len(f.Service.Events) > 0 {
		ev := f.Service.Events[0]
		lines = append(lines, Line{OfEvents, ev.At, reason.EventBody(ev.Message)})
	}
	return lines
}

func deathLine(d death) Line {
	text := "task " + reason.ShortID(d.task.Ref.ARN) + " " + d.Why()
	if d.Container != "" {
		text += " (" + d.Container + ")"
	}
	return Line{OfDeath, d.at, text}
}

// deploymentLine says from which revision to which, by whom, and what the
// circuit breaker would do.
func (f *facts) deploymentLine() string {
	to := cmp.Or(f.revision(f.primary.TaskDefinition), f.revision(f.Service.TaskDefinition))
	for _, d := range f.Service.Deployments {
		if d.Status == "ACTIVE" && d.TaskDefinition != f.primary.TaskDefinition {
			to = f.revision(d.TaskDefinition) + " -> " + to
			break
		}
	}
	if by := f.author(f.primary.TaskDefinition); by != "" {
		to += ", registered by " + by // who deployed it, ECS does not tell
	}
	return to + ", " + f.breakerSetting()
}

func (f *facts) breakerSetting() string {
	switch b := f.Service.Breaker; {
	case f.failing():
		return f.breaker()
	case !f.byECS():
		return "deployed by " + f.Service.Controller
	case !b.Enabled:
		return "breaker off"
	case b.Rollback:
		return "breaker on, rolls back"
	}
	return "breaker on"
}

// revision names a task definition and, when it was read, its image's tag.
func (f *facts) revision(arn string) string {
	name := awsx.ARNName(arn)
	td := f.TaskDefinition(arn)
	if td == nil || len(td.Containers) == 0 {
		return name
	}
	image := awsx.ARNName(f.image(td))
	if image == "" {
		return name
	}
	// The repository mostly bears the family's name, which is there already.
	family, _ := awsx.SplitRevision(arn)
	return name + " (" + strings.TrimPrefix(image, family+":") + ")"
}

// image returns the image that matters in a definition: that of the container
// behind the load balancer, else of the first essential one.
func (f *facts) image(td *awsx.TaskDefinition) string {
	for _, lb := range f.Service.LoadBalancers {
		if c, ok := td.Container(lb.Container); ok {
			return c.Image
		}
	}
	for _, c := range td.Containers {
		if c.Essential {
			return c.Image
		}
	}
	return td.Containers[0].Image
}

// author returns who registered a revision: the last part of the caller's ARN,
// which is a user or the session name of an assumed role.
func (f *facts) author(arn string) string {
	if td := f.TaskDefinition(arn); td != nil {
		return strings.TrimSpace(awsx.ARNName(td.RegisteredBy))
	}
	return ""
}
