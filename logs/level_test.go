package logs

import (
	"encoding/json"
	"testing"
)

// The lines are as the loggers' documentation shows them, with values of our own.
func TestLevelsAreReadAsCommonLoggersWriteThem(t *testing.T) {
	for line, want := range map[string]string{
		// JSON
		`{"level":50,"time":1,"pid":7,"msg":"pino"}`:                    "error",
		`{"level":35,"msg":"a level between two of pino's"}`:            "info",
		`{"name":"x","level":60,"msg":"bunyan","v":0}`:                  "fatal",
		`{"levelname":"WARNING","message":"python-json-logger"}`:        "WARNING",
		`{"levelno":40,"message":"python's number"}`:                    "error",
		`{"@t":"x","@l":"Warning","@mt":"serilog"}`:                     "Warning",
		`{"@t":"x","@mt":"serilog leaves the usual level out"}`:         "info",
		`{"Timestamp":"x","LogLevel":"Critical","Message":".NET"}`:      "Critical",
		`{"severityText":"ERROR2","severityNumber":18,"body":"otel"}`:   "ERROR2",
		`{"severityNumber":13,"body":"otel without a text"}`:            "warn",
		`{"severity":"NOTICE","message":"google's"}`:                    "NOTICE",
		`{"ts":1.5,"level":"dpanic","msg":"zap"}`:                       "dpanic",
		`{"time":"x","level":"DEBUG-2","msg":"slog"}`:                   "DEBUG-2",
		`{"level":3,"short_message":"a number of syslog's"}`:            "error",
		`{"level":"E","tag":"logcat"}`:                                  "error",
		"  \t{\"level\":\"warn\",\"msg\":\"after white space\"}":        "warn",
		"{\"level\":\"\x1b[31merror\x1b[39m\",\"message\":\"winston\"}": "error",
		`{"msg":"no level at all"}`:                                     "",
		`{"level":"audit","msg":"a word that nobody knows"}`:            "",
		// logfmt
		`time="2026-03-01T12:00:00Z" level=warning msg="logrus"`: "warning",
		`ts=2026-03-01 caller=x.go:1 lvl=dbug msg="go-kit"`:      "debug",
		`time=x level=ERROR+2 msg=slog`:                          "ERROR+2",
		`level="fatal" msg=quoted`:                               "fatal",
		`msg="took a while" loglevel=info`:                       "info",
		`sea_level=high msg=x`:                                   "",
		// servers
		`2026/03/01 12:00:00 [warn] 7#7: *42 nginx`:                   "warn",
		`[Sun Mar 01 12:00:00.123 2026] [ssl:notice] [pid 42] apache`: "notice",
		`2026-03-01T12:00:00.1Z 0 [Note] [MY-010000] mysql`:           "Note",
		`[2026-03-01 12:00:00.000][12][error][upstream] envoy`:        "error",
		`2026-03-01 12:00:00 UTC [42] FATAL:  postgres`:               "FATAL",
		// consoles
		`WARNING:root:python's default`: "WARNING",
		`warn: Shop.Orders[12]`:         "warn",
		`crit: Shop.Orders[12]`:         "crit",
		`trce: Shop.Orders[12]`:         "trace",
		"2026-03-01T12:00:00.000Z\terror\tcmd/main.go:7\tzap's console": "error",
		`[12:00:00 WRN] Serilog's console`:                              "WRN",
		`ERRO[0042] logrus on a terminal`:                               "error",
		`[2026-03-01 12:00:00,000: CRITICAL/MainProcess] celery`:        "CRITICAL",
		`W0301 12:00:00.000000       1 reflector.go:1] klog`:            "warn",
		`F1231 23:59:59.000000       1 main.go:1] klog`:                 "fatal",
		`<11>Mar  1 12:00:00 host app: syslog`:                          "error",
		`<190>Mar  1 12:00:00 host app: syslog`:                         "info",
		`info: winston's simple form`:                                   "info",
		// none
		`E0301 is an order's number`: "",
		`<b>bold</b> text`:           "",
		`[orders] failed to fail`:    "",
		`http://x/?level=3`:          "",
		`a note: nothing`:            "",
	} {
		if got := LevelIn(line); got != want {
			t.Errorf("%s: level %q, want %q", line, got, want)
		}
	}
}

func TestADocumentsLevelIsTheFirstThatNamesOne(t *testing.T) {
	usual := []string{"log.level", "level", "severity"}
	own := LevelsOf(map[string]string{"audit": "info", "9": "fatal", "Weird": "error"}).Reader(usual)
	for doc, want := range map[string]string{
		`{"level":6,"severity":"WARNING"}`:                                     "WARNING",
		`{"level":3,"container_id":"ab","message":"all of standard error"}`:    "",
		`{"level":6,"container_id":"ab","message":"[error] said by the line"}`: "error",
		`{"level":4,"container_id":"ab"}`:                                      "warn",
		`{"level":3,"host":"router"}`:                                          "error",
		`{"level":"50"}`:                                                       "error",
		`{"log.level":"Debug","level":6}`:                                      "Debug",
		`{"level":"success","message":"a word of its own"}`:                    "success",
		`{"severityNumber":9}`:                                                 "info",
		`{"level":6,"levelname":"ERROR","container_id":"ab"}`:                  "ERROR",
		`{"level":"audit"}`:                                                    "info",
		`{"level":9}`:                                                          "fatal",
		`{"message":"[WEIRD] a name of one's own"}`:                            "error",
		`{"message":"{\"level\":\"weird\"}"}`:                                  "error",
		`{}`:                                                                   "",
	} {
		var message string
		if v, ok := Lookup(json.RawMessage(doc), "message"); ok {
			message = Text(v)
		}
		if got := own.Of(json.RawMessage(doc), message); got != want {
			t.Errorf("%s: level %q, want %q", doc, got, want)
		}
	}
}

// A line of a common form is read in about a microsecond, so that a page of a
// thousand costs less than its decoding.
func BenchmarkLevelIn(b *testing.B) {
	for name, line := range map[string]string{
		"json": `{"time":"2026-03-01T12:00:00.000Z","caller":"main.go:7","msg":"request served","status":200,"level":"info"}`,
		"text": "2026-03-01T12:00:00.000Z ERROR [main] com.example.Orders - order 42 could not be stored",
		"none": "10.0.0.1 - - [01/Mar/2026:12:00:00 +0000] \"GET /orders/42 HTTP/1.1\" 200 512",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				LevelIn(line)
			}
		})
	}
}
