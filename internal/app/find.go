package app

import (
	"context"
	"slices"
	"strings"

	"gantry/awsx"
)

// maxNames is how many names an error suggests.
const maxNames = 10

// FindCluster returns a cluster by name or ARN. The error names those there are.
func (a *App) FindCluster(ctx context.Context, name string) (awsx.Cluster, error) {
	account, err := a.Store.Account(ctx, a.Context)
	if err != nil {
		return awsx.Cluster{}, err
	}
	var names []string
	var failed error
	for page, err := range account.Clusters(ctx) {
		if err != nil {
			failed = err
			continue
		}
		for _, c := range page.Items {
			if c.Name == name || c.Ref.ARN == name {
				return c, nil
			}
			names = append(names, c.Name)
		}
	}
	if failed != nil {
		return awsx.Cluster{}, failed
	}
	return awsx.Cluster{}, awsx.Errorf(awsx.NotFound, "ecs:DescribeClusters", name, "no such cluster in %s; it has %s", a.Context, some(names))
}

// FindService returns a service of a cluster by name.
func (a *App) FindService(ctx context.Context, cluster, name string) (awsx.Service, error) {
	c, err := a.FindCluster(ctx, cluster)
	if err != nil {
		return awsx.Service{}, err
	}
	account, err := a.Store.Account(ctx, a.Context)
	if err != nil {
		return awsx.Service{}, err
	}
	var failed error
	for page, err := range account.DescribeServices(ctx, c.Ref, []string{name}) {
		if err != nil {
			failed = err
			continue
		}
		for _, s := range page.Items {
			if s.Status != "INACTIVE" {
				return s, nil
			}
		}
	}
	if failed != nil {
		return awsx.Service{}, failed
	}
	var names []string
	for page, err := range account.Services(ctx, c.Ref) {
		if err == nil {
			for _, s := range page.Items {
				names = append(names, s.Name)
			}
		}
	}
	return awsx.Service{}, awsx.Errorf(awsx.NotFound, "ecs:DescribeServices", name, "no such service in cluster %s; it has %s", cluster, some(names))
}

// some lists names, not all of many.
func some(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	if len(names) > maxNames {
		return strings.Join(names[:maxNames], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}
