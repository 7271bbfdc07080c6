package sdk

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

const repoURI = "210987654321.dkr.ecr.us-east-1.amazonaws.com/team/api"

func TestImagesAreReadFromTheRegistryOfTheirURI(t *testing.T) {
	w := &wire{reply: func(_ string, in map[string]any) (int, string) {
		if in["nextToken"] == nil {
			return 200, `{"imageDetails":[{"imageDigest":"sha256:a","imageTags":["v2","latest"],"imagePushedAt":1700000000,"imageSizeInBytes":1234,"imageScanStatus":{"status":"COMPLETE"},"imageScanFindingsSummary":{"findingSeverityCounts":{"HIGH":2}}}],"nextToken":"2"}`
		}
		return 200, `{"imageDetails":[{"imageDigest":"sha256:b"}]}`
	}}
	got, last, errs := drain(t, open(t, w, access.Options{}).Images(t.Context(), repoURI))
	want := []awsx.Image{
		{Repository: repoURI, Tags: []string{"v2", "latest"}, Digest: "sha256:a", PushedAt: time.Unix(1700000000, 0).UTC(), Size: 1234, ScanStatus: "COMPLETE", Findings: map[string]int{"HIGH": 2}},
		{Repository: repoURI, Digest: "sha256:b"},
	}
	if d := cmp.Diff(want, got); d != "" || len(errs) > 0 || !last.Complete || last.Total != 2 {
		t.Error(d, errs, last)
	}
	if !strings.Contains(w.bodies[0], `"registryId":"210987654321"`) || !strings.Contains(w.bodies[0], `"repositoryName":"team/api"`) {
		t.Errorf("asked for %s", w.bodies[0])
	}
	if auth := w.headers[0].Get("Authorization"); !strings.Contains(auth, "/us-east-1/ecr/") {
		t.Errorf("signed for %s", auth)
	}
}

func TestImageIsFoundByTagAndByDigest(t *testing.T) {
	for reference, want := range map[string]string{"v2": `"imageTag":"v2"`, "sha256:a": `"imageDigest":"sha256:a"`} {
		w := canned(200, `{"imageDetails":[{"imageDigest":"sha256:a"}]}`)
		if got, err := open(t, w, access.Options{}).Image(t.Context(), repoURI, reference); err != nil || got.Digest != "sha256:a" {
			t.Errorf("%+v, %v", got, err)
		}
		if !strings.Contains(w.bodies[0], want) {
			t.Errorf("asked for %s", w.bodies[0])
		}
	}
}

func TestImageThatIsNotThereIsNotFound(t *testing.T) {
	w := canned(400, `{"__type":"ImageNotFoundException","message":"The image with imageId {imageDigest:'null', imageTag:'v9'} does not exist"}`)
	if _, err := open(t, w, access.Options{}).Image(t.Context(), repoURI, "v9"); fault.ClassOf(err) != fault.NotFound {
		t.Error(err)
	}
}

func TestOnlyPrivateRegistriesAreAsked(t *testing.T) {
	for _, uri := range []string{
		"", "nginx", "docker.io/library/nginx", "public.ecr.aws/x/y", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/",
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:v1", "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example/api",
	} {
		w := canned(200, `{}`)
		_, _, errs := drain(t, open(t, w, access.Options{}).Images(t.Context(), uri))
		if len(errs) != 1 || fault.ClassOf(errs[0]) != fault.Invalid || w.total() != 0 {
			t.Errorf("%q: %v, %d calls", uri, errs, w.total())
		}
	}
	for _, host := range []string{"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "123456789012.dkr-ecr.eu-west-1.on.aws"} {
		if _, err := parseRepository(host + "/api"); err != nil {
			t.Error(err)
		}
	}
}

func TestAnImageThatACachePullsThroughIsNotMissing(t *testing.T) {
	for prefix, class := range map[string]fault.Class{"docker-hub": fault.Failed, "ROOT": fault.Failed, "docker": fault.NotFound} {
		a := open(t, &wire{reply: func(op string, _ map[string]any) (int, string) {
			if strings.HasSuffix(op, "DescribePullThroughCacheRules") {
				return 200, `{"pullThroughCacheRules":[{"ecrRepositoryPrefix":"` + prefix + `"}]}`
			}
			return 400, `{"__type":"RepositoryNotFoundException","message":"no"}`
		}}, access.Options{})
		if _, err := a.Image(t.Context(), "123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx", "1.27"); fault.ClassOf(err) != class {
			t.Errorf("%s: %v", prefix, err)
		}
	}
}

// TestRepositoriesAreListedAndFoundByName: with names no size of a page is asked for, which
// the service refuses.
func TestRepositoriesAreListedAndFoundByName(t *testing.T) {
	w := &wire{reply: func(_ string, in map[string]any) (int, string) {
		if in["repositoryNames"] != nil {
			return 400, `{"__type":"RepositoryNotFoundException","message":"no such repository"}`
		}
		return 200, `{"repositories":[{"repositoryName":"team/api","repositoryUri":"` + repoURI + `","imageTagMutability":"IMMUTABLE"}]}`
	}}
	account := open(t, w, access.Options{})
	got, _, errs := drain(t, account.Repositories(t.Context()))
	if want := []awsx.Repository{{Name: "team/api", URI: repoURI, Immutable: true}}; cmp.Diff(want, got) != "" || len(errs) > 0 {
		t.Error(cmp.Diff(want, got), errs)
	}
	_, _, errs = drain(t, account.Repositories(t.Context(), "team/app"))
	if len(errs) != 1 || fault.ClassOf(errs[0]) != fault.NotFound || strings.Contains(w.bodies[1], "maxResults") || !strings.Contains(w.bodies[0], "maxResults") {
		t.Error(errs, w.bodies)
	}
}
