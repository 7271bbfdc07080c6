package alarms

import (
	"regexp"
	"strings"

	"gantry/internal/words"
)

// ruleTerm finds the alarms in a composite's rule: ALARM("name"), OK(name) or
// INSUFFICIENT_DATA(arn), quoted or not (CloudWatch, PutCompositeAlarm).
var ruleTerm = regexp.MustCompile(`\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]+))\s*\)`)

// InRule returns the names of the alarms that a composite is made of.
func InRule(rule string) []string {
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
