package sdk

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"gantry/awsx"
	"gantry/internal/fault"
)

// imagePage is the largest page of DescribeImages.
const imagePage = 1000

// registryHost takes the account and the region from the host of a private ECR
// registry, in its IPv4, dual-stack and FIPS forms.
var registryHost = regexp.MustCompile(`^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$`)

// repository is where an image URI leads: the registry may be another account's
// and stand in another region.
type repository struct{ uri, registry, region, name string }

func parseRepository(uri string) (repository, error) {
	host, name, ok := strings.Cut(uri, "/")
	m := registryHost.FindStringSubmatch(host)
	if !ok || m == nil || name == "" || strings.ContainsAny(name, ":@") {
		return repository{}, &fault.Error{Class: fault.Invalid, Op: "ecr:DescribeImages", Resource: uri, Fix: "type the tag",
			Err: errors.New("only repositories of a private ECR registry can be listed, such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/api")}
	}
	return repository{uri: uri, registry: m[1], region: m[2], name: name}, nil
}

func (r repository) options(o *ecr.Options) { o.Region = r.region }

// Images lists the images of a repository, 1,000 a call, in the service's order.
func (a Account) Images(ctx context.Context, uri string) awsx.Pages[awsx.Image] {
	return func(yield func(awsx.Page[awsx.Image], error) bool) {
		repo, err := parseRepository(uri)
		if err != nil {
			yield(awsx.Page[awsx.Image]{}, err)
			return
		}
		list := func(ctx context.Context, token *string) ([]awsx.Image, *string, error) {
			out, err := a.ECR.DescribeImages(ctx, &ecr.DescribeImagesInput{
				RegistryId: aws.String(repo.registry), RepositoryName: aws.String(repo.name),
				MaxResults: aws.Int32(imagePage), NextToken: token,
			}, repo.options)
			if err != nil {
				return nil, nil, a.Classify(ctx, uri, err)
			}
			images := make([]awsx.Image, 0, len(out.ImageDetails))
			for _, d := range out.ImageDetails {
				images = append(images, image(repo.uri, d))
			}
			return images, out.NextToken, nil
		}
		paged(ctx, list)(yield)
	}
}

// Repositories lists the repositories of the account's registry in the service's order.
func (a Account) Repositories(ctx context.Context, names ...string) awsx.Pages[awsx.Repository] {
	return paged(ctx, func(ctx context.Context, token *string) ([]awsx.Repository, *string, error) {
		in := &ecr.DescribeRepositoriesInput{RepositoryNames: names, NextToken: token}
		if len(names) == 0 {
			in.MaxResults = aws.Int32(imagePage) // the service takes it with names not at all
		}
		out, err := a.ECR.DescribeRepositories(ctx, in)
		if err != nil {
			return nil, nil, a.Classify(ctx, strings.Join(names, ", "), err)
		}
		var found []awsx.Repository
		for _, r := range out.Repositories {
			found = append(found, awsx.Repository{
				Name: aws.ToString(r.RepositoryName), URI: aws.ToString(r.RepositoryUri), ARN: aws.ToString(r.RepositoryArn),
				CreatedAt: aws.ToTime(r.CreatedAt), Immutable: strings.HasPrefix(string(r.ImageTagMutability), "IMMUTABLE"),
			})
		}
		return found, out.NextToken, nil
	})
}

// Image resolves a tag or a sha256: digest.
func (a Account) Image(ctx context.Context, uri, reference string) (awsx.Image, error) {
	repo, err := parseRepository(uri)
	if err != nil {
		return awsx.Image{}, err
	}
	out, err := a.ECR.DescribeImages(ctx, &ecr.DescribeImagesInput{
		RegistryId: aws.String(repo.registry), RepositoryName: aws.String(repo.name), ImageIds: []types.ImageIdentifier{imageID(reference)},
	}, repo.options)
	if err != nil {
		err = a.Classify(ctx, uri+":"+reference, err)
		if fault.ClassOf(err) == fault.NotFound && a.pulledThrough(ctx, repo) {
			return awsx.Image{}, fault.Errorf(fault.Failed, "ecr:DescribeImages", uri+":"+reference, "the cache pulls it through when a task first starts")
		}
		return awsx.Image{}, err
	}
	if len(out.ImageDetails) == 0 {
		return awsx.Image{}, fault.Errorf(fault.NotFound, "ecr:DescribeImages", uri+":"+reference, "the repository has no such image")
	}
	return image(uri, out.ImageDetails[0]), nil
}

// rootPrefix is the prefix of a rule for all repositories (ECR, CreatePullThroughCacheRule).
const rootPrefix = "ROOT"

// pulledThrough reports whether a rule fills a repository from another registry: what is not
// there yet may well be pulled (ECR, pull through cache rules). Where the rules cannot be
// read, none is taken to.
func (a Account) pulledThrough(ctx context.Context, repo repository) bool {
	out, err := a.ECR.DescribePullThroughCacheRules(ctx, &ecr.DescribePullThroughCacheRulesInput{
		RegistryId: aws.String(repo.registry), MaxResults: aws.Int32(imagePage),
	}, repo.options)
	if err != nil {
		return false
	}
	for _, rule := range out.PullThroughCacheRules {
		prefix := aws.ToString(rule.EcrRepositoryPrefix)
		if prefix == rootPrefix || strings.HasPrefix(repo.name, prefix+"/") {
			return true
		}
	}
	return false
}

// imageID names an image by its tag or its sha256: digest.
func imageID(reference string) types.ImageIdentifier {
	if strings.HasPrefix(reference, "sha256:") {
		return types.ImageIdentifier{ImageDigest: aws.String(reference)}
	}
	return types.ImageIdentifier{ImageTag: aws.String(reference)}
}

func image(uri string, d types.ImageDetail) awsx.Image {
	i := awsx.Image{
		Repository: uri, Tags: d.ImageTags, Digest: aws.ToString(d.ImageDigest),
		PushedAt: aws.ToTime(d.ImagePushedAt), Size: aws.ToInt64(d.ImageSizeInBytes),
	}
	if d.ImageScanStatus != nil {
		i.ScanStatus = string(d.ImageScanStatus.Status)
	}
	if summary := d.ImageScanFindingsSummary; summary != nil {
		i.Findings = map[string]int{}
		for severity, n := range summary.FindingSeverityCounts {
			i.Findings[severity] = int(n)
		}
	}
	return i
}
