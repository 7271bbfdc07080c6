package sdk

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"gantry/internal/fault"
)

// manifestTypes are the media types of image manifests, indexes first: ECR
// answers with one manifest of an index where no index is accepted.
func manifestTypes() []string {
	return []string{
		"application/vnd.oci.image.index.v1+json",
		"application/vnd.docker.distribution.manifest.list.v2+json",
		"application/vnd.oci.image.manifest.v1+json",
		"application/vnd.docker.distribution.manifest.v2+json",
	}
}

// Platforms reads an image's manifest, which counts as a pull of it (ECR, BatchGetImage) and
// which no other call gives: it is asked of images that are about to be pulled anyway, before
// a deployment. It returns the platforms of its index,
// each once, in the index's order.
func (a Account) Platforms(ctx context.Context, uri, reference string) ([]string, error) {
	const op = "ecr:BatchGetImage"
	repo, err := parseRepository(uri)
	if err != nil {
		return nil, err
	}
	name := uri + ":" + reference
	out, err := a.ECR.BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RegistryId: aws.String(repo.registry), RepositoryName: aws.String(repo.name),
		ImageIds: []types.ImageIdentifier{imageID(reference)}, AcceptedMediaTypes: manifestTypes(),
	}, repo.options)
	if err != nil {
		return nil, a.Classify(ctx, name, err)
	}
	if len(out.Images) == 0 {
		class, reason := fault.NotFound, "the repository has no such image"
		if len(out.Failures) > 0 {
			if code := out.Failures[0].FailureCode; code != types.ImageFailureCodeImageNotFound {
				class, reason = fault.Failed, string(code)+": "+aws.ToString(out.Failures[0].FailureReason)
			}
		}
		return nil, fault.Errorf(class, op, name, "%s", reason)
	}
	platforms, err := indexPlatforms(aws.ToString(out.Images[0].ImageManifest))
	if err != nil {
		return nil, fault.Errorf(fault.Failed, op, name, "the manifest cannot be read: %w", err)
	}
	return platforms, nil
}

// indexPlatforms returns the platforms that an OCI image index, or a Docker
// manifest list, names. Attestations stand in an index as unknown/unknown.
func indexPlatforms(manifest string) ([]string, error) {
	var index struct {
		Manifests []struct {
			Platform struct {
				OS           string `json:"os"`
				Architecture string `json:"architecture"`
			} `json:"platform"`
		} `json:"manifests"`
	}
	if err := json.Unmarshal([]byte(manifest), &index); err != nil {
		return nil, err
	}
	var platforms []string
	for _, m := range index.Manifests {
		p := m.Platform
		if p.OS == "" || p.OS == "unknown" || p.Architecture == "" {
			continue
		}
		if name := p.OS + "/" + p.Architecture; !slices.Contains(platforms, name) {
			platforms = append(platforms, name)
		}
	}
	return platforms, nil
}
