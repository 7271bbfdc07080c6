package ecr

import (
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/world"
)

// Registry is the private registry of an account.
type Registry struct {
	*world.World
	Repositories map[string]*repository
	names        []string // of the repositories, sorted
}

// NewRegistry returns a registry without repositories.
func NewRegistry(w *world.World) *Registry {
	return &Registry{World: w, Repositories: map[string]*repository{}}
}

type repository struct {
	name, arn, uri string
	createdAt      time.Time
	Images         []*Image // in order of push
}

// Image is what is under a digest.
type Image struct {
	Digest    string
	tags      []string
	pushedAt  time.Time
	pulledAt  time.Time
	size      int
	Behaviour Behaviour
}

// Tagged returns the image that has a tag, nil where there is none.
func (r *repository) Tagged(tag string) *Image {
	if r == nil {
		return nil
	}
	for _, i := range slices.Backward(r.Images) {
		if slices.Contains(i.tags, tag) {
			return i
		}
	}
	return nil
}

// Digested returns the image of a digest, nil where there is none.
func (r *repository) Digested(digest string) *Image {
	if r == nil {
		return nil
	}
	for _, i := range r.Images {
		if i.Digest == digest {
			return i
		}
	}
	return nil
}

// RegistryHost is the account's private registry.
func (a *Registry) RegistryHost() string {
	return a.AccountID + ".dkr.ecr." + a.Region + ".amazonaws.com"
}

func (a *Registry) repository(name string) *repository {
	if r := a.Repositories[name]; r != nil {
		return r
	}
	r := &repository{
		name:      name,
		arn:       a.ARN("ecr", "repository/"+name),
		uri:       a.RegistryHost() + "/" + name,
		createdAt: a.Now,
	}
	a.Repositories[name] = r
	a.names = world.InsertName(a.names, name)
	return r
}

// Push adds an image; tags that other images of the repository have move to it.
func (a *Registry) Push(repo string, tags []string, at time.Time, b Behaviour) *Image {
	r := a.repository(repo)
	if at.Before(r.createdAt) {
		r.createdAt = at.Add(-time.Hour)
	}
	for _, other := range r.Images {
		other.tags = slices.DeleteFunc(other.tags, func(t string) bool { return slices.Contains(tags, t) })
	}
	i := &Image{
		Digest:    "sha256:" + a.Rng.Hex(64),
		tags:      slices.Clone(tags),
		pushedAt:  at,
		size:      60_000_000 + a.Rng.IntN(220_000_000),
		Behaviour: b,
	}
	r.Images = append(r.Images, i)
	return i
}

// imageRef is an image's name taken apart.
type imageRef struct{ host, Repository, Tag, digest string }

// ParseImage takes the name of an image apart. One that names neither tag nor digest
// means the tag latest.
func ParseImage(ref string) imageRef {
	var parsed imageRef
	name, digest, _ := strings.Cut(ref, "@")
	parsed.digest = digest
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name, parsed.Tag = name[:colon], name[colon+1:]
	}
	if parsed.Tag == "" && parsed.digest == "" {
		parsed.Tag = "latest"
	}
	host, rest, found := strings.Cut(name, "/")
	if found && strings.ContainsAny(host, ".:") {
		parsed.host, parsed.Repository = host, rest
	} else {
		parsed.Repository = name
	}
	return parsed
}

// Resolve finds the digest of an image. In the account's registry it has to
// exist; other registries are taken to have everything.
func (a *Registry) Resolve(ref string) (digest string, ok bool) {
	parsed := ParseImage(ref)
	if parsed.host != a.RegistryHost() {
		if parsed.digest != "" {
			return parsed.digest, true
		}
		return world.ContentDigest(ref), true
	}
	repo := a.Repositories[parsed.Repository]
	if parsed.digest != "" {
		return parsed.digest, repo.Digested(parsed.digest) != nil
	}
	if found := repo.Tagged(parsed.Tag); found != nil {
		return found.Digest, true
	}
	return "", false
}

// Pull is what an agent does with a reference whose digest the deployment may
// have resolved. The error is the agent's own.
func (a *Registry) Pull(ref, digest string) (string, Behaviour, string) {
	parsed := ParseImage(ref)
	if parsed.host != a.RegistryHost() {
		if digest == "" {
			digest, _ = a.Resolve(ref)
		}
		return digest, Behaviour{}, ""
	}
	repo := a.Repositories[parsed.Repository]
	if repo == nil {
		return "", Behaviour{}, "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref " +
			ref + ": name unknown: The repository with name '" + parsed.Repository +
			"' does not exist in the registry with id '" + a.AccountID + "'"
	}
	found := repo.Digested(digest)
	if digest == "" {
		if parsed.digest != "" {
			found = repo.Digested(parsed.digest)
		} else {
			found = repo.Tagged(parsed.Tag)
		}
	}
	if found == nil {
		return "", Behaviour{}, "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref " +
			ref + ": " + ref + ": not found"
	}
	if !found.Behaviour.Bare && !found.Behaviour.RunsHere() {
		return "", Behaviour{}, "CannotPullContainerError: pull image manifest has been retried 1 time(s): no matching manifest for " +
			instancePlatform + " in the manifest list entries"
	}
	found.pulledAt = a.Now
	return found.Digest, found.Behaviour, ""
}
