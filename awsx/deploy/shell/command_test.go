package shell

import (
	"testing"

	"gantry/awsx"
)

func TestTextOfACommandIsItself(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--reason", "$REVISION"}, `aws ecs stop-task --reason '$REVISION'`},
		{[]string{"--task-definition", Revision}, `aws ecs stop-task --task-definition "$REVISION"`},
		{[]string{"--task", "a", "--reason", "file:///etc/hosts"}, `aws ecs stop-task --task a --cli-input-json '{"reason":"file:///etc/hosts"}'`},
		{[]string{"--started-by", "fileb://x"}, `aws ecs stop-task --cli-input-json '{"startedBy":"fileb://x"}'`},
	} {
		if got := AWS(awsx.ContextID{}, "ecs", "stop-task", c.args...); got != c.want {
			t.Errorf("%v: %s, want %s", c.args, got, c.want)
		}
	}
}
