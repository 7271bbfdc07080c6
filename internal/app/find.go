package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
)

// maxNames is how many names an error suggests.
const maxNames = 10

// FindCluster returns a cluster by name. The error names those there are, the
// likeliest first.
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
			if c.Name == name {
				return c, nil
			}
			names = append(names, c.Name)
		}
	}
	if failed != nil {
		return awsx.Cluster{}, failed
	}
	return awsx.Cluster{}, awsx.Errorf(awsx.NotFound, "ecs:DescribeClusters", name, "no such cluster in %s; it has %s", a.Context, some(name, names))
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
	return awsx.Service{}, awsx.Errorf(awsx.NotFound, "ecs:DescribeServices", name, "no such service in cluster %s; it has %s", cluster, some(name, names))
}

// some lists names, those that look most like the wanted one first, not all of
// many.
func some(wanted string, names []string) string {
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(unlike(wanted, a), unlike(wanted, b)) })
	if len(names) > maxNames {
		return strings.Join(names[:maxNames], ", ") + fmt.Sprintf(" and %d others", len(names)-maxNames)
	}
	return strings.Join(names, ", ")
}

// unlike counts the letters to insert, delete or replace to make one name of
// another, case aside (the Levenshtein distance). A name that holds the other is
// close, whatever its length.
func unlike(wanted, name string) int {
	a, b := strings.ToLower(wanted), strings.ToLower(name)
	if strings.Contains(b, a) {
		return 0
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
