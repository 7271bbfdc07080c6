package app

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// marked marks services of the cluster by their names.
func (d *desk) marked(names ...string) *desk {
	for _, name := range names {
		d.Press("/").Type("^" + name + "$")
		d.press("enter").press("space", "esc")
	}
	return d
}

// TestLinesOfTwoStoresStandInTheOrderOfTheirTimes marks a service that logs to the search
// engine and one that logs to CloudWatch Logs, and follows both.
func TestLinesOfTwoStoresStandInTheOrderOfTheirTimes(t *testing.T) {
	sit(t, setting{w: 140, h: 50}, func(t *testing.T, d *desk) {
		d.cluster("prod").marked("catalog", "payments").press("l").until(2*time.Minute, "2 services: catalog, payments", "following")
		d.wait(time.Minute)
		seen, last := map[string]int{}, ""
		for _, row := range d.Screen()[2:48] {
			fields := strings.Fields(strings.TrimPrefix(row, ">"))
			if len(fields) < 4 {
				continue
			}
			for _, name := range []string{"catalog", "payments"} {
				if fields[2] == name || fields[1] == name {
					seen[name]++
				}
			}
			if fields[0] < last {
				t.Errorf("%s stands after %s", fields[0], last)
			}
			last = fields[0]
		}
		if seen["catalog"] == 0 || seen["payments"] == 0 {
			t.Errorf("lines by service: %v\n%s", seen, d.Text())
		}
		d.press("H").wait(2*time.Second).Shows("the lines held", "errors")
		d.press("esc", "d").Shows("service catalog", "service payments", "log streams")
	})
}

// TestThePaletteOpensTheLinesOfSeveral by their names, of which one is another cluster's.
func TestThePaletteOpensTheLinesOfSeveral(t *testing.T) {
	sit(t, setting{w: 140, h: 50}, func(t *testing.T, d *desk) {
		d.cluster("staging").press("esc").cluster("prod")
		d.command("logs web catalog").until(time.Minute, "2 services: web, catalog", "following")
		d.press("esc")
		d.command("log web staging/web").until(time.Minute, "2 services: ", "prod/web, staging/web")
		d.press("esc")
		d.command("logs web nobody").Shows("no service that was read is called nobody")
	})
}

// TestAStoreThatCannotBeReadLeavesTheOthersLines refuses the log groups.
func TestAStoreThatCannotBeReadLeavesTheOthersLines(t *testing.T) {
	sit(t, setting{w: 140, h: 50}, func(t *testing.T, d *desk) {
		d.wire.answer(func(operation string, r *http.Request) *http.Response {
			if operation == "FilterLogEvents" || operation == "DescribeLogStreams" || operation == "GetLogEvents" {
				return refuses(r, "AccessDeniedException", "not authorized to perform: logs:"+operation)
			}
			return nil
		})
		d.cluster("prod").marked("catalog", "payments").press("l").until(2*time.Minute, "catalog", "1 of 2 log stores cannot be read", "AccessDenied")
	})
}
