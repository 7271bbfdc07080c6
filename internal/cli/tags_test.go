package cli_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// untold refuses to tell the tags of lists, as an account may.
type untold struct{ http.RoundTripper }

func (u untold) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if bytes.Contains(body, []byte(`"TAGS"`)) && !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DescribeTaskDefinition") {
		return &http.Response{StatusCode: 400, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"__type":"AccessDeniedException","message":"no tags for you"}`))}, nil
	}
	return u.RoundTripper.RoundTrip(r)
}

// TestReportsHaveTags in their JSON, and keep what a filter asks for.
func TestReportsHaveTags(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		for _, c := range []struct {
			command string
			list    string
			tag     string
			value   string
		}{
			{"status", "clusters", "environment", "preprod"},
			{"status prod", "services", "service", ""},
			{"status prod/catalog", "tasks", "aws:ecs:serviceName", "catalog"},
			{"tasks prod/catalog", "tasks", "service", "catalog"},
			{"instances prod", "instances", "environment", "prod"},
			{"groups prod", "groups", "AmazonECSManaged", ""},
		} {
			o := a.run(t, append(strings.Fields(c.command), "-o", "json")...).wants(t, 0).object(t)
			tags, ok := at(t, o, c.list, 0, "tags").(map[string]any)
			value, has := tags[c.tag]
			if !ok || c.command != "groups prod" && !has || c.value != "" && value != c.value {
				t.Errorf("%s has the tags %v", c.command, tags)
			}
		}
		for _, c := range []struct {
			command, filter string
			keeps           []string
			hides           []string
		}{
			{"status", "tag:environment=prod", []string{"prod "}, []string{"preprod", "staging"}},
			{"status", "!tag:environment=prod", []string{"preprod", "staging"}, []string{"\nprod "}},
			{"status prod", "tag:service=cat* ok", []string{"catalog"}, []string{"legacy"}},
			{"status prod", "-f ctlg tag:team", []string{"catalog"}, []string{"legacy"}},
			{"status prod", "tag:aws:cloudformation:stack-name", []string{"legacy"}, []string{"catalog"}},
			{"status prod/catalog", "tag:team=nobody", []string{"nothing matches tag:team=nobody (3 hidden)"}, []string{"RUNNING  "}},
			{"tasks prod/catalog", "tag:aws:ecs:clusterName=prod", []string{"RUNNING"}, []string{"hidden"}},
			{"instances prod", "tag:environment=staging", []string{"(9 hidden)"}, []string{"active"}},
			{"groups prod", "prod-ecs", []string{"prod-ecs"}, []string{"prod-batch"}},
			{"status --faults", "tag:team", []string{"wants attention"}, nil},
		} {
			a.run(t, append(strings.Fields(c.command), "--filter", c.filter)...).wants(t, 0, c.keeps...).lacks(t, c.hides...)
		}
		// Of a service its tasks are chosen among, and the service is told of whole.
		o := a.run(t, "status", "prod/catalog", "--filter", "tag:team=nobody", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "service", "name") != "catalog" || at(t, o, "service", "running") != 3.0 || len(o["tasks"].([]any)) != 0 {
			t.Errorf("got %v", o)
		}
		a.run(t, "status", "--help").wants(t, 0, "or the tasks of the service that\nwas named. What is said of that service itself")
		a.run(t, "status", "prod", "--filter", "tag:").wants(t, 2, "--filter", "names no tag")
		a.run(t, "status", "prod", "--filter", "(").wants(t, 2, "no regular expression")
		if o := a.run(t, "status", "prod", "--filter", "tag:team=nobody", "-o", "json").wants(t, 0).object(t); len(o["services"].([]any)) != 0 || o["partial"] != false {
			t.Errorf("%v", o)
		}
	})
}

// TestTagsThatAReportWasNotToldAreNull, and a filter that asks for them says that it does not know.
func TestTagsThatAReportWasNotToldAreNull(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		completed := func() string {
			return a.run(t, "__complete", "status", "prod", "--filter", "tag:service=cat").wants(t, 0).out
		}
		a.run(t, "status", "prod").wants(t, 0)
		if got := completed(); !strings.Contains(got, "tag:service=catalog") {
			t.Errorf("completed is %q", got)
		}
		for host, next := range a.net {
			a.net[host] = untold{next}
		}
		for _, command := range []string{"status", "status prod", "instances prod", "tasks prod/catalog"} {
			o := a.run(t, append(strings.Fields(command), "-o", "json")...).wants(t, 0).object(t)
			for _, list := range []string{"clusters", "services", "instances", "tasks"} {
				if o[list] == nil {
					continue
				}
				if row := at(t, o, list, 0).(map[string]any); row["tags"] != nil || o["partial"] != false {
					t.Errorf("%s: %v", command, row["tags"])
				}
			}
		}
		if got := completed(); !strings.Contains(got, "tag:service=catalog") {
			t.Errorf("once the tags could not be read, completed is %q", got)
		}
		r := a.run(t, "status", "prod", "--filter", "!tag:team", "-o", "json").wants(t, 0, "the tags of 15 rows were not read")
		if o := r.object(t); o["partial"] != true || len(o["services"].([]any)) != 0 {
			t.Errorf("%v", o["services"])
		}
	})
}

// TestASecretInATagIsMasked, by its key and by its form, and what would act on a terminal is not
// printed as it is.
func TestASecretInATagIsMasked(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		o := a.run(t, "status", "prod", "--filter", "^catalog$", "-o", "json").wants(t, 0).object(t)
		tags := `{"resourceArn":"` + at(t, o, "services", 0, "arn").(string) + `","tags":[{"key":"deploy-token","value":"wr0ng-h4nds-0nly"},{"key":"note","value":"AKIAIOSFODNN7EXAMPLQ"},{"key":"odd","value":"a\u001b[2Jb"}]}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url, strings.NewReader(tags))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.TagResource")
		req.Header.Set("Content-Type", "application/x-amz-json-1.1")
		answer, err := a.net.RoundTrip(req)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%v, %v", answer, err)
		}
		r := a.run(t, "status", "prod", "--filter", "tag:deploy-token", "-o", "json").wants(t, 0, `"deploy-token":`, `"odd": "a\u001b[2Jb"`)
		r.lacks(t, "wr0ng-h4nds-0nly", "AKIAIOSFODNN7EXAMPLQ", "\x1b")
	})
}
