package views

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
)

func TestJSONIsShownAsTheAPIGivesItWithoutSecrets(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, cluster := shop()
		ref := cluster.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-checkout")
		a.Edit(func(d *awsxtest.Data) {
			d.Raw[ref.ARN] = []byte(`{"serviceName":"api-checkout","environment":[{"name":"API_TOKEN","value":"t0ps3cret"}],"future":{"field":[1.50]}}`)
		})
		d := sit(t, a, standard, onServices(cluster)).read()
		d.Press("y")
		d.read().Shows("payments api-checkout json", `"serviceName": "api-checkout",`, `"value": "(masked)"`, "1.50").Hides("t0ps3cret")
		d.Press("c")
		if d.Clipboard == "" || strings.Contains(d.Clipboard, "t0ps3cret") {
			t.Errorf("copied %q", d.Clipboard)
		}
		d.Press("/").Type("future").Press("enter", "n", "N").Shows("/future")
		d.Press("esc", "esc").Shows("SERVICE")
	})
}

func TestTextThatCannotBeReadStaysAndIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, cluster := shop()
		a.FailOnce(awsxtest.Raw, &fault.Error{Class: fault.Denied, Op: "ecs:DescribeServices", Resource: "api"})
		release := a.Block(awsxtest.Raw)
		d := sit(t, a, standard, onServices(cluster)).read()
		d.Press("y").Shows("loading service api-checkout", "◐ loading")
		release()
		d.read().Shows("service api-checkout could not be read", "denied: ecs:DescribeServices is missing on api", "ctrl+r tries again")
		d.Press("ctrl+r")
		d.read().Hides("could not be read").Shows(`{`)
	})
}

func TestServiceIsDescribedInWords(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, cluster := shop()
		d := sit(t, a, standard, onServices(cluster)).read()
		d.Press("N", "g", "j")
		d.Advance(time.Second).Press("d")
		d.read().Shows("Service api-orders", "4 desired, 4 running, 0 pending", "on, rolls back")
		d.Press("/").Type("DB_PASSWORD").Press("enter").Shows("(masked)").Hides("hunter2")
		d.Press("/").Type("no such words").Press("enter").Shows("nothing matches")
	})
}

func TestLayoutAlignsAndWraps(t *testing.T) {
	th := plainTheme()
	paras := []para{
		{text: "Head"},
		{label: "a", text: "one two three four", depth: 1},
		{label: "long", text: "x", depth: 1},
		{},
		{label: "b", text: "evil\x1b[31m\n", depth: 1},
	}
	got, starts := layout{theme: th, width: 18, wrap: true}.lines(paras)
	got = unpainted(got)
	want := []string{"Head", "  a     one two", "        three four", "  long  x", "", `  b  evil\x1b[31m\`, "     n"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
	if len(starts) != len(paras) || starts[2] != 3 || starts[4] != 5 {
		t.Errorf("starts %v", starts)
	}
	cut, _ := layout{theme: th, width: 18}.lines(paras)
	if cut = unpainted(cut); cut[1] != "  a     one two t~" {
		t.Errorf("%q", cut)
	}
	for w := range 12 {
		for _, line := range unpainted(first(layout{theme: th, width: w, wrap: true}.lines(paras))) {
			if len(line) > w {
				t.Errorf("%q is wider than %d", line, w)
			}
		}
	}
}

// unpainted strips what the theme added.
func unpainted(lines []string) []string {
	style := regexp.MustCompile("\x1b\\[[0-9;]*m")
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimRight(style.ReplaceAllString(line, ""), " ")
	}
	return out
}

func first[A, B any](a A, _ B) A { return a }
