package sdk

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

// described counts what was described, whatever of, and how often tags were asked for.
func (w *wire) described() (calls, tagged int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for op, n := range w.calls {
		if strings.HasPrefix(op, "Describe") {
			calls += n
		}
	}
	for _, body := range w.bodies {
		if strings.Contains(body, `"TAGS"`) {
			tagged++
		}
	}
	return calls, tagged
}

// TestListingsComeWithTheirTagsAndNoCallMore, and of two tasks that are tagged alike the tags are
// kept once.
func TestListingsComeWithTheirTagsAndNoCallMore(t *testing.T) {
	f := fleet{services: 25, tasks: 130}
	w := &wire{}
	w.reply = func(op string, in map[string]any) (int, string) {
		status, body := f.reply(op, in)
		if include, _ := in["include"].([]any); op == "DescribeTasks" && slices.Contains(include, any("TAGS")) {
			body = strings.ReplaceAll(body, `"tags":[]`, `"tags":[{"key":"lane","value":"slow"}]`)
		}
		return status, body
	}
	a := open(t, w, access.Options{})
	services, _, errs := drain(t, a.Services(t.Context(), cluster))
	if len(services) != 25 || len(errs) > 0 || !services[0].Tags.Read() || len(services[0].Tags) > 0 {
		t.Errorf("%d services, %v, tags %v", len(services), errs, services[0].Tags)
	}
	tasks, _, errs := drain(t, a.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster}))
	if lane, _ := tasks[0].Tags.Value("lane"); len(tasks) != 130 || len(errs) > 0 || lane != "slow" || &tasks[0].Tags[0] != &tasks[129].Tags[0] {
		t.Errorf("%d tasks, %v, tags %v", len(tasks), errs, tasks[0].Tags)
	}
	if calls, tagged := w.described(); calls != 5 || tagged != 5 {
		t.Errorf("%d calls describe them, %d with tags", calls, tagged)
	}
}

// TestWhoTellsNoTagsTellsTheRest: the listing of an account that refuses tags is whole, its items
// say that their tags were not read, the page says why, and nobody asks twice.
func TestWhoTellsNoTagsTellsTheRest(t *testing.T) {
	f := fleet{services: 25}
	w := &wire{}
	var refused atomic.Int64
	w.reply = func(op string, in map[string]any) (int, string) {
		if include, _ := in["include"].([]any); slices.Contains(include, any("TAGS")) {
			refused.Add(1)
			return 400, `{"__type":"AccessDeniedException","message":"User: arn:aws:iam::123456789012:user/x is not authorized to perform: ecs:ListTagsForResource"}`
		}
		return f.reply(op, in)
	}
	a := open(t, w, access.Options{})
	for range 2 {
		for page, err := range a.Services(t.Context(), cluster) {
			if err != nil || fault.ClassOf(page.Untagged) != fault.Denied && len(page.Items) > 0 {
				t.Fatalf("%v, untagged %v", err, page.Untagged)
			}
			for _, s := range page.Items {
				if s.Tags.Read() {
					t.Error("they are said to have none")
				}
			}
		}
	}
	if n := refused.Load(); n > 3 { // batches of the first listing that were under way together
		t.Errorf("it was asked %d times", n)
	}
	// Who may not describe at all is told that, by the name of what is missing.
	w.reply = func(op string, in map[string]any) (int, string) {
		if op == "DescribeTasks" {
			return 400, `{"__type":"AccessDeniedException","message":"User: x is not authorized to perform: ecs:DescribeTasks on resource: y"}`
		}
		return fleet{tasks: 1}.reply(op, in)
	}
	before := w.count("DescribeTasks")
	_, _, errs := drain(t, a.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster}))
	if fault.ClassOf(errors.Join(errs...)) != fault.Denied || w.count("DescribeTasks") != before+1 {
		t.Errorf("%v after %d calls", errs, w.count("DescribeTasks")-before)
	}
}
