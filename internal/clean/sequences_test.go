package clean_test

import (
	"strings"
	"testing"

	"gantry/internal/clean"
)

func TestPlainTakesColoursOutAndNothingElse(t *testing.T) {
	for in, want := range map[string]string{
		"2026 \x1b[31mERROR\x1b[0;39m \x1b[35m1\x1b[0;39m --- [main]": "2026 ERROR 1 --- [main]",
		"\x1b[1;33mWARN\x1b[0m [server] slow":                         "WARN [server] slow",
		"\x1b[38;2;1;2;3mx\x1b[m\x1b(B":                               "x",
		"\x1b[38:5:1mx\x1b[K":                                         "x",
		"\u009b31mred":                                                "red",
		"\x1b[2Jclear":                                                "\x1b[2Jclear",
		"\x1b]0;title\a":                                              "\x1b]0;title\a",
		"\x1b[31":                                                     "\x1b[31",
		"\x1b":                                                        "\x1b",
		"20 °C":                                                       "20 °C",
		"\x1b\x1b[m[31mx":                                             `\x1b[31mx`,
	} {
		if got := clean.Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
		if got := clean.Plain(clean.Plain(in)); got != clean.Plain(in) {
			t.Errorf("Plain of Plain(%q) is %q", in, got)
		}
	}
}

func TestSequencesInASecretDoNotHideIt(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[34mAuthorization\x1b[0m: Bearer \x1b[33mabcdef0123456789abcdef\x1b[0m":                      "Authorization: Bearer (masked)",
		"session eyJhbGciOiJIUzI1NiJ9.\x1b[0meyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U": "session (masked)",
		"key AKIA\x1b[0mIOSFODNN7EXAMPLE":                          "key (masked)",
		"key AKIA\x1b[2JIOSFODNN7EXAMPLE":                          "key (masked)",
		"\x1b[32mpassword\x1b[0m=\x1b[33mhunter2\x1b[0m":           "password=(masked)",
		`{"m":"Bearer \u001b[33mabcdef0123456789abcdef\u001b[0m"}`: `{"m":"Bearer \u001b[33m(masked)"}`,
		`{"m":"key AKIA\u001b[0mIOSFODNN7EXAMPLE"}`:                `{"m":"key (masked)"}`,
	} {
		if got := clean.Redact(clean.Plain(in)); got != want {
			t.Errorf("Redact(Plain(%q)) = %q, want %q", in, got, want)
		}
		if got := clean.Plain(clean.Redact(in)); got != want && !strings.Contains(in, "[2J") {
			t.Errorf("Plain(Redact(%q)) = %q, want %q", in, got, want)
		}
		if got := clean.Redact(clean.Redact(in)); got != clean.Redact(in) {
			t.Errorf("Redact is not idempotent on %q: %q", in, got)
		}
	}
}

func TestArgumentsAreMaskedByTheFlagsBeforeThem(t *testing.T) {
	for _, c := range [][2]string{
		{"redis-server|--requirepass|Tr0ub4dor|--port|6380", "redis-server|--requirepass|(masked)|--port|6380"},
		{"app|--token=abc tok|-u|admin:pw1234|--api-key|k-9", "app|--token=(masked)|-u|admin:(masked)|--api-key|(masked)"},
		{"mysql|-uroot|-pfoo bar|--password|two words|db", "mysql|-uroot|-p(masked)|--password|(masked)|db"},
		{"sh|-c|exec app --db-password hunter2pass --verbose", "sh|-c|exec app --db-password (masked) --verbose"},
		{"CMD-SHELL|curl -u probe:pr0bepass http://localhost/", "CMD-SHELL|curl -u probe:(masked) http://localhost/"},
		{"x|-----BEGIN PRIVATE KEY-----\nMII|next", "x|-----BEGIN PRIVATE KEY-----(masked)|next"},
		{"app|--password|--verbose", "app|--password|--verbose"},
		{"app|--password", "app|--password"},
		{"\x1b[31m|plain", "\x1b[31m|plain"},
		{"", ""},
	} {
		args := strings.Split(c[0], "|")
		if got := strings.Join(clean.Arguments(args), "|"); got != c[1] {
			t.Errorf("%s\n became %s\n want   %s", c[0], got, c[1])
		}
	}
	if got := clean.Arguments(nil); len(got) != 0 {
		t.Errorf("no arguments became %q", got)
	}
}

func TestValuesShowAllButTheirSecretParts(t *testing.T) {
	for _, c := range [][3]string{
		{"JDBC", "jdbc:sqlserver://h:1433;databaseName=x;user=sa;password=P@ss w0rd", "jdbc:sqlserver://h:1433;databaseName=x;user=sa;password=(masked)"},
		{"ADO", "Server=db;User Id=app;Password=two words;Encrypt=true", "Server=db;User Id=app;Password=(masked);Encrypt=true"},
		{"CONFIG", `{"db":{"password":"x1"},"n":1}`, `{"db":{"password":"(masked)"},"n":1}`},
		{"LIST", `[{"name":"DB_PASSWORD","value":"abc"},{"name":"X","value":"abc"}]`, `[{"name":"DB_PASSWORD","value":"(masked)"},{"name":"X","value":"abc"}]`},
		{"JAVA_OPTS", "-Xmx1g -Dspring.datasource.password=abc -Dx=y", "-Xmx1g -Dspring.datasource.password=(masked) -Dx=y"},
		{"CALLBACK", "https://a/x?access_token=abc&y=1", "https://a/x?access_token=(masked)&y=1"},
		{"SETTINGS", "db:\n  password: hunter2\n  user: x", "db:\n  password: (masked)\n  user: x"},
		{"MYSQL", "app:pw12@tcp(db:3306)/x", "app:(masked)@tcp(db:3306)/x"},
		{"DATABASE_URL", "postgres://app:s3cret@db:5432/app", "postgres://(masked)@db:5432/app"},
		{"AUTH", "x", "(masked)"}, {"REDIS_AUTH", "foobarbaz", "(masked)"}, {"DB_PASS", "x", "(masked)"}, {"MYSQL_PW", "x", "(masked)"},
		{"SLACK_WEBHOOK_URL", "https://x/y", "(masked)"}, {"WEBHOOK_PORT", "80", "80"}, {"PGPASSWORD", "x", "(masked)"},
		{"MONKEY", "x", "x"}, {"KEYCLOAK_URL", "https://x", "https://x"}, {"SSH_KEY_PATH", "/x", "/x"}, {"PWD", "/app", "/app"},
		{"COLOURS", "\x1b[31m", "\x1b[31m"},
	} {
		got, masked := clean.Value(c[0], c[1])
		if got != c[2] || masked != (c[1] != c[2]) {
			t.Errorf("%s=%s\n is shown as %s (%v)\n want        %s", c[0], c[1], got, masked, c[2])
		}
	}
}
