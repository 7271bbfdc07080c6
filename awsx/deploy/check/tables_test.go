package check

import (
	"strings"
	"testing"

	"gantry/awsx"
)

func TestAReferenceNamesWhatATaskNeeds(t *testing.T) {
	const secret = "arn:aws:secretsmanager:eu-north-1:333344445555:secret:mail/token-AbC1d2"
	for _, c := range []struct {
		from, account string
		want          awsx.Dependency
	}{
		{"/mail/token", "", awsx.Dependency{Kind: awsx.ParameterDependency, ID: "/mail/token"}},
		{"arn:aws:ssm:eu-north-1:333344445555:parameter/mail/token", "333344445555",
			awsx.Dependency{Kind: awsx.ParameterDependency, ID: "/mail/token", Region: "eu-north-1"}},
		{secret, "333344445555", awsx.Dependency{Kind: awsx.SecretDependency, ID: secret, Region: "eu-north-1"}},
		{secret + ":user::", "333344445555", awsx.Dependency{Kind: awsx.SecretDependency, ID: secret, Region: "eu-north-1"}},
		{"arn:aws:s3:::bucket/mail", "", awsx.Dependency{}},
	} {
		if got, account := referred(c.from); got != c.want || account != c.account {
			t.Errorf("%s: %+v of account %q", c.from, got, account)
		}
	}
}

func TestAPortIsTakenAsTheNetworkModeSays(t *testing.T) {
	for _, c := range []struct {
		network               string
		container, host, want int
		why                   string
	}{
		{"bridge", 8080, 0, 0, ""},
		{"bridge", 8080, 9090, 9090, ""},
		{"bridge", 8080, 51678, 0, "reserved"},
		{"host", 8080, 0, 8080, ""},
		{"host", 22, 0, 0, "reserved"},
		{"host", 8080, 9090, 0, "cannot become 9090"},
		{"awsvpc", 22, 22, 22, ""},
		{"none", 8080, 0, 0, "without a network"},
	} {
		if port, why := hostPort(c.network, c.container, c.host); port != c.want || !strings.Contains(why, c.why) || (why == "") != (c.why == "") {
			t.Errorf("%s, %d to %d: %d (%s)", c.network, c.container, c.host, port, why)
		}
	}
}

func TestPlatformsAreSpeltAsIndexesDo(t *testing.T) {
	for _, c := range [][3]string{
		{"", "x86_64", "linux/amd64"}, {"LINUX", "X86_64", "linux/amd64"}, {"linux", "arm64", "linux/arm64"},
		{"WINDOWS_SERVER_2022_CORE", "X86_64", "windows/amd64"}, {"", "RISCV", "linux/riscv"},
	} {
		if got := platform(c[0], c[1]); got != c[2] {
			t.Errorf("%s on %s: %s", c[0], c[1], got)
		}
	}
}

func TestATagNamesTheToolThatOwns(t *testing.T) {
	for key, c := range map[string][2]string{
		"aws:cloudformation:stack-name": {"mail", "CloudFormation stack mail"},
		"Terraform":                     {"true", "Terraform"},
		"managed-by":                    {"pulumi", "Pulumi"},
		"team":                          {"terraform", ""},
		"terragrunt":                    {"no", ""},
	} {
		if got := ownerOf(awsx.Tag{Key: key, Value: c[0]}); !strings.HasPrefix(got, c[1]) || (got == "") != (c[1] == "") {
			t.Errorf("%s=%s: %q", key, c[0], got)
		}
	}
}
