package deploy

import (
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/step"
)

// owned warns when a step alters a service that another tool is said to deploy.
func (p *Plan) owned(under policy.Policy) {
	owner, ok := under.OwnerOf(p.Target)
	if !ok {
		return
	}
	for _, s := range p.Steps {
		if update, ok := s.(*step.Update); ok && update.Alters() {
			p.Checks = append(p.Checks, check.Finding{
				Name: check.Owner, Result: check.Warning, Text: owner.Tool + " deploys this service (owners in the configuration): " + owner.Undoes(),
			})
			return
		}
	}
}
