package analysis

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The words are those that _analyze of OpenSearch returns; an integration test
// compares the two.
func TestWordsAreThoseOfTheStandardAnalyser(t *testing.T) {
	for text, want := range map[string]string{
		"GET /orders/42?x=1 [ERR]":    "get|orders|42|x|1|err",
		"ecs-api-3 key=val":           "ecs|api|3|key|val",
		"foo:bar db.internal:5432":    "foo:bar|db.internal|5432",
		"a.b 1.2 1,2 1;2 a,b a.1 1.a": "a.b|1.2|1,2|1;2|a|b|a|1|1|a",
		"v1.2 12:30 a::b a.:b":        "v1.2|12|30|a|b|a|b",
		"don't can’t 'x'":             "don't|can’t|x",
		"_x a_b _.a a_ __ _":          "_x|a_b|a|a_",
		"日本語 ひら カタカナ 한국어":             "日|本|語|ひ|ら|カタカナ|한국어",
		"é e\u0301x Straße x·y":       "é|e\u0301x|straße|x·y",
		"😀 foo😀 a@b.com #1":           "😀|foo|😀|a|b.com|1",
		"a. .b ''":                    "a|b",
		"":                            "",
		strings.Repeat("é", 300):      strings.Repeat("é", 255) + "|" + strings.Repeat("é", 45),
	} {
		if got := strings.Join(Lower(text), "|"); got != want {
			t.Errorf("%q has the words %q, want %q", text, got, want)
		}
	}
}

func TestWordsArePiecesOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		rest := text
		for w := range Words(text) {
			_, after, ok := strings.Cut(rest, w)
			if w == "" || !ok {
				t.Fatalf("%q is no word of %q", w, text)
			}
			rest = after
			if lower := strings.ToLower(w); !Same(w, lower) || Same(w, lower+"x") || Same(w, "~"+lower[1:]) {
				t.Fatalf("%q is not the same as itself, or as another", w)
			}
		}
	})
}

func TestDatesStandForStretchesOfTime(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 30, 45, 5e8, time.UTC)
	for date, want := range map[string][2]string{
		"2026":                      {"2026-01-01T00:00:00Z", "2026-01-01T23:59:59.999999999Z"},
		"2026-03":                   {"2026-03-01T00:00:00Z", "2026-03-01T23:59:59.999999999Z"},
		"2026-03-01T":               {"2026-03-01T00:00:00Z", "2026-03-01T23:59:59.999999999Z"},
		"2026-03-01T10+01":          {"2026-03-01T09:00:00Z", "2026-03-01T09:59:59.999999999Z"},
		"2026-03-01T10:20-0330":     {"2026-03-01T13:50:00Z", "2026-03-01T13:50:59.999999999Z"},
		"2026-03-01T10:20:30,25Z":   {"2026-03-01T10:20:30.25Z", "2026-03-01T10:20:30.25Z"},
		"20260301":                  {"1970-01-01T05:37:40.301Z", "1970-01-01T05:37:40.301Z"},
		"-1000":                     {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
		"2026-03||+1d":              {"2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"},
		"2026-03-01T10:20||-1h":     {"2026-03-01T09:20:00Z", "2026-03-01T09:20:00Z"},
		"now/1d":                    {"2026-03-31T00:00:00Z", "2026-03-31T23:59:59.999999999Z"},
		"2026-03-01":                {"2026-03-01T00:00:00Z", "2026-03-01T23:59:59.999999999Z"},
		"2026-03-01T10":             {"2026-03-01T10:00:00Z", "2026-03-01T10:59:59.999999999Z"},
		"2026-03-01T10:20":          {"2026-03-01T10:20:00Z", "2026-03-01T10:20:59.999999999Z"},
		"2026-03-01T10:20Z":         {"2026-03-01T10:20:00Z", "2026-03-01T10:20:59.999999999Z"},
		"2026-03-01T10:20:30+01:00": {"2026-03-01T09:20:30Z", "2026-03-01T09:20:30.999999999Z"},
		"2026-03-01T10:20:30.5Z":    {"2026-03-01T10:20:30.5Z", "2026-03-01T10:20:30.5Z"},
		"1772366402000":             {"2026-03-01T12:00:02Z", "2026-03-01T12:00:02Z"},
		"now":                       {"2026-03-31T12:30:45.5Z", "2026-03-31T12:30:45.5Z"},
		"now-1d":                    {"2026-03-30T12:30:45.5Z", "2026-03-30T12:30:45.5Z"},
		"now-1M":                    {"2026-02-28T12:30:45.5Z", "2026-02-28T12:30:45.5Z"},
		"now+1y-2w":                 {"2027-03-17T12:30:45.5Z", "2027-03-17T12:30:45.5Z"},
		"now/d":                     {"2026-03-31T00:00:00Z", "2026-03-31T23:59:59.999999999Z"},
		"now/w":                     {"2026-03-30T00:00:00Z", "2026-04-05T23:59:59.999999999Z"},
		"now/M":                     {"2026-03-01T00:00:00Z", "2026-03-31T23:59:59.999999999Z"},
		"now/y":                     {"2026-01-01T00:00:00Z", "2026-12-31T23:59:59.999999999Z"},
		"now-15m/h":                 {"2026-03-31T12:00:00Z", "2026-03-31T12:59:59.999999999Z"},
		"now/m":                     {"2026-03-31T12:30:00Z", "2026-03-31T12:30:59.999999999Z"},
		"now+h/s":                   {"2026-03-31T13:30:45Z", "2026-03-31T13:30:45.999999999Z"},
		"2026-03-01||+1d/d":         {"2026-03-02T00:00:00Z", "2026-03-02T23:59:59.999999999Z"},
	} {
		got, err := Date(date, now, time.UTC)
		if err != nil || got.From.Format(time.RFC3339Nano) != want[0] || got.To.Format(time.RFC3339Nano) != want[1] {
			t.Errorf("%s is %v (%v), want %v", date, got, err, want)
		}
		if !got.Contains(got.From) || !got.Contains(got.To) || got.Contains(got.From.Add(-1)) || got.Contains(got.To.Add(1)) {
			t.Errorf("%s does not hold its own ends, or more", date)
		}
	}
	for _, date := range []string{"", "yesterday", "2026-3-1", "2026-13", "01/02/2026", "nowish", "now-", "now-1", "now-1x", "now/2d", "now*1d", "2026-02-30", "2026-03-01T24:00", "2026-03-01T10:20:30.", "2026-03-01T10:20:30.1234567891Z", "2026-03-01T10:20+19:00", "2026-03-01 10:20", "2026-03-01Z", "||+1d", "2026-03-01||x", "now-99999999999999999999d", "now-9000000d"} {
		if got, err := Date(date, now, time.UTC); err == nil {
			t.Errorf("%q is %v, want none", date, got)
		}
	}
}

