package sim

import (
	"slices"
	"strings"
	"time"
)

type repository struct {
	name, arn, uri string
	createdAt      time.Time
	images         []*image // in order of push
}

type image struct {
	digest    string
	tags      []string
	pushedAt  time.Time
	pulledAt  time.Time
	size      int
	behaviour Behaviour
}

func (r *repository) tagged(tag string) *image {
	if r == nil {
		return nil
	}
	for _, i := range slices.Backward(r.images) {
		if slices.Contains(i.tags, tag) {
			return i
		}
	}
	return nil
}

func (r *repository) digested(digest string) *image {
	if r == nil {
		return nil
	}
	for _, i := range r.images {
		if i.digest == digest {
			return i
		}
	}
	return nil
}

// registryHost is the account's private registry.
func (a *Account) registryHost() string {
	return a.opts.AccountID + ".dkr.ecr." + a.opts.Region + ".amazonaws.com"
}

func (a *Account) repository(name string) *repository {
	if r := a.repositories[name]; r != nil {
		return r
	}
	r := &repository{
		name:      name,
		arn:       a.arn("ecr", "repository/"+name),
		uri:       a.registryHost() + "/" + name,
		createdAt: a.now,
	}
	a.repositories[name] = r
	a.repoNames = insertName(a.repoNames, name)
	return r
}

// push adds an image; tags that other images of the repository have move to it.
func (a *Account) push(repo string, tags []string, at time.Time, b Behaviour) *image {
	r := a.repository(repo)
	if at.Before(r.createdAt) {
		r.createdAt = at.Add(-time.Hour)
	}
	for _, other := range r.images {
		other.tags = slices.DeleteFunc(other.tags, func(t string) bool { return slices.Contains(tags, t) })
	}
	i := &image{
		digest:    "sha256:" + a.rng.hex(64),
		tags:      slices.Clone(tags),
		pushedAt:  at,
		size:      60_000_000 + a.rng.IntN(220_000_000),
		behaviour: b,
	}
	r.images = append(r.images, i)
	return i
}

// imageRef is an image's name taken apart.
type imageRef struct{ host, repository, tag, digest string }

func parseImage(ref string) imageRef {
	var parsed imageRef
	name, digest, _ := strings.Cut(ref, "@")
	parsed.digest = digest
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name, parsed.tag = name[:colon], name[colon+1:]
	}
	if parsed.tag == "" && parsed.digest == "" {
		parsed.tag = "latest"
	}
	host, rest, found := strings.Cut(name, "/")
	if found && strings.ContainsAny(host, ".:") {
		parsed.host, parsed.repository = host, rest
	} else {
		parsed.repository = name
	}
	return parsed
}

// resolve finds the digest of an image. In the account's registry it has to
// exist; other registries are taken to have everything.
func (a *Account) resolve(ref string) (digest string, ok bool) {
	parsed := parseImage(ref)
	if parsed.host != a.registryHost() {
		if parsed.digest != "" {
			return parsed.digest, true
		}
		return contentDigest(ref), true
	}
	repo := a.repositories[parsed.repository]
	if parsed.digest != "" {
		return parsed.digest, repo.digested(parsed.digest) != nil
	}
	if found := repo.tagged(parsed.tag); found != nil {
		return found.digest, true
	}
	return "", false
}

// pull is what an agent does with a reference whose digest the deployment may
// have resolved. The error is the agent's own.
func (a *Account) pull(ref, digest string) (string, Behaviour, string) {
	parsed := parseImage(ref)
	if parsed.host != a.registryHost() {
		if digest == "" {
			digest, _ = a.resolve(ref)
		}
		return digest, Behaviour{}, ""
	}
	repo := a.repositories[parsed.repository]
	if repo == nil {
		return "", Behaviour{}, "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref " +
			ref + ": name unknown: The repository with name '" + parsed.repository +
			"' does not exist in the registry with id '" + a.opts.AccountID + "'"
	}
	found := repo.digested(digest)
	if digest == "" {
		if parsed.digest != "" {
			found = repo.digested(parsed.digest)
		} else {
			found = repo.tagged(parsed.tag)
		}
	}
	if found == nil {
		return "", Behaviour{}, "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref " +
			ref + ": " + ref + ": not found"
	}
	if !found.behaviour.Bare && !found.behaviour.runsHere() {
		return "", Behaviour{}, "CannotPullContainerError: pull image manifest has been retried 1 time(s): no matching manifest for " +
			instancePlatform + " in the manifest list entries"
	}
	found.pulledAt = a.now
	return found.digest, found.behaviour, ""
}
