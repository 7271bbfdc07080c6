package ecr

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
)

// Operations are those of the Elastic Container Registry.
func (a *Registry) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"DescribeRepositories":          wire.JSON(a.describeRepositories),
		"ListImages":                    wire.JSON(a.listImages),
		"DescribePullThroughCacheRules": wire.JSON(func(*struct{}) ([]byte, error) { return []byte(`{"pullThroughCacheRules":[]}`), nil }),
		"DescribeImages":                wire.JSON(a.describeImages),
		"BatchGetImage":                 wire.JSON(a.batchGetImage),
		"GetAuthorizationToken":         wire.JSON(a.getAuthorizationToken),
	}
}

// getAuthorizationToken hands out a login for the registry, for half a day as the service
// does. There is no registry behind it that images could be pulled from.
func (a *Registry) getAuthorizationToken(*struct{}) ([]byte, error) {
	return json.Marshal(map[string]any{"authorizationData": []map[string]any{{
		"authorizationToken": base64.StdEncoding.EncodeToString([]byte("AWS:made-up")),
		"expiresAt":          wire.At(a.Now.Add(12 * time.Hour)),
		"proxyEndpoint":      "https://" + a.AccountID + ".dkr.ecr." + a.Region + ".amazonaws.com",
	}}})
}

type imageID struct {
	Digest string `json:"imageDigest,omitempty"`
	Tag    string `json:"imageTag,omitempty"`
}

type describeRepositoriesInput struct {
	Names      []string `json:"repositoryNames"`
	MaxResults *int     `json:"maxResults"`
	NextToken  string   `json:"nextToken"`
}

func (a *Registry) describeRepositories(in *describeRepositoriesInput) ([]byte, error) {
	if len(in.Names) > 100 {
		return nil, wire.Invalid("repositoryNames can have at most 100 items.")
	}
	names, token, size := a.names, in.NextToken, in.MaxResults
	if len(in.Names) > 0 {
		names, token, size = in.Names, "", nil
	}
	for _, name := range names {
		if _, err := a.findRepository(name); err != nil {
			return nil, err
		}
	}
	p := wire.Paging[string]{Key: func(s string) string { return s }, Fallback: 100, Max: 1000}
	return p.Answer("repositories", names, token, size, func(name string) any {
		r := a.Repositories[name]
		return map[string]any{
			"repositoryArn": r.arn, "registryId": a.AccountID, "repositoryName": r.name, "repositoryUri": r.uri,
			"createdAt": wire.At(r.createdAt), "imageTagMutability": "MUTABLE",
			"imageScanningConfiguration": map[string]bool{"scanOnPush": true},
			"encryptionConfiguration":    map[string]string{"encryptionType": "AES256"},
		}
	})
}

func (a *Registry) findRepository(name string) (*repository, error) {
	if r := a.Repositories[name]; r != nil {
		return r, nil
	}
	return nil, wire.Fail("RepositoryNotFoundException",
		"The repository with name '"+name+"' does not exist in the registry with id '"+a.AccountID+"'")
}

type imagesInput struct {
	Repository string    `json:"repositoryName"`
	IDs        []imageID `json:"imageIds"`
	MaxResults *int      `json:"maxResults"`
	NextToken  string    `json:"nextToken"`
	Accepted   []string  `json:"acceptedMediaTypes"`
	Filter     struct {
		TagStatus string `json:"tagStatus"`
	} `json:"filter"`
}

// keeps reports whether the filter lets an image through.
func (in *imagesInput) keeps(i *Image) bool {
	switch in.Filter.TagStatus {
	case "TAGGED":
		return len(i.tags) > 0
	case "UNTAGGED":
		return len(i.tags) == 0
	}
	return true
}

func (a *Registry) listImages(in *imagesInput) ([]byte, error) {
	r, err := a.findRepository(in.Repository)
	if err != nil {
		return nil, err
	}
	var ids []imageID
	for _, i := range r.Images {
		if !in.keeps(i) {
			continue
		}
		if len(i.tags) == 0 {
			ids = append(ids, imageID{Digest: i.Digest})
		}
		for _, t := range i.tags {
			ids = append(ids, imageID{i.Digest, t})
		}
	}
	key := func(id imageID) string { return id.Digest + "\x00" + id.Tag }
	slices.SortFunc(ids, func(x, y imageID) int { return strings.Compare(key(x), key(y)) })
	p := wire.Paging[imageID]{Key: key, Fallback: 100, Max: 1000}
	return p.Answer("imageIds", ids, in.NextToken, in.MaxResults, func(id imageID) any { return id })
}

