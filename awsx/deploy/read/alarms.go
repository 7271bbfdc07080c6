package read

import (
	"context"
	"slices"

	"gantry/awsx"
	"gantry/awsx/alarms"
)

// Alarms are the alarms of the account and region that are in ALARM, those that the
// composites among them are made of, and those that fail the service's deployments.
func Alarms() Read {
	return answered("alarms", func(cur *Current) *Answer[[]awsx.Alarm] { return &cur.Alarms }, func(s *session) ([]awsx.Alarm, error) {
		found, err := AlarmsNow(s.ctx, s.r)
		svc, unread := s.service()
		if err != nil || unread != nil || !svc.Alarms.Enabled {
			return found, err
		}
		missing := slices.DeleteFunc(slices.Clone(svc.Alarms.Names), func(name string) bool {
			return slices.ContainsFunc(found, func(a awsx.Alarm) bool { return a.Name == name })
		})
		if len(missing) == 0 {
			return found, nil
		}
		quiet, err := s.r.AlarmsByName(s.ctx, missing)
		return append(found, quiet...), err
	})
}

// alarmLevels is how many levels of composite alarms are taken apart, each by a
// call of its own.
const alarmLevels = 2

// AlarmsNow reads the alarms that are in ALARM, and those that the composites
// among them are made of: whose they are shows in no other way.
func AlarmsNow(ctx context.Context, r awsx.AlarmReader) ([]awsx.Alarm, error) {
	found, err := r.AlarmsIn(ctx, alarms.Ringing)
	known := map[string]bool{}
	for _, a := range found {
		known[a.Name] = true
	}
	level := found
	for range alarmLevels {
		var names []string
		for _, a := range level {
			for _, name := range alarms.InRule(a.Rule) {
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
		found = append(found, level...)
	}
	return found, err
}
