package session

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/internal/fault"
)

func TestForwardingsAreReadAndAskedFor(t *testing.T) {
	for typed, want := range map[string]Forwarding{
		"8080:80":               {8080, "", 80},
		"80":                    {80, "", 80},
		":80":                   {0, "", 80},
		"0:80":                  {0, "", 80},
		"5432:db.internal:5432": {5432, "db.internal", 5432},
		":db:5432":              {0, "db", 5432},
		"1:[2001:db8::1]:443":   {1, "2001:db8::1", 443},
		"1:10.0.0.1:65535":      {1, "10.0.0.1", 65535},
	} {
		got, err := ParseForwarding(typed)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", typed, got, err)
		}
		if again, err := ParseForwarding(got.String()); err != nil || again != got {
			t.Errorf("%q is spelled %q: %+v, %v", typed, got, again, err)
		}
	}
	for _, typed := range []string{"", ":", "x", "80:x", "x:80", "8080:0", "65536:1", "1:65536", "1::2", "1:a b:2", "1:[db]:2", "1:2001:db8::1:2", "1:$(id):2", "-1:2"} {
		if f, err := ParseForwarding(typed); fault.ClassOf(err) != fault.Invalid || err == nil {
			t.Errorf("%q: %+v, %v", typed, f, err)
		}
	}
	r := Forwarding{5433, "db.internal", 5432}.Request("ecs:c_t_r")
	if r.Document != "AWS-StartPortForwardingSessionToRemoteHost" || r.Parameters["host"][0] != "db.internal" || r.Parameters["portNumber"][0] != "5432" || r.Parameters["localPortNumber"][0] != "5433" {
		t.Errorf("%+v", r)
	}
	if r := (Forwarding{0, "", 80}).Request("ecs:c_t_r"); r.Document != "AWS-StartPortForwardingSession" || len(r.Parameters["host"]) > 0 || r.Parameters["localPortNumber"][0] != "0" {
		t.Errorf("%+v", r)
	}
}

func TestTheTokenIsInTheEnvironmentOfPluginsThatTakeItThere(t *testing.T) {
	s := awsx.Session{ID: "i", URL: "u", Token: "secret-of-it", Target: "t", Region: "r", Endpoint: "e"}
	for version, hides := range map[string]bool{"1.2.497.0": true, "1.2.650.0\n": true, "1.3": true, "2.0.0.0": true, "1.2.496.9": false, "1.2": false, "": false, "x.y": false} {
		args, env := Plugin{Version: version}.Call(s, "p")
		shown := strings.Contains(strings.Join(args, " "), "secret-of-it")
		if shown == hides || strings.Contains(strings.Join(env, " "), "secret-of-it") != hides || len(args) != 6 {
			t.Errorf("%q: %q, %q", version, args, env)
		}
	}
}

// TestATranscriptIsReadInAnyPieces: whatever a command prints comes as it was printed, and the
// script's lines do not.
func TestATranscriptIsReadInAnyPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"\n", "\r\n", "a", "gantry-", "gantry-0102", "w", " gantry-01020304 ", "+", "\x00"})
		said := strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(t, "said"), "")
		if strings.HasPrefix(said, word) || strings.Contains(said, "\n"+word) {
			t.Skip()
		}
		all := "Starting\n\n" + word + "+\n" + said + "\n" + word + "-7 x\nExiting\n"
		tr := NewTranscript(iotest.OneByteReader(strings.NewReader(all)), word)
		var before, out bytes.Buffer
		if mark, _, err := tr.Next(&before); mark != '+' || err != nil || before.String() != "Starting\n" {
			t.Fatalf("%c, %q, %v", mark, before.String(), err)
		}
		mark, fields, err := tr.Next(&out)
		if mark != '-' || err != nil || strings.Join(fields, " ") != "7 x" || out.String() != said {
			t.Fatalf("%c %q, %q, want %q, %v", mark, fields, out.String(), said, err)
		}
		if _, _, err := tr.Next(&out); err != ErrCut {
			t.Fatalf("%v", err)
		}
	})
}

const word = "gantry-0102030405060708"

func TestWhatAContainerSaysOtherwiseIsAnError(t *testing.T) {
	sum := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // of nothing
	for said, want := range map[string]string{
		word + "+0 file 0 " + sum + "\n\n" + word + "-0\n": "",
		word + "+0 file 0 -\n\n" + word + "-0\n":           "",
		word + "+0 file 1 -\n\n" + word + "-0\n":           "it is 1 bytes in the container and 0 here",
		word + "+0 file 0 ab\n\n" + word + "-0\n":          "its checksum is ab in the container",
		word + "+0 file 3 -\n!!!!\n" + word + "-0\n":       "not base64",
		word + "+0 file 3 -\nYWI\n" + word + "-0\n":        "within a group",
		word + "+0 file 0 -\n\n" + word + "-1\n":           "stopped reading",
		"sh: none\n" + word + "+2 file 0 -\n":              "cannot read it: sh: none",
		word + "+0 file x -\n":                             "no size",
		word + "+\n":                                       "instead of",
		"Starting session with SessionId: 1\nbad\n":        "incomplete: bad",
	} {
		var typed, got bytes.Buffer
		_, err := Line{In: &typed, Out: strings.NewReader(said), Word: word}.Receive(func(Facts) (io.Writer, error) {
			return &got, nil
		})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", said, err, want)
		}
	}
}
