package store

import (
	"context"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

const (
	// whoseAge is how often it is asked whose credentials a context's are, unless they change.
	whoseAge = 7 * 24 * time.Hour
	// resumed is how long pollers that get through one after another tell of one change.
	resumed = 10 * time.Second
)

const kindWhose = "whose"

// Whose watches whose credentials a context's are: the only item, once it is known. It is
// asked for once, and again when the credentials changed. As long as Err says why it is not
// known, nobody may guess.
func (s *Store) Whose(id awsx.ContextID) *Watch[awsx.Identity] {
	return Watched(s, List[awsx.Account, awsx.Identity]{
		Kind: kindWhose, Scope: awsx.Ref{Context: id}, Every: whoseAge,
		ID: func(i *awsx.Identity) (string, string) { return "", i.ARN },
		Pages: func(ctx context.Context, _ awsx.Account) awsx.Pages[awsx.Identity] {
			return func(yield func(awsx.Page[awsx.Identity], error) bool) {
				who, err := s.Identity(ctx, id)
				page := awsx.Page[awsx.Identity]{Complete: err == nil}
				if err == nil {
					page.Items = []*awsx.Identity{&who}
				}
				yield(page, err)
			}
		},
	})
}

// Identity returns whose credentials a context's are; asked once, and again when the
// credentials changed.
func (s *Store) Identity(ctx context.Context, id awsx.ContextID) (awsx.Identity, error) {
	return s.identities.do(ctx, s, id, func(ctx context.Context) (awsx.Identity, error) {
		a, err := s.opener.Open(ctx, id)
		if err != nil {
			return awsx.Identity{}, err
		}
		return a.Identity(ctx)
	})
}

// CredentialsChanged resumes the polling of a context that had stopped because its
// credentials would not do, and has asked anew whose they are. The rest of its polling is
// left as it is. The store calls it by itself when the files changed that credentials come
// from, and when one of the pollers, told to refresh, gets through.
func (s *Store) CredentialsChanged(id awsx.ContextID) {
	s.identities.forget(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed[id] = wall()
	for key, p := range s.pollers {
		if key.context == id {
			p.credentialsChanged()
		}
	}
}

// gotThrough tells that a poller reads again which had stopped for want of credentials. Of
// those that it resumes each tells the same.
func (s *Store) gotThrough(id awsx.ContextID) {
	s.mu.Lock()
	told := wall().Sub(s.changed[id]) < resumed
	s.mu.Unlock()
	if !told {
		s.CredentialsChanged(id)
	}
}

// wanting reports whether an error may be mended by other credentials or settings: there are
// none, they have expired, a role may not be assumed, or the profile is not there.
func wanting(err error) bool {
	switch fault.ClassOf(err) {
	case fault.Expired, fault.Denied, fault.Invalid:
		return err != nil
	}
	return false
}
