package app

import (
	"context"
	"sync"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/document"
	"gantry/internal/config"
	"gantry/internal/names"
)

// naming opens accounts whose listings are noted by name, for the completion of a shell.
type naming struct {
	awsx.Opener
	app *App
	// What names contexts, of the configuration that was opened: it is read anew on the loop.
	first    string
	contexts []config.NamedContext

	mu    sync.Mutex
	books map[string]*names.Book // by the path of their file
}

// Open opens an account. Only contexts that a command line can name are noted.
func (n *naming) Open(ctx context.Context, id awsx.ContextID) (awsx.Account, error) {
	account, err := n.Opener.Open(ctx, id)
	of, ok := n.named(id)
	if err != nil || !ok {
		return account, err
	}
	return noted{account, n.book(names.Path(n.app.auditDir, of))}, nil
}

func (n *naming) book(path string) *names.Book {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.books[path] == nil {
		n.books[path] = names.Read(path)
	}
	return n.books[path]
}

// close writes what was noted. It is a comfort: what goes wrong with it is nobody's trouble.
func (n *naming) close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for path, book := range n.books {
		_ = book.Write(path)
	}
	return nil
}

// named is the name of a context as completion knows it: before anything of it was asked for.
func (n *naming) named(id awsx.ContextID) (string, bool) {
	if id == n.app.Context {
		return n.first, true
	}
	for _, c := range n.contexts {
		if c.ID == id {
			return c.ID.String(), true
		}
	}
	return "", false
}

// NamesOf is the name of the context that a configuration begins with, under which completion
// finds what was listed there.
func NamesOf(cfg config.Config) string { return cfg.Context.String() }

// noted is an account whose listings are noted once they were read to their ends.
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
