package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"

	"gantry/awsx"
	"gantry/internal/fault"
)

// loadShared loads a context from the shared config and the environment.
func (o *Opener) loadShared(ctx context.Context, id awsx.ContextID) (loaded, error) {
	client := o.options.httpClient()
	env, err := config.NewEnvConfig()
	if err != nil {
		return loaded{}, loadFailure(id, err)
	}
	// The profile is read a second time, by itself, for what the SDK does not
	// tell of it. One that cannot be read fails below, with the SDK's error.
	shared, _ := config.LoadSharedConfigProfile(ctx, profileOf(id, env), sharedFiles(env))
	options := []func(*config.LoadOptions) error{config.WithHTTPClient(client), metadataOnce(env, shared)}
	if id.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(id.Profile))
	}
	if id.Region != "" {
		options = append(options, config.WithRegion(id.Region))
	}
	if p := quietProcess(id.Profile, env, shared); p != nil {
		options = append(options, config.WithCredentialsProvider(p))
	}
	var coded *session
	if o.options.Code != nil && wantsCode(shared) {
		coded = o.sessionOf(profileOf(id, env))
		options = append(options, coded.asking())
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return loaded{}, loadFailure(id, err)
	}
	l := loaded{cfg: cfg, login: loginOf(id.Profile, env, shared), session: coded}
	if coded != nil {
		coded.begin(cfg.Credentials)
		l.cfg.Credentials = coded.cache
	}
	if id.Profile == "" {
		l.beaten = env.SharedConfigProfile
	}
	// An endpoint that is the environment's own is left to the SDK, which lets
	// the variable of a single service win over it.
	if cfg.BaseEndpoint == nil || *cfg.BaseEndpoint != id.Endpoint {
		l.endpoint = id.Endpoint
	}
	return l, nil
}

// sharedFiles names the files of the shared config and credentials.
func sharedFiles(env config.EnvConfig) func(*config.LoadSharedConfigOptions) {
	return func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles = []string{cmp.Or(env.SharedConfigFile, config.DefaultSharedConfigFilename())}
		o.CredentialsFiles = []string{cmp.Or(env.SharedCredentialsFile, config.DefaultSharedCredentialsFilename())}
	}
}

// profileOf returns the name of the profile that a context uses.
func profileOf(id awsx.ContextID, env config.EnvConfig) string {
	return cmp.Or(id.Profile, env.SharedConfigProfile, config.DefaultSharedConfigProfile)
}

// loadFailure classifies the failure to load the configuration of a context.
func loadFailure(id awsx.ContextID, err error) error {
	e := &fault.Error{Class: fault.Invalid, Op: "load configuration", Resource: id.Profile, Err: err}
	var missing config.SharedConfigProfileNotExistError
	var mfa config.AssumeRoleTokenProviderNotSetError
	switch {
	case errors.As(err, &missing):
		e.Err = fmt.Errorf("there is no profile %q in the shared config", missing.Profile)
		e.Fix = "aws configure list-profiles shows which there are"
	case errors.As(err, &mfa):
		name := shellWord(cmp.Or(id.Profile, "default"))
		e.Class = fault.Expired
		e.Err = errors.New("the profile asks for an MFA code, and there is nobody to be asked")
		e.Fix = `eval "$(aws configure export-credentials --profile ` + name + ` --format env)" asks for it and exports a session; then start gantry without --profile`
	}
	return e
}

// noRegion is the failure to open a context whose region nothing names.
func noRegion(id awsx.ContextID) error {
	fix := "name one with --region, or set AWS_REGION"
	if id.Profile != "" {
		fix = "aws configure set region REGION --profile " + shellWord(id.Profile) + ", or --region"
	}
	return &fault.Error{Class: fault.Invalid, Op: "open", Resource: id.Profile, Fix: fix, Err: errors.New("no region is configured")}
}
