package logs_test

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	logviews "gantry/views/logs"
	"gantry/views/viewstest"
)

func TestWhyThereAreNoLines(t *testing.T) {
	for name, c := range map[string]struct {
		shelf *viewstest.Shelf
		open  error
		edit  func(*awsxtest.Data)
		shows []string
	}{
		"no store is configured": {
			open:  &fault.Error{Class: fault.Invalid, Op: "open the log store", Err: errors.New("no log store is configured"), Fix: "set logs.endpoints in config.yaml"},
			shows: []string{"no log store", "no log store is configured", "set logs.endpoints in config.yaml"},
		},
		"a driver that is not read": {
			edit:  func(d *awsxtest.Data) { d.TaskDefinitions[0].Containers[0].LogDriver = "splunk" },
			shows: []string{"these lines cannot be found", "log driver splunk of container api-orders is not read", "gelf"},
		},
		"no index": {
			shelf: &viewstest.Shelf{Empty: true, Why: logs.Explanation{Cause: logs.NoIndex, Index: "logstash-*"}},
			shows: []string{"no index", "no index matches logstash-*, or these credentials may not see it"},
		},
		"index that is not there": {
			shelf: &viewstest.Shelf{Err: &fault.Error{Class: fault.NotFound, Op: "search logs-9", Err: errors.New("no such index [logs-9]"), Fix: "set logs.index"}},
			shows: []string{"there is no index, or log group, of that name", "no such index [logs-9]", "set logs.index", "tried again"},
		},
		"no permission": {
			shelf: &viewstest.Shelf{Err: &fault.Error{Class: fault.Denied, Op: "search logstash-*", Err: errors.New("user gantry lacks read")}},
			shows: []string{"stopped, denied", "does not allow this search", "user gantry lacks read", "ctrl+r tries again"},
		},
		"bad credentials": {
			shelf: &viewstest.Shelf{Err: &fault.Error{Class: fault.Expired, Op: "search logstash-*", Err: errors.New("401 https://u:hunter2@logs")}},
			shows: []string{"does not accept the credentials", "(masked)"},
		},
		"no answer": {
			shelf: &viewstest.Shelf{Err: &fault.Error{Class: fault.Offline, Op: "search logstash-*", Err: errors.New("connection refused")}},
			shows: []string{"retrying in", "the log store does not answer", "connection refused"},
		},
		"nothing in the range": {
			shelf: &viewstest.Shelf{Why: logs.Explanation{Cause: logs.NoDocuments, Index: "logstash-*", Newest: awsxtest.Now.Add(-4 * time.Minute)}},
			shows: []string{"logstash-* has no documents in this range", "newest    2026-03-14 09:22:53"},
		},
		"fields are missing": {
			shelf: &viewstest.Shelf{Why: logs.Explanation{Cause: logs.NoFields, Index: "logstash-*", Looked: []string{"container_id", "container_name"}}},
			shows: []string{"has none of the fields looked for: container_id, container_name"},
		},
		"only others' lines": {
			shelf: &viewstest.Shelf{Why: logs.Explanation{Cause: logs.NoMatch, Index: "logstash-*", Looked: []string{"container_id"}, Found: []string{"container_id"}}},
			shows: []string{"receives lines, and none of them is of this query", "searched", "every line of 2 tasks of api-orders, gelf, the newest there are", "ctrl+r to search again; d the query in full", "no lines yet"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			viewstest.Bubble(t, func(t *testing.T) {
				a, service := accountOfTwo()
				if c.edit != nil {
					a.Edit(c.edit)
				}
				s := cmp.Or(c.shelf, &viewstest.Shelf{})
				d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 30}, func(deps *views.Deps) ui.Screen {
					v := viewerOf(deps, s)
					if c.open != nil {
						v.Open = func(context.Context, awsx.ContextID) (logs.Source, error) { return nil, c.open }
					}
					return logviews.NewScreen(v, views.LogScope{Service: service})
				}).Read()
				d.Shows(c.shows...).Hides("hunter2")
				d.Press("j", "k", "G", "n", "e", "E", "enter", "c").Shows("logs")
			})
		})
	}
}

