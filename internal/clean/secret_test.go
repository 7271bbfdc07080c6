package clean_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gantry/internal/clean"

	"pgregory.net/rapid"
)

func TestASecretPrintsAsAMaskEverywhere(t *testing.T) {
	const value = "hunter2-68756e74"
	secret := clean.Secret(value)
	holder := struct {
		Name  string
		Value clean.Secret
		Ptr   *clean.Secret
		List  []clean.Secret
		Map   map[string]clean.Secret
	}{"DB", secret, &secret, []clean.Secret{secret}, map[string]clean.Secret{"k": secret}}

	var printed []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s", "%T %v"} {
		if verb == "%T %v" {
			printed = append(printed, fmt.Sprintf(verb, secret, secret))
			continue
		}
		printed = append(printed, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, holder))
	}
	printed = append(printed, fmt.Sprint(secret), fmt.Errorf("bad value %v", secret).Error(), secret.String())
	asJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("set", "value", secret, "holder", holder)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("set", "value", secret, "holder", holder)
	printed = append(printed, string(asJSON), log.String())

	for _, s := range printed {
		if strings.Contains(s, value) || strings.Contains(s, fmt.Sprintf("%x", value)) {
			t.Errorf("the value leaked: %s", s)
		}
		if !strings.Contains(s, clean.Mask) {
			t.Errorf("no mask in %q", s)
		}
	}
	if secret.Reveal() != value {
		t.Errorf("Reveal() = %q", secret.Reveal())
	}
}

func TestReadingAMaskBackIsRefused(t *testing.T) {
	var s clean.Secret
	if err := json.Unmarshal([]byte(`"new value"`), &s); err != nil || s.Reveal() != "new value" {
		t.Fatalf("got %q, %v", s.Reveal(), err)
	}
	err := json.Unmarshal([]byte(`"postgres://`+clean.Mask+`@db"`), &s)
	if !errors.Is(err, clean.ErrMasked) {
		t.Fatalf("got %v, want ErrMasked", err)
	}
	if s.Reveal() != "new value" {
		t.Errorf("the refused value replaced the old one: %q", s.Reveal())
	}
}

func TestFindMaskNamesTheLine(t *testing.T) {
	for in, want := range map[string]int{
		"":                                       0,
		"A=1\nB=2":                               0,
		clean.Mask:                               1,
		"A=1\nB=" + clean.Mask + "\nC=3":         2,
		"A=1\r\n\r\nURL=x://" + clean.Mask + "@": 3,
	} {
		if got := clean.FindMask(in); got != want {
			t.Errorf("FindMask(%q) = %d, want %d", in, got, want)
		}
	}
}

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123"

func TestLooksSecretByNameOrByValue(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"DB_PASSWORD", "", true},
		{"db_passwd", "x", true},
		{"API_KEY", "x", true},
		{"SENTRY_DSN", "x", true},
		{"Github_Token", "x", true},
		{"GOOGLE_APPLICATION_CREDENTIALS", "/key.json", true},
		{"DB_PASS", "x", true},
		{"db.pw", "x", true},
		{"BYPASS_CACHE", "1", false},
		{"PASSENGERS", "4", false},
		{"LOG_LEVEL", "debug", false},
		{"PORT", "8080", false},
		{"HOME_URL", "https://example.com/a?b=c", false},
		{"SOURCE", "https://user@example.com", false},
		{"DATABASE_URL", "postgres://app:s3cret@db:5432/app", true},
		{"DATABASE_URL", "postgres://app:p%zz/w@db:5432/app", true},
		{"SESSION", jwt, true},
		{"ID", "AKIAIOSFODNN7EXAMPLE", true},
		{"ID", "AKIAIOSFODNN7EXAMPLEX", false},
		{"PEM", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", true},
		{"CERT", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----", false},
	} {
		if got := clean.LooksSecret(c.name, c.value); got != c.want {
			t.Errorf("LooksSecret(%q, %q) = %v", c.name, c.value, got)
		}
	}
}

