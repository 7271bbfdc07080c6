package access

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"gantry/internal/clean"
	"gantry/internal/fault"
)

// credentialFailure fills e when err is the failure to get credentials. What
// the service behind them answered is left to apiFailure, such as a denied
// AssumeRole, and a network that is away to the class of the network.
func (a *Account) credentialFailure(e *fault.Error, err error) bool {
	if !gettingCredentials(err) {
		return false
	}
	text := err.Error()
	var legacy *ssocreds.InvalidTokenError
	var process *processcreds.ProviderError
	switch code := apiCode(err); {
	case errors.As(err, &process):
		// The SDK's text may quote what the program printed: keys among it.
		e.Err = errors.New("credential_process gave no credentials")
		var said *processError
		if errors.As(err, &said) && said.stderr != "" {
			e.Err = fmt.Errorf("%w: %s", e.Err, said.stderr)
		}
	case errors.As(err, &legacy), strings.Contains(text, "SSO token"), code == "UnauthorizedException", code == "InvalidGrantException":
		e.Err = errors.New("the SSO session has expired, or there was no login")
	case strings.Contains(text, "EC2 IMDS"):
		// The call that failed is that to the last place where some could have been.
		e.Op, e.Resource, e.Err = "", "", fault.ErrNoCredentials
	case errors.Is(err, os.ErrNotExist):
		e.Err = errors.New("there was no login for this profile yet")
	case code == "" && !isNetwork(err):
		e.Err = root(err)
	default:
		return false
	}
	e.Class, e.Fix, e.Run = fault.Expired, a.login.fix, a.login.run
	return true
}

// gettingCredentials reports whether a call failed before it was signed. The SDK
// has no type for that, only these words of its identity middleware.
func gettingCredentials(err error) bool {
	return err != nil && strings.Contains(err.Error(), "get identity:")
}

// login is how the credentials of a context are renewed: in words, and the program that
// does it, if one does by itself.
type login struct {
	fix string
	run []string
}

// loginOf says how the credentials of a profile are renewed.
func loginOf(profile string, env config.EnvConfig, shared config.SharedConfig) login {
	if profile == "" && env.Credentials.HasKeys() {
		return login{fix: "the keys are those of the environment that gantry was started with: export new ones and start it again"}
	}
	base := &shared
	for base.Source != nil {
		base = base.Source
	}
	name := cmp.Or(base.Profile, profile, "default")
	run := func(words ...string) login {
		words = append(words, "--profile", name)
		return login{fix: strings.Join(words[:len(words)-1], " ") + " " + shellWord(name), run: words}
	}
	switch {
	case base.SSOSession != nil, base.SSOStartURL != "":
		return run("aws", "sso", "login")
	case base.LoginSession != "":
		return run("aws", "login")
	case wantsCode(shared):
		return login{fix: "the code of " + deviceOf(shared) + " is asked for when this is read anew"}
	case shared.Profile == "" && profile == "":
		return login{fix: "name a profile with --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID"}
	case base.CredentialProcess != "":
		return login{fix: "mend the credential_process of the profile " + name}
	case base.Credentials.SessionToken != "":
		return login{fix: "write new keys of a session for the profile " + name + " to " + credentialsFile(env)}
	case base.Credentials.HasKeys():
		return login{fix: "aws configure --profile " + shellWord(name) + " takes new keys"}
	case base.WebIdentityTokenFile != "", base.CredentialSource != "":
		return login{fix: "renew the credentials of the profile " + name}
	}
	return login{fix: "aws configure sso --profile " + shellWord(name) + " or aws configure --profile " + shellWord(name)}
}

func credentialsFile(env config.EnvConfig) string {
	return cmp.Or(env.SharedCredentialsFile, config.DefaultSharedCredentialsFilename())
}

func shellWord(s string) string {
	if strings.ContainsAny(s, " \t'\"\\$`&|;<>()*?!#~") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// metadataOnce makes the instance's role the last resort that answers fast: a
// machine that is no EC2 instance has no metadata service, and the SDK's three
// attempts would look for it for about ten silent seconds.
func metadataOnce(env config.EnvConfig, shared config.SharedConfig) config.LoadOptionsFunc {
	client := imds.NewFromConfig(aws.Config{ConfigSources: []any{env, shared}}, func(o *imds.Options) {
		o.Retryer = retry.AddWithMaxAttempts(retry.NewStandard(), 1)
	})
	return config.WithEC2RoleCredentialOptions(func(o *ec2rolecreds.Options) { o.Client = client })
}

// quietProcess returns the credential_process of a profile as a provider that
// keeps the program off the terminal, which the SDK gives it to talk on. It is
// nil when the credentials come from elsewhere, in the SDK's order.
func quietProcess(profile string, env config.EnvConfig, shared config.SharedConfig) aws.CredentialsProvider {
	if profile == "" && (env.Credentials.HasKeys() || env.WebIdentityTokenFilePath != "") {
		return nil
	}
	if shared.CredentialProcess == "" || shared.Source != nil || shared.RoleARN != "" || shared.Credentials.HasKeys() ||
		shared.CredentialSource != "" || shared.WebIdentityTokenFile != "" || shared.SSOSession != nil ||
		shared.SSOStartURL != "" || shared.LoginSession != "" {
		return nil
	}
	return processProvider{command: shared.CredentialProcess}
}

type processProvider struct{ command string }

// Retrieve runs the program and reads the credentials it prints.
func (p processProvider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	var said bytes.Buffer
	build := func(ctx context.Context) (*exec.Cmd, error) {
		shell := []string{"sh", "-c"}
		if runtime.GOOS == "windows" {
			shell = []string{"cmd.exe", "/C"}
		}
		cmd := exec.CommandContext(ctx, shell[0], shell[1], p.command)
		cmd.Env = os.Environ()
		cmd.Stderr = &said
		return cmd, nil
	}
	creds, err := processcreds.NewProviderCommand(processcreds.NewCommandBuilderFunc(build)).Retrieve(ctx)
	if err != nil {
		return creds, &processError{error: err, stderr: lastLine(said.String())}
	}
	return creds, nil
}

// processError keeps what a credential_process said on its standard error.
type processError struct {
	error
	stderr string
}

// Unwrap returns the SDK's error.
func (e *processError) Unwrap() error { return e.error }

// lastLine returns the last line that is not empty, with secrets masked.
func lastLine(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		s = s[i+1:]
	}
	return clean.Shown(s)
}
