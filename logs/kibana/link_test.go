package kibana

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/internal/fault"
	"gantry/logs"
)

func theRange() logs.Range {
	at := time.Date(2026, 3, 14, 9, 30, 0, 0, time.UTC)
	return logs.Range{From: at, To: at.Add(15 * time.Minute)}
}

func typed(t *testing.T, q string) logs.Expr {
	t.Helper()
	e, err := logs.ParseExpr(q)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func derived() logs.Filter {
	return logs.Any{
		logs.Match{Fields: []string{"container_id"}, Values: []string{"ab12", "cd34"}},
		logs.All{
			logs.Match{Fields: []string{"container_name"}, Op: logs.Regexp, Values: []string{"/?ecs-api-[0-9]+-.*"}},
			logs.Match{Fields: []string{"ecs_cluster"}, Values: []string{"prod"}, OrAbsent: true},
		},
	}
}

// TestKibanaIsGivenTheSameLines reads the locator's parameters back.
func TestKibanaIsGivenTheSameLines(t *testing.T) {
	site := Site{Kibana: "https://kibana.example.com/s/ops/", Index: "logstash-*", Timestamp: "@timestamp"}
	link, err := site.Link(logs.Query{Where: derived(), Expr: typed(t, `level:error AND not(message:"it's fine")`)}, theRange())
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	if got := u.Host + u.Path; got != "kibana.example.com/s/ops/app/r" || u.Query().Get("l") != "DISCOVER_APP_LOCATOR" || u.Query().Get("v") == "" {
		t.Errorf("link %s", link)
	}
	var got any
	if err := json.Unmarshal([]byte(u.Query().Get("p")), &got); err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal([]byte(`{
		"timeRange": {"from": "2026-03-14T09:30:00.000Z", "to": "2026-03-14T09:45:00.000Z", "mode": "absolute"},
		"query": {"language": "kuery", "query": "level:error and not message:\"it's fine\""},
		"dataViewSpec": {"title": "logstash-*", "timeFieldName": "@timestamp"},
		"filters": [{
			"meta": {"alias": "gantry", "type": "custom", "disabled": false, "negate": false, "index": "logstash-*"},
			"$state": {"store": "appState"},
			"query": {"bool": {"minimum_should_match": 1, "should": [
				{"bool": {"minimum_should_match": 1, "should": [
					{"terms": {"container_id": ["ab12", "cd34"]}}, {"terms": {"container_id.keyword": ["ab12", "cd34"]}}]}},
				{"bool": {"filter": [
					{"bool": {"minimum_should_match": 1, "should": [
						{"regexp": {"container_name": {"value": "/?ecs-api-[0-9]+-.*"}}}, {"regexp": {"container_name.keyword": {"value": "/?ecs-api-[0-9]+-.*"}}}]}},
					{"bool": {"minimum_should_match": 1, "should": [
						{"terms": {"ecs_cluster": ["prod"]}}, {"terms": {"ecs_cluster.keyword": ["prod"]}},
						{"bool": {"must_not": [{"bool": {"minimum_should_match": 1, "should": [{"exists": {"field": "ecs_cluster"}}]}}]}}]}}]}}]}}
		}]}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
}

func TestDashboardsIsGivenItsState(t *testing.T) {
	site := Site{Dashboards: "https://search.example.com/_dashboards", Index: "logstash-*", Timestamp: "@timestamp"}
	where := logs.Match{Fields: []string{"tag"}, Op: logs.Prefix, Values: []string{"it's!"}}
	link, err := site.Link(logs.Query{Where: where, Expr: typed(t, "lucene: status:>499 & x")}, theRange())
	if err != nil {
		t.Fatal(err)
	}
	want := "https://search.example.com/_dashboards/app/data-explorer/discover#?_g=(filters:!(),time:(from:'2026-03-14T09:30:00.000Z',to:'2026-03-14T09:45:00.000Z'))" +
		"&_q=(filters:!(('%24state':(store:'appState'),meta:(alias:'gantry',disabled:!f,index:'logstash-*',negate:!f,type:'custom')," +
		"query:(bool:(minimum_should_match:1,should:!((prefix:(tag:(value:'it!'s!!'))),(prefix:('tag.keyword':(value:'it!'s!!')))))))),"
	want += "query:(language:'lucene',query:'status:%3E499%20%26%20x'))"
	if got := strings.ReplaceAll(link, "%2A", "*"); got != want {
		t.Errorf("link\n%s\nwant\n%s", got, want)
	}
	if site.Name() != "OpenSearch Dashboards" {
		t.Errorf("named %s", site.Name())
	}
}

func TestEveryFilterHasACondition(t *testing.T) {
	for want, f := range map[string]logs.Filter{
		`{"match_none":{}}`:                       logs.Any{},
		`{"match":{"level":"error"}}`:             logs.Condition{Tree: typed(t, "level:error").Tree()},
		`{"bool":{"filter":[{"match_none":{}}]}}`: logs.All{logs.Any{}},
	} {
		got, err := json.Marshal(condition(f))
		if err != nil || string(got) != want {
			t.Errorf("%s: %s (%v), want %s", f, got, err, want)
		}
	}
	site := Site{Dashboards: "http://d"}
	if link, err := site.Link(logs.Query{}, theRange()); err != nil || !strings.Contains(link, "_q=(filters:!(),query:(language:'kuery',query:''))") {
		t.Errorf("without a filter: %s (%v)", link, err)
	}
}

func TestLinesWithoutALinkSayWhy(t *testing.T) {
	if _, err := (Site{}).Link(logs.Query{}, theRange()); fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), "logs.kibana") {
		t.Errorf("without a site: %v", err)
	}
	group := logs.Match{Fields: []string{logs.FieldGroup}, Values: []string{"g"}}
	if _, err := (Site{Kibana: "http://k"}).Link(logs.Query{Where: group}, theRange()); err == nil || !strings.Contains(err.Error(), "CloudWatch Logs") {
		t.Errorf("of CloudWatch Logs: %v", err)
	}
}
