package app

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim/seed"
	"gantry/internal/config"
)

// withTags is a console whose tables show some tags.
func withTags(c *config.Config) {
	c.Columns = map[string][]string{"service": {"team", "aws:cloudformation:stack-name"}, "tasks": {"aws:ecs:serviceName"}, "clusters": {"environment"}}
}

// narrow types a filter in the place of the one in force.
func (d *desk) narrow(expr string) *desk {
	d.t.Helper()
	d.Press("/", "ctrl+u").Type(expr).Press("enter").Advance(time.Second)
	return d
}

// TestTablesAreNarrowedByTags, on every screen whose rows have some.
func TestTablesAreNarrowedByTags(t *testing.T) {
	sit(t, setting{w: 200, h: 50, sim: SimOptions{Scenario: string(seed.Steady)}}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		d.narrow("tag:team=core").Shows("/tag:team=core", "showing ").Hides("unread")
		d.narrow("tag:team=no-such").Shows("nothing matches /tag:team=no-such (15 hidden)")
		d.narrow("catalog tag:team=*").Shows("showing 1")
		d.narrow("!tag:team=*|").Shows("nothing matches")
		d.Press("/", "ctrl+u").Type("tag:").Shows("names no tag").Press("esc")
		d.Press("/", "ctrl+u").Type("api !t").Shows("<tab>").Press("tab").Shows("api !tag:aws:cloudformation:stack-name").Press("esc")
		d.Press("/", "ctrl+u").Type("tag:team=").Press("tab").Shows("/tag:team=core").Press("tab").Shows("/tag:team=data").Press("enter").Shows("showing ").Press("esc")
		d.Press("/", "ctrl+u").Type("tag:nothing").Hides("<tab>").Press("tab").Shows("/tag:nothing").Press("esc", "esc")
		d.Press("esc")
		for _, screen := range []struct{ open, filter, shows string }{
			{":faults", "!tag:service", "nothing with a fault matches /!tag:service"},
			{":instances", "tag:environment=prod", "9: "},
			{":instances", "tag:environment=staging", "nothing matches"},
			{":clusters", "tag:environment=pr*", "showing 2"},
			{":standalone", "tag:aws:ecs:serviceName", "tag"},
		} {
			d.Type(screen.open).Press("enter").Advance(5 * time.Second)
			d.narrow(screen.filter).Shows(screen.shows)
			d.Press("esc").Press("esc")
		}
		d.Type(":alarms").Press("enter").Advance(5 * time.Second)
		d.Press("/", "ctrl+u").Type("tag:team").Shows("no tags are read of these rows").Press("esc")
	})
}

// TestTablesShowTags that the configuration asks for: they sort, leave a narrow screen first, and
// those of the tasks are what the service propagates.
func TestTablesShowTags(t *testing.T) {
	sit(t, setting{w: 200, h: 50, sim: SimOptions{Scenario: string(seed.Steady)}, configure: withTags}, func(t *testing.T, d *desk) {
		d.Shows("ENVIRONMENT", "preprod")
		d.cluster("prod").Shows("TEAM", "STACK-NAME", "legacy-prod", "growth", "orders")
		d.Press("d").Shows("Tags").Press("esc")
		d.Type(":faults").Press("enter").Advance(5 * time.Second)
		d.Press("!").Shows("TEAM", "growth", "CLUSTER").Press("esc")
		d.service("catalog").Press("enter").Advance(5*time.Second).Shows("SERVICENAME", "catalog")
	})
}

// TestColumnsOfTagsLeaveANarrowScreenFirst.
func TestColumnsOfTagsLeaveANarrowScreenFirst(t *testing.T) {
	sit(t, setting{w: 80, h: 24, sim: SimOptions{Scenario: string(seed.Steady)}, configure: withTags}, func(t *testing.T, d *desk) {
		d.cluster("prod").Shows("SERVICE", "WHY").Hides("STACK-NAME")
	})
}

// TestTagsThatAreRefusedAreUnread: the table stands, its cells say "?", and a filter counts what
// it cannot judge and says why.
func TestTagsThatAreRefusedAreUnread(t *testing.T) {
	sit(t, setting{w: 200, h: 50, sim: SimOptions{Scenario: string(seed.Steady)}, configure: withTags}, func(t *testing.T, d *desk) {
		d.wire.answer(func(operation string, r *http.Request) *http.Response {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			if strings.HasPrefix(operation, "Describe") && bytes.Contains(body, []byte(`"TAGS"`)) {
				return refuses(r, "AccessDeniedException", "User: someone is not authorized to perform: ecs:ListTagsForResource")
			}
			return nil
		})
		d.cluster("prod").Shows("catalog", "TEAM", "● live")
		d.narrow("tag:team=core").Shows("nothing matches /tag:team=core, tags of 15 unread: denied (15 hidden)")
		d.narrow("!tag:team").Shows("tags of 15 unread")
		d.narrow("catalog").Shows("showing 1").Hides("tags of")
	})
}
