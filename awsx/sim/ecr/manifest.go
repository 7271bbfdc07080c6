package ecr

import (
	"slices"
	"strings"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// The media types of an image, of the index that names its platforms and of what
// a manifest leads to.
const (
	indexType    = "application/vnd.oci.image.index.v1+json"
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// manifest is what BatchGetImage gives under a digest.
type manifest struct {
	digest, mediaType, text string
}

type failedImage struct {
	ID     imageID `json:"imageId"`
	Code   string  `json:"failureCode"`
	Reason string  `json:"failureReason"`
}

// batchGetImage gives manifests by tag or digest, those that an index names
// included. One whose media type the caller does not accept is not found.
func (a *Registry) batchGetImage(in *imagesInput) ([]byte, error) {
	r, err := a.findRepository(in.Repository)
	if err != nil {
		return nil, err
	}
	if len(in.IDs) == 0 || len(in.IDs) > 100 {
		return nil, wire.Invalid("imageIds must have 1 to 100 items.")
	}
	failures := []failedImage{}
	var docs [][]byte
	for _, id := range in.IDs {
		found, failed := r.manifestOf(id)
		if failed == nil && len(in.Accepted) > 0 && !slices.Contains(in.Accepted, found.mediaType) {
			failed = &failedImage{id, "ImageNotFound", "Requested image not found"}
		}
		if failed != nil {
			failures = append(failures, *failed)
			continue
		}
		docs = append(docs, wire.Encode(map[string]any{
			"registryId": a.AccountID, "repositoryName": r.name, "imageId": imageID{found.digest, id.Tag},
			"imageManifest": found.text, "imageManifestMediaType": found.mediaType,
		}))
	}
	return wire.Envelope("images", docs, struct {
		Failures []failedImage `json:"failures"`
	}{failures}), nil
}

func (r *repository) manifestOf(id imageID) (manifest, *failedImage) {
	if id.Digest == "" && id.Tag == "" {
		return manifest{}, &failedImage{id, "MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null"}
	}
	if found := r.find(id); found != nil {
		return manifest{found.Digest, found.mediaType(), found.manifest()}, nil
	}
	if id.Tag == "" {
		for _, i := range r.Images {
			for _, platform := range i.Behaviour.platforms() {
				if !i.Behaviour.Bare && i.part(platform) == id.Digest {
					return manifest{id.Digest, manifestType, plainManifest(id.Digest, i.size)}, nil
				}
			}
		}
	}
	return manifest{}, &failedImage{id, "ImageNotFound", "Requested image not found"}
}

func (i *Image) mediaType() string {
	if i.Behaviour.Bare {
		return manifestType
	}
	return indexType
}

// part is the digest of the manifest that the index names for a platform.
func (i *Image) part(platform string) string { return world.ContentDigest(i.Digest, platform) }

// descriptor points from one document of a registry to another.
type descriptor struct {
	MediaType string    `json:"mediaType"`
	Digest    string    `json:"digest"`
	Size      int       `json:"size"`
	Platform  *platform `json:"platform,omitempty"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Variant      string `json:"variant,omitempty"`
}

// parsePlatform reads os/architecture[/variant].
func parsePlatform(name string) *platform {
	parts := append(strings.Split(name, "/"), "", "")
	return &platform{OS: parts[0], Architecture: parts[1], Variant: parts[2]}
}

func (i *Image) manifest() string {
	if i.Behaviour.Bare {
		return plainManifest(i.Digest, i.size)
	}
	var parts []descriptor
	for _, name := range i.Behaviour.platforms() {
		parts = append(parts, descriptor{manifestType, i.part(name), 1574, parsePlatform(name)})
	}
	return string(wire.Encode(struct {
		Version   int          `json:"schemaVersion"`
		MediaType string       `json:"mediaType"`
		Manifests []descriptor `json:"manifests"`
	}{2, indexType, parts}))
}

// plainManifest is that of one image. It does not name its platform: the
// configuration that it points to does.
func plainManifest(digest string, size int) string {
	return string(wire.Encode(struct {
		Version   int          `json:"schemaVersion"`
		MediaType string       `json:"mediaType"`
		Config    descriptor   `json:"config"`
		Layers    []descriptor `json:"layers"`
	}{2, manifestType, descriptor{configType, world.ContentDigest(digest, "config"), 5214, nil},
		[]descriptor{{layerType, world.ContentDigest(digest, "layer"), size, nil}}}))
}
