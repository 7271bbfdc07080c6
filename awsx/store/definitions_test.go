package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
)

func TestATaskDefinitionIsAskedForOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api")
		var arn string
		a.Edit(func(d *awsxtest.Data) { arn = d.TaskDefinitions[0].ARN })
		if _, ok := s.CachedTaskDefinition(a.ID, arn); ok {
			t.Error("cached before it was read")
		}
		release := a.Block(awsxtest.TaskDefinition)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if td, err := s.TaskDefinition(t.Context(), a.ID, arn); err != nil || td.ARN != arn {
					t.Errorf("%v, %v", td, err)
				}
			})
		}
		left, cancel := context.WithCancel(t.Context())
		wg.Go(func() {
			if _, err := s.TaskDefinition(left, a.ID, arn); !errors.Is(err, context.Canceled) {
				t.Errorf("a caller who left got %v", err)
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		release()
		wg.Wait()
		td, ok := s.CachedTaskDefinition(a.ID, arn)
		if !ok || td.ARN != arn || a.Count(awsxtest.TaskDefinition) != 1 {
			t.Errorf("cached %v after %d calls", ok, a.Count(awsxtest.TaskDefinition))
		}
		if _, ok := s.CachedTaskDefinition(awsx.ContextID{Profile: "another"}, arn); ok {
			t.Error("cached across contexts")
		}
	})
}

func TestAFailureIsNotCached(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		a.FailOnce(awsxtest.Identity, errors.New("no answer"))
		if _, err := s.Identity(t.Context(), a.ID); err == nil {
			t.Error("no error")
		}
		for range 3 {
			if who, err := s.Identity(t.Context(), a.ID); err != nil || who.Account != awsxtest.Number {
				t.Errorf("%v, %v", who, err)
			}
		}
		if n := a.Count(awsxtest.Identity); n != 2 {
			t.Errorf("%d calls", n)
		}
		s.CredentialsChanged(a.ID)
		if _, err := s.Identity(t.Context(), a.ID); err != nil || a.Count(awsxtest.Identity) != 3 {
			t.Error("the identity outlived its credentials")
		}
	})
}

func TestCachedTaskDefinitionsAreBounded(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		big := make(awsx.Document, 1<<20)
		arn := func(i int) string { return fmt.Sprintf("arn:aws:ecs:eu-west-1:1:task-definition/api:%d", i) }
		a.Edit(func(d *awsxtest.Data) {
			for i := range 20 {
				d.TaskDefinitions = append(d.TaskDefinitions, &awsx.TaskDefinition{ARN: arn(i), Family: "api", Revision: i, Raw: big})
			}
		})
		for i := range 20 {
			if _, err := s.TaskDefinition(t.Context(), a.ID, arn(i)); err != nil {
				t.Fatal(err)
			}
			s.CachedTaskDefinition(a.ID, arn(0)) // used all along
		}
		kept := 0
		for i := range 20 {
			if _, ok := s.CachedTaskDefinition(a.ID, arn(i)); ok {
				kept++
			}
		}
		_, first := s.CachedTaskDefinition(a.ID, arn(0))
		_, last := s.CachedTaskDefinition(a.ID, arn(19))
		if kept > 8 || !first || !last {
			t.Errorf("%d kept, the one in use %v, the newest %v", kept, first, last)
		}
	})
}
