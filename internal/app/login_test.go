package app

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
)

// signedOn gives the test a machine with one profile of IAM Identity Center whose
// session has ended, and returns what logging in does.
func signedOn(t *testing.T) (login func(now time.Time)) {
	t.Helper()
	write := bareMachine(t)
	write("config", `[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
[profile main]
sso_session = corp
sso_account_id = 000000000000
sso_role_name = operator
region = eu-west-1
`)
	return func(now time.Time) {
		sum := sha1.Sum([]byte("corp"))
		token, _ := json.Marshal(map[string]any{"accessToken": "token", "expiresAt": now.Add(time.Hour).UTC().Format(time.RFC3339)})
		write(filepath.Join("sso", "cache", hex.EncodeToString(sum[:])+".json"), string(token))
	}
}

// portal gives out an hour's credentials, as the portal of IAM Identity Center.
func portal(r *http.Request) *http.Response {
	if !strings.HasPrefix(r.URL.Path, "/federation/credentials") {
		return nil
	}
	body, _ := json.Marshal(map[string]any{"roleCredentials": map[string]any{
		"accessKeyId": "AKID", "secretAccessKey": "SECRET", "sessionToken": "TOKEN",
		"expiration": time.Now().Add(time.Hour).UnixMilli(),
	}})
	return says(r, 200, "application/json", string(body))
}

// TestAnEndedSessionSaysHowToLogInAndStops goes through a night in which the
// login ran out: the exact command, no more calls, and life again after it.
func TestAnEndedSessionSaysHowToLogInAndStops(t *testing.T) {
	login := signedOn(t)
	sit(t, setting{alone: true, opener: func(o access.Options) awsx.Opener { return sdk.New(o) }}, func(t *testing.T, d *desk) {
		const command = "aws sso login --profile main"
		var calls atomic.Int64
		var ended atomic.Bool
		d.wire.answer(func(_ string, r *http.Request) *http.Response {
			if res := portal(r); res != nil {
				return res
			}
			calls.Add(1)
			if ended.Load() {
				return refuses(r, "ExpiredTokenException", "The security token included in the request is expired")
			}
			return nil
		})
		quiet := func() {
			t.Helper()
			calls.Store(0)
			d.wait(10 * time.Minute)
			if n := calls.Load(); n > 0 {
				t.Errorf("%d calls with an ended session", n)
			}
		}
		d.Shows(command, "login expired")
		quiet()
		login(time.Now())
		d.press("ctrl+r").read().Shows("● live", "prod").Hides(command)

		d.cluster("prod").Shows("● live")
		ended.Store(true)
		d.until(5*time.Minute, command).Shows("login expired", "api-orders", "15:")
		d.wait(5 * time.Minute) // whatever was on its way learns of it too
		quiet()
		d.press("esc").read().Shows(command).press("enter")
		ended.Store(false)
		login(time.Now())
		d.press("ctrl+r").until(time.Minute, "● live").Hides(command)
		d.press("esc").until(time.Minute, "● live").Hides(command)
	})
}
