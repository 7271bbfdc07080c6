package change

import (
	"time"

	"gantry/awsx/deploy"
	"gantry/awsx/store"
)

// followAge is how old a follow lets a service grow: a rollout moves in seconds.
const followAge = 2 * time.Second

// StoreSource returns the sources of follows that share a store's pollers with
// the screens.
func StoreSource(s *store.Store) SourceFunc {
	return func(spec deploy.FollowSpec) (deploy.Source, func()) {
		w := s.Service(spec.Service)
		w.Need(store.Need{MaxAge: followAge})
		w.Refresh()
		return deploy.FromStore(w), w.Close
	}
}
