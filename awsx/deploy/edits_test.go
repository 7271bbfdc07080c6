package deploy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/internal/clean"
	"gantry/internal/fault"
)

func secret(s string) clean.Secret { return clean.Secret(s) }

func vars(pairs ...string) []awsx.EnvVar {
	var list []awsx.EnvVar
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, awsx.EnvVar{Name: pairs[i], Value: secret(pairs[i+1])})
	}
	return list
}

func TestDottedNamesAreAllowed(t *testing.T) {
	for _, name := range []string{"A", "_a1", "discovery.type", "spring-profile"} {
		if err := document.CheckEnvName(name); err != nil {
			t.Error(err)
		}
	}
}

func TestDotenvFiles(t *testing.T) {
	src := "\ufeff# settings\r\n" +
		"PLAIN=value # comment\r\n" +
		"HASH=a#b\n" +
		"CHANNEL=#tech\n" +
		"COLOUR=#a1b2c3 # red\n" +
		"NONE= # nothing\n" +
		"export  EXPORTED = spaced out  \n" +
		"EMPTY=\n" +
		"SINGLE='a\\n $B # \"'\n" +
		"DOUBLE=\"a\\n\\t\\\"\\\\\\$\\q\" # c\n" +
		"MULTI=\"one\ntwo\r\nthree\"\n" +
		"PEM='-----BEGIN\nx\n-----END'\n" +
		"exported=1\n" +
		"LAST=x=y"
	got, err := document.ParseDotenv(src)
	if err != nil {
		t.Fatal(err)
	}
	want := vars("PLAIN", "value", "HASH", "a#b", "CHANNEL", "#tech", "COLOUR", "#a1b2c3", "NONE", "", "EXPORTED", "spaced out", "EMPTY", "", "SINGLE", "a\\n $B # \"",
		"DOUBLE", "a\n\t\"\\$\\q", "MULTI", "one\ntwo\nthree", "PEM", "-----BEGIN\nx\n-----END", "exported", "1", "LAST", "x=y")
	if len(got) != len(want) {
		t.Fatalf("read %d variables, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("variable %d is %s=%q, want %s=%q", i, got[i].Name, got[i].Value.Reveal(), want[i].Name, want[i].Value.Reveal())
		}
	}
}

func TestDotenvFaultsNameTheirLinesAllAtOnce(t *testing.T) {
	src := "A=1\ncanary\nB=\"x\ny\"\n1C=canary\nA=canary\nM=(masked)\nD='x' canary\nE=\"canary"
	_, err := document.ParseDotenv(src)
	if fault.ClassOf(err) != fault.Invalid || err == nil {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"line 2: expected NAME=VALUE, found no =",
		`line 5: what stands before = is no name`,
		"line 6: variable A is set on line 1 already",
		"line 7: variable M: value contains the mask",
		"line 8: variable D: expected the line to end after the closing quote",
		`line 9: variable E: expected a closing " before the end of the file`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("the error shows a value: %v", err)
	}
}

// A key that somebody forgot to quote is no name, and what it says stays unsaid.
func TestDotenvFaultsDoNotRepeatAKeyThatLacksItsQuotes(t *testing.T) {
	for _, line := range []string{"can/ary+secret==", "can/ary+secret=\"", "can/ary+secret=\"x\" y", "canary secret"} {
		_, err := document.ParseDotenv("KEY=-----BEGIN\n" + line + "\n")
		if err == nil || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), "ary") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestDotenvRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfDistinct(rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_.-]{0,8}`), rapid.ID[string]).Draw(t, "names")
		var want []awsx.EnvVar
		for _, n := range names {
			value := rapid.OneOf(rapid.String(), rapid.StringMatching("[ '\"\\\\#$=\r\n\tnrt]{0,10}")).
				Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }).Draw(t, n)
			want = append(want, awsx.EnvVar{Name: n, Value: secret(value)})
		}
		got, err := document.ParseDotenv(document.FormatDotenv(want))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d variables became %d", len(want), len(got))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%s=%q became %s=%q", want[i].Name, want[i].Value.Reveal(), got[i].Name, got[i].Value.Reveal())
			}
		}
	})
}
