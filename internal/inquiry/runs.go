package inquiry

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"gantry/awsx"
	"gantry/awsx/store"
)

// Run is an image that runs somewhere: how many tasks of one service run it, or of none.
type Run struct {
	Cluster awsx.Ref
	// Group is what the tasks belong to, as ECS writes it: service:NAME, family:NAME.
	Group     string
	Container string
	// Reference is what the task definition names, Digest what the tasks run; it is empty
	// while they start.
	Reference, Digest string
	Tasks             int
}

// Service is the name of the service that runs it, empty for tasks of none.
func (r Run) Service() string {
	name, ok := strings.CutPrefix(r.Group, "service:")
	if !ok {
		return ""
	}
	return name
}

// Where is the cluster and the service, or what else the tasks belong to.
func (r Run) Where() string {
	return r.Cluster.Name() + "/" + cmp.Or(r.Service(), r.Group)
}

// ServiceRef points at the service that runs it.
func (r Run) ServiceRef() awsx.Ref { return serviceIn(r.Cluster, r.Service()) }

// Repository is the part of the reference before tag and digest; empty where it is none.
func (r Run) Repository() string {
	ref, err := awsx.ParseReference(r.Reference)
	if err != nil {
		return ""
	}
	return ref.Repository
}

// RunsOf counts what tasks run, by cluster, service, container, reference and digest. Tasks
// that have stopped run nothing.
func RunsOf(tasks []awsx.Task) []Run {
	counts := map[Run]int{}
	for _, t := range tasks {
		if t.LastStatus == "STOPPED" {
			continue
		}
		for _, c := range t.Containers {
			counts[Run{Cluster: t.Ref.ClusterRef(), Group: t.Group, Container: c.Name, Reference: c.Image, Digest: c.ImageDigest}]++
		}
	}
	runs := make([]Run, 0, len(counts))
	for r, n := range counts {
		r.Tasks = n
		runs = append(runs, r)
	}
	slices.SortFunc(runs, func(a, b Run) int {
		return cmp.Or(strings.Compare(a.Where(), b.Where()), strings.Compare(a.Container, b.Container),
			strings.Compare(a.Reference, b.Reference), strings.Compare(a.Digest, b.Digest))
	})
	return runs
}

// Runs reads what runs in all clusters of the context. The errors of the second result are
// of clusters whose tasks could not be read, or not all of them.
func (r Reader) Runs(ctx context.Context) ([]Run, []error, error) {
	clusters, partial, err := r.Clusters(ctx)
	if err != nil {
		return nil, nil, err
	}
	var mu sync.Mutex
	var tasks []awsx.Task
	Each(clusters, func(c awsx.Cluster) {
		w := r.Store.Tasks(c.Ref)
		defer w.Close()
		s, err := w.Await(ctx, (*store.Snapshot[awsx.Task]).Ended)
		if err != nil {
			return // whoever asked has left
		}
		mu.Lock()
		defer mu.Unlock()
		tasks = append(tasks, s.Values()...)
		partial = append(partial, s.Partial...)
		if s.Err != nil {
			partial = append(partial, s.Err)
		}
	})
	return RunsOf(tasks), partial, ctx.Err()
}

// ImageUse is a tag of a repository, or an image without tags, and who runs it.
type ImageUse struct {
	Image awsx.Image
	Tag   string
	// Unlisted is true for a digest that runs and that the listing does not have: it was
	// deleted, or the repository could not be listed.
	Unlisted bool
	// Runs are those of the image's digest, by whatever name it was asked for.
	Runs []Run
	// Behind are those that asked for the tag and run another digest than it has now.
	Behind []Run
}

// Tasks counts the tasks that run the image.
func (u ImageUse) Tasks() int { return tasksOf(u.Runs) }

// BehindTasks counts those that asked for the tag and run another digest.
func (u ImageUse) BehindTasks() int { return tasksOf(u.Behind) }

func tasksOf(runs []Run) (n int) {
	for _, r := range runs {
		n += r.Tasks
	}
	return n
}

// ImageUses tells for each tag of a repository, and for each image without one, who runs it:
// the newest first. Runs of other repositories are left aside; digests that run and that
// are not listed come last.
func ImageUses(repository string, images []awsx.Image, runs []Run) []ImageUse {
	runs = slices.DeleteFunc(slices.Clone(runs), func(r Run) bool { return r.Repository() != repository })
	byDigest := map[string][]Run{}
	for _, r := range runs {
		if r.Digest != "" {
			byDigest[r.Digest] = append(byDigest[r.Digest], r)
		}
	}
	var uses []ImageUse
	listed := map[string]bool{}
	for _, i := range images {
		listed[i.Digest] = true
		tags := i.Tags
		if len(tags) == 0 {
			tags = []string{""}
		}
		for _, tag := range tags {
			u := ImageUse{Image: i, Tag: tag, Runs: byDigest[i.Digest]}
			for _, r := range runs {
				if ref, _ := awsx.ParseReference(r.Reference); tag != "" && !ref.Pinned() && ref.Lookup() == tag && r.Digest != "" && r.Digest != i.Digest {
					u.Behind = append(u.Behind, r)
				}
			}
			uses = append(uses, u)
		}
	}
	for digest, of := range byDigest {
		if !listed[digest] {
			uses = append(uses, ImageUse{Image: awsx.Image{Repository: repository, Digest: digest}, Unlisted: true, Runs: of})
		}
	}
	slices.SortFunc(uses, func(a, b ImageUse) int {
		return cmp.Or(b.Image.PushedAt.Compare(a.Image.PushedAt), strings.Compare(a.Tag, b.Tag), strings.Compare(a.Image.Digest, b.Image.Digest))
	})
	return uses
}

// Repository is a repository with the images that it holds and who runs them.
type Repository struct {
	URI  string
	Uses []ImageUse
	// Err is why its images could not be read, or not all of them.
	Err error
}

// Repositories reads the images of repositories, named by their URI, and who runs them in
// any cluster of the context. The errors of the second result are of what is unread.
func (r Reader) Repositories(ctx context.Context, uris []string) ([]Repository, []error, error) {
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return nil, nil, err
	}
	runs, partial, err := r.Runs(ctx)
	if err != nil {
		partial = append(partial, err)
	}
	out := make([]Repository, len(uris))
	for i, uri := range uris {
		images, err := awsx.Collect(account.Images(ctx, uri))
		out[i] = Repository{URI: uri, Uses: ImageUses(uri, images, runs), Err: err}
		if err != nil && len(images) > 0 {
			partial = append(partial, err)
		}
	}
	return out, partial, ctx.Err()
}

// RepositoryNamed returns the URI of a repository of the account by its name; what is a URI
// of a registry already is not asked about.
func (r Reader) RepositoryNamed(ctx context.Context, name string) (string, error) {
	if ref, err := awsx.ParseReference(name); err == nil && ref.ECR() {
		return ref.Repository, nil
	}
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return "", err
	}
	found, err := awsx.Collect(account.Repositories(ctx, name))
	if err == nil && len(found) == 0 {
		err = errors.New("the registry told of no repository")
	}
	if err != nil {
		return "", err
	}
	return found[0].URI, nil
}

// RepositoriesOf returns the ECR repositories that a definition's containers use, each
// once, and the images of containers that lie elsewhere.
func RepositoriesOf(td *awsx.TaskDefinition) (uris, elsewhere []string) {
	for _, c := range td.Containers {
		if ref, err := awsx.ParseReference(c.Image); err == nil && ref.ECR() {
			uris = added(uris, ref.Repository)
		} else {
			elsewhere = added(elsewhere, c.Image)
		}
	}
	return uris, elsewhere
}