func TestATroubleLeavesTheLines(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, nil)
		d.says(3, 0)
		d.Read()
		d.shelf.Do(func() { d.shelf.Partial = &logs.Partial{Failed: 1, Shards: 3, Reason: "disk"} })
		d.Advance(10*time.Second).Shows("partial: 1 of 3 shards failed: disk", "line 2")
		d.shelf.Do(func() {
			d.shelf.Partial, d.shelf.Err = nil, fault.Errorf(fault.Throttled, "search", "", "too many requests")
		})
		d.Advance(10*time.Second).Shows("retrying in", "too many requests", "line 2")
		d.shelf.Do(func() { d.shelf.Err = nil })
		d.Advance(40*time.Second).Advance(time.Second).Shows("following", "line 2").Hides("too many requests")
		d.Advance(5 * time.Minute).Shows("following, newest 6m")
		d.shelf.Do(func() { d.shelf.Err = fault.Errorf(fault.Denied, "search", "", "revoked") })
		d.Advance(10*time.Second).Advance(10*time.Second).Shows("stopped, denied", "revoked", "line 2")
		d.shelf.Do(func() { d.shelf.Err = nil })
		d.Press("ctrl+r").Advance(readTime).Shows("following", "line 2")
	})
}

func TestATaskThatNeverStartedHasNoLines(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, viewstest.Standard, &viewstest.Shelf{}, func(a *awsxtest.Account, service awsx.Ref) views.LogScope {
			a.Edit(func(data *awsxtest.Data) {
				data.Tasks[0].Containers[0].RuntimeID = ""
				data.Tasks[0].StoppedReason = "CannotPullContainerError: not found"
			})
			return ofFirstTask(a, service)
		})
		d.Read().Shows("has no container that has started yet", "CannotPullContainerError")
		if d.shelf.Searches != 0 {
			t.Error("searched for nothing")
		}
	})
}

func TestTasksThatCannotBeReadAreNamed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, service := accountOfTwo()
		a.Fail(awsxtest.DescribeServices, fault.Errorf(fault.Denied, "ecs:DescribeServices", service.ARN, "not authorized"))
		d := viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			return logviews.NewScreen(viewerOf(deps, &viewstest.Shelf{}), views.LogScope{Service: service})
		}).Read()
		d.Shows("nothing tells which lines", "ecs:DescribeServices", "denied", "ctrl+r tries again")
		a.Fail(awsxtest.DescribeServices, nil)
		d.Press("ctrl+r").Advance(readTime).Shows("following", "no lines")
	})
}

// TestASearchGivenUpBeginsAnew: a service that moves to a driver that is not read
// keeps its lines on screen, and has each once when it moves back.
func TestASearchGivenUpBeginsAnew(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := tailing(t, uitest.Look{W: 120, H: 24}, &viewstest.Shelf{}, nil)
		d.say(0, "info", "hello")
		d.Read().Shows("hello", "following")
		var gelf string
		d.Account.Edit(func(data *awsxtest.Data) {
			gelf = data.Services[0].TaskDefinition
			td := *data.TaskDefinitions[0]
			td.ARN = strings.Replace(td.ARN, ":1", ":2", 1) + "2"
			td.Containers = append([]awsx.ContainerDefinition(nil), td.Containers...)
			td.Containers[0].LogDriver = "splunk"
			data.TaskDefinitions = append(data.TaskDefinitions, &td)
			data.Services[0].TaskDefinition = td.ARN
		})
		d.Advance(time.Minute).Shows("not searched", "log driver splunk", "hello")
		d.Account.Edit(func(data *awsxtest.Data) { data.Services[0].TaskDefinition = gelf })
		d.Advance(time.Minute).Shows("following", "hello", "tail, 1 line")
	})
}