func (a *Registry) describeImages(in *imagesInput) ([]byte, error) {
	r, err := a.findRepository(in.Repository)
	if err != nil {
		return nil, err
	}
	if len(in.IDs) > 100 {
		return nil, wire.Invalid("imageIds can have at most 100 items.")
	}
	var images []*Image
	token, size := in.NextToken, in.MaxResults
	for _, id := range in.IDs {
		found := r.find(id)
		if found == nil {
			return nil, wire.Fail("ImageNotFoundException", "The image with imageId "+id.words()+
				" does not exist within the repository with name '"+r.name+"' in the registry with id '"+a.AccountID+"'")
		}
		images, token, size = append(images, found), "", nil
	}
	if len(in.IDs) == 0 {
		images = slices.DeleteFunc(slices.Clone(r.Images), func(i *Image) bool { return !in.keeps(i) })
		slices.SortFunc(images, func(x, y *Image) int { return strings.Compare(x.Digest, y.Digest) })
	}
	p := wire.Paging[*Image]{Key: func(i *Image) string { return i.Digest }, Fallback: 100, Max: 1000}
	return p.Answer("imageDetails", images, token, size, func(i *Image) any { return a.describeImage(r, i) })
}

func (r *repository) find(id imageID) *Image {
	if id.Digest == "" {
		return r.Tagged(id.Tag)
	}
	found := r.Digested(id.Digest)
	if found != nil && id.Tag != "" && !slices.Contains(found.tags, id.Tag) {
		return nil
	}
	return found
}

func (id imageID) words() string {
	digest, name := "null", "null"
	if id.Digest != "" {
		digest = "'" + id.Digest + "'"
	}
	if id.Tag != "" {
		name = "'" + id.Tag + "'"
	}
	return "{imageDigest:" + digest + ", imageTag:" + name + "}"
}

type imageDoc struct {
	Registry   string     `json:"registryId"`
	Repository string     `json:"repositoryName"`
	Digest     string     `json:"imageDigest"`
	Tags       []string   `json:"imageTags,omitempty"`
	Size       int        `json:"imageSizeInBytes"`
	PushedAt   wire.Epoch `json:"imagePushedAt"`
	PulledAt   wire.Epoch `json:"lastRecordedPullTime,omitzero"`
	MediaType  string     `json:"imageManifestMediaType"`
	Status     scanStatus `json:"imageScanStatus"`
	Findings   findings   `json:"imageScanFindingsSummary"`
}

type scanStatus struct {
	Status      string `json:"status"`
	Description string `json:"description"`
}

type findings struct {
	CompletedAt wire.Epoch     `json:"imageScanCompletedAt"`
	SourceAt    wire.Epoch     `json:"vulnerabilitySourceUpdatedAt"`
	Counts      map[string]int `json:"findingSeverityCounts"`
}

func (a *Registry) describeImage(r *repository, i *Image) imageDoc {
	return imageDoc{
		Registry: a.AccountID, Repository: r.name, Digest: i.Digest, Tags: i.tags, Size: i.size,
		PushedAt: wire.At(i.pushedAt), PulledAt: wire.At(i.pulledAt), MediaType: i.mediaType(),
		Status:   scanStatus{"COMPLETE", "The scan was completed successfully."},
		Findings: findings{wire.At(i.pushedAt.Add(time.Minute)), wire.At(i.pushedAt), i.findings()},
	}
}

// findings are what a scan on push found. They follow from the digest: what is under it
// never changes.
func (i *Image) findings() map[string]int {
	seed, _ := strconv.ParseUint(i.Digest[len(i.Digest)-8:], 16, 64)
	counts := map[string]int{}
	for _, s := range []struct {
		severity     string
		most, seldom uint64
	}{{"CRITICAL", 2, 9}, {"HIGH", 5, 3}, {"MEDIUM", 14, 2}, {"LOW", 30, 1}} {
		if seed%s.seldom == 0 {
			if n := int(seed / s.seldom % (s.most + 1)); n > 0 {
				counts[s.severity] = n
			}
		}
	}
	return counts
}
