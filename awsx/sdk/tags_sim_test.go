package sdk_test

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

// TestEveryKindOfResourceComesWithItsTags from an account that has some.
func TestEveryKindOfResourceComesWithItsTags(t *testing.T) {
	simulated(t, sim.Options{}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		var prod awsx.Ref
		for _, c := range all(t, a.Clusters(t.Context())) {
			if v, _ := c.Tags.Value("environment"); v != c.Name {
				t.Errorf("cluster %s has the tags %v", c.Name, c.Tags)
			}
			if c.Name == "prod" {
				prod = c.Ref
			}
		}
		teams := map[string]string{}
		for _, s := range all(t, a.Services(t.Context(), prod)) {
			if team, ok := s.Tags.Value("team"); ok {
				teams["service:"+s.Name] = team
			}
		}
		for _, task := range all(t, a.Tasks(t.Context(), awsx.TaskQuery{Cluster: prod})) {
			team, _ := task.Tags.Value("team")
			if own, ok := task.Tags.Value("aws:ecs:serviceName"); ok && (team != teams[task.Group] || "service:"+own != task.Group) {
				t.Errorf("a task of %s has the tags %v", task.Group, task.Tags)
			}
		}
		for _, i := range all(t, a.Instances(t.Context(), prod)) {
			if v, _ := i.Tags.Value("environment"); v != "prod" {
				t.Errorf("instance %s has the tags %v", i.EC2ID, i.Tags)
			}
		}
		for _, g := range all(t, a.ScalingGroups(t.Context())) {
			if !g.Tags.Read() {
				t.Errorf("the tags of group %s were not read", g.Name)
			}
		}
		if len(teams) < 3 {
			t.Errorf("the teams are %v", teams)
		}
	})
}

// weighing counts the bytes of the answers of describe calls, and those of their calls; without
// tags it refuses them as an account may.
type weighing struct {
	http.RoundTripper
	bare         bool
	bytes, calls atomic.Int64
}

func (w *weighing) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if w.bare && bytes.Contains(body, []byte(`"TAGS"`)) {
		return &http.Response{StatusCode: 400, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"__type":"AccessDeniedException","message":"no tags"}`))}, nil
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer, err := w.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	said, err := io.ReadAll(answer.Body)
	w.bytes.Add(int64(len(said)))
	w.calls.Add(1)
	answer.Body = io.NopCloser(bytes.NewReader(said))
	return answer, err
}

// TestTagsWeighLittle: a sweep of the services and tasks of a cluster brings a tenth more at
// most, by the same number of calls, and what is held of it grows by less. TAGS_AT makes the
// cluster as large as one wants to measure.
func TestTagsWeighLittle(t *testing.T) {
	size, _ := strconv.Atoi(cmp.Or(os.Getenv("TAGS_AT"), "120"))
	synctest.Test(t, func(t *testing.T) {
		world, err := sim.New(sim.Options{Scenario: seed.Steady, Clusters: 1, Services: size, Tasks: 2})
		if err != nil {
			t.Fatal(err)
		}
		prod := world.RoundTripper()
		sweep := func(bare bool) (w *weighing, heap int64) {
			w = &weighing{RoundTripper: prod, bare: bare}
			id := awsx.ContextID{Profile: "demo", Region: "eu-west-1"}
			a, err := sdk.NewStatic(access.Options{Transport: w, Version: "test"}, access.Static{Region: "eu-west-1", AccessKey: "AKID", SecretKey: "SECRET"}).Open(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			clusters := all(t, a.Clusters(t.Context()))
			at := clusters[0].Ref
			all(t, a.Services(t.Context(), at)) // so that the account has made its answers
			all(t, a.Tasks(t.Context(), awsx.TaskQuery{Cluster: at}))
			w.bytes.Store(0)
			w.calls.Store(0)
			fresh, err := sdk.NewStatic(access.Options{Transport: w, Version: "test"}, access.Static{Region: "eu-west-1", AccessKey: "AKID", SecretKey: "SECRET"}).Open(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			services, tasks := all(t, fresh.Services(t.Context(), at)), all(t, fresh.Tasks(t.Context(), awsx.TaskQuery{Cluster: at}))
			runtime.GC()
			runtime.ReadMemStats(&after)
			if services[0].Tags.Read() == bare || tasks[0].Tags.Read() == bare {
				t.Errorf("bare %v: tags %v, %v", bare, services[0].Tags, tasks[0].Tags)
			}
			heap = int64(after.HeapAlloc) - int64(before.HeapAlloc)
			runtime.KeepAlive(services)
			runtime.KeepAlive(tasks)
			runtime.KeepAlive(fresh)
			return w, heap
		}
		bare, heapBare := sweep(true)
		tagged, heap := sweep(false)
		t.Logf("%d services: %d calls and %d KB bare, %d and %d with tags; %d and %d KB held", size,
			bare.calls.Load(), bare.bytes.Load()/1024, tagged.calls.Load(), tagged.bytes.Load()/1024, heapBare/1024, heap/1024)
		if tagged.calls.Load() > bare.calls.Load() || tagged.bytes.Load() > bare.bytes.Load()*11/10 {
			t.Errorf("%d calls bring %d bytes, and without tags %d bring %d", tagged.calls.Load(), tagged.bytes.Load(), bare.calls.Load(), bare.bytes.Load())
		}
	})
}
