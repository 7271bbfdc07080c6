package fault_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gantry/internal/fault"
)

func TestAnErrorSaysWhatOnWhatAndWhatToDo(t *testing.T) {
	cause := errors.New("not authorized")
	err := fmt.Errorf("planning: %w", &fault.Error{
		Class: fault.Denied, Op: "ecs:UpdateService", Resource: "arn:aws:ecs:eu-west-1:1:service/prod/api",
		Fix: "needs ecs:UpdateService", Err: cause,
	})
	if want := "planning: ecs:UpdateService api: denied: not authorized (needs ecs:UpdateService)"; err.Error() != want {
		t.Errorf("it reads %q, want %q", err, want)
	}
	if fault.ClassOf(err) != fault.Denied || !errors.Is(err, cause) {
		t.Error("class or cause is lost by wrapping")
	}
	if fault.ClassOf(cause) != fault.Failed {
		t.Error("an error of nobody has a class")
	}
}

func TestAnErrorNamesItsResourceByTheLastPartOfTheARN(t *testing.T) {
	for resource, want := range map[string]string{
		"arn:aws:ecs:eu-west-1:1:service/prod/api":      "plan api: invalid",
		"arn:aws:cloudwatch:eu-west-1:1:alarm:api-cpu":  "plan api-cpu: invalid",
		"arn:aws:ecs:eu-west-1:1:task-definition/api:7": "plan api:7: invalid",
		"api:7": "plan api:7: invalid",
		"":      "plan: invalid",
	} {
		if got := (&fault.Error{Class: fault.Invalid, Op: "plan", Resource: resource}).Error(); got != want {
			t.Errorf("about %q it reads %q, want %q", resource, got, want)
		}
	}
	if got := (&fault.Error{Resource: "api"}).Error(); got != "api: failed" {
		t.Errorf("without an operation it reads %q", got)
	}
}

func TestAnErrorCarriesTheWaitThatWasAskedFor(t *testing.T) {
	err := fmt.Errorf("polling: %w", &fault.Error{Class: fault.Throttled, RetryAfter: 7 * time.Second})
	if got := fault.RetryAfter(err); got != 7*time.Second {
		t.Errorf("the wait is %s", got)
	}
	if got := fault.RetryAfter(errors.New("slow down")); got != 0 {
		t.Errorf("an error of nobody asks for %s", got)
	}
}

func TestOnlyWhatAPersonMustMendIsNotPassing(t *testing.T) {
	for class, want := range map[fault.Class]bool{
		fault.Failed: true, fault.Throttled: true, fault.Offline: true,
		fault.Denied: false, fault.Expired: false, fault.NotFound: false, fault.Invalid: false, fault.Drift: false,
	} {
		if class.Passing() != want {
			t.Errorf("%s passing: %t", class, !want)
		}
	}
}
