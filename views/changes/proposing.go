package changes

import (
	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
)

// RestartAll plans to restart several services.
func (c *Changes) RestartAll(services []awsx.Ref, started func()) tea.Cmd {
	c.ProposeAll(services, deploy.Restart{}, started)
	return nil
}

// ProposeAll shows the plan of one intent for several targets. Started is called on
// the loop once it is being carried out.
func (c *Changes) ProposeAll(targets []awsx.Ref, intent deploy.Intent, started func()) {
	c.Deps.Host.Push(NewBatchPlan(c, targets, intent, started))
}

// ProposeEach shows the plan for one target, or the one for all of several.
func (c *Changes) ProposeEach(targets []awsx.Ref, intent deploy.Intent, started func()) {
	if len(targets) == 1 {
		c.Propose(targets[0], intent, func(string) { started() })
		return
	}
	c.ProposeAll(targets, intent, started)
}

// Drain plans to take instances out of service.
func (c *Changes) Drain(instances []awsx.Ref, started func()) tea.Cmd {
	c.ProposeEach(instances, deploy.Drain{}, started)
	return nil
}

// Activate plans to put instances back into service.
func (c *Changes) Activate(instances []awsx.Ref, started func()) tea.Cmd {
	c.ProposeEach(instances, deploy.Activate{}, started)
	return nil
}
