package sdk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // there is memory enough, and a sixth of the time went into collecting it
	goleak.VerifyTestMain(m)
}

// wire is a service behind the SDK: it answers requests by their operation and
// counts them.
type wire struct {
	mu      sync.Mutex
	calls   map[string]int
	bodies  []string
	paths   []string
	headers []http.Header

	// date, when set, is the date of each answer.
	date func() time.Time
	// reply returns status and body for one request.
	reply func(op string, in map[string]any) (int, string)
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	op := r.Header.Get("X-Amz-Target")
	op = op[strings.LastIndexByte(op, '.')+1:]
	in := map[string]any{}
	fromPath, binary := overCBOR(r)
	if binary {
		op = fromPath
		if in, err = fromCBOR(body); err != nil {
			return nil, err
		}
	} else if op != "" {
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
	} else {
		for pair := range strings.SplitSeq(string(body), "&") {
			k, v, _ := strings.Cut(pair, "=")
			in[k] = v
		}
		op = in["Action"].(string)
	}
	w.mu.Lock()
	if w.calls == nil {
		w.calls = map[string]int{}
	}
	w.calls[op]++
	w.bodies = append(w.bodies, string(body))
	w.paths = append(w.paths, r.URL.Path)
	w.headers = append(w.headers, r.Header.Clone())
	w.mu.Unlock()
	status, answer := w.reply(op, in)
	if status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	header := http.Header{}
	if w.date != nil {
		header.Set("Date", w.date().UTC().Format(http.TimeFormat))
	}
	if binary {
		header.Set("Smithy-Protocol", "rpc-v2-cbor")
		if answer, err = toCBOR(answer); err != nil {
			return nil, err
		}
	}
	if r.Header.Get("X-Amz-Target") == "" && !binary {
		answer = inQuery(answer)
	}
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: r,
		Body: io.NopCloser(strings.NewReader(answer)),
	}, nil
}

// inQuery puts an error in JSON into the form of the Query protocol.
func inQuery(answer string) string {
	var e struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if json.Unmarshal([]byte(answer), &e) != nil || e.Type == "" {
		return answer
	}
	return "<ErrorResponse><Error><Code>" + e.Type + "</Code><Message>" + e.Message + "</Message></Error></ErrorResponse>"
}

func (w *wire) count(op string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[op]
}

func (w *wire) total() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, c := range w.calls {
		n += c
	}
	return n
}

var (
	here    = awsx.ContextID{Profile: "test", Region: "eu-west-1"}
	cluster = awsx.Ref{Context: here, Cluster: arn("cluster/prod"), ARN: arn("cluster/prod")}
)

func arn(resource string) string { return "arn:aws:ecs:eu-west-1:123456789012:" + resource }

// open opens the account behind a transport.
func open(t testing.TB, rt http.RoundTripper, o access.Options) Account {
	t.Helper()
	o.Transport = rt
	o.Version = cmp.Or(o.Version, "1.2.3")
	a, err := NewStatic(o, access.Static{Region: "eu-west-1", AccessKey: "AKID", SecretKey: "SECRET"}).Open(context.Background(), here)
	if err != nil {
		t.Fatal(err)
	}
	return a.(Account)
}

// canned answers every request with one status and body.
func canned(status int, body string) *wire {
	return &wire{reply: func(string, map[string]any) (int, string) { return status, body }}
}

// fleet is an account with one cluster of services and tasks.
type fleet struct {
	services, tasks int
	page            int // size of a list page; 0 is what was asked for
	fail            func(op string, asked []any) bool
}

func (f fleet) reply(op string, in map[string]any) (int, string) {
	switch op {
	case "ListServices":
		return f.list(in, "serviceArns", "service/prod/s", f.services)
	case "ListTasks":
		return f.list(in, "taskArns", "task/prod/t", f.tasks)
	case "DescribeServices":
		return f.describe(op, in, "services", serviceJSON)
	case "DescribeTasks":
		return f.describe(op, in, "tasks", taskJSON)
	}
	return 400, `{"__type":"UnknownOperationException"}`
}

