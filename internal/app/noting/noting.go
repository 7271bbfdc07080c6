// Package noting notes the names that an account lists, for the completion of a shell. What is
// kept of them and for how long is in internal/names.
package noting

import (
	"context"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/document"
	"gantry/internal/names"
)

// Account is an account whose listings are noted in a book once they were read to their ends.
func Account(a awsx.Account, book *names.Book) awsx.Account { return noted{a, book} }

type noted struct {
	awsx.Account
	book *names.Book
}

// whole calls end with all items of a listing that came to its end without a failure.
func whole[T any](pages awsx.Pages[T], end func([]*T)) awsx.Pages[T] {
	return func(yield func(awsx.Page[T], error) bool) {
		var all []*T
		sound := true
		for page, err := range pages {
			all, sound = append(all, page.Items...), sound && err == nil
			if !yield(page, err) {
				return
			}
		}
		if sound {
			end(all)
		}
	}
}

// Clusters notes the names of the clusters.
func (n noted) Clusters(ctx context.Context) awsx.Pages[awsx.Cluster] {
	return whole(n.Account.Clusters(ctx), func(all []*awsx.Cluster) {
		var list, tags []string
		read := true
		for _, c := range all {
			list, tags, read = append(list, c.Name), append(tags, tagNames(c.Tags)...), read && c.Tags.Read()
		}
		n.book.SetClusters(list)
		n.book.SetTags("", tags, read)
	})
}

// Services notes the names of a cluster's services.
func (n noted) Services(ctx context.Context, cluster awsx.Ref) awsx.Pages[awsx.Service] {
	return whole(n.Account.Services(ctx, cluster), func(all []*awsx.Service) {
		var list, tags []string
		read := true
		for _, s := range all {
			list, tags, read = append(list, s.Name), append(tags, tagNames(s.Tags)...), read && s.Tags.Read()
		}
		n.book.SetServices(cluster.ClusterName(), list)
		n.book.SetTags(cluster.ClusterName(), tags, read)
	})
}

// tagNames are tags as completion offers them; a value that looks like a secret is left out.
func tagNames(tags awsx.Tags) (names []string) {
	for _, t := range tags {
		if (document.Masking{}).Hides(t.Key, t.Value) {
			names = append(names, t.Key)
			continue
		}
		names = append(names, t.Key+"="+t.Value)
	}
	return names
}

// Tasks notes the tasks that run in a cluster or of a service, and their containers.
func (n noted) Tasks(ctx context.Context, q awsx.TaskQuery) awsx.Pages[awsx.Task] {
	pages := n.Account.Tasks(ctx, q)
	if q.Stopped || len(q.ARNs) > 0 || q.Family != "" || q.Instance != "" || q.StartedBy != "" {
		return pages
	}
	return whole(pages, func(all []*awsx.Task) {
		by := map[string]*names.Running{q.Service: {}}
		for _, t := range all {
			of := q.Service
			if service, ok := reason.OfService(*t); ok && of == "" {
				of = service
			}
			if by[of] == nil {
				by[of] = &names.Running{}
			}
			by[of].Tasks = append(by[of].Tasks, t.ID)
			for _, c := range t.Containers {
				by[of].Containers = append(by[of].Containers, c.Name)
			}
		}
		if cluster := q.Cluster.ClusterName(); q.Service == "" {
			n.book.SetAllTasks(cluster, by)
		} else {
			n.book.SetTasks(cluster, q.Service, by[q.Service].Tasks, by[q.Service].Containers)
		}
	})
}
