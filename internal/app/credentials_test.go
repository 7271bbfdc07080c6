package app

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/internal/config"
)

// bareMachine gives the test a home without anything of AWS in it, and returns what writes
// a file there.
func bareMachine(t *testing.T, env ...string) (write func(name, text string)) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			_ = os.Unsetenv(name)
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(home, ".aws", "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, ".aws", "credentials"))
	for i := 0; i < len(env); i += 2 {
		t.Setenv(env[i], env[i+1])
	}
	return func(name, text string) {
		path := filepath.Join(home, ".aws", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// query is what a call in the Query protocol asks, nothing for others.
func query(r *http.Request) url.Values {
	if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Body == nil {
		return nil
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	form, _ := url.ParseQuery(string(b)) // what cannot be read asks nothing
	return form
}

// TestEachWantOfCredentialsHasItsBannerAndEndsWithoutARestart goes through what an operator
// meets: what is shown, that nothing is asked of the account meanwhile, and that the console
// goes on by itself once it is mended, within seconds.
func TestEachWantOfCredentialsHasItsBannerAndEndsWithoutARestart(t *testing.T) {
	const (
		keys   = "aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n"
		region = "region = eu-west-1\n"
	)
	for name, c := range map[string]struct {
		config, credentials string
		context             awsx.ContextID
		refuse              func(operation string, r *http.Request) *http.Response
		says                []string
		key                 bool // a key runs what mends it
		mend                func(write func(name, text string))
		within              time.Duration
	}{
		"wrong profile name": {
			config: "[profile other]\n" + region, context: awsx.ContextID{Profile: "mian", Region: "eu-west-1"},
			says:   []string{`there is no profile "mian"`, "aws configure list-profiles"},
			mend:   func(write func(string, string)) { write("credentials", "[mian]\n"+keys) },
			within: 15 * time.Second,
		},
		"no credentials": {
			config: "[profile ops]\n" + region, context: awsx.ContextID{Profile: "ops", Region: "eu-west-1"},
			says:   []string{"no credentials were found for profile ops: ", "aws configure --profile ops", "○ no credentials"},
			mend:   func(write func(string, string)) { write("credentials", "[ops]\n"+keys) },
			within: 15 * time.Second,
		},
		"no region": {
			credentials: "[ops]\n" + keys, context: awsx.ContextID{Profile: "ops"},
			says:   []string{"no region is configured", "aws configure set region REGION --profile ops"},
			mend:   func(write func(string, string)) { write("config", "[profile ops]\n"+region) },
			within: 15 * time.Second,
		},
		"session keys that ended": {
			credentials: "[ops]\n" + keys + "aws_session_token = old\n", context: awsx.ContextID{Profile: "ops", Region: "eu-west-1"},
			refuse: func(_ string, r *http.Request) *http.Response {
				if r.Header.Get("X-Amz-Security-Token") == "old" {
					return refuses(r, "ExpiredToken", "The security token included in the request is expired")
				}
				return nil
			},
			says:   []string{"credentials of profile ops", "new keys of a session for the profile ops", "credentials"},
			mend:   func(write func(string, string)) { write("credentials", "[ops]\n"+keys+"aws_session_token = new\n") },
			within: 15 * time.Second,
		},
		"a role that may not be assumed": {
			config:      "[profile ops]\n" + region + "role_arn = arn:aws:iam::000000000000:role/ops\nsource_profile = base\n",
			credentials: "[base]\n" + keys, context: awsx.ContextID{Profile: "ops", Region: "eu-west-1"},
			refuse: func(_ string, r *http.Request) *http.Response {
				if query(r).Get("Action") == "AssumeRole" {
					return refuses(r, "AccessDenied", "User: arn:aws:iam::000000000000:user/jo is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/ops")
				}
				return nil
			},
			says: []string{"sts:AssumeRole", "policies of arn:aws:iam::000000000000:user/jo", "trust policy"},
			mend: func(write func(string, string)) {
				write("config", "[profile ops]\n"+region)
				write("credentials", "[ops]\n"+keys)
			},
			within: 15 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := bareMachine(t)
			write := func(name, text string) {
				if name == "credentials" { // and those of where the console begins
					text += "[home]\naws_access_key_id = AKIDHOME\naws_secret_access_key = secret\n"
				}
				file(name, text)
			}
			write("config", c.config)
			write("credentials", c.credentials)
			configure := func(cfg *config.Config) { cfg.Contexts = []config.NamedContext{{Name: "it", ID: c.context}} }
			sit(t, setting{alone: true, w: 120, h: 24, profile: "home", configure: configure, opener: func(o access.Options) awsx.Opener { return sdk.New(o) }}, func(t *testing.T, d *desk) {
				var calls atomic.Int64
				d.wire.answer(func(operation string, r *http.Request) *http.Response {
					if c.refuse != nil {
						if res := c.refuse(operation, r); res != nil {
							return res
						}
					}
					if !strings.Contains(r.Header.Get("Authorization"), "AKIDHOME") {
						calls.Add(1)
					}
					return nil
				})
				d.command("ctx it").until(5*time.Second, c.says...)
				if strings.Contains(d.Text(), "runs it") != c.key {
					t.Errorf("a key is offered: %v\n%s", !c.key, d.Text())
				}
				calls.Store(0)
				d.wait(3 * time.Minute)
				if n := calls.Load(); n > 0 {
					t.Errorf("%d calls were made without credentials", n)
				}
				c.mend(write)
				d.until(c.within, "● live", "staging", "000000000000").Hides(c.says[0])
			})
		})
	}
}

// TestTheLoginIsRunFromTheBannerByAKey, with the terminal handed over, and what was stopped
// goes on. Without the program it is said what to run elsewhere.
func TestTheLoginIsRunFromTheBannerByAKey(t *testing.T) {
	login := signedOn(t)
	bin, home := t.TempDir(), os.Getenv("HOME")
	t.Setenv("PATH", bin)
	sit(t, setting{alone: true, opener: func(o access.Options) awsx.Opener { return sdk.New(o) }}, func(t *testing.T, d *desk) {
		d.wire.answer(func(_ string, r *http.Request) *http.Response { return portal(r) })
		d.Shows("aws sso login --profile main", "(ctrl+k runs it)", "login expired", "account unknown")
		d.press("ctrl+k").Shows("aws is not on PATH here: run aws sso login --profile main where it is")
		d.press("esc")

		script := "#!/bin/sh\necho \"$@\" > " + home + "/said\nexit 7\n"
		if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		d.press("ctrl+k").Shows("aws sso login --profile main: exit status 7")
		if said, _ := os.ReadFile(filepath.Join(home, "said")); string(said) != "sso login --profile main\n" {
			t.Errorf("it was run with %q", said)
		}
		d.press("esc")
		if err := os.WriteFile(filepath.Join(bin, "aws"), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		login(time.Now())
		d.press("ctrl+k").wait(2*time.Second).Shows("● live", "staging", "main/eu-west-1  000000000000").Hides("runs it")
		d.press("ctrl+k").Shows("no banner here names a program")
	})
}

// TestTheHeaderNamesTheAccountThatCallsGoTo, or says that it is not known.
func TestTheHeaderNamesTheAccountThatCallsGoTo(t *testing.T) {
	sit(t, setting{w: 80, h: 24}, func(t *testing.T, d *desk) {
		d.Shows("main/eu-west-1  000000000000")
		d.cluster("prod").Shows("PROD main/eu-west-1 prod  000000000000   READ-ONLY (W arms)", "● live")
		d.service("catalog").press("a").read().Shows("PROD main/eu-west-1 prod catalog page  000000000000   READ-ONLY")
	})
}

// TestAnAccountThatStsDoesNotTellIsUnknown and no more is said.
func TestAnAccountThatStsDoesNotTellIsUnknown(t *testing.T) {
	deny := func(cfg *config.Config) {
		cfg.Contexts = []config.NamedContext{{Name: "far", ID: awsx.ContextID{Profile: "far", Region: "eu-west-3"}}}
	}
	sit(t, setting{configure: deny}, func(t *testing.T, d *desk) {
		var asked atomic.Int64
		d.wire.answer(func(_ string, r *http.Request) *http.Response {
			if query(r).Get("Action") == "GetCallerIdentity" {
				asked.Add(1)
				return refuses(r, "AccessDenied", "an explicit deny in a service control policy")
			}
			return nil
		})
		d.command("ctx far").read().Shows("far/eu-west-3  account unknown", "● live").wait(4 * time.Minute)
		if n := asked.Load(); n != 1 {
			t.Errorf("asked %d times in minutes", n)
		}
	})
}

// TestKeysOfTheEnvironmentThatBeatAProfileAreSaid in the header and once in a message.
func TestKeysOfTheEnvironmentThatBeatAProfileAreSaid(t *testing.T) {
	write := bareMachine(t, "AWS_ACCESS_KEY_ID", "AKIDENV", "AWS_SECRET_ACCESS_KEY", "secret", "AWS_PROFILE", "ops", "AWS_REGION", "eu-west-1")
	write("config", "[profile ops]\nregion = eu-west-1\n")
	write("credentials", "[ops]\naws_access_key_id = AKIDOPS\naws_secret_access_key = secret\n")
	cfg, err := config.Load(config.Flags{}, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	beaten := func(c *config.Config) {
		c.Contexts = []config.NamedContext{{Name: "environment", ID: cfg.Context}}
	}
	sit(t, setting{alone: true, w: 120, h: 24, profile: "ops", configure: beaten, opener: func(o access.Options) awsx.Opener { return sdk.New(o) }}, func(t *testing.T, d *desk) {
		d.Shows("ops/eu-west-1  000000000000")
		d.command("ctx environment").read().Shows("environment/eu-west-1  env keys 000000000000",
			"environment keys beat profile ops: calls go to account 000000000000")
	})
}

// TestTheCodeOfADeviceIsAskedForInADialog of the console: a wrong one is asked for again, esc
// leaves it, and reading anew asks again.
func TestTheCodeOfADeviceIsAskedForInADialog(t *testing.T) {
	write := bareMachine(t)
	write("config", "[profile main]\nregion = eu-west-1\nrole_arn = arn:aws:iam::000000000000:role/ops\nmfa_serial = arn:aws:iam::000000000000:mfa/jo\nsource_profile = base\n")
	write("credentials", "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = secret\n")
	sit(t, setting{alone: true, opener: func(o access.Options) awsx.Opener { return sdk.New(o) }}, func(t *testing.T, d *desk) {
		var sent []string
		var mu sync.Mutex
		d.wire.answer(func(_ string, r *http.Request) *http.Response {
			form := query(r)
			if form.Get("Action") != "AssumeRole" {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if sent = append(sent, form.Get("TokenCode")); form.Get("TokenCode") == "246810" {
				return nil
			}
			return refuses(r, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.")
		})
		d.Shows("MFA code for the profile main", "arn:aws:iam::000000000000:mfa/jo shows now")
		d.press("esc").wait(time.Minute).Hides("MFA code for").Shows("login expired", "no MFA code was given", "is asked for when this is read anew").Hides("runs it")
		d.press("ctrl+r").Shows("MFA code for the profile main")
		d.answer("12").Shows("a code has six digits")
		d.press("backspace", "backspace")
		d.answer("135791").Shows("MFA code for the profile main", "the code was not accepted")
		d.answer("246810").read().Shows("● live", "staging", "main/eu-west-1  000000000000").Hides("MFA code", "246810")
		d.cluster("prod").Shows("● live").Hides("MFA code")
		d.wait(30 * time.Minute).Hides("MFA code")
		mu.Lock()
		defer mu.Unlock()
		if got := strings.Join(sent, " "); got != "135791 246810" {
			t.Errorf("sent %s", got)
		}
	})
}

// TestARoleThatIsDeniedIsAskedForOnce in the console: the banner says why, minutes of polling
// ask nobody, and its key, or the profile chosen again, asks for the code once more.
func TestARoleThatIsDeniedIsAskedForOnce(t *testing.T) {
	write := bareMachine(t)
	write("config", "[profile main]\nregion = eu-west-1\nrole_arn = arn:aws:iam::000000000000:role/ops\nmfa_serial = arn:aws:iam::000000000000:mfa/jo\nsource_profile = base\n")
	write("credentials", "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = secret\n")
	sit(t, setting{alone: true, w: 120, h: 24, opener: func(o access.Options) awsx.Opener { return sdk.New(o) }}, func(t *testing.T, d *desk) {
		var sent atomic.Int64
		var allowed atomic.Bool
		d.wire.answer(func(_ string, r *http.Request) *http.Response {
			if query(r).Get("Action") != "AssumeRole" {
				return nil
			}
			sent.Add(1)
			if allowed.Load() {
				return nil
			}
			return refuses(r, "AccessDenied", "User: arn:aws:iam::000000000000:user/jo is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/ops because no identity-based policy allows it")
		})
		d.Shows("MFA code for the profile main")
		d.answer("246810").read().Shows("(ctrl+k tries again) denied: sts:AssumeRole", "refused because no identity-based policy allows it").Hides("MFA code for")
		d.wait(20 * time.Minute).Hides("MFA code for")
		d.press("ctrl+r").read().Shows("tries again").Hides("MFA code for")
		if n := sent.Load(); n != 1 {
			t.Errorf("the role was asked for %d times", n)
		}
		d.press("ctrl+k").read().Shows("MFA code for the profile main")
		d.answer("246811").read().Shows("tries again").Hides("MFA code for")
		allowed.Store(true)
		d.command("ctx main").read().Shows("MFA code for the profile main")
		d.answer("246812").read().Shows("● live", "staging").Hides("MFA code for", "tries again")
		if n := sent.Load(); n != 3 {
			t.Errorf("the role was asked for %d times", n)
		}
	})
}
