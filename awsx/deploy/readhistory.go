package deploy

import (
	"context"
	"sync"

	"gantry/awsx"
	"gantry/internal/words"
)

// recordsRead is how many of a service's deployments are looked at: as many as
// one page of the API holds (ECS, ListServiceDeployments).
const recordsRead = 20

// readHistory reads the service deployments with their revisions. Accounts,
// regions and emulators may lack that API: the reason is kept.
func readHistory(ctx context.Context, r awsx.DeploymentReader, cur *Current) {
	cur.History.Done, cur.Record.Done = true, true
	cur.Revisions = map[string]awsx.ServiceRevision{}
	list, err := r.ServiceDeployments(ctx, cur.Target, recordsRead)
	if err != nil {
		cur.History.Err, cur.Record.Err = err, err
		return
	}
	cur.History.Value = list
	var arns []string
	for _, d := range list {
		if !d.Ended() {
			cur.Record.Value = &d
		}
		if d.Target.ARN != "" {
			arns = words.AddNew(arns, d.Target.ARN)
		}
	}
	revisions, err := r.ServiceRevisions(ctx, arns)
	if err != nil {
		cur.History.Err = err
	}
	for _, rev := range revisions {
		cur.Revisions[rev.ARN] = rev
	}
}

// readWayBack reads the definition of the state that a roll back returns to, and
// before it those that have to be compared to find it.
func readWayBack(ctx context.Context, r awsx.TaskDefinitionReader, cur *Current) error {
	cur.Documents = map[string]*awsx.TaskDefinition{}
	runs := PastRuns(cur.History.Value, cur.Revisions, func(a, b PastRun) bool { return false })
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, arn := range twins(runs) {
		wg.Go(func() {
			// A revision that cannot be read is not known to be the same as another.
			if td, err := r.TaskDefinition(ctx, arn); err == nil {
				mu.Lock()
				defer mu.Unlock()
				cur.Documents[arn] = td
			}
		})
	}
	wg.Wait()
	run, err := wayBack(*cur)
	if err != nil {
		return err
	}
	if cur.Wanted = cur.Documents[run.Definition]; cur.Wanted == nil {
		cur.Wanted, err = r.TaskDefinition(ctx, run.Definition)
	}
	return err
}

// pastReading is what is read of a service's record while its target is: a Current of
// its own, since the other is written to at the same time.
type pastReading struct {
	Current
	wg sync.WaitGroup
}

// into hands over what was read.
func (p *pastReading) into(cur *Current) {
	cur.History, cur.Record, cur.Revisions, cur.Documents = p.History, p.Record, p.Revisions, p.Documents
	if p.Wanted != nil {
		cur.Wanted = p.Wanted
	}
}

// likelyImages names the images, by tag and by digest, of the state that a roll
// back most likely returns to: the record names them before the definition is
// there to.
func (p *pastReading) likelyImages() []string {
	run, err := wayBack(p.Current)
	if err != nil {
		return nil
	}
	var images []string
	for _, rev := range p.Revisions {
		if rev.TaskDefinition != run.Definition {
			continue
		}
		for _, i := range rev.Images {
			images = words.AddNew(images, i.Image)
			if ref, err := awsx.ParseReference(i.Image); err == nil && i.Digest != "" {
				images = words.AddNew(images, awsx.Reference{Repository: ref.Repository, Digest: i.Digest}.String())
			}
		}
	}
	return images
}
