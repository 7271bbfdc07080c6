package sdk

import (
	"os"
	"testing"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
)

const callerIdentity = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/jo</Arn>` +
	`<UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

// TestAnIdentitySaysWhichKeysItIsOf: those of the environment win over the profile of
// AWS_PROFILE, and lose against one that was asked for.
func TestAnIdentitySaysWhichKeysItIsOf(t *testing.T) {
	machine(t, "[profile prod]\nregion = eu-west-1\n", "[prod]\naws_access_key_id = AKIDPROD\naws_secret_access_key = b\n",
		"AWS_ACCESS_KEY_ID", "AKIDENV", "AWS_SECRET_ACCESS_KEY", "b", "AWS_PROFILE", "prod")
	for profile, words := range map[string]string{
		"":     "arn:aws:iam::123456789012:user/jo in account 123456789012 (environment keys beat profile prod)",
		"prod": "arn:aws:iam::123456789012:user/jo in account 123456789012",
	} {
		a, err := New(access.Options{Transport: canned(200, callerIdentity)}).Open(t.Context(), awsx.ContextID{Profile: profile})
		if err != nil {
			t.Fatal(err)
		}
		if who, err := a.Identity(t.Context()); err != nil || who.String() != words {
			t.Errorf("profile %q: %s, %v", profile, who, err)
		}
	}
}

// TestFilesThatChangedHaveTheContextOpenedAnew, once for each change.
func TestFilesThatChangedHaveTheContextOpenedAnew(t *testing.T) {
	machine(t, "[profile prod]\nregion = eu-west-1\n", "[prod]\naws_access_key_id = AKIDONE\naws_secret_access_key = b\n")
	o, id := New(access.Options{Transport: canned(200, callerIdentity)}), awsx.ContextID{Profile: "prod"}
	if o.Renewed(id) {
		t.Error("a context that was never opened is renewed")
	}
	first, err := o.Account(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if o.Renewed(id) {
		t.Error("nothing changed")
	}
	text := "[prod]\naws_access_key_id = AKIDTHETWO\naws_secret_access_key = b\n"
	if err := os.WriteFile(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if !o.Renewed(id) || o.Renewed(id) {
		t.Error("the change is not told once")
	}
	second, err := o.Account(t.Context(), id)
	if err != nil || second.Account == first.Account {
		t.Errorf("it was not opened anew: %v", err)
	}
}
