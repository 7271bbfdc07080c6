package app

import (
	"net/http"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/logs"
)

func TestTheLinesOfALogGroupAreTailed(t *testing.T) {
	sit(t, setting{w: 160, h: 40}, func(t *testing.T, d *desk) {
		// What keeps no documents is not missed.
		d.app.logStore = func(awsx.ContextID, config.Logs) (logs.Source, error) {
			return nil, fault.Errorf(fault.Invalid, "open the log store", "", "%w", ErrNoLogs)
		}
		d.cluster("prod").service("recommendations").press("l")
		d.until(time.Minute, "2 tasks of recommendations, awslogs", "GET /recommendations/", "● following")
		d.press("d").Shows(`log_group:"/ecs/recommendations"`, "the log streams of 2 containers in 2 tasks (awslogs)").press("esc")
		d.press("esc").service("catalog").press("l").until(time.Minute, "no log store is configured")
	})
}

func TestASidecarsLogGroupIsReadBesideTheDocuments(t *testing.T) {
	sit(t, setting{w: 160, h: 40}, func(t *testing.T, d *desk) {
		d.cluster("prod").service("payments").press("l")
		d.until(2*time.Minute, "/payments ", "/metrics-agent ", "job ", "GET /payments/", "● following").Hides("(by family)")
	})
}

func TestALogGroupThatIsRefusedHidesNoDocuments(t *testing.T) {
	sit(t, setting{w: 200, h: 40}, func(t *testing.T, d *desk) {
		d.wire.answer(func(operation string, r *http.Request) *http.Response {
			if operation != "FilterLogEvents" {
				return nil
			}
			return refuses(r, "AccessDeniedException", "User: x is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:eu-west-1:0:log-group:/ecs/payments")
		})
		d.cluster("prod").service("payments").press("l")
		d.until(time.Minute, "1 of 2 log stores cannot be read: logs:FilterLogEvents /ecs/payments: denied", "GET /payments/")
		d.press("esc").service("recommendations").press("l").until(time.Minute, "needs logs:FilterLogEvents")
	})
}

func TestALogGroupThatIsNotThereIsNamed(t *testing.T) {
	sit(t, setting{w: 200, h: 40}, func(t *testing.T, d *desk) {
		d.wire.answer(func(operation string, r *http.Request) *http.Response {
			switch operation {
			case "FilterLogEvents", "DescribeLogStreams":
				return refuses(r, "ResourceNotFoundException", "The specified log group does not exist.")
			}
			return nil
		})
		d.cluster("prod").service("recommendations").press("l")
		d.until(time.Minute, "there is no index, or log group, of that name", "logs:FilterLogEvents /ecs/recommendations: ", "check awslogs-group and awslogs-region")
	})
}

// TestAnAnswerWithoutEventsIsNotAnEmptyLog has something answer in place of the service
// that says nothing of events, and then the service again.
func TestAnAnswerWithoutEventsIsNotAnEmptyLog(t *testing.T) {
	sit(t, setting{w: 200, h: 40}, func(t *testing.T, d *desk) {
		d.wire.answer(func(operation string, r *http.Request) *http.Response {
			if operation != "FilterLogEvents" {
				return nil
			}
			return says(r, http.StatusOK, "application/x-amz-json-1.1", `{"searchedLogStreams":[]}`)
		})
		d.cluster("prod").service("recommendations").press("l")
		d.until(time.Minute, "the log store does not answer", "logs:FilterLogEvents /ecs/recommendations: the answer has no events")
		d.wire.answer(nil)
		d.until(2*time.Minute, "GET /recommendations/", "● following")
	})
}
