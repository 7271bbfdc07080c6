package sim

import (
	"slices"
	"strings"
)

func ecrOperation(name string) func(*Account, []byte) ([]byte, error) {
	switch name {
	case "DescribeRepositories":
		return takes((*Account).describeRepositories)
	case "ListImages":
		return takes((*Account).listImages)
	case "DescribeImages":
		return takes((*Account).describeImages)
	case "BatchGetImage":
		return takes((*Account).batchGetImage)
	}
	return nil
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

func (a *Account) describeRepositories(in *describeRepositoriesInput) ([]byte, error) {
	if len(in.Names) > 100 {
		return nil, invalid("repositoryNames can have at most 100 items.")
	}
	names, next := in.Names, ""
	if len(names) == 0 {
		var err error
		p := paging[string]{key: func(s string) string { return s }, fallback: 100, max: 1000}
		if names, next, err = p.cut(a.repoNames, in.NextToken, in.MaxResults); err != nil {
			return nil, err
		}
	}
	docs := make([][]byte, 0, len(names))
	for _, name := range names {
		r, err := a.findRepository(name)
		if err != nil {
			return nil, err
		}
		docs = append(docs, encode(map[string]any{
			"repositoryArn": r.arn, "registryId": a.opts.AccountID, "repositoryName": r.name, "repositoryUri": r.uri,
			"createdAt": epoch{r.createdAt}, "imageTagMutability": "MUTABLE",
			"imageScanningConfiguration": map[string]bool{"scanOnPush": true},
			"encryptionConfiguration":    map[string]string{"encryptionType": "AES256"},
		}))
	}
	return envelope("repositories", docs, tokened{next}), nil
}

func (a *Account) findRepository(name string) (*repository, error) {
	if r := a.repositories[name]; r != nil {
		return r, nil
	}
	return nil, fail("RepositoryNotFoundException",
		"The repository with name '"+name+"' does not exist in the registry with id '"+a.opts.AccountID+"'")
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

// keeps tells whether the filter lets an image through.
func (in *imagesInput) keeps(i *image) bool {
	switch in.Filter.TagStatus {
	case "TAGGED":
		return len(i.tags) > 0
	case "UNTAGGED":
		return len(i.tags) == 0
	}
	return true
}

func (a *Account) listImages(in *imagesInput) ([]byte, error) {
	r, err := a.findRepository(in.Repository)
	if err != nil {
		return nil, err
	}
	var ids []imageID
	for _, i := range r.images {
		if !in.keeps(i) {
			continue
		}
		if len(i.tags) == 0 {
			ids = append(ids, imageID{Digest: i.digest})
		}
		for _, t := range i.tags {
			ids = append(ids, imageID{i.digest, t})
		}
	}
	key := func(id imageID) string { return id.Digest + "\x00" + id.Tag }
	slices.SortFunc(ids, func(x, y imageID) int { return strings.Compare(key(x), key(y)) })
	p := paging[imageID]{key: key, fallback: 100, max: 1000}
	page, next, err := p.cut(ids, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	docs := make([][]byte, len(page))
	for i, id := range page {
		docs[i] = encode(id)
	}
	return envelope("imageIds", docs, tokened{next}), nil
}

func (a *Account) describeImages(in *imagesInput) ([]byte, error) {
	r, err := a.findRepository(in.Repository)
	if err != nil {
		return nil, err
	}
	var images []*image
	next := ""
	if len(in.IDs) > 0 {
		if len(in.IDs) > 100 {
			return nil, invalid("imageIds can have at most 100 items.")
		}
		for _, id := range in.IDs {
			found := r.find(id)
			if found == nil {
				return nil, fail("ImageNotFoundException", "The image with imageId "+id.words()+
					" does not exist within the repository with name '"+r.name+"' in the registry with id '"+a.opts.AccountID+"'")
			}
			images = append(images, found)
		}
	} else {
		for _, i := range r.images {
			if in.keeps(i) {
				images = append(images, i)
			}
		}
		slices.SortFunc(images, func(x, y *image) int { return strings.Compare(x.digest, y.digest) })
		p := paging[*image]{key: func(i *image) string { return i.digest }, fallback: 100, max: 1000}
		if images, next, err = p.cut(images, in.NextToken, in.MaxResults); err != nil {
			return nil, err
		}
	}
	docs := make([][]byte, len(images))
	for i, found := range images {
		docs[i] = encode(a.describeImage(r, found))
	}
	return envelope("imageDetails", docs, tokened{next}), nil
}

func (r *repository) find(id imageID) *image {
	if id.Digest == "" {
		return r.tagged(id.Tag)
	}
	found := r.digested(id.Digest)
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
	Registry   string   `json:"registryId"`
	Repository string   `json:"repositoryName"`
	Digest     string   `json:"imageDigest"`
	Tags       []string `json:"imageTags,omitempty"`
	Size       int      `json:"imageSizeInBytes"`
	PushedAt   epoch    `json:"imagePushedAt"`
	PulledAt   epoch    `json:"lastRecordedPullTime,omitzero"`
	MediaType  string   `json:"imageManifestMediaType"`
}

func (a *Account) describeImage(r *repository, i *image) imageDoc {
	return imageDoc{
		Registry: a.opts.AccountID, Repository: r.name, Digest: i.digest, Tags: i.tags, Size: i.size,
		PushedAt: epoch{i.pushedAt}, PulledAt: epoch{i.pulledAt}, MediaType: i.mediaType(),
	}
}
