package wording

import (
	"testing"
	"time"

	"gantry/awsx"
)

func TestClockNamesTheDayOnlyWhenItIsAnother(t *testing.T) {
	now := time.Date(2026, 3, 4, 3, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{now.Add(-18 * time.Minute), "03:12"},
		{now.Add(-10 * time.Hour), "17:30"},
		{now.Add(-25 * time.Hour), "03-03 02:30"},
		{now.AddDate(-1, 0, 0), "2025-03-04 03:30"},
		{now.Add(-18 * time.Minute).In(time.FixedZone("x", 3600)), "03:12"},
	} {
		if got := Clock(c.at, now); got != c.want {
			t.Errorf("clock(%v) = %q, expected %q", c.at, got, c.want)
		}
	}
}

func TestImagesShrinkToWhatDiffers(t *testing.T) {
	const digest = "sha256:9f3caa11bb22"
	for _, c := range []struct{ image, running, want string }{
		{"", "", ""},
		{"nginx", "", "latest"},
		{"nginx:1.27", "", "1.27"},
		{"1.dkr.ecr.eu-west-1.amazonaws.com/team/api:v2.31.0", digest, "v2.31.0@9f3c"},
		{"registry:5000/api", "", "latest"},
		{"registry:5000/api:v1", "", "v1"},
		{"api@" + digest, "", "@9f3c"},
		{"api:v1@" + digest, "", "v1@9f3c"},
		{"api:v1@" + digest, "sha256:71", "v1@71"},
	} {
		if got := ShortImage(c.image, c.running); got != c.want {
			t.Errorf("shortImage(%q, %q) = %q, expected %q", c.image, c.running, got, c.want)
		}
	}
}

func TestDualStackBindingsCountOnce(t *testing.T) {
	got := Ports([]awsx.Binding{
		{ContainerPort: 8080, HostPort: 32771, Protocol: "tcp", BindIP: "0.0.0.0"},
		{ContainerPort: 8080, HostPort: 32771, Protocol: "tcp", BindIP: "::"},
		{ContainerPort: 8125, HostPort: 8125, Protocol: "udp", BindIP: "0.0.0.0"},
	})
	if want := "8080>32771 8125>8125/udp"; got != want {
		t.Errorf("got %q, expected %q", got, want)
	}
}
