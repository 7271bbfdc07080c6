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

// ProposeAll shows the plan of one intent for all of some targets. Started is called on
// the loop once it is being carried out.
func (c *Changes) ProposeAll(targets []awsx.Ref, intent deploy.Intent, started func()) {
	c.Deps.Host.Push(NewPlan(c, intent, func(string) { started() }, targets...))
}

// Drain plans to take instances out of service.
func (c *Changes) Drain(instances []awsx.Ref, started func()) tea.Cmd {
	c.ProposeAll(instances, deploy.Drain{}, started)
	return nil
}

// Activate plans to put instances back into service.
func (c *Changes) Activate(instances []awsx.Ref, started func()) tea.Cmd {
	c.ProposeAll(instances, deploy.Activate{}, started)
	return nil
}
