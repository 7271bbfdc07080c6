package logs

import (
	"strings"
	"testing"
	"time"
)

var written = time.Date(2026, 3, 1, 12, 30, 15, 0, time.UTC)

// TestWhatStandsBeforeALineIsNotShownTwice: its own time and level are left out of
// what is read, another time or word is not.
func TestWhatStandsBeforeALineIsNotShownTwice(t *testing.T) {
	for message, want := range map[string]string{
		"2026-03-01T12:30:15.123Z INFO order stored":                "order stored",
		"2026-03-01 14:30:15,123  INFO 1 --- [main] c.e.App : done": "1 --- [main] c.e.App : done", // in another zone
		"2026-03-01T18:00:15.5+05:30 INFO x":                        "x",
		"[2026-03-01 12:30:15 +0000] [INFO] Booting":                "Booting",
		"12:30:15.001 [info] - ready":                               "ready",
		"INFO:root:python":                                          "root:python",
		"info: winston":                                             "winston",
		"INFO 12:30:15 the level first":                             "the level first",
		`time="2026-03-01T12:30:15Z" level=info msg="a b" n=1`:      `msg="a b" n=1`,
		"\x1b[32mINFO\x1b[0m coloured":                              "coloured",
		// What tells something else stays.
		"2026-03-01T12:20:59Z INFO job of then":   "2026-03-01T12:20:59Z INFO job of then",
		"2026-03-01T12:30:15Z WARN not its level": "WARN not its level",
		"INFORMED text":        "INFORMED text",
		"INFO_TOTAL=3":         "INFO_TOTAL=3",
		"INFO":                 "INFO",
		"2026-03-01T12:30:15Z": "2026-03-01T12:30:15Z",
		"plain text":           "plain text",
		"":                     "",
	} {
		e := Entry{Message: message, Level: "info", Time: written}
		e.Read()
		if got := e.Shown(); got != want || e.Message != message {
			t.Errorf("%q is shown as %q, want %q", message, got, want)
		}
	}
}

func TestAJSONLineIsItsMessageAndItsFields(t *testing.T) {
	for message, want := range map[string]string{
		`{"time":"x","level":"info","msg":"served","status":200,"path":"/orders","took_ms":1.5}`: "served status=200 path=/orders took_ms=1.5",
		` {"message":"m","user":{"id":7},"tags":["a"],"note":"two words","gone":null}`:           `m user={"id":7} tags=a note="two words"`,
		`{"msg":"failed","stack":"Error: x\n    at y","code":5}`:                                 "failed code=5\nstack: Error: x\n    at y",
		`{"@t":"x","@mt":"Order {Id}","Id":3,"empty":""}`:                                        `Order {Id} Id=3 empty=""`,
		`{"level":"info","status":200}`:                                                          `{"level":"info","status":200}`, // nothing is its text
		`{"msg":"cut off`:                                                                        `{"msg":"cut off`,
		`{"msg":"x"} and more`:                                                                   `{"msg":"x"} and more`,
		`{}`:                                                                                     `{}`,
	} {
		e := Entry{Message: message, Time: written}
		e.Read()
		if got := e.Shown(); got != want {
			t.Errorf("%s is shown as %q, want %q", message, got, want)
		}
	}
}

// A line is read once, when it comes: what is drawn, searched and filtered later is
// kept in the entry. It takes about a microsecond.
func BenchmarkReadEntry(b *testing.B) {
	for name, message := range map[string]string{
		"json": `{"time":"2026-03-01T12:30:15.000Z","level":"info","msg":"request served","status":200,"path":"/orders/42","took_ms":12}`,
		"text": "2026-03-01 12:30:15.000  INFO 1 --- [main] c.e.App : " + strings.Repeat("words ", 10),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e := Entry{Message: message, Level: "info", Time: written}
				e.Read()
			}
		})
	}
}
