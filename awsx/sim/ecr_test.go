package sim_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	registry "gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
)

const (
	index = "application/vnd.oci.image.index.v1+json"
	plain = "application/vnd.oci.image.manifest.v1+json"
)

func (w *world) manifests(accepted []string, ids ...ecrtypes.ImageIdentifier) *ecr.BatchGetImageOutput {
	w.t.Helper()
	return must[*ecr.BatchGetImageOutput](w)(w.ecr.BatchGetImage(w.ctx, &ecr.BatchGetImageInput{
		RepositoryName: aws.String("catalog"), ImageIds: ids, AcceptedMediaTypes: accepted,
	}))
}

func byTag(tag string) ecrtypes.ImageIdentifier { return ecrtypes.ImageIdentifier{ImageTag: &tag} }

func TestAnIndexNamesThePlatforms(t *testing.T) {
	w := newWorld(t, sim.Options{})
	for tag, want := range map[string][]string{
		"v3.4.0": {"linux/amd64"}, "v3.5.0": {"linux/amd64", "linux/arm64"}, "v3.5.0-arm64": {"linux/arm64"},
	} {
		out := w.manifests([]string{index, plain}, byTag(tag))
		if len(out.Images) != 1 || *out.Images[0].ImageManifestMediaType != index {
			t.Fatalf("%s: %+v", tag, out)
		}
		var document struct {
			MediaType string
			Manifests []struct {
				Digest   string
				Platform struct{ OS, Architecture string }
			}
		}
		if err := json.Unmarshal([]byte(*out.Images[0].ImageManifest), &document); err != nil || document.MediaType != index {
			t.Fatalf("%s: %v", *out.Images[0].ImageManifest, err)
		}
		var got []string
		for _, m := range document.Manifests {
			got = append(got, m.Platform.OS+"/"+m.Platform.Architecture)
			part := w.manifests(nil, ecrtypes.ImageIdentifier{ImageDigest: &m.Digest})
			if len(part.Images) != 1 || *part.Images[0].ImageManifestMediaType != plain || !strings.Contains(*part.Images[0].ImageManifest, `"config"`) {
				t.Errorf("the manifest %s that the index names: %+v", m.Digest, part)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s was built for %v, want %v", tag, got, want)
		}
	}
}

func TestOnlyAcceptedManifestsAreGiven(t *testing.T) {
	w := newWorld(t, sim.Options{})
	w.account.PushImage("catalog", "bare", registry.Behaviour{Bare: true})
	if out := w.manifests([]string{plain}, byTag("bare"), byTag("v3.5.0"), ecrtypes.ImageIdentifier{}); len(out.Images) != 1 ||
		*out.Images[0].ImageId.ImageTag != "bare" || len(out.Failures) != 2 ||
		out.Failures[0].FailureCode != ecrtypes.ImageFailureCodeImageNotFound || out.Failures[1].FailureCode != ecrtypes.ImageFailureCodeMissingDigestAndTag {
		t.Errorf("%d images, failures %+v", len(out.Images), out.Failures)
	}
	details := must[*ecr.DescribeImagesOutput](w)(w.ecr.DescribeImages(w.ctx, &ecr.DescribeImagesInput{
		RepositoryName: aws.String("catalog"), ImageIds: []ecrtypes.ImageIdentifier{byTag("bare")},
	}))
	if got := *details.ImageDetails[0].ImageManifestMediaType; got != plain {
		t.Errorf("described as %s", got)
	}
}

func TestAnImageForAnotherProcessorDoesNotRun(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		arm := []string{"linux/arm64"}
		w.account.PushImage("orders-migrate", "arm", registry.Behaviour{Finishes: time.Minute, Platforms: arm})
		w.account.PushImage("orders-migrate", "arm-bare", registry.Behaviour{Finishes: time.Minute, Platforms: arm, Bare: true})
		indexed := w.ended(w.runTag("orders-migrate", "arm"))
		if indexed.StopCode != types.TaskStopCodeTaskFailedToStart || !strings.Contains(*indexed.StoppedReason, "no matching manifest for linux/amd64") {
			t.Errorf("%s: %s", indexed.StopCode, *indexed.StoppedReason)
		}
		bare := w.ended(w.runTag("orders-migrate", "arm-bare"))
		if bare.StopCode != types.TaskStopCodeEssentialContainerExited || *bare.Containers[0].ExitCode != 255 {
			t.Errorf("%s with %d, want the program to fail with 255", bare.StopCode, *bare.Containers[0].ExitCode)
		}
	})
}

// A tag that was pushed again names another image; what ran is still there by
// its digest.
func TestATagThatMovedLeavesTheOldImageByDigest(t *testing.T) {
	w := newWorld(t, sim.Options{})
	before := *w.manifests(nil, byTag("v3.4.0")).Images[0].ImageId.ImageDigest
	after := w.account.PushImage("catalog", "v3.4.0", registry.Behaviour{})
	if got := *w.manifests(nil, byTag("v3.4.0")).Images[0].ImageId.ImageDigest; got != after || got == before {
		t.Errorf("the tag is %s, want the %s that was pushed", got, after)
	}
	if out := w.manifests(nil, ecrtypes.ImageIdentifier{ImageDigest: &before}); len(out.Images) != 1 {
		t.Error("the image that ran is gone")
	}
	if out := w.manifests(nil, ecrtypes.ImageIdentifier{ImageDigest: &before, ImageTag: aws.String("v3.4.0")}); len(out.Failures) != 1 {
		t.Error("the tag is still that of the old image")
	}
}