func TestDatesAreInTheZoneThatIsShown(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 29, 22, 30, 0, 0, time.UTC) // the day on which the clock went forward
	for date, want := range map[string][2]string{
		"2026-03-01":         {"2026-02-28T23:00:00Z", "2026-03-01T22:59:59.999999999Z"},
		"2026-07-01T12":      {"2026-07-01T10:00:00Z", "2026-07-01T10:59:59.999999999Z"},
		"2026-03-01T00:00Z":  {"2026-03-01T00:00:00Z", "2026-03-01T00:00:59.999999999Z"},
		"1772366402000":      {"2026-03-01T12:00:02Z", "2026-03-01T12:00:02Z"},
		"now":                {"2026-03-29T22:30:00Z", "2026-03-29T22:30:00Z"},
		"now-1d/d":           {"2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999999999Z"},
		"2026-03-28||+1d":    {"2026-03-28T23:00:00Z", "2026-03-28T23:00:00Z"},
		"2026-03-28||+2d":    {"2026-03-29T22:00:00Z", "2026-03-29T22:00:00Z"},
		"2026-03-28T23Z||/d": {"2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999999999Z"},
	} {
		got, err := Date(date, now, berlin)
		if err != nil || got.From.UTC().Format(time.RFC3339Nano) != want[0] || got.To.UTC().Format(time.RFC3339Nano) != want[1] {
			t.Errorf("%s is %v (%v), want %v", date, got, err, want)
		}
	}
}

func TestValuesOfDocuments(t *testing.T) {
	if at, ok := Timestamp("2026-03-01T10:20:30Z"); !ok || !at.Equal(time.Date(2026, 3, 1, 10, 20, 30, 0, time.UTC)) {
		t.Errorf("a timestamp is %v, %v", at, ok)
	}
	for _, s := range []string{"1772366402000", "2026", "2026-03", "server-01-a", "2026-03-01 GET /", ""} {
		if at, ok := Timestamp(s); ok {
			t.Errorf("%q is the time %v", s, at)
		}
	}
	var numbers []float64
	for _, s := range []string{"6", "6.5", "-1e3", "0x10", "1_000", "inf", "NaN", "", "6 7"} {
		if n, ok := Number(s); ok {
			numbers = append(numbers, n)
		}
	}
	for _, v := range []any{1.5, json.Number("2.5"), 3, int64(4), json.Number("x"), "5", nil} {
		if n, ok := Float(v); ok {
			numbers = append(numbers, n)
		}
	}
	if want := []float64{6, 6.5, -1000, 1.5, 2.5, 3, 4}; !slices.Equal(numbers, want) {
		t.Errorf("numbers are %v, want %v", numbers, want)
	}
	if Decimal(1e6) != "1000000" || Decimal(0.5) != "0.5" {
		t.Error("numbers are not written as decimals")
	}
}
