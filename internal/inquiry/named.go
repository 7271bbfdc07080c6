package inquiry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Named is something of the account that a name or an identifier means.
type Named struct {
	// Cluster or Service is what is meant, or what it belongs to. Of a task or an instance
	// that is set as well.
	Cluster, Service awsx.Ref
	Task             *awsx.Task
	Instance         *awsx.Instance
	// Revisions is true when a task definition is meant that the service runs.
	Revisions bool
	// Because says why this is the answer, where that is not its own name.
	Because string
}

// String is what it is called.
func (n Named) String() string {
	switch {
	case n.Task != nil:
		return "task " + n.Cluster.ClusterName() + "/" + n.Task.ID
	case n.Instance != nil:
		return "instance " + n.Cluster.ClusterName() + "/" + n.Instance.EC2ID
	case n.Service.ARN != "":
		return "service " + n.Service.ClusterName() + "/" + n.Service.Name()
	}
	return "cluster " + n.Cluster.Name()
}

// Named finds in all clusters of the context what an identifier means, or what bears a
// name: a cluster, a service as "web" or "prod/web". What is not found is NotFound; what
// was found stands beside an error that says what could not be read.
func (r Reader) Named(ctx context.Context, id Identifier, name string) ([]Named, error) {
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return nil, err
	}
	clusters, err := awsx.Collect(account.Clusters(ctx))
	if err != nil && len(clusters) == 0 {
		return nil, err
	}
	cluster, service := id.Cluster, id.Service
	if c, s, both := strings.Cut(name, "/"); both {
		cluster, service = c, s
	}
	routed, unread := r.routed(ctx, id)
	var found []Named
	failed := []error{err, unread}
	for _, c := range clusters {
		if cluster != "" && c.Name != cluster {
			continue
		}
		of, err := r.namedIn(ctx, account, c, id, routed, service, name)
		found, failed = append(found, of...), append(failed, err)
	}
	if err := errors.Join(failed...); err != nil || len(found) > 0 {
		return found, err
	}
	e := fault.Errorf(fault.NotFound, "find", strings.TrimSpace(id.ARN+name), "nothing in %s of %s is it, is behind it or names it", words.Count(len(clusters), "cluster"), r.Context)
	return nil, e
}

// namedIn finds what is meant in one cluster.
func (r Reader) namedIn(ctx context.Context, account awsx.Account, c awsx.Cluster, id Identifier, routed map[string]string, service, name string) ([]Named, error) {
	in := Named{Cluster: c.Ref}
	switch {
	case id.Task != "":
		task, err := r.FindTask(ctx, c.Name, id.Task)
		if err != nil {
			return nil, foundElse(err)
		}
		in.Task = &task
		if group, ok := strings.CutPrefix(task.Group, "service:"); ok {
			in.Service = serviceIn(c.Ref, group)
		}
		return []Named{in}, nil
	case id.Address.ID != "":
		return r.atAddress(ctx, account, c.Ref, id.Address)
	case id.Instance != "":
		instances, err := awsx.Collect(account.Instances(ctx, c.Ref))
		for _, i := range instances {
			if i.EC2ID == id.Instance || i.Ref.Name() == id.Instance {
				in.Instance = &i
				return []Named{in}, nil
			}
		}
		return nil, err
	case service == "" && id.Cluster != "", service == "" && c.Name == name:
		return []Named{in}, nil
	}
	services := r.Store.KnownServices(c.Ref)
	if len(services) == 0 {
		read, err := awsx.Collect(account.Services(ctx, c.Ref))
		if err != nil && len(read) == 0 {
			return nil, err
		}
		for i := range read {
			services = append(services, &read[i])
		}
	}
	alarmed := r.alarmed(ctx, id)
	var found []Named
	for _, s := range services {
		n := Named{Cluster: c.Ref, Service: s.Ref}
		family, _ := awsx.SplitRevision(s.TaskDefinition)
		switch {
		case service != "":
			if s.Name != service {
				continue
			}
		case id.Family != "":
			if family != id.Family {
				continue
			}
			n.Revisions, n.Because = true, "runs "+awsx.ARNName(s.TaskDefinition)
		case id.Route != "" || id.Mention != "":
			if n.Because = r.mentions(ctx, *s, id.Mention, routed, alarmed); n.Because == "" {
				continue
			}
		case s.Name != name:
			continue
		}
		found = append(found, n)
	}
	return found, nil
}

// foundElse passes over an error that says that something is not here.
func foundElse(err error) error {
	if fault.ClassOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// serviceIn is the reference of a service of a cluster by its name.
func serviceIn(cluster awsx.Ref, name string) awsx.Ref {
	return cluster.In(strings.Replace(cluster.ARN, ":cluster/", ":service/", 1) + "/" + name)
}

// mentions says where a service names something, empty when it does not: its target groups,
// or those that requests for it go to, its alarms and registries, then its task definition.
func (r Reader) mentions(ctx context.Context, s awsx.Service, what string, routed map[string]string, alarmed func(awsx.Service) string) string {
	for _, group := range s.TargetGroups() {
		if because := routed[group]; because != "" {
			return because
		}
	}
	switch {
	case what == "":
		return ""
	case slices.Contains(s.Registries, what):
		return "its tasks are registered there"
	case slices.Contains(s.TargetGroups(), what):
		return "its tasks are targets of it"
	}
	if words := alarmed(s); words != "" {
		return words
	}
	td, err := r.Store.TaskDefinition(ctx, s.Ref.Context, s.TaskDefinition)
	if err == nil && bytes.Contains(td.Raw, []byte(what)) {
		return awsx.ARNName(s.TaskDefinition) + " names it"
	}
	return ""
}

// Configured is a context under the name that the configuration gives it.
type Configured struct {
	Name string
	ID   awsx.ContextID
}

// Home is who is to be asked about an identifier: the context of the account and the
// region that it names. Words say that this is another one, empty when it is the reader's
// own. It is an error when no context has that account.
func (r Reader) Home(ctx context.Context, id Identifier, configured []Configured) (home Reader, words string, err error) {
	account, region := id.Account, id.Region
	if account == "aws" {
		account = "" // of AWS itself, for all accounts
	}
	if account == "" && (region == "" || region == r.Context.Region) {
		return r, "", nil
	}
	ours, err := r.Store.Identity(ctx, r.Context)
	if err != nil && account != "" {
		return r, "", err
	}
	sameAccount := account == "" || account == ours.Account
	if sameAccount && (region == "" || region == r.Context.Region) {
		return r, "", nil
	}
	whose := "of "
	if !sameAccount {
		whose += "account " + account
		if region != "" && region != r.Context.Region {
			whose += " and "
		}
	}
	if region != "" && region != r.Context.Region {
		whose += "region " + region
	}
	words = fmt.Sprintf("this is %s; you are in account %s, region %s", whose, ours.Account, r.Context.Region)
	for _, c := range configured {
		if c.ID == r.Context || region != "" && c.ID.Region != region {
			continue
		}
		if whose, err := r.Store.Identity(ctx, c.ID); err == nil && (account == "" || whose.Account == account) {
			home = r
			home.Context = c.ID
			return home, words + ": context " + c.Name + " has it", nil
		}
	}
	if sameAccount {
		home = r
		home.Context.Region = region
		return home, words + ": looked for there with the same profile", nil
	}
	e := fault.Errorf(fault.NotFound, "find", id.ARN, "%s, and no context of the configuration has that", words)
	e.Fix = "add a context with a profile of that account to the configuration"
	return r, "", e
}
