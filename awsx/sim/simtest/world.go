package simtest

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/awsx/sim"
)

// World is an account that lives, and the port to it.
type World struct {
	*sim.Account
	Opener awsx.Opener
	ID     awsx.ContextID // of the profile main
	Port   awsx.Account   // of ID
}

// Opener opens contexts of an account: calls and a rate of their own, as those of
// another program.
func Opener(account *sim.Account) awsx.Opener { return OpenerOver(account.RoundTripper()) }

// OpenerOver opens contexts of the account that a transport leads to.
func OpenerOver(transport http.RoundTripper) awsx.Opener {
	return sdk.NewStatic(access.Options{Transport: transport, Version: "test"},
		access.Static{Region: "eu-west-1", AccessKey: "AKID", SecretKey: "SECRET"})
}

// Open builds an account and lets it move until the test ends.
func Open(t *testing.T, o sim.Options) *World {
	t.Helper()
	account, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := &World{Account: account, Opener: Opener(account), ID: awsx.ContextID{Profile: "main", Region: "eu-west-1"}}
	if w.Port, err = w.Opener.Open(t.Context(), w.ID); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- account.Run(ctx) }()
	synctest.Wait() // it runs before the first call
	t.Cleanup(func() {
		stop()
		<-done
	})
	return w
}

// Service finds a service by the names of its cluster and its own.
func (w *World) Service(t *testing.T, cluster, name string) awsx.Ref {
	t.Helper()
	clusters, err := awsx.Collect(w.Port.Clusters(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range clusters {
		if c.Name != cluster {
			continue
		}
		services, err := awsx.Collect(w.Port.Services(t.Context(), c.Ref))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range services {
			if s.Name == name {
				return s.Ref
			}
		}
	}
	t.Fatalf("no service %s in cluster %s", name, cluster)
	return awsx.Ref{}
}

// Count returns how often an operation was called.
func (w *World) Count(operation string) int {
	n := 0
	for _, c := range w.Calls() {
		if c.Operation == operation {
			n++
		}
	}
	return n
}