func TestRedactHidesCredentials(t *testing.T) {
	m := clean.Mask
	for in, want := range map[string]string{
		"Authorization: Bearer abc.def":                                     "Authorization: Bearer " + m,
		`"authorization":"Basic dXNlcjpwdw==","x":1`:                        `"authorization":"Basic ` + m + `","x":1`,
		"authorization=opaque rest":                                         "authorization=" + m + " rest",
		"Proxy-Authorization: Basic dXNlcg== -> 407":                        "Proxy-Authorization: Basic " + m + " -> 407",
		"Authorization: AWS4-HMAC-SHA256 Credential=a/b, Signature=c\nnext": "Authorization: AWS4-HMAC-SHA256 " + m + "\nnext",
		"sent Bearer 0123456789abcdef0123 to api":                           "sent Bearer " + m + " to api",
		"the bearer of news":                                                "the bearer of news",
		"token is " + jwt + ".":                                             "token is " + m + ".",
		"jwt(" + jwt + ")":                                                  "jwt(" + m + ")",
		"AKIAIOSFODNN7EXAMPLE denied":                                       m + " denied",
		"key ASIAIOSFODNN7EXAMPLE":                                          "key " + m,
		"xAKIAIOSFODNN7EXAMPLE":                                             "xAKIAIOSFODNN7EXAMPLE",
		"password=hunter2 user=bob":                                         "password=" + m + " user=bob",
		"DB_PASSWORD=hunter2":                                               "DB_PASSWORD=" + m,
		"?a=1&access_token=xyz&b=2":                                         "?a=1&access_token=" + m + "&b=2",
		"Server=db;Password=a,b;Port=1":                                     "Server=db;Password=" + m + ";Port=1",
		`password="two words" x`:                                            `password="` + m + `" x`,
		`{"password": "a\"b", "n": 1}`:                                      `{"password": "` + m + `", "n": 1}`,
		`{"log":"{\"secret\":\"abc\",\"n\":1}"}`:                            `{"log":"{\"secret\":\"` + m + `\",\"n\":1}"}`,
		"client-secret: s3":                                                 "client-secret: " + m,
		"max_tokens=4096":                                                   "max_tokens=4096",
		"password=":                                                         "password=",
		`"token": null,`:                                                    `"token": null,`,
		"passwordless=true":                                                 "passwordless=true",
		"postgres://app:s3cret@db:5432/app":                                 "postgres://" + m + "@db:5432/app",
		"https://ghp_token@github.com/a":                                    "https://" + m + "@github.com/a",
		"redis://:p/ss@cache:6379":                                          "redis://" + m + "@cache:6379",
		"http://u:p@a@host/x":                                               "http://" + m + "@host/x",
		"https://host:8080/users/a@b.c":                                     "https://host:8080/users/a@b.c",
		"https://host/?mail=a@b.c":                                          "https://host/?mail=a@b.c",
		"GET https://host/x ok":                                             "GET https://host/x ok",
		"-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY----- x":     "-----BEGIN PRIVATE KEY-----" + m + "-----END PRIVATE KEY----- x",
		"-----BEGIN CERTIFICATE-----\nMII":                                  "-----BEGIN CERTIFICATE-----\nMII",
		"2024-05-01T10:00:00Z took=12ms status=200":                         "2024-05-01T10:00:00Z took=12ms status=200",
	} {
		got := clean.Redact(in)
		if got != want {
			t.Errorf("Redact(%q)\n got %q\nwant %q", in, got, want)
		}
		if again := clean.Redact(got); again != got {
			t.Errorf("Redact is not idempotent on %q: %q", got, again)
		}
	}
}

func TestRedactNeverLeaksTheValueOfAKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := "Zq" + rapid.StringMatching(`[A-Za-z0-9!%^*_.-]{6,20}`).Draw(t, "value") + "qZ"
		form := rapid.SampledFrom([]string{
			"password=%s", "secret: %s", `"token":"%s"`, "x?api_key=%s&y=1", "Authorization: Bearer %s",
			"amqp://user:%s@mq:5672/v", `{\"password\":\"%s\"}`, "PGPASSWORD='%s' psql",
		}).Draw(t, "form")
		before := rapid.StringMatching(`[a-z ]{0,10}`).Draw(t, "before")
		in := before + " " + fmt.Sprintf(form, value) + " after"
		if out := clean.Redact(in); strings.Contains(out, value) {
			t.Fatalf("%q leaked: %q", in, out)
		}
	})
}

func FuzzRedact(f *testing.F) {
	for _, s := range []string{"password=x", "://:@", "Authorization:", `"token":"\`, "-----BEGIN PRIVATE KEY-----", jwt} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := clean.Redact(s)
		if again := clean.Redact(out); again != out {
			t.Fatalf("not idempotent: %q, %q, %q", s, out, again)
		}
	})
}
