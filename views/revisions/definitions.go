package revisions

import (
	"context"
	"maps"
	"slices"
	"sync"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/internal/crash"
)

// readers bounds how many definitions are read at once.
const readers = 4

// readDefinitions reads task definitions; those that cannot be read are missing,
// and the error is that of the first.
func readDefinitions(ctx context.Context, st *store.Store, id awsx.ContextID, arns []string) (map[string]*awsx.TaskDefinition, error) {
	found := map[string]*awsx.TaskDefinition{}
	errs := map[string]error{}
	var mu sync.Mutex
	var wg crash.Group
	slots := make(chan struct{}, readers)
	for _, arn := range arns {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			td, err := st.TaskDefinition(ctx, id, arn)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs[arn] = err
				return
			}
			found[arn] = td
		})
	}
	wg.Wait()
	for _, arn := range slices.Sorted(maps.Keys(errs)) {
		return found, errs[arn]
	}
	return found, nil
}
