package store_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/internal/fault"
)

// TestWhoseCredentialsTheseAreIsAskedForOnce, and again when they changed, however many
// pollers find that they did. A refusal is told and not guessed around.
func TestWhoseCredentialsTheseAreIsAskedForOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		w := s.Whose(a.ID)
		defer w.Close()
		snap, err := w.Await(t.Context(), (*store.Snapshot[awsx.Identity]).Ended)
		if err != nil || len(snap.Items) != 1 || snap.Items[0].Account != awsxtest.Number {
			t.Fatalf("%+v, %v", snap, err)
		}
		time.Sleep(24 * time.Hour)
		if n := a.Count(awsxtest.Identity); n != 1 {
			t.Errorf("asked %d times in a day", n)
		}
		a.Edit(func(d *awsxtest.Data) { d.Identity.Account = "210987654321" })
		s.CredentialsChanged(a.ID)
		synctest.Wait()
		if got := w.Snapshot().Items[0].Account; got != "210987654321" {
			t.Errorf("the account is still %s", got)
		}
		a.FailOnce(awsxtest.Identity, &fault.Error{Class: fault.Denied, Op: "sts:GetCallerIdentity"})
		s.CredentialsChanged(a.ID)
		synctest.Wait()
		if snap := w.Snapshot(); fault.ClassOf(snap.Err) != fault.Denied {
			t.Errorf("the refusal is %v", snap.Err)
		}
	})
}

// TestPollingGoesOnWhenTheFilesOfCredentialsChange, and not before: nothing is called
// meanwhile.
func TestPollingGoesOnWhenTheFilesOfCredentialsChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		expired := &fault.Error{Class: fault.Expired, Op: "ecs:ListClusters"}
		a.Fail(awsxtest.Clusters, expired)
		a.Fail(awsxtest.Identity, expired)
		var renewed atomic.Bool
		s := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a), Renewed: func(awsx.ContextID) bool { return renewed.Swap(false) }})
		defer s.Close()
		clusters, whose := s.Clusters(a.ID), s.Whose(a.ID)
		defer clusters.Close()
		defer whose.Close()
		time.Sleep(time.Minute)
		before := a.Count(awsxtest.Clusters) + a.Count(awsxtest.Identity)
		time.Sleep(time.Hour)
		if n := a.Count(awsxtest.Clusters) + a.Count(awsxtest.Identity); n != before {
			t.Errorf("%d calls without credentials", n-before)
		}
		a.Fail(awsxtest.Clusters, nil)
		a.Fail(awsxtest.Identity, nil)
		asked := a.Count(awsxtest.Identity)
		renewed.Store(true)
		time.Sleep(10 * time.Second)
		if err := clusters.Snapshot().Err; err != nil {
			t.Errorf("clusters: %v", err)
		}
		if snap := whose.Snapshot(); snap.Err != nil || len(snap.Items) != 1 {
			t.Errorf("whose: %+v", snap)
		}
		if n := a.Count(awsxtest.Identity) - asked; n > 2 {
			t.Errorf("whose they are was asked %d times", n)
		}
	})
}

// TestAContextThatNobodyListsIsTold, once and after its last listing was forgotten, though
// whose it is may still be watched.
func TestAContextThatNobodyListsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		c := a.Cluster("prod")
		var told atomic.Int32
		s := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a), Unwatched: func(id awsx.ContextID) {
			if id == a.ID {
				told.Add(1)
			}
		}})
		defer s.Close()
		whose, clusters, services := s.Whose(a.ID), s.Clusters(a.ID), s.Services(c.Ref)
		defer whose.Close()
		pass(time.Minute)
		services.Close()
		pass(time.Hour)
		if told.Load() != 0 {
			t.Error("it is told while the clusters are watched")
		}
		clusters.Close()
		if pass(time.Hour); told.Load() != 1 {
			t.Errorf("it is told %d times", told.Load())
		}
	})
}
