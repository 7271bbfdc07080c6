package reason_test

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
)

func FuzzNoTextPanics(f *testing.F) {
	for _, text := range []string{
		"", ": ", "(", "(service ", "(service a) (", "(service a) (deployment ", `"`, `\"`, `a "b \"c\" \\\"d`, "exec: \"", "exec: \"a\":", "User:  is not authorized to perform: ",
		"CannotPullContainerError: failed to resolve ref x: x: not found", "was unable to place a task. Reason: RESOURCE:",
		`caused "exec: \"serve\": executable file not found`, "Head \"http://[::1\": dial tcp: lookup", "\xff\xfe: \n\t: ",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := reason.Read(text)
		if r.Text != text {
			t.Errorf("%q became %q", text, r.Text)
		}
		if r.Known() && r.Why() == "" {
			t.Errorf("%q is known and says nothing", text)
		}
		r.Next()
		for _, message := range []string{text, "(service api) " + text, "(service api) was unable to place a task. Reason: " + text} {
			e := reason.ReadEvent(message)
			e.Why()
			e.Next()
		}
		for _, code := range []string{"", "TaskFailedToStart", "EssentialContainerExited", "UserInitiated"} {
			s := reason.StoppedTask(awsx.Task{StopCode: code, StoppedReason: text, Containers: []awsx.Container{{Name: "app", ExitCode: awsx.Unset, Reason: text}}}, nil)
			if s.Why() == "" && strings.TrimSpace(text) != "" {
				t.Errorf("%s %q says nothing", code, text)
			}
			// Known or not, words do not decide whether a person stopped it.
			if code == "UserInitiated" && s.Failure {
				t.Errorf("a person's stop with the words %q is a failure", text)
			}
			if blank := reason.StoppedTask(awsx.Task{StopCode: code}, nil); !r.Known() && s.Failure != blank.Failure {
				t.Errorf("%s: unknown words %q turn failure into %v", code, text, s.Failure)
			}
		}
	})
}
