package read

import (
	"cmp"
	"strings"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Definition is the revision that the service's primary deployment runs. A service
// that an external controller deploys runs task sets and has none of its own, which
// is an error.
func Definition() Read {
	return required("definition", func(cur *Current) **awsx.TaskDefinition { return &cur.Definition }, (*session).definition)
}

func (s *session) definition() (*awsx.TaskDefinition, error) {
	svc, err := s.service()
	if err != nil {
		return nil, err
	}
	if svc.TaskDefinition == "" {
		return nil, fault.Errorf(fault.Invalid, "plan", svc.Ref.ARN,
			"the service has no task definition: its deployment controller (%s) runs task sets", cmp.Or(svc.Controller, "none"))
	}
	return s.r.TaskDefinition(s.ctx, svc.TaskDefinition)
}

// DefinitionIfAllowed is the revision in use for who may read it: a change of the count
// needs no right to.
func DefinitionIfAllowed() Read {
	r := Definition()
	r.required = false
	ask := r.ask
	r.ask = func(s *session) (func(*Current), error) {
		put, err := ask(s)
		if err != nil {
			put = func(*Current) {}
		}
		return put, err
	}
	return r
}

// Revision is a revision that the verb names: an ARN, family:revision, or a number of
// the family in use. Without a name there is nothing to read.
func Revision(name string) Read {
	if name == "" {
		return Read{}
	}
	return required("revision", func(cur *Current) **awsx.TaskDefinition { return &cur.Wanted }, func(s *session) (*awsx.TaskDefinition, error) {
		svc, err := s.service()
		if err != nil {
			return nil, err
		}
		family, _ := awsx.SplitRevision(svc.TaskDefinition)
		id, err := revisionID(name, family)
		if err != nil {
			return nil, err
		}
		return s.r.TaskDefinition(s.ctx, id)
	})
}

// revisionID turns what a person typed into something that can be described.
func revisionID(typed, family string) (string, error) {
	s := strings.TrimSpace(typed)
	number := s
	if strings.Contains(s, ":") {
		_, number = awsx.SplitRevision(s)
	} else {
		s = family + ":" + s
	}
	if number == "" || strings.Trim(number, "0123456789") != "" || strings.HasPrefix(number, "0") {
		return "", fault.Errorf(fault.Invalid, "plan", "", "revision %q: expected a number, family:number or a task definition ARN", typed)
	}
	return s, nil
}

// Raw is the service in the API's own JSON.
func Raw(minds ...Mind[[]byte]) Read {
	return required("raw", func(cur *Current) *[]byte { return &cur.Raw }, func(s *session) ([]byte, error) {
		return s.r.Raw(s.ctx, awsx.KindService, s.target)
	}, minds...)
}

// Like is a service of the target's cluster by its name, also in the API's own JSON,
// whose surroundings tasks are to share. Without a name there is nothing to read.
func Like(name string) Read {
	if name == "" {
		return Read{}
	}
	return Read{name: "like", required: true, ask: func(s *session) (func(*Current), error) {
		svc, err := s.like(name)
		if err != nil {
			return nil, err
		}
		raw, err := s.r.Raw(s.ctx, awsx.KindService, svc.Ref)
		return func(cur *Current) { cur.Service, cur.Raw = svc, raw }, err
	}}
}
