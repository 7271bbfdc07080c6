package deploy

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Current is the part of the account that a plan is made from. Everything but
// the target, and its definition where one is needed, may be missing; the checks
// that needed it say so.
type Current struct {
	// Target is what the intent changes: a service, a task, an instance, or a
	// revision to run.
	Target awsx.Ref
	// Service is zero when the target is none.
	Service awsx.Service
	// Definition is the revision that the primary deployment runs, nil for an
	// intent that changes none.
	Definition *awsx.TaskDefinition
	// Wanted is the revision that the intent names, nil for others.
	Wanted *awsx.TaskDefinition
	// Images holds what ECR says about the images that the change would run, by
	// reference as the document spells it. References outside ECR are absent.
	Images map[string]ImageState
	// Running holds the digests that the running tasks of the revision in use
	// were started from, by container; nil unless they were read.
	Running map[string][]string
	// Groups holds the target groups of the service, for their health checks, and
	// Details what is told apart from them.
	Groups  Answer[[]awsx.TargetGroup]
	Details Answer[[]awsx.GroupDetails]
	// Fleet is the cluster's instances; Err is set when they could not be read.
	Fleet Answer[[]awsx.Instance]
	// Scaling is what Application Auto Scaling does with the service; its value
	// is nil when it does nothing.
	Scaling Answer[*awsx.ScalableTarget]
	// Alarms holds the alarms that are in ALARM in the account and region, and
	// those that the composite ones among them are made of.
	Alarms Answer[[]awsx.Alarm]
	// Family holds the names of the other services of the cluster that run the
	// family in use.
	Family Answer[[]string]
	// Record is the service deployment in progress; its value is nil when there
	// is none, or no such API.
	Record Answer[*awsx.ServiceDeployment]
	// History holds the service deployments that the service remembers, newest
	// first, and Revisions their service revisions by ARN.
	History   Answer[[]awsx.ServiceDeployment]
	Revisions map[string]awsx.ServiceRevision
	// Documents holds definitions that had to be compared to tell two states
	// apart, by ARN.
	Documents map[string]*awsx.TaskDefinition
	// Raw is the service in the API's own JSON.
	Raw []byte
	// Task and Instance are the target when it is one.
	Task     awsx.Task
	Instance awsx.Instance
	// Tasks holds the tasks on the instance that is the target, or those of the
	// service that the task belongs to, whose targets Health tells by group.
	Tasks  Answer[[]awsx.Task]
	Health []Answer[awsx.GroupHealth]
	// Hosted holds the services that have tasks on the instance.
	Hosted Answer[[]awsx.Service]
	// Users tells what the revisions of the family are used by, and Active which
	// are ACTIVE, by ARN.
	Users  Users
	Active []string
	// Identity is whose credentials these are; empty when STS did not say.
	Identity awsx.Identity
	// Now is when it was read.
	Now time.Time
}

// Answer is something that was read, or the reason why not. Done is false when
// nobody asked.
type Answer[T any] struct {
	Value T
	Err   error
	Done  bool
}

// ImageState is the answer to whether an image exists, and for what it was built.
type ImageState struct {
	Image awsx.Image
	Err   error
	// Platforms are those of the image's index, empty when its manifest is of one
	// image and does not tell.
	Platforms   []string
	PlatformErr error
}

// Held is what somebody has read already of the target's cluster and of which a
// plan may make use; nil means that it is not held.
type Held struct {
	Services  []awsx.Service
	Instances []awsx.Instance
}

// Read gathers what a plan for the intent depends on: what the target's name is
// enough to ask for at once, its definitions next, their images last, so that no
// more than three answers are waited for one after the other as long as no
// listing has a second page. An intent that does not fit is refused here, before
// more is asked.
func Read(ctx context.Context, r awsx.Reader, target awsx.Ref, intent Intent, held Held) (Current, error) {
	n := intent.needs()
	cur := Current{Target: target, Images: map[string]ImageState{}, Now: time.Now()}
	calls, cancel := context.WithCancel(ctx)
	b := &beside{ctx: calls, r: r, held: held, images: map[string]bool{}}
	p := &pastReading{Current: Current{Target: target}}
	defer b.wg.Wait()
	defer p.wg.Wait()
	defer cancel()
	b.early(target, n)
	if n.history {
		p.wg.Go(func() { readHistory(calls, r, &p.Current) })
	}
	if err := readTarget(calls, r, &cur, n); err != nil {
		return Current{}, err
	}
	b.service(cur.Service, n)
	p.Service = cur.Service
	var definitionErr, aroundErr, pastErr error
	var wg sync.WaitGroup
	wg.Go(func() { definitionErr = readDefinitions(calls, r, &cur, n) })
	wg.Go(func() { aroundErr = readAround(calls, r, &cur, n, held) })
	if n.wayBack {
		p.wg.Wait()
		b.ask(p.likelyImages()...)
		pastErr = readWayBack(calls, r, &p.Current)
	}
	wg.Wait()
	if err := cmp.Or(definitionErr, aroundErr, pastErr); err != nil {
		return Current{}, err
	}
	if n.history {
		p.wg.Wait()
		p.into(&cur)
	}
	d, err := intent.draft(cur)
	if err != nil {
		return Current{}, err
	}
	b.draft(cur, d, n)
	b.into(&cur)
	if n.digests {
		cur.Running = runningDigests(cur.Tasks, cur.Service)
	}
	return cur, ctx.Err()
}

// readTarget reads what the intent changes.
func readTarget(ctx context.Context, r awsx.Reader, cur *Current, n needs) (err error) {
	if n.subject == ofService {
		cur.Service, err = ReadService(ctx, r, cur.Target)
		return err
	}
	return readSubject(ctx, r, cur, n)
}

// readDefinitions reads the revision in use and the one that the intent names.
// A service that an external controller deploys runs task sets and has no
// definition of its own.
func readDefinitions(ctx context.Context, r awsx.TaskDefinitionReader, cur *Current, n needs) (err error) {
	if !n.definition {
		return nil
	}
	svc := cur.Service
	if svc.TaskDefinition == "" {
		return fault.Errorf(fault.Invalid, "plan", svc.Ref.ARN,
			"the service has no task definition: its deployment controller (%s) runs task sets", cmp.Or(svc.Controller, "none"))
	}
	family, _ := awsx.SplitRevision(svc.TaskDefinition)
	var wanted string
	if n.revision != "" {
		if wanted, err = revisionID(n.revision, family); err != nil {
			return err
		}
	}
	var wg sync.WaitGroup
	var wantedErr error
	if wanted != "" {
		wg.Go(func() { cur.Wanted, wantedErr = r.TaskDefinition(ctx, wanted) })
	}
	cur.Definition, err = r.TaskDefinition(ctx, svc.TaskDefinition)
	wg.Wait()
	return cmp.Or(err, wantedErr)
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
	return awsx.Service{}, fault.Errorf(fault.NotFound, "ecs:DescribeServices", service.ARN,
		"no such service in cluster %s", service.ClusterName())
}