func (f fleet) list(in map[string]any, field, prefix string, n int) (int, string) {
	size := int(in["maxResults"].(float64))
	if f.page > 0 {
		size = min(size, f.page)
	}
	from := 0
	if t, ok := in["nextToken"].(string); ok {
		from, _ = strconv.Atoi(t)
	}
	to := min(from+size, n)
	arns := []string{}
	for i := from; i < to; i++ {
		arns = append(arns, arn(prefix+strconv.Itoa(i)))
	}
	out := map[string]any{field: arns}
	if to < n {
		out["nextToken"] = strconv.Itoa(to)
	}
	b, _ := json.Marshal(out)
	return 200, string(b)
}

func (f fleet) describe(op string, in map[string]any, field string, item func(arn string) string) (int, string) {
	asked := in[field].([]any)
	if f.fail != nil && f.fail(op, asked) {
		return 400, `{"__type":"InvalidParameterException","message":"no"}`
	}
	items := make([]string, len(asked))
	for i, a := range asked {
		items[i] = item(a.(string))
	}
	return 200, fmt.Sprintf(`{"failures":[],%q:[%s]}`, field, strings.Join(items, ","))
}

func serviceJSON(a string) string {
	return fmt.Sprintf(`{"serviceArn":%q,"serviceName":%q,"clusterArn":%q,"status":"ACTIVE","desiredCount":10,"runningCount":9,
		"pendingCount":1,"taskDefinition":%q,"deployments":[{"id":"ecs-svc/1","status":"PRIMARY","createdAt":1.7e9}],
		"events":[{"id":"e1","createdAt":1700000000.5,"message":"(service s) has reached a steady state."}]}`,
		a, awsx.ARNName(a), arn("cluster/prod"), arn("task-definition/api:7"))
}

func taskJSON(a string) string {
	return fmt.Sprintf(`{"taskArn":%q,"clusterArn":%q,"taskDefinitionArn":%q,"group":"service:s1","startedBy":"ecs-svc/1234567890123456789",
		"lastStatus":"RUNNING","desiredStatus":"RUNNING","healthStatus":"HEALTHY","launchType":"EC2","availabilityZone":"eu-west-1a",
		"containerInstanceArn":%q,"cpu":"256","memory":"512","connectivity":"CONNECTED","connectivityAt":1700000000.123,"version":4,
		"attributes":[{"name":"ecs.cpu-architecture","value":"x86_64"}],"overrides":{"containerOverrides":[{"name":"app"},{"name":"sidecar"}]},
		"createdAt":1700000000.123,"startedAt":1700000010.5,"pullStartedAt":1700000001.1,"pullStoppedAt":1700000005.1,"tags":[],
		"containers":[
		 {"containerArn":"%[1]s/c1","taskArn":%[1]q,"name":"app","image":"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api:2024-10-01",
		  "imageDigest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "runtimeId":"%064x","lastStatus":"RUNNING","healthStatus":"HEALTHY","cpu":"128","memory":"256",
		  "networkBindings":[{"bindIP":"0.0.0.0","containerPort":8080,"hostPort":32768,"protocol":"tcp"},{"bindIP":"::","containerPort":8080,"hostPort":32768,"protocol":"tcp"}],
		  "networkInterfaces":[]},
		 {"containerArn":"%[1]s/c2","taskArn":%[1]q,"name":"sidecar","image":"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/sidecar:3",
		  "imageDigest":"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
		  "runtimeId":"%064[5]x","lastStatus":"RUNNING","healthStatus":"UNKNOWN","exitCode":0,"networkBindings":[],"networkInterfaces":[]}]}`,
		a, arn("cluster/prod"), arn("task-definition/api:7"), arn("container-instance/prod/i1"), len(a))
}

// drain reads pages to their end.
func drain[T any](t testing.TB, pages awsx.Pages[T]) (items []T, last awsx.Page[T], errs []error) {
	t.Helper()
	for page, err := range pages {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		items, last = append(items, awsx.Values(page.Items)...), page
	}
	return items, last, errs
}
