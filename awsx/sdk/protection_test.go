package sdk

import (
	"fmt"
	"testing"
	"time"

	"gantry/awsx/sdk/access"
)

// TestProtectionIsAskedForAHundredTasksAtATime; what is not protected, and what the answer
// calls a failure, is left out.
func TestProtectionIsAskedForAHundredTasksAtATime(t *testing.T) {
	asked := 0
	w := &wire{reply: func(op string, in map[string]any) (int, string) {
		n := len(in["tasks"].([]any))
		if asked += n; op != "GetTaskProtection" || n > 100 {
			return 400, `{"__type":"InvalidParameterException","message":"too many"}`
		}
		return 200, `{"protectedTasks":[{"taskArn":"arn:t/1","protectionEnabled":true,"expirationDate":1773480413},{"taskArn":"arn:t/2","protectionEnabled":false}],
			"failures":[{"arn":"arn:t/3","reason":"TASK_NOT_VALID"}]}`
	}}
	var tasks []string
	for i := range 150 {
		tasks = append(tasks, fmt.Sprint("arn:t/", i))
	}
	got, err := open(t, w, access.Options{}).TaskProtection(t.Context(), cluster, tasks)
	if err != nil || asked != 150 || w.total() != 2 || len(got) != 2 || got[0].Task != "arn:t/1" || !got[0].Until.Equal(time.Unix(1773480413, 0)) {
		t.Errorf("%+v of %d in %d calls: %v", got, asked, w.total(), err)
	}
}
