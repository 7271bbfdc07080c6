package wording

import (
	"testing"
	"time"
)

func TestTimesThatAreTyped(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 10, 0, 0, time.FixedZone("", 3600))
	for typed, want := range map[string]string{
		"14:05":                "2026-11-22T14:05:00+01:00",
		"14:05:30":             "2026-11-22T14:05:30+01:00",
		"14:11":                "2026-11-21T14:11:00+01:00",
		"2h":                   "2026-11-22T12:10:00+01:00",
		"1h30m":                "2026-11-22T12:40:00+01:00",
		"1d":                   "2026-11-21T14:10:00+01:00",
		"2026-11-20T09:00":     "2026-11-20T09:00:00+01:00",
		" 2026-11-20 09:00:01": "2026-11-20T09:00:01+01:00",
		"2026-11-20":           "2026-11-20T00:00:00+01:00",
		"2026-11-20T09:00:00Z": "2026-11-20T09:00:00Z",
		"2026-11-20T09:00Z":    "2026-11-20T09:00:00Z",
		"":                     "", "-2h": "", "soon": "", "xd": "", "24:00": "", "0s": "",
	} {
		got, err := ParseMoment(typed, now)
		if (err != nil) != (want == "") || err == nil && got.Format(time.RFC3339) != want {
			t.Errorf("%q is %v (%v), want %s", typed, got, err, want)
		}
	}
}
