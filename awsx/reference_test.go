package awsx_test

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/internal/fault"
)

const (
	registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
	digestA  = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digestB  = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func TestReferencesAreParsedAndRefusedWithWhatWasExpected(t *testing.T) {
	good := map[string]awsx.Reference{
		"nginx":                        {Repository: "nginx"},
		"nginx:1.27":                   {Repository: "nginx", Tag: "1.27"},
		"localhost:5000/a/b:x":         {Repository: "localhost:5000/a/b", Tag: "x"},
		registry + "/web:v1":           {Repository: registry + "/web", Tag: "v1"},
		"a/b@" + digestA:               {Repository: "a/b", Digest: digestA},
		"ghcr.io/o/p_q:1.0@" + digestB: {Repository: "ghcr.io/o/p_q", Tag: "1.0", Digest: digestB},
	}
	for s, want := range good {
		got, err := awsx.ParseReference(s)
		if err != nil || got != want {
			t.Errorf("%s: got %+v (%v)", s, got, err)
		}
		if got.String() != s {
			t.Errorf("%s is written back as %s", s, got)
		}
	}
	bad := map[string]string{
		"":                                "expected registry/repository:tag or :tag",
		"web:":                            "expected after the colon a tag",
		"web:-x":                          "expected after the colon a tag",
		"web:a b":                         "without spaces",
		"Web:1":                           "lower-case",
		"a//b:1":                          "lower-case",
		"web@sha256:12":                   "64 hexadecimal digits",
		"web@":                            "64 hexadecimal digits",
		"-bad.host/web:1":                 "a host name and an optional port",
		"https://host/web":                "expected",
		"web:\x1b[31mred":                 "printable ASCII",
		"web:" + strings.Repeat("x", 129): "1 to 128",
	}
	for s, want := range bad {
		_, err := awsx.ParseReference(s)
		if err == nil || fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an Invalid error with %q", s, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "\x1b") {
			t.Errorf("the error for %q carries an escape sequence", s)
		}
	}
}

func TestATagAloneKeepsTheRepository(t *testing.T) {
	for typed, want := range map[string]string{
		":2":            "localhost:5000/web:2",
		"@" + digestB:   "localhost:5000/web@" + digestB,
		":2@" + digestB: "localhost:5000/web:2@" + digestB,
		"other/app:3":   "other/app:3",
	} {
		got, err := awsx.ResolveReference(typed, "localhost:5000/web:1@"+digestA)
		if err != nil || got.String() != want {
			t.Errorf("%s gives %s (%v), want %s", typed, got, err, want)
		}
	}
}

func TestABareWordIsNoImageOfAnotherRegistry(t *testing.T) {
	if _, err := awsx.ResolveReference("v1.9.0", registry+"/web:v1.8.0"); fault.ClassOf(err) != fault.Invalid || err == nil || !strings.Contains(err.Error(), "type :v1.9.0 for that tag") {
		t.Errorf("a tag without its colon: %v", err)
	}
	for _, typed := range []string{"nginx", "httpd:latest"} {
		if _, err := awsx.ResolveReference(typed, "nginx:1.27"); err != nil {
			t.Errorf("%s: %v", typed, err)
		}
	}
}

func TestOnlyPrivateRepositoriesAreECR(t *testing.T) {
	for s, want := range map[string]bool{
		registry + "/web:1": true, "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/x": true,
		"public.ecr.aws/nginx/nginx:1": false, "nginx": false, "evil.com/" + registry + "/web": false,
	} {
		if ref, err := awsx.ParseReference(s); err != nil || ref.ECR() != want {
			t.Errorf("%s: ECR is %v (%v)", s, ref.ECR(), err)
		}
	}
}

func TestShortFormsTellVersionsApart(t *testing.T) {
	for s, want := range map[string]string{
		"web": "latest", "web:1": "1", "web@" + digestA: "@aaaaaaaa", "web:1@" + digestB: "1@bbbbbbbb",
	} {
		ref, err := awsx.ParseReference(s)
		if err != nil || ref.Short() != want {
			t.Errorf("%s: %s (%v), want %s", s, ref.Short(), err, want)
		}
	}
	for ref, want := range map[awsx.Reference]string{{Repository: "web"}: "latest", {Tag: "1"}: "1", {Tag: "1", Digest: digestA}: digestA} {
		if got := ref.Lookup(); got != want {
			t.Errorf("%+v is looked up as %s, want %s", ref, got, want)
		}
	}
}
