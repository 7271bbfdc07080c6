package ecs

import "gantry/awsx/sim/wire"

type deleteServiceInput struct {
	Cluster string `json:"cluster"`
	Service string `json:"service"`
	Force   bool   `json:"force"`
}

// deleteService begins to delete a service (DeleteService).
func (a *API) deleteService(in *deleteServiceInput) ([]byte, error) {
	c, err := a.clusterOf(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	s := a.findService(c, in.Service)
	switch {
	case s == nil:
		return nil, wire.Fail("ServiceNotFoundException", "Service not found.")
	case s.Status != "":
		return nil, notActive()
	case s.Desired > 0 && !in.Force:
		return nil, wire.Invalid("The service cannot be stopped while it is scaled above 0.")
	}
	a.Delete(s)
	return []byte(`{"service":` + string(encodedService(s, true)) + `}`), nil
}

func notActive() error { return wire.Fail("ServiceNotActiveException", "Service was not ACTIVE.") }
