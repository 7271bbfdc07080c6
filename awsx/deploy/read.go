package deploy

import (
	"context"
	"errors"
	"sync"

	"gantry/awsx"
)

// Current is the part of the account that a plan is made from. Everything but
// the service and its definition may be missing; the checks that needed it say
// so.
type Current struct {
	Service awsx.Service
	// Definition is the revision that the primary deployment runs, nil for an
	// intent that only scales.
	Definition *awsx.TaskDefinition
	// Wanted is the revision that UseRevision names, nil for other intents.
	Wanted *awsx.TaskDefinition
	// Images holds what ECR says about the images that the change would run, by
	// reference as the document spells it. References outside ECR are absent.
	Images map[string]ImageState
	// Running holds the digests that the running tasks of the revision in use
	// were started from, by container; read for a restart only.
	Running map[string][]string
	// Groups holds the target groups of the service, for their health checks.
	Groups []awsx.TargetGroup
	// Identity is whose credentials these are; empty when STS did not say.
	Identity awsx.Identity
}

// ImageState is the answer to whether an image exists.
type ImageState struct {
	Image awsx.Image
	Err   error
}

// Read gathers what a plan for the intent depends on: the service and its
// definition first, the rest side by side. An intent that does not fit the
// service is refused here, before more is asked.
func Read(ctx context.Context, r awsx.Reader, service awsx.Ref, intent Intent) (Current, error) {
	svc, err := ReadService(ctx, r, service)
	if err != nil {
		return Current{}, err
	}
	cur := Current{Service: svc, Images: map[string]ImageState{}}
	if intent.starts() {
		// Who scales needs no right to read definitions.
		if cur.Definition, err = readDefinition(ctx, r, svc); err != nil {
			return Current{}, err
		}
	}
	if use, ok := intent.(UseRevision); ok {
		id, err := use.revisionID(cur.Definition.Family)
		if err != nil {
			return Current{}, err
		}
		if cur.Wanted, err = r.TaskDefinition(ctx, id); err != nil {
			return Current{}, err
		}
	}
	edited, err := applyIntent(cur, intent)
	if err != nil {
		return Current{}, err
	}
	readBeside(ctx, r, &cur, intent, edited)
	return cur, ctx.Err()
}

// readDefinition reads what a service runs. A service that an external
// controller deploys runs task sets and has no definition of its own.
func readDefinition(ctx context.Context, r awsx.TaskDefinitionReader, svc awsx.Service) (*awsx.TaskDefinition, error) {
	if svc.TaskDefinition == "" {
		return nil, awsx.Errorf(awsx.Invalid, "plan", svc.Ref.ARN,
			"the service has no task definition: its deployment controller (%s) runs task sets", orNone(svc.Controller))
	}
	return r.TaskDefinition(ctx, svc.TaskDefinition)
}

// readBeside fills in what only checks and estimates need. A failure there is
// told by the check concerned and stops nothing.
func readBeside(ctx context.Context, r awsx.Reader, cur *Current, intent Intent, edited edit) {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		if id, err := r.Identity(ctx); err == nil {
			cur.Identity = id
		}
	})
	if !intent.starts() {
		return
	}
	wg.Go(func() {
		if arns := groupARNs(cur.Service); len(arns) > 0 {
			if groups, err := r.TargetGroups(ctx, arns); err == nil {
				cur.Groups = groups
			}
		}
	})
	var mu sync.Mutex
	seen := map[string]bool{}
	for _, c := range edited.tree.list("containerDefinitions") {
		image := c.word("image")
		ref, err := ParseReference(image)
		if err != nil || !ref.ECR() || seen[image] {
			continue
		}
		seen[image] = true
		wg.Go(func() {
			found, err := r.Image(ctx, ref.Repository, ref.Lookup())
			mu.Lock()
			defer mu.Unlock()
			cur.Images[image] = ImageState{found, err}
		})
	}
	if _, ok := intent.(Restart); ok {
		wg.Go(func() { cur.Running = runningDigests(ctx, r, cur.Service) })
	}
}

// ReadService reads one service afresh; NotFound when it is not there.
func ReadService(ctx context.Context, r awsx.ServiceReader, service awsx.Ref) (awsx.Service, error) {
	var firstErr error
	for page, err := range r.DescribeServices(ctx, service.ClusterRef(), []string{service.ARN}) {
		if err != nil {
			firstErr = errors.Join(firstErr, err)
			continue
		}
		for _, s := range page.Items {
			return s, nil
		}
	}
	if firstErr != nil {
		return awsx.Service{}, firstErr
	}
	if err := ctx.Err(); err != nil {
		return awsx.Service{}, err
	}
	return awsx.Service{}, awsx.Errorf(awsx.NotFound, "ecs:DescribeServices", service.ARN,
		"no such service in cluster %s", service.ClusterName())
}

// runningDigests collects the digests of the tasks that run the revision in
// use. Tasks that cannot be read leave it empty, which the check tells.
func runningDigests(ctx context.Context, r awsx.TaskReader, svc awsx.Service) map[string][]string {
	found := map[string][]string{}
	for page, err := range r.Tasks(ctx, awsx.TaskQuery{Cluster: svc.Ref.ClusterRef(), Service: svc.Name}) {
		if err != nil {
			return nil
		}
		for _, t := range page.Items {
			if t.TaskDefinition != svc.TaskDefinition {
				continue
			}
			for _, c := range t.Containers {
				if c.ImageDigest != "" {
					found[c.Name] = appendNew(found[c.Name], c.ImageDigest)
				}
			}
		}
	}
	return found
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

func groupARNs(svc awsx.Service) []string {
	var arns []string
	for _, lb := range svc.LoadBalancers {
		if lb.TargetGroup != "" {
			arns = appendNew(arns, lb.TargetGroup)
		}
	}
	return arns
}
