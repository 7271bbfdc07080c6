package metrics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/metrics"
)

// widget is the body of a dashboard of one metric widget.
func widget(properties string) []byte {
	return []byte(`{"widgets":[{"type":"metric","properties":{"title":"t",` + properties + `}}]}`)
}

// TestRowsOfAWidgetAreRead as the reference of dashboard bodies has them: what "." and
// "..." stand for, options of a row before those of the widget, and metric maths.
func TestRowsOfAWidgetAreRead(t *testing.T) {
	got, err := metrics.Widgets(widget(`"stat":"Sum","period":60,"metrics":[
		["AWS/EC2","CPUUtilization","InstanceId","i-1",{"id":"m1","stat":"p90","period":300,"label":"first"}],
		["...","i-2"],
		[".","NetworkIn",".",".",{"visible":false,"id":"net"}],
		[{"expression":"m1 / net","label":"share","id":"e1"}],
		["AWS/ELB","Latency",{"period":10}]]`), "eu-west-1")
	if err != nil || len(got) != 1 || got[0].Undrawn != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	cpu := func(id string) awsx.Metric {
		return awsx.Metric{Namespace: "AWS/EC2", Name: "CPUUtilization", Dimensions: []awsx.Dimension{{Name: "InstanceId", Value: id}}}
	}
	network := cpu("i-2")
	network.Name = "NetworkIn"
	want := []awsx.MetricQuery{
		{ID: "m1", Metric: cpu("i-1"), Stat: "p90", Period: 5 * time.Minute},
		{ID: "row1", Metric: cpu("i-2"), Stat: "Sum", Period: time.Minute},
		{ID: "net", Metric: network, Stat: "Sum", Period: time.Minute, Hidden: true},
		{ID: "e1", Expression: "m1 / net", Period: time.Minute},
		{ID: "row4", Metric: awsx.Metric{Namespace: "AWS/ELB", Name: "Latency"}, Stat: "Sum", Period: time.Minute},
	}
	if d := cmp.Diff(want, got[0].Queries); d != "" {
		t.Error(d)
	}
	var names []string
	for _, l := range got[0].Chart.Lines {
		names = append(names, l.Name)
	}
	if d := cmp.Diff([]string{"first", "CPUUtilization i-2", "share", "Latency"}, names); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]int{0, 1, 3, 4}, got[0].Shown); d != "" {
		t.Error(d)
	}
}

func TestWhatCannotBeDrawnIsNamed(t *testing.T) {
	row := `"metrics":[["AWS/ECS","CPUUtilization","ClusterName","c"]]`
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"a pie":                {widget(`"view":"pie",` + row), "shown as a pie"},
		"a table":              {widget(`"view":"table",` + row), "shown as a table"},
		"elsewhere":            {widget(`"region":"us-east-1",` + row), "of us-east-1, and this is eu-west-1"},
		"a row elsewhere":      {widget(`"metrics":[["AWS/ECS","CPUUtilization","ClusterName","c",{"region":"us-east-1"}]]`), "with a metric of us-east-1"},
		"another account":      {widget(`"metrics":[["AWS/ECS","CPUUtilization",{"accountId":"111122223333"}]]`), "another account"},
		"an alarm's":           {widget(`"annotations":{"alarms":["arn:alarm"]}`), "names no metrics"},
		"a search":             {widget(`"metrics":[[{"expression":"SUM(SEARCH('{AWS/ECS} x','Sum',60))"}]]`), "a SEARCH for metrics"},
		"a query":              {widget(`"metrics":[[{"expression":"select max(x) from y"}]]`), "Metrics Insights"},
		"a band":               {widget(`"metrics":[[{"expression":"ANOMALY_DETECTION_BAND(m1)"}]]`), "what is expected"},
		"nothing visible":      {widget(`"metrics":[["AWS/ECS","CPUUtilization",{"visible":false}]]`), "none of its metrics is visible"},
		"an odd row":           {widget(`"metrics":[["AWS/ECS"]]`), "not of the form"},
		"half a dimension":     {widget(`"metrics":[["AWS/ECS","CPUUtilization","ClusterName"]]`), "not of the form"},
		"an empty row":         {widget(`"metrics":[[]]`), "not of the form"},
		"numbers for names":    {widget(`"metrics":[[1,2]]`), "not of the form"},
		"dots after nothing":   {widget(`"metrics":[["...","x"]]`), "not of the form"},
		"properties of a list": {[]byte(`{"widgets":[{"type":"metric","properties":[]}]}`), "not of the form"},
		"a text":               {[]byte(`{"widgets":[{"type":"text","properties":{"markdown":"x"}}]}`), "a text"},
		"a log query":          {[]byte(`{"widgets":[{"type":"log","properties":{"title":"Errors"}}]}`), "a query of logs"},
		"something new":        {[]byte(`{"widgets":[{"type":"hologram","properties":{}}]}`), "hologram, which this version does not know"},
		"no properties":        {[]byte(`{"widgets":[{"type":"metric"}]}`), "not of the form"},
	} {
		got, err := metrics.Widgets(c.body, "eu-west-1")
		if err != nil || len(got) != 1 || !strings.Contains(got[0].Undrawn, c.want) || got[0].Title == "" {
			t.Errorf("%s: %+v, %v, want %q", name, got, err, c.want)
		}
	}
	if _, err := metrics.Widgets([]byte(`not json`), "eu-west-1"); err == nil {
		t.Error("no error of a body that is no JSON")
	}
}

// TestWidgetsComeAsTheyAreLaidOut, from the top to the bottom and from the left to the right.
func TestWidgetsComeAsTheyAreLaidOut(t *testing.T) {
	got, err := metrics.Widgets([]byte(`{"widgets":[
		{"type":"text","x":0,"y":6,"properties":{"title":"c"}},{"type":"text","x":12,"y":0,"properties":{"title":"b"}},{"type":"text","x":0,"y":0,"properties":{"title":"a"}}]}`), "")
	var titles string
	for _, w := range got {
		titles += w.Title
	}
	if titles != "abc" || err != nil {
		t.Errorf("%q, %v", titles, err)
	}
}

func FuzzWidgets(f *testing.F) {
	f.Add(widget(`"metrics":[["AWS/EC2","CPUUtilization","InstanceId","i-1"],["...",{"id":"x"}],["."]]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, _ := metrics.Widgets(body, "eu-west-1")
		for _, w := range got {
			if w.Undrawn == "" && len(w.Shown) != len(w.Chart.Lines) {
				t.Errorf("%d lines, %d shown", len(w.Chart.Lines), len(w.Shown))
			}
		}
	})
}
