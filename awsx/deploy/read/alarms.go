package read

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/words"
)

// Alarms are the alarms of the account and region that are in ALARM, those that the
// composites among them are made of, and those that fail the service's deployments.
func Alarms() Read {
	return answered("alarms", func(cur *Current) *Answer[[]awsx.Alarm] { return &cur.Alarms }, func(s *session) ([]awsx.Alarm, error) {
		alarms, err := AlarmsNow(s.ctx, s.r)
		svc, unread := s.service()
		if err != nil || unread != nil || !svc.Alarms.Enabled {
			return alarms, err
		}
		missing := slices.DeleteFunc(slices.Clone(svc.Alarms.Names), func(name string) bool {
			return slices.ContainsFunc(alarms, func(a awsx.Alarm) bool { return a.Name == name })
		})
		if len(missing) == 0 {
			return alarms, nil
		}
		quiet, err := s.r.AlarmsByName(s.ctx, missing)
		return append(alarms, quiet...), err
	})
}

// alarmLevels is how many levels of composite alarms are taken apart, each by a
// call of its own.
const alarmLevels = 2

// AlarmsNow reads the alarms that are in ALARM, and those that the composites
// among them are made of: whose they are shows in no other way.
func AlarmsNow(ctx context.Context, r awsx.AlarmReader) ([]awsx.Alarm, error) {
	alarms, err := r.AlarmsIn(ctx, "ALARM")
	known := map[string]bool{}
	for _, a := range alarms {
		known[a.Name] = true
	}
	level := alarms
	for range alarmLevels {
		var names []string
		for _, a := range level {
			for _, name := range AlarmsInRule(a.Rule) {
				if !known[name] {
					known[name] = true
					names = append(names, name)
				}
			}
		}
		if err != nil || len(names) == 0 {
			break
		}
		level, err = r.AlarmsByName(ctx, names)
		alarms = append(alarms, level...)
	}
	return alarms, err
}

// ruleTerm finds the alarms in a composite's rule: ALARM("name"), OK(name) or
// INSUFFICIENT_DATA(arn), quoted or not (CloudWatch, PutCompositeAlarm).
var ruleTerm = regexp.MustCompile(`\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]+))\s*\)`)

// AlarmsInRule returns the names of the alarms that a composite is made of.
func AlarmsInRule(rule string) []string {
	var names []string
	for _, m := range ruleTerm.FindAllStringSubmatch(rule, -1) {
		name := m[1] + m[2] + m[3]
		if strings.HasPrefix(name, "arn:") {
			if i := strings.Index(name, ":alarm:"); i >= 0 {
				name = name[i+len(":alarm:"):]
			}
		}
		names = words.AddNew(names, name)
	}
	return names
}
